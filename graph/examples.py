"""The saved queries as RDF: the graph of examples, in which clients look for them, and back."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph.content import content_of
from graph.errors import BuildRefused
from graph.kept import QUERY
from graph.prefixes import BASE, prefixes, term, value
from graph.saved_queries import SavedQuery

EXAMPLES_GRAPH = ox.NamedNode(BASE + QUERY.graph)
# For each form of query its classes, and the properties that hold its text. SHACL has no word for
# DESCRIBE yet: clients look for either of two.
_EXECUTABLE = {
    "ASK": (("sh:SPARQLAskExecutable",), ("sh:ask",)),
    "CONSTRUCT": (("sh:SPARQLConstructExecutable",), ("sh:construct",)),
    "DESCRIBE": (
        ("sh:SPARQLDescribeExecutable", "spex:SPARQLDescribeExecutable"),
        ("sh:describe", "spex:describe"),
    ),
    "SELECT": (("sh:SPARQLSelectExecutable",), ("sh:select",)),
}


def describe_examples(queries: Iterable[SavedQuery], base: str = BASE) -> Iterator[ox.Quad]:
    """Yield the graph of the saved `queries`; their texts name things under `base`.

    The IRIs of the graph itself stand under the project's own base: the dump renames those. Where
    a query has its place is said of the list, so that the query stays the same in another place.
    """
    yield from _prefixes(base)
    yield _quad(EXAMPLES_GRAPH, "rdf:type", term("schema:ItemList"))
    for query in queries:
        node, item = ox.NamedNode(QUERY.space + query.name), _part(f"item-{query.name}")
        yield _quad(EXAMPLES_GRAPH, "schema:itemListElement", item)
        yield _quad(item, "rdf:type", term("schema:ListItem"))
        yield _quad(item, "schema:position", ox.Literal(query.place))
        yield _quad(item, "schema:item", node)
        yield from _describe(query, node, base)


def read_examples(store: ox.Store, base: str = BASE) -> list[SavedQuery]:
    """Return the saved queries of the `store` of a release made under `base`, the easiest first."""

    def under(node: ox.NamedNode) -> ox.NamedNode:
        return ox.NamedNode(put_under(node.value, base))

    def said(subject: ox.NamedNode, predicate: str) -> str:
        quads = store.quads_for_pattern(subject, under(term(predicate)), None, graph)
        return next((value(quad.object) for quad in quads), "")

    graph, found = under(EXAMPLES_GRAPH), []
    for listed in store.quads_for_pattern(None, under(term("schema:item")), None, graph):
        assert isinstance(listed.subject, ox.NamedNode)
        assert isinstance(listed.object, ox.NamedNode)
        texts = (said(listed.object, row[0]) for _, row in _EXECUTABLE.values())
        place = int(said(listed.subject, "schema:position"))
        name = said(listed.object, "dcterms:identifier")
        found.append(SavedQuery(place, name, next(filter(None, texts))))
    return sorted(found, key=lambda query: (query.place, query.name))


def query_contents(queries: Iterable[SavedQuery]) -> dict[str, bytes]:
    """Return what is said of each of `queries`, by its IRI, as revisions keep it."""
    found = {}
    for query in queries:
        node = ox.NamedNode(QUERY.space + query.name)
        triples = (quad.triple for quad in _describe(query, node, BASE))
        found[node.value] = content_of(node.value, triples)
    return found


def put_under(text: str, base: str) -> str:
    """Return the `text` of a query as a release made under `base` has it."""
    return text.replace(BASE, base)


def original(text: str, base: str) -> str:
    """Return the text of a query of a release made under `base` as its file has it."""
    return text.replace(base, BASE)


def _describe(query: SavedQuery, node: ox.NamedNode, base: str) -> Iterator[ox.Quad]:
    classes, properties = _EXECUTABLE[query.form]
    for kind in ("sh:SPARQLExecutable", *classes):
        yield _quad(node, "rdf:type", term(kind))
    yield _quad(node, "dcterms:identifier", ox.Literal(query.name))
    yield _quad(node, "rdfs:comment", _english(query.question))
    yield _quad(node, "skos:scopeNote", _english(query.note))
    for word in query.keywords:
        yield _quad(node, "schema:keywords", _english(word))
    yield _quad(node, "schema:target", ox.NamedNode(f"{BASE}/sparql"))
    yield _quad(node, "sh:prefixes", _part("prefixes"))
    for name in properties:
        yield _quad(node, name, ox.Literal(_put_under(query, base)))


def _put_under(query: SavedQuery, base: str) -> str:
    text = put_under(query.text, base)
    if original(text, base) != query.text:
        problem = f"the saved query {query.name} itself names {base}, under which this is built"
        raise BuildRefused(f"{problem}: what it said could not be told any more. Change the query")
    return text


def _prefixes(base: str) -> Iterator[ox.Quad]:
    for prefix, namespace in prefixes().items():
        node = _part(f"prefix-{prefix}")
        text = ox.Literal(put_under(namespace, base), datatype=term("xsd:anyURI"))
        yield _quad(_part("prefixes"), "sh:declare", node)
        yield _quad(node, "rdf:type", term("sh:PrefixDeclaration"))
        yield _quad(node, "sh:prefix", ox.Literal(prefix))
        yield _quad(node, "sh:namespace", text)


def _part(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{EXAMPLES_GRAPH.value}#{name}")


def _quad(subject: ox.NamedNode, predicate: str, said: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, term(predicate), said, EXAMPLES_GRAPH)


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
