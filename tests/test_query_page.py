import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pyoxigraph as ox
import pytest

from graph.paths import ROOT
from graph.prefixes import BASE
from graph.release import Release
from server import answers as results
from server.answers import MOST_ROWS, Cell, Column
from server.facts import Facts
from server.formats import Kind
from server.problems import Problem
from server.query import Answer, Outcome
from server.query_page import LONGEST_ADDRESS, Place, QueryPages

ENDPOINT = "http://x.example/sparql"
ENTRIES = f"SELECT ?e {{ ?e a <{BASE}/ontology#EvidenceEntry> }} ORDER BY ?e"


@pytest.fixture(scope="module")
def facts(release: Release) -> Facts:
    return Facts(release)


def page(web: httpx.Client, query: str, path: str = "/sparql") -> str:
    return web.get(path, params={"query": query}, headers={"Accept": "text/html"}).text


def rows(*bindings: dict[str, dict[str, str]]) -> bytes:
    names = list(dict.fromkeys(name for row in bindings for name in row))
    return json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}).encode()


def test_a_table_says_language_and_datatype_and_what_is_unbound(facts: Facts) -> None:
    number = {"type": "literal", "value": "1.50", "datatype": str(ox.Literal(1).datatype.value)}
    body = rows(
        {"a": {"type": "uri", "value": f"{BASE}/evidence/x"}, "n": number},
        {"b": {"type": "literal", "value": "<b>", "xml:lang": "de"}, "n": number},
        {"b": {"type": "literal", "value": "plain"}, "c": {"type": "bnode", "value": "z"}},
    )
    table = results.table(facts, body)
    assert table.columns == [
        Column("a", "", False),
        Column("n", "xsd:integer", True),
        Column("b", "", False),
        Column("c", "", False),
    ]
    assert table.rows[0] == [
        Cell("/evidence/x", iri=f"{BASE}/evidence/x"),
        Cell("1.50", datatype="xsd:integer", is_number=True),
        None,
        None,
    ]
    assert table.rows[1][2] == Cell("<b>", language="de")
    assert table.rows[2] == [None, None, Cell("plain"), Cell("_:z")]


def test_rows_beyond_the_first_are_counted(facts: Facts) -> None:
    row = {"a": {"type": "literal", "value": "x"}}
    table = results.table(facts, rows(*[row] * (MOST_ROWS + 7)))
    assert (len(table.rows), table.total) == (MOST_ROWS, MOST_ROWS + 7)


def test_a_graph_keeps_every_character_and_links_its_terms(facts: Facts) -> None:
    turtle = (
        f"@prefix atlas: <{BASE}/ontology#> .\n"
        f'<{BASE}/evidence/x> atlas:paper <#a>, "<http://not.example/>" ; # atlas:no\n'
        "\tatlas:a\\.b 1 .\n"
    )
    text = results.graph(facts, turtle.encode())
    assert "".join(piece for piece, _ in text.pieces) == turtle
    assert [iri for _, iri in text.pieces if iri] == [
        f"{BASE}/evidence/x", f"{BASE}/ontology#paper", "#a", f"{BASE}/ontology#a.b",
    ]  # fmt: skip
    assert (text.lines, text.total) == (3, 3)


def test_a_long_graph_is_cut_at_a_line_and_says_so(facts: Facts, web: httpx.Client) -> None:
    line = "<a:a> <a:b> 1 .\n"
    text = results.graph(facts, line.encode() * 20_000)
    assert text.total == 20_000
    assert text.lines == results.MOST_CHARACTERS // len(line)
    assert text.pieces[-1][0].endswith(".\n")


def test_many_rows_are_said_to_be_more_than_are_shown(web: httpx.Client) -> None:
    found = page(web, "SELECT ?p { ?s ?p ?o }")
    total = re.search(r"The first 1,000 of ([\d,]+) rows; each of these has all of them:", found)
    assert total is not None
    assert found.count("<tr>") == 1 + MOST_ROWS
    everything = web.get("/sparql", params={"query": "SELECT ?p { ?s ?p ?o }"})
    assert len(everything.json()["results"]["bindings"]) == int(total[1].replace(",", ""))


def test_our_things_are_linked_here_and_others_elsewhere(web: httpx.Client) -> None:
    query = f'SELECT (<{BASE}/dataset> AS ?a) (<https://e.example/?a&b> AS ?b) (<javascript:alert(1)> AS ?c) ("<i>"@fr AS ?d) {{}}'
    found = page(web, query)
    assert '<a href="/dataset">/dataset</a>' in found
    assert '<a href="https://e.example/?a&amp;b"' in found
    assert "<td>javascript:alert(1)</td>" in found
    assert '<td><span lang="fr">&lt;i&gt;</span></td>' in found


def test_unbound_values_are_visibly_empty(web: httpx.Client) -> None:
    found = page(web, "SELECT ?a ?b { VALUES (?a ?b) { (1 UNDEF) (UNDEF 2) } }")
    assert found.count("no value") == 2


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (ENTRIES, ["srj", "srx", "csv", "tsv", "arrow", "parquet"]),
        ("ASK {}", ["srj", "srx"]),
        ("DESCRIBE <x:y>", ["ttl", "jsonld", "nt", "nq", "trig", "rdf"]),
    ],
)
def test_every_format_and_the_permanent_link_lead_to_the_same_query(
    query: str, keys: list[str], web: httpx.Client
) -> None:
    found = page(web, query)
    links = re.search(r'<p class="downloads">(.*?)</p>', found, re.DOTALL)
    assert links is not None
    parameters = [
        parse_qs(urlsplit(html.unescape(link)).query)
        for link in re.findall(r'href="(.*?)"', links[1])
    ]
    assert parameters == [
        {"query": [query]},
        *({"query": [query], "format": [key]} for key in keys),
    ]


def test_a_query_too_long_for_an_address_is_downloaded_by_post(web: httpx.Client) -> None:
    query = f"ASK {{}} # {'x' * LONGEST_ADDRESS}"
    found = page(web, query)
    assert '<button class="plain" name="format" value="srj">' in found
    assert not re.search(r'href="[^"]*format=srj', found)
    page_by_post = web.post("/sparql", data={"query": query}, headers={"Accept": "text/html"})
    assert "Yes: true" in page_by_post.text


def test_a_graph_is_shown_as_turtle_with_links(web: httpx.Client) -> None:
    found = page(web, f"CONSTRUCT WHERE {{ ?s a <{BASE}/ontology#EvidenceEntry> }}")
    assert '<a href="/ontology#EvidenceEntry">atlas:EvidenceEntry</a>' in found


def test_a_problem_shows_its_place(web: httpx.Client) -> None:
    found = page(web, "SELECT *\nWHERE { ?s }")
    assert 'id="problem" role="alert" data-line="2" data-column="13"' in found
    assert "?s }<mark>⏎</mark>" in found or re.search(r"WHERE \{ \?s <mark>\}</mark>", found)
    assert "/problems/syntax-error" in found


@pytest.mark.parametrize(
    ("line", "column", "place"),
    [
        (1, 1, Place(1, 1, "", "a", "b")),
        (2, 2, Place(2, 2, "c", "", "")),
        (2, 99, Place(2, 99, "c", "", "")),
        (3, 1, None),
        (0, 1, None),
    ],
)
def test_a_place_lies_within_the_query(
    line: int, column: int, place: Place | None, facts: Facts
) -> None:
    problem = Problem("syntax-error", "", {"line": line, "column": column})
    values = QueryPages(facts).page("ab\r\nc", ENDPOINT, None, problem).values
    assert values["place"] == place
    assert values["query"] == "ab\nc"


def test_the_page_can_be_made_without_a_server(facts: Facts) -> None:
    answer = Answer(Outcome.OK, Kind.ASK, body=b'{"head":{},"boolean":false}')
    values = QueryPages(facts).page("ASK {}", ENDPOINT, answer).values
    assert values["verdict"] is False
    assert values["table"] is None


def test_the_page_warns_with_and_without_scripts(web: httpx.Client) -> None:
    query = "SELECT * { ?e atlas:papr ?p }"
    assert "did you mean atlas:paper?" in page(web, query)
    for answer in (
        web.get("/sparql/lint", params={"query": query}),
        web.post("/sparql/lint", data={"query": query}),
    ):
        prefix, term = answer.json()["remarks"]
        assert (prefix["line"], prefix["column"], prefix["length"]) == (1, 15, 10)
        assert prefix["insert"] == f"PREFIX atlas: <{BASE}/ontology#>"
        assert "atlas:paper" in term["text"]
    assert web.get("/sparql/lint").status_code == 400


def test_completion_knows_what_the_release_uses(web: httpx.Client) -> None:
    answer = web.get("/sparql/terms.json")
    terms = {term["name"]: term for term in answer.json()["terms"]}
    assert terms["atlas:paper"]["kind"] == "property"
    assert terms["atlas:paper"]["count"] == 5
    assert terms["atlas:EvidenceEntry"]["count"] == 5
    assert terms["atlas:paper"]["label"]
    assert terms[f"<{BASE}/vocabulary/pem-requirement#required>"]["label"] == "PEM required"
    assert terms[f"<{BASE}/case-definition/fukuda1994>"]["kind"] == "case definition"
    assert "atlas:correctionOf" not in terms
    assert answer.json()["prefixes"]["atlas"] == f"{BASE}/ontology#"
    again = web.get("/sparql/terms.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_an_example_is_shown_and_not_run(web: httpx.Client) -> None:
    first = page(web, "ASK {}")
    keys = re.findall(r'<option value="([\w-]+)"', first)
    assert len(keys) >= 1
    found = web.get("/sparql/example", params={"name": keys[0]})
    assert f'<option value="{keys[0]}" selected>' in found.text
    assert 'id="answer"' not in found.text
    assert web.get("/sparql/example", params={"name": "x"}).status_code == 404
    assert web.get("/sparql/example", params={"name": ""}).headers["Location"] == "/sparql"


def test_code_follows_the_query_and_the_host(web: httpx.Client) -> None:
    headers = {"Host": "a.example:81"}
    found = web.post("/sparql/snippets", data={"query": "ASK {}"}, headers=headers)
    codes = found.json()["snippets"]
    assert set(codes) == {"curl", "python", "r"}
    assert all("http://a.example:81/sparql" in code for code in codes.values())


def test_nothing_on_the_page_needs_more_than_the_policy_allows(web: httpx.Client) -> None:
    answer = web.get("/sparql", headers={"Accept": "text/html"})
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", answer.text)
    for source in re.findall(r'(?:src|href)="([^"]*\.(?:js|css))"', answer.text):
        assert source.startswith("/static/")
        assert web.get(source).status_code == 200


def test_the_lock_of_the_editor_pins_digests_and_names_no_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: row for name, row in lock["packages"].items() if name}
    assert len(packages) >= 15
    for name, row in packages.items():
        assert row["integrity"].startswith("sha512-"), name
        assert "resolved" not in row
    assert "://" not in json.dumps(lock)
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert all(packages[f"node_modules/{name}"]["version"] == wanted[name] for name in wanted)
