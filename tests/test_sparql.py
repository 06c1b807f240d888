import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from SPARQLWrapper import CSV, JSON, POST, TURTLE, SPARQLWrapper
from werkzeug.test import TestResponse

from graph.prefixes import BASE
from graph.release import Release
from server.engine import WorkerPool
from server.formats import BY_KEY, Kind
from server.query import Outcome, Query
from server.settings import Settings

ROWS = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 5"
GRAPH = "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 5"
COUNT = f"SELECT (COUNT(?e) AS ?n) {{ ?e a <{BASE}/ontology#EvidenceEntry> }}"
DIRECT = "application/sparql-query"
BOMBS = {
    "cross product": (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
        503,
        "query-timeout",
    ),
    "nested groups": ("SELECT * {" + "{" * 20_000 + "}" * 20_000 + "}", 500, "query-crashed"),
    "parentheses": (
        "SELECT (" + "(" * 20_000 + "1" + ")" * 20_000 + " AS ?a) {}",
        500,
        "query-crashed",
    ),
    "SERVICE": (
        "SELECT * { SERVICE SILENT <http://127.0.0.1/> { ?s ?p ?o } }",
        403,
        "service-refused",
    ),
    "too many rows": ("SELECT * { ?s ?p ?o . ?a ?b ?c }", 422, "result-too-large"),
    "syntax": ("SELECT *\nWHERE { ?s }", 400, "syntax-error"),
    "unknown function": ("SELECT * { FILTER(<x:f>(1)) }", 400, "query-failed"),
    "update": ("INSERT DATA { <a:a> <a:a> 1 }", 400, "syntax-error"),
}


def ask(client: FlaskClient, query: str, accept: str = "*/*") -> TestResponse:
    return client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_an_error_and_the_next_query_is_answered(bomb: str, client: FlaskClient) -> None:
    query, status, problem = BOMBS[bomb]
    response = client.post("/sparql", data=query, content_type=DIRECT)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.get_json(force=True)["type"] == f"{BASE}/problems/{problem}"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert ("Retry-After" in response.headers) == (status == 503)
    assert ask(client, "ASK { ?s ?p ?o }").get_json(force=True)["boolean"] is True
    assert client.get("/evidence").status_code == 200


def test_a_syntax_error_says_where(client: FlaskClient) -> None:
    found = ask(client, "SELECT *\nWHERE { ?s }").get_json(force=True)
    assert (found["line"], found["column"]) == (2, 13)
    assert "Line 2, column 13" in found["detail"]
    page = ask(client, "SELECT *\nWHERE { ?s }", "text/html")
    assert page.status_code == 400
    assert "Line 2, column 13" in page.text
    assert "WHERE { ?s }</textarea>" in page.text


def test_the_three_routes_give_the_same_rows(client: FlaskClient) -> None:
    iri = "https://doi.org/10.5555/fixture_(1)%3Ca%3E;b"
    query = f"PREFIX schema: <https://schema.org/> SELECT ?p {{ ?p schema:sameAs <{iri}> }}"
    answers = [
        ask(client, query),
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", data=query, content_type=f"{DIRECT}; charset=UTF-8"),
    ]
    assert len({answer.data for answer in answers}) == 1
    assert len(answers[0].get_json(force=True)["results"]["bindings"]) == 1


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (ROWS, "*/*", "application/sparql-results+json"),
        (ROWS, "application/json", "application/json"),
        (ROWS, "text/csv", "text/csv; charset=utf-8; header=present"),
        (ROWS, "text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8; header=present"),
        (ROWS, "text/html", "text/html; charset=utf-8"),
        ("ASK {}", "text/csv, */*;q=0.1", "application/sparql-results+json"),
        ("ASK {}", "text/html", "text/html; charset=utf-8"),
        (GRAPH, "*/*", "text/turtle"),
        (GRAPH, "application/n-triples", "application/n-triples"),
        (GRAPH, "application/ld+json", "application/ld+json"),
        (GRAPH, "text/html", "text/html; charset=utf-8"),
        (ROWS, "text/turtle", None),
        ("ASK {}", "text/csv", None),
        (GRAPH, "text/csv", None),
        (ROWS, "image/png", None),
    ],
)
def test_an_answer_has_the_format_asked_for(
    query: str, accept: str, content_type: str | None, client: FlaskClient
) -> None:
    response = ask(client, query, accept)
    if content_type is None:
        assert response.status_code == 406
        assert response.get_json(force=True)["formats"]
    else:
        assert (response.status_code, response.headers["Content-Type"]) == (200, content_type)
        assert "Accept" in response.headers["Vary"]


def test_format_names_the_format(client: FlaskClient) -> None:
    for key in ("srj", "csv", "html"):
        found = client.get("/sparql", query_string={"query": ROWS, "format": key})
        assert found.mimetype == BY_KEY[key].media_type
    assert client.get("/sparql", query_string={"query": ROWS, "format": "ttl"}).status_code == 406
    assert client.get("/sparql", query_string={"query": ROWS, "format": "x"}).status_code == 400


def test_the_formats_agree(client: FlaskClient) -> None:
    rows = ask(client, ROWS).get_json(force=True)["results"]["bindings"]
    lines = ask(client, ROWS, "text/csv").data.split(b"\r\n")
    assert [row["s"]["value"] for row in rows] == [
        line.split(b",")[0].decode() for line in lines[1:-1]
    ]
    graphs = [
        {quad.triple for quad in ox.parse(ask(client, GRAPH, name).data, format=form)}
        for name, form in {
            "text/turtle": ox.RdfFormat.TURTLE,
            "application/n-triples": ox.RdfFormat.N_TRIPLES,
            "application/ld+json": ox.RdfFormat.JSON_LD,
        }.items()
    ]
    assert len(graphs[0]) == 5
    assert graphs[0] == graphs[1] == graphs[2]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"data": {"update": "CLEAR ALL"}}, 403),
        ({"data": "CLEAR ALL", "content_type": "application/sparql-update"}, 403),
        ({"data": {"update": "CLEAR ALL", "query": "ASK {}"}}, 400),
        ({"data": {"query": ["ASK {}", "ASK {}"]}}, 400),
        ({"data": {"query": "ASK {}"}, "query_string": {"query": "ASK {}"}}, 400),
        ({"data": {}, "content_type": "application/x-www-form-urlencoded"}, 400),
        ({"data": "<x/>", "content_type": "text/xml"}, 415),
        ({"data": "ASK {}"}, 415),
        ({"data": b"\xff", "content_type": DIRECT}, 400),
        ({"data": b"x" * 4_000_000, "content_type": DIRECT}, 413),
        ({"data": {"query": "x" * 4_000_000}}, 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_protocol_refuses(
    arguments: dict[str, object], status: int, client: FlaskClient
) -> None:
    response = client.post("/sparql", **arguments)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")


def test_a_named_graph_can_be_the_default_graph(client: FlaskClient) -> None:
    query = {"query": "ASK { ?s ?p ?o }", "default-graph-uri": f"{BASE}/graph/inferred"}
    assert client.get("/sparql", query_string=query).get_json(force=True)["boolean"] is True
    query["default-graph-uri"] = "http://nowhere.example/"
    assert client.get("/sparql", query_string=query).get_json(force=True)["boolean"] is False


def test_without_a_query_it_describes_itself(client: FlaskClient) -> None:
    page = client.get("/sparql", headers={"Accept": "text/html"})
    assert '<textarea id="query"' in page.text
    turtle = client.get("/sparql", headers={"Accept": "text/turtle"})
    found = {str(quad.object) for quad in ox.parse(turtle.data, format=ox.RdfFormat.TURTLE)}
    for row in BY_KEY.values():
        assert not row.iri or f"<{row.iri}>" in found
    assert f"<{BASE}/graph/inferred>" in found


def test_results_on_the_page_link_to_our_pages(client: FlaskClient) -> None:
    query = f"SELECT ?e {{ ?e a <{BASE}/ontology#EvidenceEntry> }} ORDER BY ?e"
    page = ask(client, query, "text/html").text
    assert "5 rows" in page
    assert '<td><a href="/evidence/daniels-2011-socialization-model">' in page
    assert "format=csv" in page


def test_when_all_workers_are_busy_the_client_is_told(release: Release) -> None:
    settings = Settings(query_workers=1, query_wait=0.01, query_timeout=30)
    pool = WorkerPool(release.store_path, settings)
    held = pool._idle.get()
    try:
        assert pool.run(Query("ASK {}", {Kind.ASK: "srj"})).outcome is Outcome.BUSY
    finally:
        pool._idle.put(held)
        pool.close()


@pytest.fixture(scope="module")
def granian(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the tiny release as `atlas serve` does, in a process of its own."""
    port = 8100 + os.getpid() % 800
    settings = Settings(release.folder.parent, port=port, query_timeout=2, result_size=1)
    log = tmp_path_factory.mktemp("granian") / "log"
    code = "import os; from server.run import run; from server.settings import Settings; "
    code += "run(Settings.from_environment(os.environ))"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, **settings.to_environment()},
            cwd=Path(__file__).parent.parent,
            stderr=stream,
        )
    address = f"http://127.0.0.1:{port}"
    _wait_for(address, process)
    yield address
    process.terminate()
    process.wait()


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(address).close()
        except urllib.error.URLError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize("method", ["GET", POST])
def test_a_real_client_gets_rows_and_graphs_from_the_real_server(method: str, granian: str) -> None:
    wrapper = SPARQLWrapper(f"{granian}/sparql", returnFormat=JSON)
    wrapper.setMethod(method)
    wrapper.setQuery(COUNT)
    answer = wrapper.queryAndConvert()
    assert isinstance(answer, dict)
    assert answer["results"]["bindings"][0]["n"]["value"] == "5"
    wrapper.setReturnFormat(CSV)
    assert wrapper.queryAndConvert() == b"n\r\n5\r\n"
    wrapper.setQuery(GRAPH)
    wrapper.setReturnFormat(TURTLE)
    turtle = wrapper.queryAndConvert()
    assert isinstance(turtle, bytes)
    assert len(list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))) == 5


def test_the_real_server_survives_bombs_and_joins_header_lines(granian: str) -> None:
    for query in (BOMBS["nested groups"][0], BOMBS["cross product"][0]):
        request = urllib.request.Request(
            f"{granian}/sparql", query.encode(), {"Content-Type": DIRECT}
        )
        with pytest.raises(urllib.error.HTTPError) as error, urllib.request.urlopen(request):
            pass
        found = json.loads(error.value.read())
        error.value.close()
        assert found["status"] >= 500
    page = urllib.request.Request(f"{granian}/", headers={"Accept": "text/turtle"})
    with urllib.request.urlopen(page) as response:
        assert response.headers["Content-Type"] == "text/turtle"
        assert response.headers["Content-Location"] == "/dataset.ttl"
