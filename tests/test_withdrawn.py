import pyoxigraph as ox
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from flask.testing import FlaskClient

from graph.prefixes import BASE, term, value
from graph.release import Release
from server.formats import Format, Kind, offers
from server.problems import PROBLEM_JSON
from tests.past import JUDGED, MERGED, WITHDRAWN

GONE, TWICE, HOME = (f"/evidence/{slug}" for slug in (WITHDRAWN, MERGED, JUDGED))
DATA = [row for row in offers(Kind.ENTRY) if isinstance(row.writer, ox.RdfFormat)]
CITATIONS = ["bib", "ris", "csl", "ref"]


def test_a_withdrawn_entry_says_who_withdrew_it_when_and_why(past_client: FlaskClient) -> None:
    response = past_client.get(GONE, headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (410, "text/html")
    for part in (
        "It is no study.",
        "2026-04-01",
        "Editors of the ME/CFS Atlas",
        f'href="{GONE}/revision/1"',
    ):
        assert part in response.text
    assert f'<{BASE}/timemap{GONE}>; rel="timemap"' in response.headers["Link"]


@pytest.mark.parametrize("row", DATA, ids=lambda row: row.key)
def test_the_data_of_a_withdrawn_entry_are_the_record_of_it(
    row: Format, past_client: FlaskClient
) -> None:
    assert len(DATA) == 5
    assert isinstance(row.writer, ox.RdfFormat)
    response = past_client.get(GONE + row.suffix)
    assert response.status_code == 410
    said = {quad.triple for quad in ox.parse(response.data, format=row.writer)}
    last = ox.NamedNode(f"{BASE}{GONE}/revision/2")
    note = ox.Literal("It is no study.", language="en")
    assert ox.Triple(last, term("skos:changeNote"), note) in said
    assert ox.Triple(ox.NamedNode(BASE + GONE), term("pav:hasCurrentVersion"), last) in said


def test_who_wants_no_format_that_can_say_it_gets_the_problem(past_client: FlaskClient) -> None:
    response = past_client.get(GONE, headers={"Accept": PROBLEM_JSON})
    found = response.get_json(force=True)
    assert (response.status_code, response.mimetype) == (410, PROBLEM_JSON)
    assert found["type"] == f"{BASE}/problems/gone"
    assert found["reason"] == "It is no study."
    assert found["withdrawn"] == "2026-04-01T12:00:00Z"
    assert found["lastState"] == f"{BASE}{GONE}/revision/1"
    assert found["revision"] == f"{BASE}{GONE}/revision/2"
    assert "replacedBy" not in found


def test_every_format_of_an_entry_says_that_it_is_gone(past_client: FlaskClient) -> None:
    rows = offers(Kind.ENTRY)
    assert len(rows) == len(DATA) + len(CITATIONS) + 3
    for row in rows:
        for response in (
            past_client.get(GONE + row.suffix),
            past_client.get(f"{GONE}?format={row.key}"),
            past_client.get(GONE, headers={"Accept": row.media_type}),
        ):
            assert (response.status_code, response.mimetype) == (410, row.media_type), row.key
            assert "2026-04-01" in response.text or "revision/2" in response.text, row.key


@pytest.mark.parametrize("key", CITATIONS)
def test_a_citation_of_a_withdrawn_entry_says_so_and_cites_no_paper(
    key: str, past_client: FlaskClient
) -> None:
    response = past_client.get(f"{GONE}?format={key}")
    text = response.text
    for part in ("was withdrawn on 2026-04-01", "It is no study.", f"{GONE}/revision/1"):
        assert part in text
    assert "Fixture that is gone" not in text
    assert key == "csl" or response.content_type.endswith("charset=utf-8")
    if key == "bib":
        (entry,) = parse_string(text).entries
        assert entry.entry_type == "misc"
    elif key == "ris":
        assert rispy.loads(text)[0]["type_of_reference"] == "GEN"
    elif key == "csl":
        assert response.get_json(force=True)["type"] == "document"


def test_the_linkset_of_a_withdrawn_entry_leads_to_all_of_its_states(
    past_client: FlaskClient,
) -> None:
    found = past_client.get(f"{GONE}.linkset.json").get_json(force=True)["linkset"][0]
    assert found["latest-version"] == [{"href": f"{BASE}{GONE}/revision/2"}]
    assert found["predecessor-version"] == [{"href": f"{BASE}{GONE}/revision/1"}]
    assert found["timemap"][0]["href"] == f"{BASE}/timemap{GONE}"
    assert past_client.get(f"/timemap{GONE}").status_code == 200


@pytest.mark.parametrize("end", ["", ".ttl", ".bib", "?format=jsonld", ".html?x=1"])
def test_a_merged_entry_leads_to_the_one_that_took_its_place(
    end: str, past_client: FlaskClient
) -> None:
    response = past_client.get(TWICE + end)
    assert (response.status_code, response.headers["Location"]) == (301, HOME + end)
    assert f'<{HOME}>; rel="successor-version"' in response.headers["Link"]
    assert 'rel="timemap"' in response.headers["Link"]
    assert past_client.get(TWICE + end, follow_redirects=True).status_code == 200


def test_what_was_made_from_a_merged_entry_is_gone(past_client: FlaskClient) -> None:
    response = past_client.get(f"{TWICE}/nanopub/1", headers={"Accept": PROBLEM_JSON})
    assert response.status_code == 410
    assert response.get_json(force=True)["replacedBy"] == BASE + HOME


def test_the_revisions_of_both_stay(past_client: FlaskClient) -> None:
    for path in (GONE, TWICE):
        for number in (1, 2):
            assert past_client.get(f"{path}/revision/{number}.html").status_code == 200
        assert "fixture" in past_client.get(f"{path}/revision/1.nt").text
        assert past_client.get(f"/timegate{path}").status_code == 302


def test_an_identifier_of_a_withdrawn_paper_still_leads_home(
    past_client: FlaskClient, past_release: Release
) -> None:
    store, led = ox.Store.read_only(str(past_release.store_path)), 0
    for path in (GONE, TWICE):
        paper = ox.NamedNode(f"{BASE}{path}#paper")
        for name in ("doi", "pmid"):
            for quad in store.quads_for_pattern(paper, term(f"bibo:{name}"), None):
                response = past_client.get(f"/{name}/{value(quad.object)}")
                assert (response.status_code, response.headers["Location"]) == (303, path)
                led += 1
    assert led > 0


def test_withdrawn_entries_are_on_no_list(past_client: FlaskClient) -> None:
    text = past_client.get("/evidence").text
    assert GONE not in text
    assert TWICE not in text
    assert HOME in text


def test_no_iri_that_was_ever_published_is_not_found(
    past_client: FlaskClient, past_release: Release
) -> None:
    quads = ox.parse(path=str(past_release.dump_path), format=ox.RdfFormat.N_QUADS)
    nodes = {node.value for quad in quads for node in quad if isinstance(node, ox.NamedNode)}
    own = {node.partition("#")[0] for node in nodes if node.startswith(f"{BASE}/evidence/")}
    found = {path: past_client.head(path.removeprefix(BASE)).status_code for path in own}
    assert sorted(set(found.values())) == [200, 301, 410]
    assert {path.removeprefix(BASE) for path, status in found.items() if status != 200} == {
        GONE,
        TWICE,
    }
