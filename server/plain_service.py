"""The service description of an endpoint over RDF files."""

import io
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph.prefixes import prefixes, term
from server.formats import FORMATS
from server.results.graphs import write_graph
from server.service import limits
from server.settings import Settings


def plain_description(endpoint: str, graphs: Iterable[str], settings: Settings, key: str) -> bytes:
    """Return the description, in the RDF format of that key, of the service at `endpoint`.

    Its dataset has a default graph and the named `graphs`; `settings` are those it runs under.
    """
    body = io.BytesIO()
    used = {name: prefixes()[name] for name in ("rdf", "rdfs", "sd")}
    write_graph(_triples(endpoint, graphs, limits(settings)), key, body, used)
    return body.getvalue()


def _triples(iri: str, graphs: Iterable[str], said: list[str]) -> Iterator[ox.Triple]:
    service, dataset, default = (ox.NamedNode(iri + part) for part in ("", "#dataset", "#default"))
    yield ox.Triple(service, term("rdf:type"), term("sd:Service"))
    yield ox.Triple(service, term("sd:endpoint"), service)
    yield ox.Triple(service, term("sd:supportedLanguage"), term("sd:SPARQL11Query"))
    for row in FORMATS:
        if row.iri:
            yield ox.Triple(service, term("sd:resultFormat"), ox.NamedNode(row.iri))
    for sentence in said:
        yield ox.Triple(service, term("rdfs:comment"), ox.Literal(sentence, language="en"))
    yield ox.Triple(service, term("sd:defaultDataset"), dataset)
    yield ox.Triple(dataset, term("rdf:type"), term("sd:Dataset"))
    yield ox.Triple(dataset, term("sd:defaultGraph"), default)
    yield ox.Triple(default, term("rdf:type"), term("sd:Graph"))
    for number, name in enumerate(graphs, 1):
        graph = ox.NamedNode(f"{iri}#graph-{number}")
        yield ox.Triple(dataset, term("sd:namedGraph"), graph)
        yield ox.Triple(graph, term("rdf:type"), term("sd:NamedGraph"))
        yield ox.Triple(graph, term("sd:name"), ox.NamedNode(name))
