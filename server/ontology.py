"""The readable page of the ontology: what terms mean, how often they are used, what is checked."""

from collections import defaultdict
from dataclasses import dataclass, field

import pyoxigraph as ox

from server.asked import ask
from server.documents import Document, find_document
from server.facts import Facts
from server.pages import Page
from server.things import Thing

_KINDS = {"owl:Class": "Classes", "owl:ObjectProperty": "Links", "owl:DatatypeProperty": "Values"}
# Property → how the page calls it, and how the other way round, "" where that is not worth a line.
_RELATIONS = {
    "rdfs:subClassOf": ("narrower than", "wider than"),
    "rdfs:subPropertyOf": ("narrower than", "wider than"),
    "rdfs:domain": ("said of", "has"),
    "rdfs:range": ("leads to", "reached by"),
    "owl:inverseOf": ("inverse of", "inverse of"),
}
_METADATA = {
    "dcterms:license": "Licence",
    "dcterms:issued": "Issued",
    "owl:versionInfo": "Version",
    "owl:imports": "Imports",
}
# How a shape says what it constrains.
_TARGETS = ("sh:path", "sh:targetClass", "sh:targetSubjectsOf")
Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass
class Term:
    """One term of the ontology; relations lead to full IRIs, shapes to names and messages."""

    iri: str
    name: str
    kind: str
    label: str
    definition: str
    note: str
    uses: int = 0
    follows: str = ""
    relations: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    shapes: list[tuple[str, str]] = field(default_factory=list)


class Statements:
    """The triples of a document, to be walked from any node, blank ones too."""

    def __init__(self, facts: Facts, triples: list[ox.Triple]) -> None:
        """Read `triples`."""
        self._facts = facts
        self._about: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            self._about[triple.subject][triple.predicate.value].append(triple.object)

    @property
    def subjects(self) -> list[Node]:
        """Return everything that something is said of."""
        return list(self._about)

    def all(self, node: Node, curie: str) -> list[Node]:
        """Return the values of a property of `node`."""
        return self._about[node][self._facts.term(curie).value] if node in self._about else []

    def text(self, node: Node, curie: str) -> str:
        """Return the first value of a property as text, "" where there is none."""
        found = self.all(node, curie)
        return _value(found[0]) if found else ""

    def items(self, node: Node) -> list[Node]:
        """Return the members of the RDF list that begins at `node`."""
        found = []
        while first := self.all(node, "rdf:first"):
            found.append(first[0])
            node = self.all(node, "rdf:rest")[0]
        return found


def ontology_page(facts: Facts, document: Document) -> Page:
    """Return the page that explains every term of the ontology."""
    said = Statements(facts, document.triples)
    terms = _terms(facts, said)
    _relate(facts, said, terms)
    _constrain(facts, terms)
    lexicon = ask(facts, "lexicon")
    uses = {row["iri"]: int(row["count"]) for row in lexicon.rows if "count" in row}
    for term in terms.values():
        term.uses = uses.get(term.iri, 0)
    ordered = sorted(terms.values(), key=lambda term: term.name.lower())
    own = ox.NamedNode(document.iri)
    metadata = [
        (words, said.text(own, curie)) for curie, words in _METADATA.items() if said.all(own, curie)
    ]
    values: dict[str, object] = {
        "ontology": Thing(facts, document.iri),
        "description": said.text(own, "dcterms:description"),
        "metadata": metadata,
        "groups": {
            heading: [term for term in ordered if term.kind == heading]
            for heading in _KINDS.values()
        },
        "schemes": facts.rows("schemes"),
        "vocabularies": _vocabularies(facts, uses),
        "asked": [lexicon],
    }
    return Page("ontology.html", values)


def _terms(facts: Facts, said: Statements) -> dict[str, Term]:
    kinds = {facts.term(curie): heading for curie, heading in _KINDS.items()}
    found = {}
    for node in said.subjects:
        kind = [kinds[one] for one in said.all(node, "rdf:type") if one in kinds]  # type: ignore[index]
        if kind and isinstance(node, ox.NamedNode):
            name = node.value.partition("#")[2]
            found[node.value] = Term(
                iri=node.value,
                name=name,
                kind=kind[0],
                label=said.text(node, "rdfs:label"),
                definition=said.text(node, "skos:definition"),
                note=said.text(node, "skos:scopeNote"),
            )
    return found


def _relate(facts: Facts, said: Statements, terms: dict[str, Term]) -> None:
    for term in terms.values():
        node = ox.NamedNode(term.iri)
        for curie, (words, back) in _RELATIONS.items():
            for other in said.all(node, curie):
                _add(term, words, _value(other))
                if other_term := terms.get(_value(other)):
                    _add(other_term, back, term.iri)
        chains = [said.items(chain) for chain in said.all(node, "owl:propertyChainAxiom")]
        steps = [" / ".join(facts.shorten(_value(step)) for step in chain) for chain in chains]
        equals = [_restriction(facts, said, one) for one in said.all(node, "owl:equivalentClass")]
        term.follows = "; ".join([*steps, *equals])


def _restriction(facts: Facts, said: Statements, node: Node) -> str:
    kinds = {"owl:someValuesFrom": "some", "owl:hasValue": "value"}
    values = [
        f"{words} {facts.shorten(said.text(node, curie))}"
        for curie, words in kinds.items()
        if said.all(node, curie)
    ]
    return " ".join([facts.shorten(said.text(node, "owl:onProperty")), *values])


def _constrain(facts: Facts, terms: dict[str, Term]) -> None:
    document = find_document(facts, "/shapes")
    shapes = Statements(facts, document.triples if document else [])
    for shape in shapes.subjects:
        name = _value(shape).rpartition("#")[2]
        reached = [target for curie in _TARGETS for target in shapes.all(shape, curie)]
        for target in reached:
            if term := terms.get(_value(target)):
                term.shapes.append((name, shapes.text(shape, "sh:message")))
    for term in terms.values():
        term.shapes.sort()


def _vocabularies(facts: Facts, uses: dict[str, int]) -> list[tuple[str, str, int]]:
    found = []
    for prefix, namespace in sorted(facts.prefixes.items()):
        count = sum(
            1
            for iri in uses
            if iri.startswith(namespace) and "/" not in iri.removeprefix(namespace)
        )
        found.append((prefix, namespace, count))
    return found


def _add(term: Term, words: str, iri: str) -> None:
    if iri not in term.relations[words]:
        term.relations[words].append(iri)


def _value(node: Node) -> str:
    return node.value if isinstance(node, ox.NamedNode | ox.Literal) else str(node)
