"""The service description: what the SPARQL endpoint says of itself, its limits and its data."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph.examples import EXAMPLES_GRAPH
from graph.partitions import DATASET, VOID_GRAPH
from server.documents import Document, serialize
from server.facts import Facts
from server.formats import FORMATS
from server.settings import Settings

# Materialised when the release is made: no query derives anything.
_ENTAILMENT = ox.NamedNode("http://www.w3.org/ns/entailment/Simple")
# What the VoID graph says of the dataset that is no count of its default graph.
_NO_STATISTICS = ("void:exampleResource", "void:sparqlEndpoint", "void:uriSpace")


def service_description(facts: Facts, settings: Settings, key: str, endpoint: str = "") -> bytes:
    """Return the description of the service in the RDF format of that key.

    `endpoint` is the address that answers, where it is not `/sparql` under the base of the
    release: clients look for the address they asked. The data is named by the base all the same.
    VoID and examples are part of it, for clients that look for them here and not in the graphs.
    """
    service = ox.NamedNode(endpoint or f"{facts.base}/sparql")
    described = {*_graph(facts, VOID_GRAPH), *_graph(facts, EXAMPLES_GRAPH)}
    triples = [
        *_ordered(_service(facts, settings, service)),
        *_ordered({*_dataset(facts), *described}),
    ]
    return serialize(facts, Document(service.value, triples), key)


def limits(settings: Settings) -> list[str]:
    """Return what this server refuses and where it stops, a sentence each."""
    at_once = (settings.query_workers + settings.slow_workers) * settings.web_workers
    return [
        "Queries only: updates are refused, and so is SERVICE, always and before evaluation.",
        "An answer is complete or it is an error; it is never cut off and sent as if whole.",
        f"A query may take {settings.query_timeout:g} seconds; then it is ended.",
        "The parameter `timeout`, in milliseconds, shortens that; the header X-Query-Timeout-Ms "
        "repeats the one that held.",
        f"A query may use {settings.query_memory} MiB of memory beside the data.",
        f"The text of a query may have {settings.query_size} MiB, an answer {settings.result_size} "
        f"MiB and {settings.result_rows} rows. For more, ask for it in pages, with ORDER BY, LIMIT "
        "and OFFSET.",
        f"Queries run at once: {at_once}, of one client {settings.client_queries}. One more waits "
        f"up to {settings.query_wait:g} seconds for its turn and is then told to come again.",
        "Without FROM, a query asks the default graph, which is not the union of the named graphs.",
    ]


def _service(facts: Facts, settings: Settings, service: ox.NamedNode) -> Iterator[ox.Triple]:
    def said(name: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(service, facts.term(name), value)

    yield said("rdf:type", facts.term("sd:Service"))
    yield said("rdf:type", facts.term("dcat:DataService"))
    yield said("dcterms:title", _english("SPARQL endpoint of the ME/CFS Atlas knowledge graph"))
    yield said("sd:endpoint", service)
    yield said("dcat:endpointURL", service)
    yield said("dcat:servesDataset", _own(facts, DATASET))
    yield said("sd:supportedLanguage", facts.term("sd:SPARQL11Query"))
    yield said("sd:defaultEntailmentRegime", _ENTAILMENT)
    yield said("sd:defaultDataset", _part(facts, "dataset"))
    for row in FORMATS:
        if row.iri:
            yield said("sd:resultFormat", ox.NamedNode(row.iri))
    for sentence in limits(settings):
        yield said("rdfs:comment", _english(sentence))
    for graph in (VOID_GRAPH, EXAMPLES_GRAPH):
        yield said("rdfs:seeAlso", _own(facts, graph))


def _dataset(facts: Facts) -> Iterator[ox.Triple]:
    dataset, default = _part(facts, "dataset"), _part(facts, "default-graph")
    yield ox.Triple(dataset, facts.term("rdf:type"), facts.term("sd:Dataset"))
    yield ox.Triple(dataset, facts.term("sd:defaultGraph"), default)
    yield ox.Triple(default, facts.term("rdf:type"), facts.term("sd:Graph"))
    for triple in _statistics(facts):
        yield ox.Triple(default, triple.predicate, triple.object)
    for name in facts.store.named_graphs():
        assert isinstance(name, ox.NamedNode)
        if "/revision/" in name.value:
            # There may be a hundred thousand; VoID describes them as one class of graphs.
            continue
        part = name.value.removeprefix(f"{facts.base}/").replace("/", "-")
        node = _part(facts, f"named-graph-{part}")
        yield ox.Triple(dataset, facts.term("sd:namedGraph"), node)
        yield ox.Triple(node, facts.term("rdf:type"), facts.term("sd:NamedGraph"))
        yield ox.Triple(node, facts.term("sd:name"), name)
        yield ox.Triple(node, facts.term("sd:graph"), name)
        yield ox.Triple(name, facts.term("rdf:type"), facts.term("sd:Graph"))


def _statistics(facts: Facts) -> Iterator[ox.Triple]:
    """Yield what the VoID graph counts of the dataset: of its default graph, that is."""
    left_out = {facts.term(name) for name in _NO_STATISTICS}
    space, kind = facts.prefixes["void"], facts.term("void:Dataset")
    for triple in _graph(facts, VOID_GRAPH, _own(facts, DATASET)):
        is_void = triple.predicate.value.startswith(space) or triple.object == kind
        if is_void and triple.predicate not in left_out:
            yield triple


def _graph(
    facts: Facts, name: ox.NamedNode, subject: ox.NamedNode | None = None
) -> Iterator[ox.Triple]:
    quads = facts.store.quads_for_pattern(subject, None, None, _own(facts, name))
    return (quad.triple for quad in quads)


def _ordered(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    return sorted(triples, key=str)


def _own(facts: Facts, node: ox.NamedNode) -> ox.NamedNode:
    return ox.NamedNode(facts.rebase(node.value))


def _part(facts: Facts, name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{facts.base}/sparql#{name}")


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
