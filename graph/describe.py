"""Let a release describe itself: what it holds as VoID, and how to ask it as saved queries."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph.examples import EXAMPLES_GRAPH, describe_examples
from graph.kept import is_revision
from graph.partitions import DATASET, VOID_GRAPH, Counts, Partitions, count, count_partitions
from graph.prefixes import BASE, term
from graph.saved_queries import SavedQuery

INFERRED_GRAPH = ox.NamedNode(f"{BASE}/graph/inferred")
# What to look at first; a release without one of these does not name it.
SAMPLES = (
    "/evidence/daniels-2011-socialization-model",
    "/evidence/hornig-2015-distinct-plasma",
    "/case-definition/ccc2003",
    "/case-definition/fukuda1994",
    "/journal/plos-one",
    "/policy/v0.1",
    "/policy/v0.2",
    "/rule-set/v0.1",
    "/rule-set/v0.2",
    "/vocabulary/pem-reason",
)
_GRAPHS = {
    EXAMPLES_GRAPH: (
        "Saved queries",
        "SPARQL queries with the questions they answer, from the first one to the hard ones.",
    ),
    INFERRED_GRAPH: (
        "Inferred",
        "What follows from the ontology by OWL RL. Each triple is in the default graph too.",
    ),
    VOID_GRAPH: (
        "VoID description of the ME/CFS Atlas knowledge graph",
        "What the default graph holds, counted when the release was made: by class, property and "
        "datatype.",
    ),
}
# All graphs of this class are described at once: there may be a hundred thousand.
EARLIER_REVISIONS = ox.NamedNode(f"{VOID_GRAPH.value}#earlier-revisions")
_EARLIER = (
    "What entries, case definitions and saved queries said before: one named graph for each "
    "earlier revision, under the IRI of that revision. What the current one says is in the default "
    "graph, without what was inferred, or for a saved query in the graph of these. The records of "
    "all revisions are in the default graph. void:documents counts these graphs, void:triples what "
    "they hold."
)
_LITERALS = (
    "Which literals carry a language: words for people (titles, labels, definitions, reasons, "
    "summaries, findings, comments) always have a language tag. Names as printed, identifiers such "
    "as DOI and PMID, keys, pages, digests and the text of queries are plain strings without one. "
    "Years, positions, dates and yes or no have their XSD datatype. No property mixes tagged and "
    "plain text; the datatype partitions say which it has. To compare tagged text, use STR()."
)
_DEFAULT_GRAPH = (
    "Counted is the default graph: all that is current, asserted, judged and inferred. Named "
    "graphs stand beside it and are not part of it; the inferred one repeats a part of it."
)


def describe(
    store: ox.Store, base: str = BASE, queries: Iterable[SavedQuery] = ()
) -> dict[str, int]:
    """Write the saved `queries` and the VoID graph into `store`; return what a manifest counts.

    `base` is what literals that name IRIs will say; the IRIs themselves are renamed by the dump.
    """
    partitions = count_partitions(store)
    store.extend(describe_examples(queries, base))
    graphs = count(store, "named-graphs")
    store.extend(_void(store, partitions, graphs, base))
    judged = count(store, "judgements")
    classes = {iri: size for (iri,), size in partitions.classes.items()}
    entries = classes.get(term("atlas:EvidenceEntry").value, 0)
    return {
        "entries": entries,
        "case definitions": classes.get(term("atlas:CaseDefinition").value, 0),
        "journals": classes.get(term("atlas:Journal").value, 0),
        "triples": partitions.triples,
        "inferred triples": graphs.get((INFERRED_GRAPH.value,), 0),
        "revisions": classes.get(term("atlas:Revision").value, 0),
        **{f"PEM {' '.join(key)}": number for key, number in judged.items()},
        "PEM not judged": entries - sum(judged.values()),
    }


def _void(store: ox.Store, partitions: Partitions, graphs: Counts, base: str) -> Iterator[ox.Quad]:
    quads = {
        *_dataset(store, base),
        *_statistics(store, partitions),
        *partitions.quads(),
        *_graphs(graphs),
    }
    yield from quads
    # The graph counts itself, this triple included.
    yield _quad(VOID_GRAPH, "void:triples", ox.Literal(len(quads) + 1))


def _dataset(store: ox.Store, base: str) -> Iterator[ox.Quad]:
    """Repeat what the sources say of the dataset, and add how to read it."""
    space = term("void:uriSpace")
    for quad in store.quads_for_pattern(DATASET, None, None, ox.DefaultGraph()):
        if quad.predicate == space:
            yield _quad(DATASET, "void:uriSpace", ox.Literal(f"{base}/"))
        else:
            yield ox.Quad(DATASET, quad.predicate, quad.object, VOID_GRAPH)
    yield _quad(DATASET, "rdfs:comment", _english(_DEFAULT_GRAPH))
    yield _quad(DATASET, "rdfs:comment", _english(_LITERALS))
    for path in SAMPLES:
        node = ox.NamedNode(BASE + path)
        if any(True for _ in store.quads_for_pattern(node, None, None, ox.DefaultGraph())):
            yield _quad(DATASET, "void:exampleResource", node)
    yield _quad(VOID_GRAPH, "rdf:type", term("void:DatasetDescription"))
    yield _quad(VOID_GRAPH, "foaf:primaryTopic", DATASET)
    yield _quad(VOID_GRAPH, "void:inDataset", DATASET)


def _statistics(store: ox.Store, partitions: Partitions) -> Iterator[ox.Quad]:
    distinct = count(store, "distinct")
    numbers = {
        "void:triples": partitions.triples,
        # The shapes let only things of our own be described, so that each subject is an entity.
        "void:entities": distinct[("subjects",)],
        "void:distinctSubjects": distinct[("subjects",)],
        "void:distinctObjects": distinct[("objects",)],
        "void:classes": len(partitions.classes),
        "void:properties": len(partitions.by_property),
    }
    for name, number in numbers.items():
        yield _quad(DATASET, name, ox.Literal(number))
    for namespace in partitions.vocabularies:
        yield _quad(DATASET, "void:vocabulary", ox.NamedNode(namespace))


def _graphs(graphs: Counts) -> Iterator[ox.Quad]:
    """Describe each named graph; that of VoID itself gets its number of triples at the end."""
    single = {key: size for key, size in graphs.items() if not is_revision(key[0])}
    if len(single) < len(graphs):
        yield from _revisions(graphs)
    for (iri,), size in {**single, (VOID_GRAPH.value,): 0}.items():
        node = ox.NamedNode(iri)
        yield _quad(node, "rdf:type", term("void:Dataset"))
        if node in _GRAPHS:
            title, description = _GRAPHS[node]
            yield _quad(node, "dcterms:title", _english(title))
            yield _quad(node, "dcterms:description", _english(description))
        if node != VOID_GRAPH:
            yield _quad(node, "void:triples", ox.Literal(size))
            yield _quad(VOID_GRAPH, "foaf:topic", node)


def _revisions(graphs: Counts) -> Iterator[ox.Quad]:
    """Describe the graphs of earlier revisions as the one class that they are."""
    sizes = [size for (iri,), size in graphs.items() if is_revision(iri)]
    yield _quad(EARLIER_REVISIONS, "rdf:type", term("void:Dataset"))
    yield _quad(EARLIER_REVISIONS, "dcterms:title", _english("Earlier revisions"))
    yield _quad(EARLIER_REVISIONS, "dcterms:description", _english(_EARLIER))
    yield _quad(EARLIER_REVISIONS, "void:documents", ox.Literal(len(sizes)))
    yield _quad(EARLIER_REVISIONS, "void:triples", ox.Literal(sum(sizes)))
    yield _quad(VOID_GRAPH, "foaf:topic", EARLIER_REVISIONS)


def _quad(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, term(predicate), value, VOID_GRAPH)


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
