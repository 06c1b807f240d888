import subprocess
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from SPARQLWrapper import JSON, SPARQLWrapper
from werkzeug.serving import make_server

from graph.paths import ROOT
from graph.prefixes import BASE
from graph.release import Release
from server.formats import offers
from server.negotiation import choose

SEED = "/evidence/daniels-2011-socialization-model"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --dump-dom"
)
BOMBS = {
    "cross product": (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "query-timeout",
    ),
    "deep nesting": ("SELECT * {" + "{" * 20_000 + "}" * 20_000 + "}", "query-too-heavy"),
    "SERVICE": ("SELECT * { SERVICE SILENT <http://127.0.0.1/> { ?s ?p ?o } }", "no-service"),
    "too many rows": ("SELECT * { ?s ?p ?o }", "result-too-large"),
    "no syntax": ("SELECT * {", "bad-query"),
}


@pytest.mark.parametrize(
    ("accept", "key"),
    [
        (None, "html"),
        ("*/*", "html"),
        ("text/turtle", "ttl"),
        ("TEXT/Turtle;q=0.5, application/ld+json;q=0.4", "ttl"),
        ("text/html;q=0.1, */*;q=0.8", "ttl"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/turtle;q=0, */*;q=0.1", "html"),
        ("image/png", None),
        ("application/*", "jsonld"),
    ],
)
def test_the_accept_header_chooses_the_format(accept: str | None, key: str | None) -> None:
    form = choose(accept, offers("page"))
    assert (form.key if form else None) == key


def graph(client: FlaskClient, path: str, form: ox.RdfFormat) -> set[ox.Triple]:
    response = client.get(path)
    assert response.status_code == 200
    return {quad.triple for quad in ox.parse(response.data, format=form)}


def test_turtle_json_ld_and_n_triples_are_one_graph(client: FlaskClient) -> None:
    turtle = graph(client, f"{SEED}.ttl", ox.RdfFormat.TURTLE)
    assert len(turtle) > 100
    assert turtle == graph(client, f"{SEED}.jsonld", ox.RdfFormat.JSON_LD)
    assert turtle == graph(client, f"{SEED}.nt", ox.RdfFormat.N_TRIPLES)


def test_the_page_shows_the_fields_in_the_order_of_the_site(client: FlaskClient) -> None:
    text = client.get(SEED, headers={"Accept": "text/html"}).get_data(as_text=True)
    wanted = [
        "Evidence level",
        "Confidence",
        "PEM:",
        "Publication type",
        "Peer review",
        "Quick read",
    ]
    wanted += ["<h1>", "Wearden", "2011", "doi:", "Quick summary", "Why it matters"]
    wanted += ["Observed findings", "Inferred conclusions", "Remaining questions", "does not prove"]
    wanted += ["Was PEM required", "The paper", "BibTeX", "Generator v1 / Scanner v1.4"]
    places = [text.index(word) for word in wanted]
    assert places == sorted(places)


def test_every_own_iri_of_the_release_resolves(client: FlaskClient, real_release: Release) -> None:
    nodes = {node for quad in ox.parse(path=str(real_release.dump_path)) for node in quad}
    iris = {node.value for node in nodes if isinstance(node, ox.NamedNode)}
    documents = {iri.partition("#")[0] for iri in iris if iri.startswith(f"{BASE}/")}
    assert len(documents) > 1_100
    missing = [d for d in sorted(documents) if client.head(d.removeprefix(BASE)).status_code != 200]
    assert missing == []


def test_not_modified_and_not_acceptable_and_not_found(client: FlaskClient) -> None:
    first = client.get(f"{SEED}.ttl")
    again = client.get(f"{SEED}.ttl", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert first.headers["ETag"] != client.get(f"{SEED}.jsonld").headers["ETag"]
    refused = client.get(SEED, headers={"Accept": "image/png"})
    assert (refused.status_code, refused.mimetype) == (406, "application/problem+json")
    for path in ("/evidence/none", "/%00", "/../etc/passwd", "/" + "x" * 10_000):
        response = client.get(path)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")
        assert str(ROOT) not in response.get_data(as_text=True)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_an_error_and_the_next_query_is_answered(bomb: str, client: FlaskClient) -> None:
    query, problem = BOMBS[bomb]
    response = client.post("/sparql", data=query, content_type="application/sparql-query")
    assert response.status_code >= 400
    assert response.json["type"] == f"/problems/{problem}"  # type: ignore[index]
    after = client.get("/sparql", query_string={"query": "ASK { ?s ?p ?o }"})
    assert after.json["boolean"] is True  # type: ignore[index]


def test_the_three_routes_give_the_same_rows(client: FlaskClient) -> None:
    iri = "https://doi.org/10.1017/s1352465810000792"
    query = f"PREFIX schema: <https://schema.org/> SELECT ?p {{ ?p schema:sameAs <{iri}> }}"
    answers = [
        client.get("/sparql", query_string={"query": query}),
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", data=query, content_type="application/sparql-query"),
    ]
    assert len({answer.data for answer in answers}) == 1
    assert b"daniels" in answers[0].data
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"data": {"update": "CLEAR ALL"}}, 403),
        ({"data": {"query": ["ASK {}", "ASK {}"]}}, 400),
        ({"data": "<x/>", "content_type": "text/xml"}, 415),
        ({"data": b"\xff", "content_type": "application/sparql-query"}, 400),
        ({"data": b"x" * 2_000_000, "content_type": "application/sparql-query"}, 413),
    ],
    ids=["update", "two queries", "media type", "no UTF-8", "too large"],
)
def test_the_protocol_refuses(
    arguments: dict[str, object], status: int, client: FlaskClient
) -> None:
    response = client.post("/sparql", **arguments)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")


def test_a_real_client_and_a_real_browser_are_served(
    client: FlaskClient, chromium: Path, tmp_path: Path
) -> None:
    server = make_server("127.0.0.1", 0, client.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        wrapper = SPARQLWrapper(f"http://127.0.0.1:{server.port}/sparql", returnFormat=JSON)
        wrapper.setQuery(f"SELECT (COUNT(?e) AS ?n) {{ ?e a <{BASE}/ontology#EvidenceEntry> }}")
        answer = wrapper.queryAndConvert()
        assert isinstance(answer, dict)
        rows = answer["results"]["bindings"]
        command = [str(chromium), *FLAGS.split(), f"--user-data-dir={tmp_path}"]
        page = f"http://127.0.0.1:{server.port}{SEED}"
        done = subprocess.run([*command, page], capture_output=True, timeout=60, check=True)
    finally:
        server.shutdown()
        thread.join()
    assert rows == [
        {"n": {"type": "literal", "value": "799", "datatype": rows[0]["n"]["datatype"]}}
    ]
    assert b"Socialization to the model" in done.stdout
