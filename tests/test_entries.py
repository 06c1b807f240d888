import re
from urllib.parse import quote_plus

import httpx
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE
from graph.release import Release
from server.documents import find_document
from server.facts import Facts
from server.reasoning import own_query
from server.related import MOST, Group, related
from server.things import Thing
from tests.conftest import SEED
from tests.test_pages import in_order, page

FIXTURES = (
    SEED,
    "fixture-2001-markup-title",
    "fixture-2002-bibliography-only",
    "fixture-2012-preprint",
    "fixture-2013-groups-required",
)
CITED = "fixture-2001-markup-title"
# Two studies that applied different definitions, and are on different topics.
STUDIES = ("kim-2026-hyperbaric-oxygen", "ponting-2025-initial-findings")


@pytest.fixture(scope="module")
def tiny(release: Release) -> Facts:
    return Facts(release)


@pytest.fixture(scope="module")
def real(real_release: Release) -> Facts:
    return Facts(real_release)


def near(facts: Facts, slug: str) -> dict[str, Group]:
    entry = Thing(facts, f"{BASE}/evidence/{slug}")
    paper = entry.one("atlas:paper")
    assert paper is not None
    return {group.heading: group for group in related(facts, entry, paper)}


def applied(facts: Facts, entry: Thing) -> set[str]:
    return {found.iri for found in entry.all("atlas:appliedDefinition")}


def year(entry: Thing) -> int:
    paper = entry.one("atlas:paper")
    assert paper is not None
    return int(paper.text("atlas:year"))


@pytest.mark.parametrize("slug", FIXTURES)
def test_every_part_of_an_entry_has_its_place_on_the_page(
    slug: str, web: httpx.Client, tiny: Facts
) -> None:
    document = find_document(tiny, f"/evidence/{slug}")
    assert document is not None
    text = page(web, f"/evidence/{slug}")
    parts = [iri.partition("#")[2] for iri in document.parts if "#" in iri]
    assert parts
    assert [part for part in parts if f'id="{part}"' not in text] == []


@pytest.mark.parametrize("slug", FIXTURES)
def test_the_query_behind_the_page_gives_all_of_its_statements(slug: str, tiny: Facts) -> None:
    document = find_document(tiny, f"/evidence/{slug}")
    assert document is not None
    found = tiny.store.query(own_query("entry", Thing(tiny, document.iri)))
    assert isinstance(found, ox.QueryTriples)
    assert set(found) == set(document.triples)


def test_the_query_behind_the_page_runs_at_the_endpoint(web: httpx.Client) -> None:
    text = page(web, f"/evidence/{SEED}").partition('id="query"')[2]
    link = re.search(r'href="(/sparql\?query=[^"]+)">Run it', text)
    assert link
    answer = web.get(link[1].replace("&amp;", "&"), headers={"Accept": "application/n-triples"})
    assert answer.status_code == 200
    assert f"<{BASE}/evidence/{SEED}#paper>" in answer.text


@pytest.mark.parametrize("slug", STUDIES)
def test_studies_by_the_same_definitions_come_nearest_first(slug: str, real: Facts) -> None:
    own = Thing(real, f"{BASE}/evidence/{slug}")
    group = near(real, slug)["The same case definition"]
    assert {value.iri for value in group.values} == applied(real, own)
    others = [Thing(real, row["entry"]) for row in group.rows]
    assert len(others) == MOST
    assert own not in others
    assert [row["year"] for row in group.rows] == [str(year(other)) for other in others]
    assert [row["title"] for row in group.rows] == [other.label for other in others]
    keys = [
        (-len(applied(real, other) & applied(real, own)), abs(year(other) - year(own)))
        for other in others
    ]
    assert keys == sorted(keys)
    assert all(shared < 0 for shared, _ in keys)
    every = {
        Thing(real, str(quad.subject.value))  # type: ignore[union-attr]
        for value in group.values
        for quad in real.store.quads_for_pattern(None, real.term("atlas:appliedDefinition"), value.node)
    } - {own}  # fmt: skip
    most = max(len(applied(real, other) & applied(real, own)) for other in every)
    assert keys[0][0] == -most


def test_nothing_is_near_in_two_ways(real: Facts) -> None:
    seen = [row["entry"] for group in near(real, STUDIES[0]).values() for row in group.rows]
    assert len(seen) == 2 * MOST
    assert len(set(seen)) == len(seen)


def test_citing_and_cited_papers_know_each_other(tiny: Facts) -> None:
    citing = near(tiny, "fixture-2013-groups-required")
    assert [row["entry"] for row in citing["Cites"].rows] == [f"{BASE}/evidence/{CITED}#paper"]
    assert [row["title"] for row in citing["Replicates"].rows] == ["Fixture of a bibliography"]
    cited = near(tiny, CITED)["Cited by"]
    assert [row["title"] for row in cited.rows] == ["Fixture of two groups"]
    assert not cited.is_cut


def test_what_is_near_leads_on_to_the_lists(real_client: FlaskClient) -> None:
    in_order(
        page(real_client, f"/evidence/{STUDIES[0]}"),
        [
            "The same case definition",
            "/evidence?definition=ccc2003",
            "The same topic",
            "/evidence?topic=",
        ],
    )


def test_studied_is_told_apart_from_required(client: FlaskClient) -> None:
    in_order(
        page(client, "/evidence/fixture-2013-groups-required"),
        ["What the PEM badge says", "PEM required", "PEM was studied.", "another fact"],
    )
    assert "studied.</strong>" not in page(client, f"/evidence/{SEED}")


def test_a_preprint_says_so_before_anything_is_read(client: FlaskClient) -> None:
    in_order(
        page(client, "/evidence/fixture-2012-preprint"),
        [
            "<h1>",
            "This is a preprint. It was published as:",
            "Fixture of two groups",
            "Quick summary",
        ],
    )


def test_author_names_lead_to_their_pages(client: FlaskClient) -> None:
    text = page(client, "/evidence/fixture-2001-markup-title")
    for name in ("Ann Löhn", "Bo & Co Group", "E F"):
        assert f'href="/author-name?name={quote_plus(name)}"' in text


def test_a_retraction_is_in_the_title_of_the_page(client: FlaskClient) -> None:
    assert "<title>Retracted: " in page(client, "/evidence/fixture-2001-markup-title")
    assert "<title>Retracted" not in page(client, f"/evidence/{SEED}")


def test_a_page_describes_itself_to_search_engines(client: FlaskClient) -> None:
    found = re.search(
        r'<meta name="description" content="([^"]+)"', page(client, f"/evidence/{SEED}")
    )
    assert found
    assert found[1].startswith("PEM unclear. In this early study")
    assert len(found[1]) < 300
