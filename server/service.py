"""The service description: what the SPARQL endpoint says of itself."""

from collections.abc import Iterator

import pyoxigraph as ox

from server.documents import Document, serialize
from server.facts import Facts
from server.formats import FORMATS


def service_description(facts: Facts, key: str) -> bytes:
    """Return the description of the endpoint in the RDF format of that key."""
    iri = f"{facts.base}/sparql"
    return serialize(facts, Document(iri, list(_triples(facts, iri))), key)


def _triples(facts: Facts, iri: str) -> Iterator[ox.Triple]:
    service, dataset, graph = (ox.NamedNode(iri + part) for part in ("", "#dataset", "#default"))
    yield ox.Triple(service, facts.term("rdf:type"), facts.term("sd:Service"))
    yield ox.Triple(service, facts.term("sd:endpoint"), service)
    yield ox.Triple(service, facts.term("sd:supportedLanguage"), facts.term("sd:SPARQL11Query"))
    for row in FORMATS:
        if row.iri:
            yield ox.Triple(service, facts.term("sd:resultFormat"), ox.NamedNode(row.iri))
    yield ox.Triple(service, facts.term("sd:defaultDataset"), dataset)
    yield ox.Triple(dataset, facts.term("rdf:type"), facts.term("sd:Dataset"))
    yield ox.Triple(dataset, facts.term("sd:defaultGraph"), graph)
    for name in facts.store.named_graphs():
        if isinstance(name, ox.NamedNode):
            yield ox.Triple(dataset, facts.term("sd:namedGraph"), name)
    yield ox.Triple(graph, facts.term("rdf:type"), facts.term("sd:Graph"))
    yield ox.Triple(dataset, facts.term("rdfs:seeAlso"), ox.NamedNode(f"{facts.base}/dataset"))
