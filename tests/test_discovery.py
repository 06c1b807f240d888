from itertools import pairwise
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE, term
from graph.release import Release
from server.discovery import Sitemap
from server.facts import Facts, read_query
from server.things import Thing
from tests.conftest import SEED

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FOUND = ["/robots.txt", "/sitemap.xml", "/sitemap-1.xml", "/.well-known/api-catalog"]


def locations(document: bytes) -> list[str]:
    return [str(node.text) for node in ET.fromstring(document).iter(f"{SPACE}loc")]


def days(document: bytes) -> dict[str, str]:
    pages = ET.fromstring(document).iter(f"{SPACE}url")
    return {
        page.findtext(f"{SPACE}loc", ""): page.findtext(f"{SPACE}lastmod", "") for page in pages
    }


def may_fetch(robots: str, path: str) -> bool:
    """Judge as RFC 9309 does: of the rules that fit, the longest; none of ours has a wildcard."""
    rules = [
        line.split(": ") for line in robots.splitlines() if line.startswith(("Allow", "Disallow"))
    ]
    fitting = [(len(rule), verb == "Allow") for verb, rule in rules if path.startswith(rule)]
    return max(fitting)[1] if fitting else True


def test_robots_read_pages_and_run_no_queries(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    assert f"Sitemap: {BASE}/sitemap.xml" in response.text.splitlines()
    for path in ("/", f"/evidence/{SEED}", "/sparql", "/release/2026-01-01.1/atlas.nq"):
        assert may_fetch(response.text, path)
    assert not may_fetch(response.text, "/sparql?query=ASK+%7B%7D")


def test_the_sitemap_leads_to_pages_that_exist(client: FlaskClient) -> None:
    parts = locations(client.get("/sitemap.xml").data)
    assert parts == [f"{BASE}/sitemap-1.xml"]
    pages = locations(client.get("/sitemap-1.xml").data)
    assert {f"{BASE}/", f"{BASE}/evidence/{SEED}", f"{BASE}/case-definition/fukuda1994"} <= {*pages}
    assert len(pages) == len({*pages}) > 100
    # The endpoint stands before the pages.
    for page in {*pages} - {f"{BASE}/sparql"}:
        response = client.head(page.removeprefix(BASE), headers={"Accept": "text/html"})
        assert response.status_code == 200, page
        if page != f"{BASE}/" and "Link" in response.headers:
            assert f'<{page}>; rel="canonical"' in response.headers["Link"]


def test_the_sitemap_knows_every_entry_by_the_day_of_its_last_fact(
    client: FlaskClient, release: Release
) -> None:
    facts, wanted = Facts(release), {}
    for row in facts.rows("entries"):
        entry = Thing(facts, row["entry"])
        recorded = [entry, *entry.all("atlas:inclusion")]
        wanted[entry.iri] = max(thing.text("atlas:recordedOn") for thing in recorded)
    said = days(client.get("/sitemap-1.xml").data)
    assert len(wanted) == 5
    assert {page: day for page, day in said.items() if day} == wanted


def test_a_fact_that_came_later_is_the_day_of_its_entry() -> None:
    store = ox.Store()
    for part, day in (("", "2026-01-02"), ("#inclusion", "2026-03-04"), ("#else", "2026-05-06")):
        node = ox.NamedNode(f"{BASE}/evidence/x{part}")
        recorded = ox.Literal(day, datatype=term("xsd:date"))
        store.add(ox.Quad(node, term("atlas:recordedOn"), recorded))
    entry, inclusion = (ox.NamedNode(f"{BASE}/evidence/x{part}") for part in ("", "#inclusion"))
    store.add(ox.Quad(entry, term("rdf:type"), term("atlas:EvidenceEntry")))
    store.add(ox.Quad(entry, term("atlas:inclusion"), inclusion))
    found = store.query(read_query("sitemap"))
    assert isinstance(found, ox.QuerySolutions)
    assert [row["day"].value for row in found if row["page"] == entry] == ["2026-03-04"]


def test_a_long_sitemap_comes_in_parts(release: Release) -> None:
    sitemap = Sitemap(Facts(release), 40)
    parts = [locations(sitemap.part(number + 1)) for number in range(sitemap.parts)]
    assert len(parts) == len(locations(sitemap.index())) > 2
    assert [len(part) for part in parts[:-1]] == [40] * (len(parts) - 1)
    assert all(first[-1] < second[0] for first, second in pairwise(parts))


@pytest.mark.parametrize("number", [0, 2, 10**30])
def test_a_part_that_is_not_there_is_not_found(number: int, client: FlaskClient) -> None:
    assert client.get(f"/sitemap-{number}.xml").status_code == 404


@pytest.mark.parametrize("path", FOUND)
def test_what_leads_here_is_not_sent_twice(path: str, client: FlaskClient) -> None:
    first = client.get(path)
    assert first.status_code == 200
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(path)
    for answer in (head, first):
        del answer.headers["Date"]
    assert (head.data, dict(head.headers)) == (b"", dict(first.headers))


def test_the_catalogue_leads_to_what_answers(client: FlaskClient, web: httpx.Client) -> None:
    response = client.get("/.well-known/api-catalog")
    assert response.mimetype == "application/linkset+json"
    assert response.headers["Link"] == f'<{BASE}/.well-known/api-catalog>; rel="api-catalog"'
    catalogue, endpoint, log = response.get_json(force=True)["linkset"]
    assert catalogue["item"] == [{"href": one["anchor"]} for one in (endpoint, log)]
    assert log["anchor"] == f"{BASE}/changes"
    assert {row["type"] for row in log["alternate"]} == {
        "application/feed+json",
        "application/ld+json",
        "application/trig",
        "application/atom+xml",
    }
    relations = {"service-desc", "service-doc", "service-meta", "status"}
    assert endpoint.keys() == {"anchor", *relations}
    for relation in relations:
        (link,) = endpoint[relation]
        path = link["href"].removeprefix(BASE)
        found = web.get(path, headers={"Accept": link["type"]})
        assert found.status_code == 200
        assert found.headers["Content-Type"].partition(";")[0] == link["type"]
