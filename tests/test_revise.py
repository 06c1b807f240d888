import fcntl
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from graph.aspects import ASPECTS
from graph.build import InvalidSources, build
from graph.errors import ReviseRefused
from graph.history import Revision, read_history
from graph.kept import history_files
from graph.paths import ONTOLOGY
from graph.prefixes import term, value
from graph.reasons import REASONS
from graph.revise import Order, Revised, revise
from server.cli import main
from tests.small import ENTRY, SIZE, edit, recorded_data, small_data

MARCH = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
EDIT = Order("edit", "Said otherwise.", created=MARCH)
RETRACTION = """
<#paper> atlas:retraction <#retraction> .
<#retraction> a atlas:Retraction ; dcterms:date "2026-02-03"^^xsd:date ;
    dcterms:source <https://doi.org/10.5555/notice> .
"""
POLICY = """
<policy/v0.3> a atlas:PolicyVersion ; rdfs:label "policy v0.3"@en ; atlas:fullVersion "v0.3" ;
    prov:wasRevisionOf <policy/v0.2> .
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return recorded data that no test changes."""
    return recorded_data(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept, tmp_path / "data")


def evidence(data: Path) -> list[Path]:
    return sorted((data / "evidence").glob("*.ttl"))


def histories(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (data / "history").iterdir()}


def last(data: Path, slug: str = ENTRY) -> Revision:
    return read_history(data / "history" / f"{slug}.trig").last


def said(revision: Revision, name: str) -> set[str]:
    found = {value(t.object) for t in revision.record if t.predicate == term(name)}
    return {text.rpartition("#")[2] if name.startswith("atlas:") else text for text in found}


def repage(path: Path) -> None:
    edit(path, 'bibo:pages "1-9"', 'bibo:pages "1-7"')


def repaged(data: Path) -> None:
    repage(data / "evidence" / f"{ENTRY}.ttl")


def numbers(revised: Revised) -> dict[str, int]:
    return {pending.name: revision.number for pending, revision in revised.done}


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
    assert sorted(numbers(revised).values()) == [1] * SIZE
    files = histories(data)
    assert len(files) == SIZE
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


ASPECT_OF = {
    'bibo:pages "1-9"': ('bibo:pages "1-7"', "bibliography"),
    '<#quick-summary> a atlas:Text ;  rdf:value "': (
        '<#quick-summary> a atlas:Text ; rdf:value "New: ', "texts",
    ),
    'rdfs:label "patients"': ('rdfs:label "adults"', "criteria"),
    'recordedOn "2026-11-23"^^xsd:date ;\n    atlas:topic': (
        'recordedOn "2026-11-22"^^xsd:date ;\n    atlas:topic', "record",
    ),
    "atlas:topic <https://www.mecfsatlas.com/vocabulary/topic#": (
        "atlas:topic <https://www.mecfsatlas.com/vocabulary/topic#autonomic> , "
        "<https://www.mecfsatlas.com/vocabulary/topic#", "classification",
    ),
}  # fmt: skip


@pytest.mark.parametrize("old", ASPECT_OF, ids=[aspect for _, aspect in ASPECT_OF.values()])
def test_a_record_names_the_aspect_that_changed(old: str, data: Path) -> None:
    new, aspect = ASPECT_OF[old]
    edit(data / "evidence" / f"{ENTRY}.ttl", old, new)
    revise(data, EDIT)
    assert said(last(data), "atlas:changedAspect") == {aspect}


def test_a_first_judgement_is_no_change_of_policy(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    path = data / "evidence" / f"{ENTRY}.ttl"
    whole = path.read_text(encoding="utf-8")
    edit(path, "atlas:inclusion <#inclusion> ;", "")
    path.write_text(
        re.sub(r"(?ms)^<#(inclusion|group-1)>.*?\.$", "", path.read_text("utf-8")), "utf-8"
    )
    revise(data, Order("first-record", "Recorded.", created=MARCH))
    assert said(last(data), "atlas:policyVersion") == set()
    path.write_text(whole, encoding="utf-8")
    revise(data, EDIT)
    assert said(last(data), "atlas:changedAspect") == {"criteria", "judgement"}
    assert said(last(data), "atlas:pemBefore") == set()
    assert len(said(last(data), "atlas:pemAfter")) == 1


def make_uncertain(data: Path) -> None:
    """Say of every case definition that its status is uncertain, so that judgements change."""
    path = data / "case-definitions.ttl"
    text = path.read_text(encoding="utf-8")
    new = re.sub("pem-status#(required|optional|not-required)>", "pem-status#uncertain>", text)
    path.write_text(new, encoding="utf-8")


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


def under_another_policy(data: Path) -> None:
    path = data / "agents.ttl"
    for name in ("policyVersion", "currentPolicy"):
        edit(path, f"atlas:{name} <policy/v0.2>", f"atlas:{name} <policy/v0.3>")
    path.write_text(path.read_text(encoding="utf-8") + POLICY, encoding="utf-8")


def test_a_policy_revises_what_it_judged_anew_and_sweeps_nothing_else_along(data: Path) -> None:
    under_another_policy(data)
    repaged(data)
    revised = revise(data, Order("policy", "Policy v0.3.", created=MARCH))
    assert len(revised.done) == SIZE - 1
    for _, revision in revised.done:
        assert said(revision, "atlas:changedAspect") == {"policy"}
        found = said(revision, "atlas:policyVersion")
        assert found == {f"https://www.mecfsatlas.com/policy/{name}" for name in ("v0.1", "v0.3")}
    ((left, why),) = revised.left
    assert (left.name, why) == (
        ENTRY,
        "changed in other aspects too (bibliography); use another reason",
    )
    assert numbers(revise(data, EDIT)) == {ENTRY: 2}


# Reason → what was done to the data, and why this reason cannot stand for it.
WRONG = {
    "first-record": (repaged, "has a history"),
    "withdrawal": (repaged, "is still there"),
    "policy": (make_uncertain, "is judged otherwise under the same policy"),
    "retraction": (repaged, "states no new retraction"),
    "edit": (lambda data: add(data, RETRACTION), "use --reason retraction"),
    "correction": (under_another_policy, "use --reason policy"),
    "model": (lambda data: (data / "evidence" / f"{ENTRY}.ttl").unlink(), "is gone; restore it"),
}


def add(data: Path, turtle: str) -> None:
    with (data / "evidence" / f"{ENTRY}.ttl").open("a", encoding="utf-8") as file:
        file.write(turtle)


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_not_given_to_what_it_cannot_stand_for(reason: str, data: Path) -> None:
    change, why = WRONG[reason]
    change(data)
    before = histories(data)
    slugs = (ENTRY,) if reason == "withdrawal" else ()
    revised = revise(data, Order(reason, "Because.", created=MARCH, slugs=slugs))
    assert not revised.done
    assert revised.left
    assert all(why in problem for _, problem in revised.left)
    assert histories(data) == before


def test_a_new_entry_gets_its_first_record_and_no_other(data: Path) -> None:
    (data / "history" / f"{ENTRY}.trig").unlink()
    ((pending, why),) = revise(data, EDIT).left
    assert (pending.name, why) == (ENTRY, "has no record yet; use --reason first-record")
    assert numbers(revise(data, Order("first-record", "New."))) == {ENTRY: 1}


def test_a_retraction_carries_its_notice(data: Path) -> None:
    add(data, RETRACTION)
    revise(data, Order("retraction", "Retracted by the journal.", created=MARCH))
    assert said(last(data), "dcterms:source") == {"https://doi.org/10.5555/notice"}
    assert said(last(data), "atlas:changedAspect") == {"retraction"}


def test_a_retraction_without_date_or_source_is_refused(data: Path) -> None:
    add(data, RETRACTION.replace('dcterms:date "2026-02-03"^^xsd:date ;', ""))
    before = histories(data)
    with pytest.raises(InvalidSources, match="date of the notice"):
        revise(data, Order("retraction", "Retracted."))
    assert histories(data) == before


def test_a_withdrawal_is_by_name_for_good_and_may_name_what_stands_in(data: Path) -> None:
    source = data / "evidence" / f"{ENTRY}.ttl"
    kept = source.read_text(encoding="utf-8")
    other = next(path.stem for path in evidence(data) if path != source)
    source.unlink()
    ((_, why),) = revise(data, Order("withdrawal", "Read twice.")).left
    assert "name the entry with --slug" in why
    for wrong, problem in ((ENTRY, "is gone itself"), ("nobody", "there is no entry")):
        with pytest.raises(ReviseRefused, match=problem):
            revise(data, Order("withdrawal", "x", slugs=(ENTRY,), replaced_by=wrong))
    with pytest.raises(ReviseRefused, match="only a withdrawn entry is replaced"):
        revise(data, Order("edit", "x", replaced_by=other))
    order = Order("withdrawal", "Read twice.", slugs=(ENTRY,), replaced_by=other)
    assert numbers(revise(data, order)) == {ENTRY: 2}
    assert said(last(data), "dcterms:isReplacedBy") == {
        f"https://www.mecfsatlas.com/evidence/{other}"
    }
    assert last(data).content == b""
    assert revise(data, order) == Revised((), ())
    source.write_text(kept, encoding="utf-8")
    ((_, why),) = revise(data, EDIT).left
    assert "a published IRI is never used again" in why


def test_unknown_reasons_and_agents_are_refused_with_the_known_ones(data: Path) -> None:
    repaged(data)
    with pytest.raises(ReviseRefused, match="no reason 'whim'; use one of first-record, edit"):
        revise(data, Order("whim", "Because."))
    with pytest.raises(ReviseRefused, match="no agent 'nobody'; use one of editors"):
        revise(data, Order("edit", "Because.", by="nobody"))


@pytest.mark.parametrize(
    ("created", "message"),
    [
        (datetime(2025, 12, 31, tzinfo=UTC), "is of 2026-01-01.*later than 2025-12-31.*clock"),
        (datetime.now(UTC) + timedelta(days=2), "is still to come"),
    ],
    ids=["before the last revision", "in the future"],
)
def test_a_clock_that_is_wrong_is_refused(created: datetime, message: str, data: Path) -> None:
    repaged(data)
    before = histories(data)
    with pytest.raises(ReviseRefused, match=message):
        revise(data, Order("edit", "Because.", created=created))
    assert histories(data) == before


def test_two_at_once_are_one_too_many(data: Path) -> None:
    handle = os.open(data / "history", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(ReviseRefused, match="another `atlas revise` is at work"):
            revise(data, EDIT)
    finally:
        os.close(handle)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_loses_nothing_and_the_next_run_does_the_rest(
    step: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in evidence(data):
        repage(path)
    whole, calls = getattr(os, step), []

    def fails_later(*arguments: object, **options: object) -> object:
        calls.append(step)
        if len(calls) > 2:
            raise OSError(28, "No space left on device")
        return whole(*arguments, **options)

    monkeypatch.setattr(os, step, fails_later)
    with pytest.raises(ReviseRefused, match=r"No space left.*run it again"):
        revise(data, EDIT)
    monkeypatch.undo()
    assert {path.suffix for path in history_files(data)} == {".trig"}
    done = sum(read_history(path).last.number == 2 for path in history_files(data))
    assert 0 < done < SIZE
    assert len(revise(data, EDIT).done) == SIZE - done
    assert len(histories(data)) == SIZE


# Revises copies of a folder in children that kill themselves at every touch of a file below the
# history, one later than the other, until one lives.
KILLED = """
import os, shutil, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from graph.revise import Order, revise
source, copies = Path(sys.argv[1]), Path(sys.argv[2])
order = Order("edit", "Said otherwise.", created=datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
revise(source, order, dry_run=True)

def touches(folder, event, arguments):
    if event not in {"open", "os.rename", "os.remove"}:
        return False
    return str(folder) in str(arguments[0]) if arguments else False

def child(data, number):
    seen = 0
    def watch(event, arguments):
        nonlocal seen
        if touches(data / "history", event, arguments):
            seen += 1
            if seen > number:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)
    revise(data, order)
    os._exit(0)

for number in range(200):
    data = shutil.copytree(source, copies / f"{number:03}")
    if not (pid := os.fork()):
        child(data, number)
    if os.waitpid(pid, 0)[1] == 0:
        break
print(number)
"""


def test_killed_at_any_point_nothing_is_lost_and_the_next_run_does_the_rest(
    data: Path, tmp_path: Path
) -> None:
    for path in evidence(data):
        repage(path)
    before = histories(data)
    copies = tmp_path / "copies"
    command = [sys.executable, "-c", KILLED, str(data), str(copies)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    points = int(done.stdout)
    assert points >= 3 * SIZE
    assert len(revise(data, EDIT).done) == SIZE
    after, states = histories(data), set()
    for copy in sorted(copies.iterdir()):
        found = {path.name: path.read_bytes() for path in history_files(copy)}
        assert all(found[name] in (before[name], after[name]) for name in after)
        states.add(sum(found[name] == after[name] for name in after))
    assert states == set(range(SIZE + 1))
    for copy in sorted(copies.iterdir())[:: max(1, points // 4)]:
        revise(copy, EDIT)
        assert histories(copy) == after


def concepts(scheme: str) -> set[str]:
    quads = ox.parse(path=str(ONTOLOGY / "vocabulary" / f"{scheme}.ttl"))
    return {value(q.object) for q in quads if q.predicate == term("skos:notation")}


def test_reasons_and_aspects_are_those_of_the_value_lists() -> None:
    assert set(REASONS) == concepts("revision-reason")
    assert concepts("revision-aspect") == ASPECTS


def atlas(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


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
