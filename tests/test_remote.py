import asyncio
import json
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from graph.errors import AtlasError
from graph.prefixes import BASE
from graph.release import Release
from server.facts import Facts
from server.formats import FORMATS, Kind
from server.remote import Held, RemoteEngine
from server.settings import Settings
from tests.fake_remote import fake_remote, ok
from tests.site import serve
from tests.stores import RunningStore

STORES = ("oxigraph", "virtuoso")
INFERRED, VOID = f"{BASE}/graph/inferred", f"{BASE}/.well-known/void"
PREFIXES = f"""PREFIX atlas: <{BASE}/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
BATTERY = {
    "all of the rest": "SELECT * { ?s ?p ?o FILTER(!REGEX(STR(?s), '/(rule-set|ontology|journal)')) }",
    "all of terms and journals": "SELECT * { ?s ?p ?o FILTER(REGEX(STR(?s), '/(ontology|journal)')) }",
    "all of rules": "SELECT * { ?s ?p ?o FILTER(CONTAINS(STR(?s), '/rule-set/')) }",
    "literals": "SELECT ?s ?p ?o { ?s ?p ?o FILTER(ISLITERAL(?o)) }",
    "star": "SELECT * { ?e a atlas:EvidenceEntry ; atlas:paper ?p . ?p dcterms:title ?t ; dcterms:issued ?d }",
    "optional": "SELECT * { ?s skos:prefLabel ?n OPTIONAL { ?s skos:definition ?d } }",
    "languages": "SELECT ?l (COUNT(*) AS ?n) { ?s ?p ?o BIND(LANG(?o) AS ?l) FILTER(ISLITERAL(?o)) } GROUP BY ?l",
    "booleans": "SELECT ?s ?o { ?s atlas:authorListComplete ?o }",
    "a boolean": "SELECT ?s { ?s atlas:authorListComplete true }",
    "count": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "aggregate": "SELECT ?t (COUNT(*) AS ?n) { ?s a ?t } GROUP BY ?t HAVING (COUNT(*) > 5)",
    "path": "SELECT ?s ?t { ?s skos:inScheme/skos:hasTopConcept ?t }",
    "minus": "SELECT ?s { ?s a ?t MINUS { ?s a skos:Concept } }",
    "regular expression": "SELECT ?s ?o { ?s ?p ?o FILTER(REGEX(STR(?o), 'fatigue', 'i')) }",
    "values": 'SELECT ?x { VALUES ?x { 1 1.5 "a"@en "x" true "2020-01-01"^^xsd:date <urn:a> } }',
    # Beside an IRI in one VALUES, Virtuoso takes such a text for an IRI.
    "texts": 'SELECT ?x { VALUES ?x { "\\t\\"\\n\\\\" "\\r" "é\U0001f9ec" "" } }',
    "nothing": "SELECT ?s ?o { ?s <urn:no> ?o }",
    "inferred": f"SELECT * {{ GRAPH <{INFERRED}> {{ ?s ?p ?o }} }}",
    "FROM": f"SELECT * FROM <{INFERRED}> {{ ?s ?p ?o }}",
    "FROM and GRAPH": f"SELECT * FROM <{INFERRED}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "FROM NAMED": f"SELECT ?g ?p ?o FROM NAMED <{VOID}> {{ GRAPH ?g {{ <{BASE}/dataset> ?p ?o }} }}",
    "FROM NAMED alone": f"SELECT * FROM NAMED <{VOID}> {{ ?s ?p ?o }}",
    "FROM elsewhere": "SELECT * FROM <http://www.openlinksw.com/schemas/virtrdf#> { ?s ?p ?o }",
    "yes": "ASK { ?s ?p ?o }",
    "no": "ASK { ?s <urn:no> ?o }",
    "graph": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "graph FROM": f"CONSTRUCT {{ ?s ?p ?o }} FROM <{INFERRED}> WHERE {{ ?s ?p ?o }}",
    "no graph": "CONSTRUCT { ?s <urn:p> ?o } WHERE { ?s <urn:no> ?o }",
}  # fmt: skip
EMPTY = {"nothing", "FROM and GRAPH", "FROM NAMED alone", "FROM elsewhere", "no", "no graph"}
ORDERED = "SELECT ?s ?p ?o { ?s ?p ?o FILTER(ISIRI(?o) || LANG(?o) = 'en' || DATATYPE(?o) = xsd:integer) } ORDER BY ?s ?p ?o LIMIT 500"  # fmt: skip
BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="session", params=STORES)
def store(request: pytest.FixtureRequest) -> RunningStore:
    found = request.getfixturevalue(f"{request.param}_store")
    assert isinstance(found, RunningStore)
    return found


@pytest.fixture(scope="session")
def remote(
    store: RunningStore, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Return a client of the tiny release, served from a real remote engine."""
    # Virtuoso needs its time on a busy machine.
    settings = replace(settings, engine=store.queries, engine_graph=store.default, query_timeout=20)
    with (
        serve(settings, tmp_path_factory.mktemp("remote")) as site,
        httpx.Client(base_url=site.address, timeout=30) as found,
    ):
        yield found


def ask(web: httpx.Client, query: str, **parameters: str) -> httpx.Response:
    return web.post("/sparql", data={"query": query, **parameters})


def content(response: httpx.Response) -> object:
    """Return what an answer says, whatever the order of rows and triples."""
    assert response.status_code == 200, response.text
    if response.headers["Content-Type"] == "application/n-triples":
        return set(response.text.splitlines())
    document = response.json()
    if "boolean" in document:
        return document["boolean"]
    rows = document["results"]["bindings"]
    # The order of the columns of a star is free.
    names = sorted(document["head"]["vars"])
    return names, Counter(json.dumps(row, sort_keys=True) for row in rows)


def is_empty(found: object) -> bool:
    """Say whether an answer has nothing in it."""
    return not (found[1] if isinstance(found, tuple) else found)


@pytest.mark.parametrize("name", BATTERY)
def test_a_remote_engine_answers_as_the_embedded_one(
    name: str, remote: httpx.Client, web: httpx.Client
) -> None:
    query = PREFIXES + BATTERY[name]
    parameters = {"format": "nt"} if "CONSTRUCT" in query else {}
    here, there = (ask(client, query, **parameters) for client in (web, remote))
    expected = content(here)
    assert is_empty(expected) == (name in EMPTY)
    assert content(there) == expected


@pytest.mark.parametrize("key", [row.key for row in FORMATS if Kind.SELECT in row.kinds])
def test_every_format_has_the_same_bytes(key: str, remote: httpx.Client, web: httpx.Client) -> None:
    here, there = (ask(client, PREFIXES + ORDERED, format=key) for client in (web, remote))
    assert here.status_code == there.status_code == 200
    assert here.headers["Content-Type"] == there.headers["Content-Type"]
    if key != "html":
        assert len(here.content) > 5_000
        assert there.content == here.content


@pytest.mark.parametrize(
    ("query", "parameters", "status"),
    [
        ("SELECT *\nWHERE { ?s ?p }", {}, 400),
        ("SELECT * { ?s nope:thing ?o }", {}, 400),
        ("INSERT DATA { <a:a> <a:a> 1 }", {}, 400),
        ("DEFINE sql:log-enable 2 SELECT * { ?s ?p ?o }", {}, 400),
        (f"SELECT ({'(' * 10_000}1{')' * 10_000} AS ?a) {{}}", {}, 500),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", {}, 403),
        ("SELECT * { ?s ?p ?o }", {"format": "ttl"}, 406),
        ("SELECT (1 AS ?x) { { ?s ?p ?o } UNION { ?s ?p ?o } UNION { ?s ?p ?o } }", {}, 422),
        (BOMB, {"timeout": "300"}, 503),
    ],
    ids=lambda value: str(value)[:30],
)
def test_problems_are_told_in_the_same_words(
    query: str, parameters: dict[str, str], status: int, remote: httpx.Client, web: httpx.Client
) -> None:
    documents = []
    for client in (web, remote):
        response = ask(client, query, **parameters)
        assert response.status_code == status, response.text
        assert response.headers["Content-Type"] == "application/problem+json"
        assert status != 503 or response.elapsed.total_seconds() < 2
        documents.append({**response.json(), "instance": ""})
    assert documents[0] == documents[1]


def test_graphs_of_the_protocol_win_over_those_of_the_query(remote: httpx.Client) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{INFERRED}> {{ ?s ?p ?o }}"
    answers = [
        ask(remote, query, **{"default-graph-uri": VOID}),
        ask(remote, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", **{"default-graph-uri": VOID}),
    ]
    assert content(answers[0]) == content(answers[1])
    assert content(answers[0]) != content(ask(remote, query))


def test_what_engines_are_free_to_do_is_left_to_them(
    remote: httpx.Client, web: httpx.Client
) -> None:
    query = f"DESCRIBE <{BASE}/case-definition/fukuda1994>"
    here, there = (content(ask(client, query, format="nt")) for client in (web, remote))
    # Virtuoso describes by what points to a thing, too.
    assert isinstance(here, set)
    assert isinstance(there, set)
    assert here <= there


def test_named_graphs_are_those_of_the_release(
    remote: httpx.Client, web: httpx.Client, store: RunningStore
) -> None:
    query = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    here, there = (
        {row["g"]["value"] for row in ask(client, query).json()["results"]["bindings"]}
        for client in (web, remote)
    )
    # A true default graph cannot be named, so neither can those beside it: the mark is seen.
    assert there - here == (set() if store.default else {f"{BASE}/graph/published"})
    assert here <= there


def test_several_default_graphs_are_refused_rather_than_counted_twice(
    remote: httpx.Client,
) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{INFERRED}> FROM <{VOID}> {{ ?s ?p ?o }}"
    response = ask(remote, query)
    assert response.status_code == 400
    assert "default graph" in response.json()["detail"]


def test_what_only_the_remote_engine_refuses_is_told_in_its_words(remote: httpx.Client) -> None:
    response = ask(remote, "SELECT (<x:f>(?s) AS ?a) { ?s ?p ?o }")
    assert response.status_code == 400
    assert "x:f" in response.json()["detail"]


def test_it_is_ready_and_serves_pages(remote: httpx.Client) -> None:
    assert remote.get("/readyz").json()["status"] == "ready"
    page = remote.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 200


def test_an_engine_that_cuts_answers_is_not_used(
    virtuoso_store: RunningStore, release: Release, settings: Settings
) -> None:
    settings = replace(
        settings, engine=virtuoso_store.queries, engine_graph=virtuoso_store.default,
        result_rows=50_000, query_timeout=30,
    )  # fmt: skip
    with pytest.raises(AtlasError, match="cuts answers that have 50,001 rows"):
        asyncio.run(RemoteEngine.start(Held.of(Facts(release)), settings))


def test_a_fault_of_the_engine_is_told_as_ours(
    release: Release, settings: Settings, tmp_path: Path
) -> None:
    query = "SELECT ?s { ?s ?p ?o }"
    with fake_remote(release) as fake:
        fake.says = ok('{"head":{},"boolean":true}')
        settings = replace(settings, engine=fake.address, query_timeout=30)
        with (
            serve(settings, tmp_path) as site,
            httpx.Client(base_url=site.address, timeout=30) as web,
        ):
            fake.says = None
            host, _, port = site.address.removeprefix("http://").partition(":")
            with socket.create_connection((host, int(port)), timeout=30) as client:
                client.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n")
                assert fake.got.wait(10)
                assert not fake.closed.is_set()
            assert fake.closed.wait(10)
            fake.says = b"rubbish"
            answer, ready = ask(web, query), web.get("/readyz")
            assert (answer.status_code, ready.status_code) == (502, 503)
            assert answer.json()["type"].endswith("/engine-unreachable")
            assert "whole answer" in ready.json()["detail"]
            fake.says = ok('{"head":{},"boolean":true}')
            assert web.get("/readyz").status_code == 200
            fake.mark = replace(fake.mark, release="2001-01-01.1")
            assert "2001-01-01.1" in web.get("/readyz").json()["detail"]
            assert web.get("/healthz").status_code == 200
