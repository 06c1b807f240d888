import csv
import io
import json
import socket
import urllib.parse

import httpx
import pyoxigraph as ox
import pytest

from graph.prefixes import BASE
from server.formats import BY_KEY, Kind, offers
from server.headers import HEADERS

ROWS = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 5"
MANY = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500"
GRAPH = "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 5"
DIRECT = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"


def ask(web: httpx.Client, query: str, accept: str = "*/*", **parameters: str) -> httpx.Response:
    given = {"query": query, **parameters}
    return web.get("/sparql", params=given, headers={"Accept": accept})


def post(web: httpx.Client, text: str | bytes, kind: str = DIRECT) -> httpx.Response:
    return web.post("/sparql", content=text, headers={"Content-Type": kind})


def test_a_syntax_error_says_where(web: httpx.Client) -> None:
    response = ask(web, "SELECT *\nWHERE { ?s }")
    found = response.json()
    assert (found["line"], found["column"]) == (2, 13)
    assert "Line 2, column 13" in found["detail"]
    assert found["instance"] == f"urn:request:{response.headers['X-Request-Id']}"
    page = ask(web, "SELECT *\nWHERE { ?s }", "text/html")
    assert page.status_code == 400
    assert "Line 2, column 13" in page.text
    assert "WHERE { ?s }" in page.text


def test_a_prefix_that_is_not_declared_is_called_that(web: httpx.Client) -> None:
    found = ask(web, "SELECT * { ?s nope:thing ?o }").json()
    assert "PREFIX nope:" in found["detail"]


def test_the_three_routes_give_the_same_rows(web: httpx.Client) -> None:
    iri = "https://doi.org/10.5555/fixture_(1)%3Ca%3E;b"
    query = f"PREFIX schema: <https://schema.org/> SELECT ?p {{ ?p schema:sameAs <{iri}> }}"
    answers = [
        ask(web, query),
        web.post("/sparql", data={"query": query}),
        post(web, query, f"{DIRECT}; charset=UTF-8"),
        post(web, "\ufeff" + query),
    ]
    assert len({answer.content for answer in answers}) == 1
    assert len(answers[0].json()["results"]["bindings"]) == 1


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (ROWS, "*/*", "application/sparql-results+json"),
        (ROWS, "application/json", "application/json"),
        (ROWS, "text/csv", "text/csv; charset=utf-8; header=present"),
        (ROWS, "text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8; header=present"),
        (ROWS, "TEXT/CSV;Q=1, */*;q=0.5", "text/csv; charset=utf-8; header=present"),
        (ROWS, "application/sparql-results+xml", "application/sparql-results+xml"),
        (ROWS, "text/html", "text/html; charset=utf-8"),
        ("ASK {}", "text/csv, */*;q=0.1", "application/sparql-results+json"),
        ("ASK {}", "text/html", "text/html; charset=utf-8"),
        (GRAPH, "*/*", "text/turtle"),
        (GRAPH, "application/n-triples", "application/n-triples"),
        (GRAPH, "application/ld+json", "application/ld+json"),
        (GRAPH, "application/rdf+xml", "application/rdf+xml"),
        (GRAPH, "text/html", "text/html; charset=utf-8"),
        (ROWS, "text/turtle", None),
        ("ASK {}", "text/csv", None),
        (GRAPH, "text/csv", None),
        (ROWS, "image/png", None),
    ],
)
def test_an_answer_has_the_format_asked_for(
    query: str, accept: str, content_type: str | None, web: httpx.Client
) -> None:
    response = ask(web, query, accept)
    if content_type is None:
        assert response.status_code == 406
        assert response.json()["formats"]
    else:
        assert (response.status_code, response.headers["Content-Type"]) == (200, content_type)
        assert "Accept" in response.headers["Vary"]


def test_several_accept_lines_are_one_list(web: httpx.Client) -> None:
    lines = [("Accept", "text/turtle"), ("Accept", "text/csv")]
    response = web.get("/sparql", params={"query": ROWS}, headers=lines)
    assert response.headers["Content-Type"].startswith("text/csv")


def test_format_names_the_format(web: httpx.Client) -> None:
    keys = [row.key for row in offers(Kind.SELECT)]
    assert len(keys) >= 7
    for key in keys:
        response = ask(web, ROWS, "image/png", format=key)
        assert response.headers["Content-Type"].startswith(BY_KEY[key].media_type)
    assert ask(web, ROWS, format="ttl").status_code == 406
    unknown = ask(web, ROWS, format="x")
    assert unknown.status_code == 400
    assert "csv" in unknown.json()["detail"]


def test_the_formats_agree(web: httpx.Client) -> None:
    rows = ask(web, ROWS).json()["results"]["bindings"]
    lines = list(csv.DictReader(io.StringIO(ask(web, ROWS, "text/csv").text)))
    assert [row["s"]["value"] for row in rows] == [line["s"] for line in lines]
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("update=CLEAR+ALL", FORM, 403),
        ("CLEAR ALL", "application/sparql-update", 403),
        ("update=CLEAR+ALL&query=ASK%7B%7D", FORM, 400),
        ("query=ASK%7B%7D&query=ASK%7B%7D", FORM, 400),
        ("", FORM, 400),
        ("query=%FF", FORM, 400),
        ("query=ASK%7B%7D&default-graph-uri=nonsense", FORM, 400),
        ("query=ASK%7B%7D&timeout=soon", FORM, 400),
        ("query=ASK%7B%7D&timeout=0", FORM, 400),
        ("<x/>", "text/xml", 415),
        ("ASK {}", "", 415),
        ("ASK {}", f"{DIRECT}; charset=latin-1", 415),
        (b"\xff", DIRECT, 400),
        (b"x" * 4_000_000, DIRECT, 413),
        ("query=" + "x" * 4_000_000, FORM, 413),
        ("INSERT DATA { <a:a> <a:a> 1 }", DIRECT, 400),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_protocol_refuses(text: str | bytes, kind: str, status: int, web: httpx.Client) -> None:
    response = post(web, text, kind)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["type"].startswith(f"{BASE}/problems/")
    page = web.get(document["type"].removeprefix(BASE), headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert document["title"] in page.text
    for name, value in HEADERS.items():
        assert response.headers[name] == value


def test_a_query_beside_another_in_the_address_is_refused(web: httpx.Client) -> None:
    response = web.post("/sparql", params={"query": "ASK {}"}, data={"query": "ASK {}"})
    assert response.status_code == 400


def test_an_address_that_is_too_long_is_refused(web: httpx.Client) -> None:
    assert ask(web, "ASK {}" + " " * 20_000).json()["boolean"] is True
    host = web.base_url.host, int(web.base_url.port or 0)
    with socket.create_connection(host, timeout=30) as connection:
        connection.sendall(b"GET /sparql?query=ASK%7B%7D" + b"+" * 300_000 + b" HTTP/1.1\r\n")
        assert connection.recv(100).split()[1] in {b"414", b"431"}


def test_other_methods_are_refused_with_those_allowed(web: httpx.Client) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        response = web.request(method, "/sparql")
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_preflight_is_answered(web: httpx.Client) -> None:
    response = web.options("/sparql", headers={"Access-Control-Request-Method": "POST"})
    assert response.status_code == 204
    assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("query", [ROWS, GRAPH, "ASK {}", "SELECT", ""])
def test_head_has_the_headers_of_get_and_no_body(query: str, web: httpx.Client) -> None:
    given = {"query": query} if query else {}
    got, head = (web.request(name, "/sparql", params=given) for name in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (got.status_code, b"")
    own = {"date", "x-request-id", "content-length" if query == "SELECT" else ""}
    shown = [{n: v for n, v in found.headers.items() if n not in own} for found in (got, head)]
    assert shown[0] == shown[1]


def test_graphs_of_the_protocol_make_the_dataset(web: httpx.Client) -> None:
    inferred, void = f"{BASE}/graph/inferred", f"{BASE}/.well-known/void"
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def number(query: str, **graphs: list[str]) -> int:
        given = {"query": query} | {name.replace("_", "-"): graphs[name] for name in graphs}
        found = web.get("/sparql", params=given).json()["results"]["bindings"]
        return int(found[0]["n"]["value"])

    one = number(count, default_graph_uri=[inferred])
    other = number(count, default_graph_uri=[void])
    assert one > 0
    assert other > 0
    assert number(count, default_graph_uri=[inferred, void]) == one + other
    assert number(count, default_graph_uri=[inferred, inferred]) == one
    assert number(count, named_graph_uri=[inferred]) == 0
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert number(named, named_graph_uri=[inferred]) == one
    assert number(named, default_graph_uri=[inferred]) == 0
    assert number(count, default_graph_uri=["http://nowhere.example/"]) == 0


def test_a_triple_in_two_default_graphs_is_one(web: httpx.Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    inferred = f"{BASE}/graph/inferred"
    alone = ask(web, query, **{"default-graph-uri": inferred}).json()
    froms = f"SELECT (COUNT(*) AS ?n) FROM <{inferred}> FROM <{inferred}> {{ ?s ?p ?o }}"
    assert ask(web, froms).json() == alone


def test_an_unknown_function_is_an_error_of_the_expression(web: httpx.Client) -> None:
    query = "SELECT (<x:f>(1) AS ?a) (<x:g>(2) AS ?b) (3 AS ?c) {}"
    assert ask(web, query).json()["results"]["bindings"] == [
        {"c": {"type": "literal", "value": "3", "datatype": f"{XSD}integer"}}
    ]


def test_a_relative_iri_is_one_of_the_release(web: httpx.Client) -> None:
    triples = ask(web, "CONSTRUCT { <s> <#p> <//x.example/> } {}", "application/n-triples").text
    assert triples == f"<{BASE}/s> <{BASE}#p> <https://x.example/> .\n"


XSD = "http://www.w3.org/2001/XMLSchema#"


def test_a_client_may_shorten_the_deadline_and_is_told_which_one_held(web: httpx.Client) -> None:
    bomb = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    short = ask(web, bomb, timeout="100")
    assert (short.status_code, short.json()["limit"]) == (503, "0.1 s")
    assert short.headers["Retry-After"]
    assert ask(web, ROWS, timeout="500").headers["X-Query-Timeout-Ms"] == "500"
    assert ask(web, ROWS, timeout="99999999").headers["X-Query-Timeout-Ms"] == "2000"


def test_without_a_query_it_describes_itself(web: httpx.Client) -> None:
    page = web.get("/sparql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert '<textarea id="query"' in page.text
    turtle = web.get("/sparql")
    assert turtle.headers["Content-Type"] == "text/turtle"
    found = {str(quad.object) for quad in ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)}
    for row in BY_KEY.values():
        assert not row.iri or f"<{row.iri}>" in found
    assert f"<{BASE}/graph/inferred>" in found


def test_results_on_the_page_link_to_our_pages(web: httpx.Client) -> None:
    query = f"SELECT ?e {{ ?e a <{BASE}/ontology#EvidenceEntry> }} ORDER BY ?e"
    page = ask(web, query, "text/html").text
    assert "5 rows" in page
    assert 'href="/evidence/daniels-2011-socialization-model"' in page
    assert "format=csv" in page


def test_reserved_characters_arrive_as_they_were_sent(web: httpx.Client) -> None:
    text = "a+b & c=d % 100% é \U0001f9ec\t;"
    query = f'SELECT ("{text}" AS ?x) {{}}'
    for answer in (
        ask(web, query),
        web.get("/sparql?query=" + urllib.parse.quote(query)),
        web.get("/sparql?query=" + urllib.parse.quote_plus(query)),
        web.post("/sparql", data={"query": query}),
        post(web, query),
    ):
        assert json.loads(answer.content)["results"]["bindings"][0]["x"]["value"] == text
