import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.build import InvalidSources, build
from graph.errors import ReviseRefused
from graph.reasons import REASONS
from graph.revise import Order, Revised, revise
from tests.revising import (
    EDIT,
    MARCH,
    atlas,
    evidence,
    histories,
    last,
    make_uncertain,
    numbers,
    repage,
    repaged,
    said,
)
from tests.small import DEFINITIONS, ENTRY, SIZE, edit, small_data


@pytest.fixture
def data(recorded_small: Path, tmp_path: Path) -> Path:
    return shutil.copytree(recorded_small, tmp_path / "data")


def test_after_edits_of_three_entries_there_are_exactly_three_new_revisions(
    data: Path, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    before = build(releases, data).manifest.counts["revisions"]
    for path in evidence(data)[:3]:
        repage(path)
    with pytest.raises(InvalidSources) as caught:
        build(releases, data)
    assert len(caught.value.problems) == 3
    assert len(revise(data, EDIT).done) == 3
    assert build(releases, data).manifest.counts["revisions"] == before + 3
    assert revise(data, EDIT) == Revised((), ())


def test_a_first_record_is_made_once(tmp_path: Path) -> None:
    data, order = small_data(tmp_path), Order("first-record", " Recorded. ", editor="A. Reader")
    revised = revise(data, order)
    assert sorted(numbers(revised).values()) == [1] * (SIZE + DEFINITIONS)
    files = histories(data)
    assert len(files) == SIZE + DEFINITIONS
    assert revise(data, order) == Revised((), ())
    assert histories(data) == files
    first = last(data)
    assert said(first, "skos:changeNote") == {"Recorded."}
    assert said(first, "dc:contributor") == {"A. Reader"}
    assert said(first, "atlas:changedAspect") == set()
    assert said(first, "atlas:policyVersion") != set()


def test_a_dry_run_tells_the_same_and_writes_nothing(tmp_path: Path) -> None:
    data, order = small_data(tmp_path), Order("first-record", "Recorded.", created=MARCH)
    told = revise(data, order, dry_run=True)
    assert not (data / "history").exists()
    assert [r.digest for _, r in told.done] == [r.digest for _, r in revise(data, order).done]


def test_a_further_revision_leaves_what_is_recorded_byte_for_byte(data: Path) -> None:
    path = data / "history" / f"{ENTRY}.trig"
    before = path.read_text(encoding="utf-8").partition("\n\n")[2]
    repaged(data)
    revise(data, EDIT)
    after = path.read_text(encoding="utf-8").partition("\n\n")[2]
    assert after.startswith(before)
    assert len(after) > len(before)


def test_only_the_entry_that_is_named_is_revised(data: Path) -> None:
    for path in evidence(data):
        repage(path)
    order = Order("edit", "Pages.", slugs=(ENTRY,))
    assert numbers(revise(data, order)) == {ENTRY: 2}
    with pytest.raises(ReviseRefused, match="no entry 'nobody-1900'"):
        revise(data, Order("edit", "Pages.", slugs=("nobody-1900",)))


def test_a_record_says_when_why_who_what_changed_and_what_was_before(data: Path) -> None:
    edit(data / "evidence" / f"{ENTRY}.ttl", "immune", "thymus")
    revise(data, EDIT)
    second = last(data)
    assert (second.number, second.reason, second.created) == (2, "edit", MARCH)
    assert said(second, "dcterms:created") == {"2026-03-01T12:30:00Z"}
    assert said(second, "prov:wasAttributedTo") == {"https://www.mecfsatlas.com/dataset#editors"}
    assert said(second, "prov:wasRevisionOf") == {second.iri.removesuffix("2") + "1"}
    assert said(second, "atlas:changedAspect") <= {"bibliography", "texts"}
    assert said(second, "atlas:pemBefore") == said(second, "atlas:pemAfter") == set()


def test_a_judgement_that_another_fact_changed_is_told_with_its_value_before_and_after(
    data: Path,
) -> None:
    make_uncertain(data)
    with pytest.raises(ReviseRefused, match="say why"):
        revise(data, Order("correction", " "))
    revised = revise(data, Order("correction", "No status is certain.", created=MARCH))
    assert revised.done
    changed = [revision for _, revision in revised.done if said(revision, "atlas:pemBefore")]
    assert changed
    for revision in changed:
        assert said(revision, "atlas:changedAspect") == {"judgement"}
        assert said(revision, "atlas:pemAfter") == {"unclear"}
        assert said(revision, "atlas:pemBefore") <= {"required", "not-required"}


def test_the_command_tells_what_changed_and_what_was_left(data: Path) -> None:
    one, other = evidence(data)[:2]
    repage(one)
    (data / "history" / f"{other.stem}.trig").unlink()
    arguments = ("revise", "--data", data, "--reason", "edit", "--note", "Pages.")
    told = atlas(*arguments, "--dry-run")
    assert f"{one.stem}: revision 2 (bibliography)\n  #paper pages: 1-9 → 1-7\n" in told.output
    assert "1 to record, 1 left" in told.output
    done = atlas(*arguments, "--date", "2026-03-01")
    assert done.exit_code == 1
    assert f"left: {other.stem} has no record yet" in done.output
    assert "1 recorded, 1 left" in done.output
    assert last(data, one.stem).created == datetime(2026, 3, 1, tzinfo=UTC)
    assert atlas(*arguments[:-3], "first-record", "--note", "New.").exit_code == 0
    assert atlas(*arguments).output == "0 recorded, 0 left\n"


def test_the_command_refuses_an_unknown_reason_with_the_known_ones(data: Path) -> None:
    done = atlas("revise", "--data", data, "--reason", "whim", "--note", "x")
    assert done.exit_code == 2
    assert all(reason in done.output for reason in REASONS)
