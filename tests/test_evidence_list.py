import asyncio
import csv
import io
import json
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient

from graph.build import build
from graph.errors import ReleaseMissing
from graph.prefixes import BASE, term
from graph.release import Release
from server.app import create_app
from server.facts import Facts
from server.formats import Kind, offers
from server.serving import serve_release
from server.settings import Settings

HTML = {"Accept": "text/html"}
ATOM = "{http://www.w3.org/2005/Atom}"
LIST = [row.key for row in offers(Kind.LIST)]
RDF = {row.key: row.writer for row in offers(Kind.LIST) if isinstance(row.writer, ox.RdfFormat)}
SEARCH = "?q=fatigue&pem=required&pem=unclear&from=2010"
HOSTILE = [
    '"', "*", "AND", "a OR NOT b", "title:x", ":", "\x00", "a\x00b", "\x01\x1b[31m", "\u202eabc",
    "x" * 10_240, "<script>alert(1)</script>", '"><img src=x>', "' or 1=1 --", "{{7*7}}", "%00",
    "../../etc/passwd", "\ufffe\uffff", "𝔣𝔞𝔱𝔦𝔤𝔲𝔢", "العربية", "(((((((((", "\\", "+-&|!", "/.*/",
    "~" * 300, "\n\r\n", "a " * 450, "longer-words-than-most " * 40,
]  # fmt: skip


def members(client: FlaskClient, key: str, query: str) -> list[str]:
    """Return the IRIs of the entries on a page, in its order, as the format of that key says it."""
    body = client.get(f"/evidence.{key}{query}").data
    if key == "html":
        found = re.findall(r'<li><a href="(/evidence/[^"]+)"', body.decode())
        return [BASE + path for path in found]
    if key == "csv":
        return [row["entry"] for row in csv.DictReader(io.StringIO(body.decode()))]
    if key == "atom":
        return [str(node.text) for node in ET.fromstring(body).iterfind(f"{ATOM}entry/{ATOM}id")]
    triples = {quad.triple for quad in ox.parse(body, format=RDF[key])}
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in triples)
    rows = store.query(
        "SELECT ?entry { ?page <https://schema.org/itemListElement> ?item . ?item "
        "<https://schema.org/item> ?entry ; <https://schema.org/position> ?place } ORDER BY ?place"
    )
    assert isinstance(rows, ox.QuerySolutions)
    return [str(row["entry"])[1:-1] for row in rows]


def test_every_format_lists_the_same_entries(real_client: FlaskClient) -> None:
    assert LIST == ["html", "ttl", "jsonld", "nt", "trig", "rdf", "csv", "atom"]
    for query in (SEARCH, "?sort=title&topic=immunology", "?year=not-recorded", "?q=zzzz"):
        found = {key: members(real_client, key, query) for key in LIST}
        # Only CSV has all pages.
        first = {key: entries[:50] for key, entries in found.items()}
        assert all(entries == first["html"] for entries in first.values()), query
    assert len(members(real_client, "csv", "")) == 799
    assert len(members(real_client, "ttl", "?per-page=200&page=4")) == 199


def test_the_rdf_of_a_page_is_one_graph_without_blank_nodes(real_client: FlaskClient) -> None:
    graphs = {
        key: {quad.triple for quad in ox.parse(real_client.get(f"/evidence.{key}{SEARCH}").data, format=form)}
        for key, form in RDF.items()
    }  # fmt: skip
    assert len(graphs) == 5
    first = graphs["ttl"]
    assert all(graph == first for graph in graphs.values())
    assert not [node for triple in first for node in triple if isinstance(node, ox.BlankNode)]
    page = ox.NamedNode(f"{BASE}/evidence{SEARCH}")
    said = {triple.predicate: triple.object for triple in first if triple.subject == page}
    assert said[term("dcterms:isPartOf")] == ox.NamedNode(f"{BASE}/dataset")
    assert said[term("schema:numberOfItems")] == ox.Literal(
        len(members(real_client, "csv", SEARCH))
    )
    for name in ("dcterms:title", "atlas:year", "bibo:doi", "atlas:pemRequirement"):
        assert any(triple.predicate == term(name) for triple in first), name
    turtle = real_client.get(f"/evidence.ttl{SEARCH}").text
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) == len(first)


def test_pages_lead_to_one_another_in_rdf_headers_and_html(real_client: FlaskClient) -> None:
    response = real_client.get("/evidence?sort=title&page=2", headers={"Accept": "text/turtle"})
    links = response.headers["Link"]
    assert f'<{BASE}/evidence?sort=title&page=2>; rel="canonical"' in links
    for relation, page in (("prev", ""), ("next", "&page=3"), ("last", "&page=16")):
        assert f'</evidence?sort=title{page}>; rel="{relation}"' in links
    assert (
        '</evidence.atom?sort=title&page=2>; rel="alternate"; type="application/atom+xml"' in links
    )
    assert f"hydra:next <{BASE}/evidence?sort=title&page=3>" in response.text
    assert f"hydra:previous <{BASE}/evidence?sort=title>" in response.text
    by_suffix = real_client.get("/evidence.ttl?page=2").headers["Link"]
    assert '</evidence.ttl?page=3>; rel="next"' in by_suffix
    page = real_client.get("/evidence?page=2", headers=HTML).text
    assert '<a rel="next" href="/evidence?page=3">' in page
    assert '<a rel="prev" href="/evidence">' in page
    assert "51 to 100 of 799" in page


def test_a_search_is_negotiated_like_everything_else(client: FlaskClient) -> None:
    for row in offers(Kind.LIST):
        for asked in (
            client.get("/evidence?q=a", headers={"Accept": row.media_type}),
            client.get(f"/evidence?q=a&format={row.key}"),
            client.get(f"/evidence{row.suffix}?q=a"),
        ):
            assert (asked.status_code, asked.mimetype) == (200, row.media_type)
            assert asked.headers["Content-Location"] == f"/evidence{row.suffix}?q=a"
            assert asked.headers["Vary"] == "Accept, Accept-Encoding"
    assert client.get("/evidence", headers={"Accept": "*/*"}).mimetype == "text/html"
    refused = client.get("/evidence?q=a", headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert "/evidence.csv?q=a" in refused.get_json(force=True)["alternates"]
    assert client.get("/evidence?format=bib").status_code == 406
    assert client.get("/evidence?format=nope").status_code == 400
    assert client.get("/evidence.bib").status_code == 404


@pytest.mark.parametrize("key", LIST)
def test_what_a_client_has_is_not_sent_again(key: str, client: FlaskClient) -> None:
    path = f"/evidence.{key}?pem=unclear"
    first, head = client.get(path), client.head(path)
    assert (head.data, dict(head.headers)) == (b"", dict(first.headers))
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get(path, headers=tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (
        304,
        b"",
        first.headers["ETag"],
    )
    other = client.get(f"/evidence.{key}?pem=required", headers=tag)
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["?page=17", "?page=0", "?q=zzzz&page=2", "?page=999999999"])
def test_a_page_that_is_not_there_is_not_found(path: str, real_client: FlaskClient) -> None:
    for accept in ("text/html", "text/csv"):
        response = real_client.get(f"/evidence{path}", headers={"Accept": accept})
        assert response.status_code == 404
        assert "no page" in response.text


def test_what_cannot_be_asked_is_a_problem_that_names_what_can(client: FlaskClient) -> None:
    response = client.get("/evidence?pem=maybe")
    document = response.get_json(force=True)
    assert (response.status_code, document["parameter"]) == (400, "pem")
    assert document["possible"] == ["not-required", "required", "unclear", "not-judged"]
    page = client.get("/evidence?colour=red", headers=HTML)
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert "per-page" in page.text
    assert client.get("/evidence?utm_source=x&fbclid=y").status_code == 200


@pytest.mark.parametrize("key", LIST)
def test_hostile_words_find_something_or_nothing(key: str, client: FlaskClient) -> None:
    for words in HOSTILE:
        response = client.get(f"/evidence.{key}?{urlencode({'q': words})}")
        assert response.status_code == (400 if len(words) > 1_000 else 200), words
        if response.status_code == 200 and key in RDF:
            list(ox.parse(response.data, format=RDF[key]))
        if response.status_code == 200 and key == "atom":
            ET.fromstring(response.data)
        if response.status_code == 200 and key == "jsonld":
            json.loads(response.data)
        assert len(response.headers.get("Link", "")) <= 4096
        if key == "html":
            assert "<script" not in response.text
            assert "<img" not in response.text
            assert "\x00" not in response.text
    assert len(HOSTILE) == 28


def test_bytes_that_are_no_text_are_no_error(web: httpx.Client) -> None:
    for query in ("q=%ff%fe", "q=%ed%a0%80", "q=%", "%ff=1", "q", "&&&", "q=a;b"):
        assert web.get(f"/evidence?{query}").status_code in {200, 400}, query


def test_the_page_says_what_is_on_and_how_to_take_it_off(real_client: FlaskClient) -> None:
    page = unescape(
        real_client.get(f"/evidence{SEARCH}&definition=not-recorded", headers=HTML).text
    )
    assert '<a href="/evidence?q=fatigue&pem=required&definition=not-recorded&from=2010">' in page
    for words in ("“fatigue”", "PEM required", "from 2010", "Case definition not recorded"):
        assert f"{words} <span aria-hidden" in page
    assert '<input type="checkbox" name="pem" value="required" checked>' in page
    assert '<a class="all" href="/evidence">' in page
    assert re.search(r"<h2 id=\"found\">\d+ entries found</h2>", page)


def test_an_empty_page_says_what_to_loosen(real_client: FlaskClient) -> None:
    page = unescape(real_client.get("/evidence?q=sleep&pem=required", headers=HTML).text)
    assert "No entry found" in page
    assert re.search(r'<a href="/evidence\?q=sleep">without PEM required</a>: 10\b', page)
    assert re.search(r'<a href="/evidence\?pem=required">without “sleep”</a>: 30\b', page)
    page = real_client.get("/evidence?q=***", headers=HTML).text
    assert "neither a letter nor a digit" in page


def test_other_spellings_are_told_apart(real_client: FlaskClient) -> None:
    page = real_client.get("/evidence?q=fatuige", headers=HTML).text
    assert "None has your words as you wrote them" in page
    assert "spelled alike" not in real_client.get('/evidence?q="sleep"', headers=HTML).text


def test_the_query_of_the_page_runs_and_finds_the_same(web: httpx.Client) -> None:
    page = unescape(web.get("/evidence?pem=unclear&pem=not-judged&sort=title", headers=HTML).text)
    link = re.search(r'href="(/sparql\?query=[^"]+)">Run it', page)
    assert link
    answer = web.get(link[1], headers={"Accept": "text/csv"}).text
    rows = csv.DictReader(io.StringIO(answer))
    listed = re.findall(r'<li><a href="(/evidence/[^"]+)"', page)
    assert [row["entry"] for row in rows] == [BASE + path for path in listed]
    assert len(listed) == 4


def test_a_page_weighs_little(real_client: FlaskClient) -> None:
    for query in ("", SEARCH, "?per-page=200", "?more=journal"):
        assert len(real_client.get(f"/evidence{query}", headers=HTML).data) < 100_000, query


def test_all_journals_can_be_had(real_client: FlaskClient) -> None:
    def journals(query: str) -> int:
        page = real_client.get(f"/evidence{query}", headers=HTML).text
        return len(re.findall(r'name="journal"', page))

    assert journals("") == 10
    assert journals("?journal=plos-one") == 10
    shown, every = (
        set(re.findall(r'name="journal" value="([^"]+)"', real_client.get(path).text))
        for path in ("/evidence", "/evidence?more=journal")
    )
    rare = min(every - shown)
    assert f'value="{rare}" checked' in real_client.get(f"/evidence?journal={rare}").text
    assert journals("?more=journal") > 200


def test_a_release_without_an_index_is_not_served(
    release: Release, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / release.id
    shutil.copytree(release.folder, folder)
    shutil.rmtree(folder / "search")
    with pytest.raises(ReleaseMissing, match="run `atlas build --force`"):
        asyncio.run(serve_release(replace(release, folder=folder), settings))


def test_a_search_under_another_base_stays_there(tiny_data: Path, tmp_path: Path) -> None:
    base = "https://atlas.example"
    client = create_app(Facts(build(tmp_path / "releases", tiny_data, base))).test_client()
    turtle = client.get("/evidence.ttl?definition=ccc2003").text
    assert f"<{base}/evidence/fixture-2013-groups-required>" in turtle
    assert BASE not in turtle
    assert BASE not in client.get("/evidence.atom?definition=ccc2003").text
    page = client.get("/evidence?definition=ccc2003", headers=HTML).text
    assert f"&lt;{base}/case-definition/ccc2003&gt;" in page


def test_a_search_that_was_asked_before_is_answered_alike(client: FlaskClient) -> None:
    for headers in ({}, {"Accept": "text/turtle"}, {"Accept-Encoding": "gzip"}):
        first, again = (client.get("/evidence?q=fixture", headers=headers) for _ in range(2))
        assert first.status_code == 200
        assert first.data == again.data
        assert dict(first.headers) == dict(again.headers)
    assert (
        client.get(
            "/evidence?q=fixture",
            headers={"If-None-Match": first.headers["ETag"], "Accept-Encoding": "gzip"},
        ).status_code
        == 304
    )
    assert client.get("/evidence?q=fixture&nope=1").status_code == 400


def test_nobody_looked_is_not_unclear(client: FlaskClient) -> None:
    judged = {key: set(members(client, "nt", f"?pem={key}")) for key in ("unclear", "not-judged")}
    assert all(judged.values())
    assert not judged["unclear"] & judged["not-judged"]
    page = client.get("/evidence?pem=not-judged", headers=HTML).text
    assert "PEM unclear</span> <span" in page  # the facet still offers it
    assert 'class="pem pem-not-judged">not judged' in page
