import csv
import io
import re
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE
from server import evidence_list
from tests.conftest import SEED

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_is_valid_and_its_entries_are_the_entries(real_client: FlaskClient) -> None:
    feed = ET.fromstring(real_client.get("/evidence.atom?q=sleep&per-page=2&page=2").data)
    links = {node.get("rel"): node.get("href") for node in feed.iterfind(f"{ATOM}link")}
    assert links["self"] == f"{BASE}/evidence.atom?q=sleep&per-page=2&page=2"
    assert (
        links["alternate"]
        == feed.findtext(f"{ATOM}id")
        == f"{BASE}/evidence?q=sleep&per-page=2&page=2"
    )
    assert links["previous"] == f"{BASE}/evidence.atom?q=sleep&per-page=2"
    assert str(links["next"]).endswith("&page=3")
    entries = list(feed.iterfind(f"{ATOM}entry"))
    assert len(entries) == 2
    for entry in (feed, *entries):
        moment = entry.findtext(f"{ATOM}updated", "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", moment)
        for name in ("id", "title"):
            assert entry.findtext(f"{ATOM}{name}")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "ME/CFS Atlas"


def test_the_day_in_the_feed_is_that_of_the_sitemap(client: FlaskClient) -> None:
    sitemap = ET.fromstring(client.get("/sitemap-1.xml").data)
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    days = {
        node.findtext(f"{space}loc"): node.findtext(f"{space}lastmod")
        for node in sitemap.iterfind(f"{space}url")
    }
    feed = ET.fromstring(client.get("/evidence.atom").data)
    entries = list(feed.iterfind(f"{ATOM}entry"))
    assert len(entries) == 5
    for entry in entries:
        assert entry.findtext(f"{ATOM}updated", "")[:10] == days[entry.findtext(f"{ATOM}id")]


def test_csv_says_what_the_graph_says(client: FlaskClient) -> None:
    text = client.get("/evidence.csv").text
    rows = {row["slug"]: row for row in csv.DictReader(io.StringIO(text))}
    seed = rows[SEED]
    assert seed["authors"] == "Jo Daniels; Alison J Wearden"
    assert (seed["year"], seed["doi"], seed["pmid"]) == (
        "2011",
        "10.1017/s1352465810000792",
        "21092360",
    )
    assert (seed["pem"], seed["evidence_level"], seed["publication_type"]) == (
        "unclear",
        "e1",
        "rct",
    )
    assert (seed["confidence"], seed["peer_review"]) == ("preliminary", "peer-reviewed")
    groups = rows["fixture-2013-groups-required"]
    assert groups["definitions"].split("; ") == ["ccc2003", "fukuda1994"]
    bare = rows["fixture-2002-bibliography-only"]
    assert (bare["pem"], bare["evidence_level"], bare["doi"]) == ("not-judged", "", "")
    assert (
        '<script>alert(1)</script> & {braces} "quoted" é'
        in rows["fixture-2001-markup-title"]["title"]
    )


def test_csv_is_whole_or_an_error(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_list, "MOST_ROWS", 4)
    # In an order that no other test asks for: answers are kept.
    response = client.get("/evidence.csv?sort=oldest&page=1")
    assert response.status_code == 422
    assert "finds 5 entries, and CSV gives up to 4" in response.text
    assert len(client.get("/evidence.csv?pem=unclear&sort=oldest").text.splitlines()) == 3
