from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.build import InvalidSources, build, check
from graph.history import read_history
from graph.judge import judge
from graph.prefixes import BASE, term, vocabulary
from graph.reason import infer
from graph.revise import Order, revise
from graph.shacl import reference, validate
from graph.sources import read_sources
from server.app import create_app
from server.facts import Facts
from tests.drafts import BELOW, CASES, CRITICAL, Case, drafts_data, scan
from tests.test_pages import page
from tests.test_saved_queries import QUERIES

PASSED = tuple(case for case in CASES if case.is_passed)
EXAMPLE = {query.name: query.text for query in QUERIES}
# What no scanner of v1.4 or later went over, as far as is recorded.
UNSCANNED = {"draft-2001-never-scanned", "draft-2002-scanned-earlier", "draft-2006-scanned-unknown"}
NOT_BY_V1 = {"draft-2008-other-generator", "draft-2009-by-people", "draft-2013-people-critical"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """Return what follows from all cases that may be published."""
    found = read_sources(drafts_data(tmp_path_factory.mktemp("drafts"), PASSED)).store
    assert not validate(found, "sources")
    judge(found)
    infer(found)
    return found


def rows(store: ox.Store, query: str) -> list[dict[str, str]]:
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [{name: str(row[name].value) for name in names if row[name]} for row in found]


def slug(row: dict[str, str]) -> str:
    return row["entry"].removeprefix(f"{BASE}/evidence/")


def test_the_question_finds_the_drafts_of_v1_that_no_later_scanner_saw(store: ox.Store) -> None:
    found = rows(store, EXAMPLE["drafts-of-a-generator-never-scanned"])
    assert {slug(row) for row in found} == {case.slug for case in PASSED} - NOT_BY_V1
    assert {slug(row) for row in found if row["scanned"] == "false"} == UNSCANNED
    assert {row["kind"] for row in found} == {"text"}
    only = EXAMPLE["drafts-of-a-generator-never-scanned"].replace(
        "} ORDER", "FILTER(!?scanned) } ORDER"
    )
    assert {slug(row) for row in rows(store, only)} == UNSCANNED


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.slug)
def test_the_gate_is_closed_to_a_draft_whose_last_scan_was_critical(
    case: Case, tmp_path: Path
) -> None:
    data = drafts_data(tmp_path, (case,))
    _, found = check(data)
    assert [problem.shape for problem in found] == ([] if case.is_passed else ["Text-critical"])
    for problem in found:
        assert problem.line
        assert problem.file.endswith(f"{case.slug}.ttl")
        assert "Draft it anew and scan it" in problem.message
    if case.is_passed:
        return
    with pytest.raises(InvalidSources):
        build(tmp_path / "releases", data)
    assert not (tmp_path / "releases" / "current").exists()


def test_of_two_scans_that_ended_together_the_critical_one_counts(tmp_path: Path) -> None:
    data = drafts_data(tmp_path, (CASES[0],))
    together = "2026-08-01T10:00:00Z"
    path = data / "evidence" / f"{CASES[0].slug}.ttl"
    with path.open("a", encoding="utf-8") as file:
        file.write(scan(1, "v1.4", CRITICAL, together) + scan(2, "v1.4", BELOW, together))
    _, found = check(data)
    assert [problem.shape for problem in found] == ["Text-critical"]


ADDED = {
    "a finding about the text of another entry": (
        scan(1, "v1.4", BELOW, "2026-08-01T10:00:00Z")
        + "<#scan-1-finding> atlas:foundIn </evidence/draft-2003-scanned-same#quick-summary> .\n",
        "describe that part in the same file",
    ),
    "a scan of the text of another entry": (
        scan(1, "v1.4", "", "2026-08-01T10:00:00Z")
        + "<#scan-1> atlas:scannedText </evidence/draft-2003-scanned-same#quick-summary> .\n",
        "describe that part in the same file",
    ),
    "a run without a version": (
        scan(1, "v1.4", "", "2026-08-01T10:00:00Z").replace(" ; prov:agent </scanner/v1.4>", ""),
        "Name the one version that acted",
    ),
    "a run of a version that nobody described": (
        scan(1, "v7", "", "2026-08-01T10:00:00Z"),
        "name that as prov:agent",
    ),
    "a run on a day that does not exist": (
        scan(1, "v1.4", "", "2026-02-30T10:00:00Z"),
        "Say once when the run ended",
    ),
    "two generator versions": (
        "<#quick-summary> atlas:generatorVersion </generator/v2> .\n",
        "This generator version does not exist; describe it in data/agents.ttl.",
    ),
}


@pytest.mark.parametrize("fault", ADDED)
def test_what_cannot_be_is_refused_with_its_repair(fault: str, tmp_path: Path) -> None:
    data = drafts_data(tmp_path, (CASES[0], CASES[2]))
    added, repair = ADDED[fault]
    path = data / "evidence" / f"{CASES[0].slug}.ttl"
    with path.open("a", encoding="utf-8") as file:
        file.write(added)
    _, found = check(data)
    assert any(repair in problem.message for problem in found), found
    assert {Path(problem.file).name for problem in found} == {path.name}


def test_a_new_scan_of_a_judged_entry_is_a_change_of_its_texts_alone(tmp_path: Path) -> None:
    data = drafts_data(tmp_path, (CASES[0],))
    path = data / "evidence" / f"{CASES[0].slug}.ttl"
    judged = (
        "<> atlas:inclusion <#inclusion> . <#inclusion> a atlas:Inclusion ;\n"
        '    atlas:hasParticipants false ; atlas:recordedOn "2026-11-23"^^xsd:date .\n'
    )
    for number, added in enumerate((judged, scan(1, "v1.4", BELOW, "2026-08-01T10:00:00Z")), 1):
        with path.open("a", encoding="utf-8") as file:
            file.write(added)
        reason = "first-record" if number == 1 else "edit"
        revise(data, Order(reason, "Made up.", created=datetime(2026, 9, number, tzinfo=UTC)))
    last = read_history(data / "history" / f"{CASES[0].slug}.trig").last
    aspects = {t.object for t in last.record if t.predicate == term("atlas:changedAspect")}
    assert last.number == 2
    assert aspects == {vocabulary("revision-aspect", "texts")}


def test_pyshacl_closes_the_same_gates(tmp_path: Path) -> None:
    store = read_sources(drafts_data(tmp_path, CASES)).store
    found = {(one.focus, one.shape) for one in validate(store, "sources")}
    assert {(one.focus, one.shape) for one in reference(store, "sources")} == found
    assert len(found) == 2


def test_the_page_tells_scanned_drafts_from_those_that_nobody_scanned(tmp_path: Path) -> None:
    release = build(tmp_path / "releases", drafts_data(tmp_path, PASSED))
    web = create_app(Facts(release)).test_client()
    never = "No scan is recorded of the draft of: Quick summary."
    for case in PASSED:
        text = page(web, f"/evidence/{case.slug}")
        made = text.partition('id="made"')[2].partition("</section>")[0]
        assert ("<strong>Machine draft.</strong>" in text) == bool(case.generator), case.slug
        assert (never in made) == (bool(case.generator) and not case.scans), case.slug
        assert made.count(": nothing found.") == sum(not found for _, found in case.scans)
        assert "review" not in made
    text = page(web, "/evidence/draft-2010-critical-once")
    assert text.index("scan-2") < text.index("scan-1")
