from collections import Counter

import httpx
import pytest
from SPARQLWrapper import Wrapper

from server.formats import BY_KEY, FORMATS, Kind, is_known, named, offers, pick

AXIOS = "application/json, text/plain, */*"
COMUNICA = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,"
    "application/n-triples;q=0.8,text/turtle;q=0.6,application/rdf+xml;q=0.5,text/n3;q=0.35,"
    "application/xml;q=0.3,image/svg+xml;q=0.3,text/xml;q=0.3,text/html;q=0.2"
)
YASGUI_ROWS = "application/sparql-results+json,*/*;q=0.9"
YASGUI_GRAPH = "text/turtle,*/*;q=0.9"
# Kind and Accept header → the Content-Type of the answer.
ACCEPTED = [
    (Kind.SELECT, ",".join(Wrapper._SPARQL_DEFAULT), "application/sparql-results+xml"),
    (Kind.SELECT, ",".join(Wrapper._SPARQL_JSON), "application/sparql-results+json"),
    (Kind.SELECT, ",".join(Wrapper._TSV), "text/tab-separated-values; charset=utf-8"),
    (Kind.GRAPH, ",".join(Wrapper._SPARQL_DEFAULT), "application/rdf+xml"),
    (Kind.GRAPH, ",".join(Wrapper._RDF_TURTLE), "text/turtle"),
    (Kind.GRAPH, ",".join(Wrapper._RDF_N3), "text/turtle"),
    (Kind.GRAPH, ",".join(Wrapper._RDF_JSONLD), "application/ld+json"),
    (Kind.GRAPH, ",".join(Wrapper._RDF_POSSIBLE), "text/turtle"),
    (Kind.GRAPH, COMUNICA, "application/n-quads"),
    (Kind.ENTITY, COMUNICA, "application/trig"),
    (Kind.SELECT, YASGUI_ROWS, "application/sparql-results+json"),
    (Kind.GRAPH, YASGUI_GRAPH, "text/turtle"),
    (Kind.SELECT, AXIOS, "application/json"),
    (Kind.GRAPH, AXIOS, "application/json"),
    (Kind.GRAPH, "text/plain", "text/plain; charset=utf-8"),
    (Kind.SELECT, "text/plain", None),
    (Kind.GRAPH, "text/n3", "text/n3"),
    (Kind.GRAPH, "application/xml", "application/xml"),
    (Kind.SELECT, "text/xml", "text/xml"),
    (Kind.ASK, "application/xml", "application/xml"),
    (Kind.SELECT, "text/*", "text/csv; charset=utf-8; header=present"),
    (Kind.GRAPH, "text/*", "text/turtle"),
    (Kind.SELECT, "application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"),
    (Kind.SELECT, "application/vnd.apache.parquet", "application/vnd.apache.parquet"),
    (Kind.ASK, "text/csv, text/tab-separated-values, application/vnd.apache.parquet", None),
    (Kind.GRAPH, "text/csv", None),
    (Kind.ENTITY, "application/n-quads", None),
    (Kind.ENTITY, "application/x-bibtex", None),
    (Kind.ENTRY, "application/x-bibtex", "application/x-bibtex; charset=utf-8"),
    (
        Kind.ENTRY,
        "text/x-bibliography;q=0.4, application/vnd.citationstyles.csl+json;q=0.5",
        "application/vnd.citationstyles.csl+json",
    ),
    (
        Kind.ENTRY,
        "text/x-bibliography; style=apa; locale=de-DE",
        "text/x-bibliography; charset=utf-8",
    ),
    (Kind.ENTRY, "application/*", "application/ld+json"),
    (Kind.ENTRY, "*/*", "text/html; charset=utf-8"),
    (Kind.LIST, "*/*", "text/html; charset=utf-8"),
    (Kind.LIST, "application/rss+xml, application/atom+xml", "application/atom+xml; charset=utf-8"),
    (Kind.LIST, "text/csv", "text/csv; charset=utf-8; header=present"),
    (Kind.LIST, "application/x-bibtex", None),
    (Kind.CHANGES, COMUNICA, "application/trig"),
    (Kind.CHANGES, "application/json", "application/json"),
    (Kind.CHANGES, "application/feed+json, application/json;q=0.9", "application/feed+json"),
    (
        Kind.CHANGES,
        "application/rss+xml, application/atom+xml",
        "application/atom+xml; charset=utf-8",
    ),
    (Kind.CHANGES, "*/*", "text/html; charset=utf-8"),
    (Kind.CHANGES, "text/turtle", None),
]


@pytest.mark.parametrize(("kind", "accept", "content_type"), ACCEPTED)
def test_what_clients_send_is_answered_in_their_format(
    kind: Kind, accept: str, content_type: str | None
) -> None:
    choice = pick(kind, accept)
    assert (choice.content_type if choice else None) == content_type


@pytest.mark.parametrize(
    ("kind", "names", "key"),
    [
        (Kind.SELECT, "json srj JSON application/json application/sparql-results+json", "srj"),
        (Kind.SELECT, "xml srx sparql-results+xml application/sparql-results+xml", "srx"),
        (Kind.SELECT, "csv text/csv", "csv"),
        (Kind.SELECT, "tsv text/tab-separated-values", "tsv"),
        (Kind.SELECT, "arrow application/vnd.apache.arrow.stream", "arrow"),
        (Kind.SELECT, "parquet vnd.apache.parquet", "parquet"),
        (Kind.ASK, "json", "srj"),
        (Kind.ASK, "xml", "srx"),
        (Kind.GRAPH, "ttl turtle Turtle n3 text/n3 text/turtle", "ttl"),
        (Kind.GRAPH, "json jsonld json-ld ld+json application/ld+json", "jsonld"),
        (Kind.GRAPH, "nt ntriples n-triples text/plain", "nt"),
        (Kind.GRAPH, "nq nquads n-quads", "nq"),
        (Kind.GRAPH, "trig application/trig", "trig"),
        (Kind.GRAPH, "xml rdf rdf/xml rdf+xml rdfxml application/rdf+xml", "rdf"),
        (Kind.ENTITY, "xml rdf", "rdf"),
        (Kind.ENTITY, "html text/html", "html"),
        (Kind.QUERY, "rq sparql SPARQL sparql-query application/sparql-query", "rq"),
        (Kind.LIST, "csv text/csv", "csv"),
        (Kind.CHANGES, "json JSON application/json feed+json application/feed+json", "feed"),
        (Kind.CHANGES, "jsonld json-ld ld+json application/ld+json", "jsonld"),
        (Kind.LIST, "atom Atom application/atom+xml atom+xml", "atom"),
        (Kind.ENTRY, "json application/json", "jsonld"),
        (Kind.ENTRY, "bib bibtex x-bibtex application/x-bibtex text/x-bibtex", "bib"),
        (Kind.ENTRY, "ris RIS application/x-research-info-systems", "ris"),
        (Kind.ENTRY, "csl csl-json csl.json vnd.citationstyles.csl+json", "csl"),
    ],
)
def test_format_understands_what_clients_call_it(kind: Kind, names: str, key: str) -> None:
    for name in names.split():
        for spelled in (name, name.upper(), name.replace("+", " ")):
            choice = named(kind, spelled)
            assert choice is not None, spelled
            assert choice.format.key == key
            assert is_known(spelled)


def test_a_name_of_another_kind_is_known_but_not_offered() -> None:
    for kind, name in ((Kind.ASK, "csv"), (Kind.SELECT, "turtle"), (Kind.GRAPH, "parquet")):
        assert named(kind, name) is None
        assert is_known(name)
    assert not is_known("pdf")
    assert not is_known("")


def test_the_names_that_sparqlwrapper_sends_are_all_known() -> None:
    assert len(Wrapper._allowedFormats) == 9
    assert all(is_known(name) for name in Wrapper._allowedFormats)


def test_within_a_kind_every_name_and_type_means_one_format() -> None:
    assert len(FORMATS) == len(BY_KEY) == len({row.media_type for row in FORMATS}) == 25
    for kind in Kind:
        rows = offers(kind)
        for counted in (
            Counter(name for row in rows for name in row.names),
            Counter(name for row in rows for name in row.types),
        ):
            several = {name for name, count in counted.items() if count > 1}
            # Where JSON is a feed, that comes before JSON-LD.
            assert several <= ({"json", "application/json"} if kind is Kind.CHANGES else set())


def test_each_kind_has_its_formats() -> None:
    keys = {kind: [row.key for row in offers(kind)] for kind in Kind}
    assert keys == {
        Kind.ENTITY: ["html", "ttl", "jsonld", "nt", "trig", "rdf"],
        Kind.COMPARISON: ["html", "ttl", "json", "nt", "trig", "rdf"],
        Kind.QUERY: ["html", "ttl", "jsonld", "nt", "trig", "rdf", "rq"],
        Kind.ENTRY: [
            "html",
            "ttl",
            "jsonld",
            "nt",
            "trig",
            "rdf",
            "bib",
            "ris",
            "csl",
            "ref",
            "linkset-json",
            "linkset",
        ],
        Kind.NANOPUB: ["trig", "jsonld", "nq", "html"],
        Kind.LIST: ["html", "ttl", "jsonld", "nt", "trig", "rdf", "csv", "atom"],
        Kind.REVISION: ["html", "ttl", "jsonld", "nt", "nq", "trig", "rdf", "patch"],
        Kind.TIMEMAP: ["link-format", "json"],
        Kind.CHANGES: ["html", "feed", "jsonld", "trig", "atom"],
        Kind.SELECT: ["srj", "srx", "csv", "tsv", "arrow", "parquet", "html"],
        Kind.ASK: ["srj", "srx", "html"],
        Kind.GRAPH: ["ttl", "jsonld", "nt", "nq", "trig", "rdf", "html"],
    }


QUERIES = {
    Kind.SELECT: "SELECT ?s ?o { ?s ?p ?o } LIMIT 3",
    Kind.ASK: "ASK {}",
    Kind.GRAPH: "CONSTRUCT WHERE { ?s a ?c } LIMIT 3",
}
EVERY = [(kind, row.key) for kind in QUERIES for row in offers(kind)]


@pytest.mark.parametrize(("kind", "key"), EVERY)
def test_the_endpoint_answers_in_every_format(kind: Kind, key: str, web: httpx.Client) -> None:
    assert len(EVERY) == 17
    response = web.get("/sparql", params={"query": QUERIES[kind], "format": key})
    assert response.status_code == 200
    row = BY_KEY[key]
    assert response.headers["Content-Type"] == row.types[row.media_type]
    assert response.content


def test_the_endpoint_says_not_acceptable_where_a_format_has_no_words(web: httpx.Client) -> None:
    parameters = {"query": "SELECT ('\\u0001' AS ?x) {}", "format": "xml"}
    assert web.get("/sparql", params=parameters).status_code == 406
    parameters["format"] = "json"
    assert web.get("/sparql", params=parameters).status_code == 200
