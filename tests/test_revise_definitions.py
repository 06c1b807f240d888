import shutil
from pathlib import Path

import pytest

from graph.build import build
from graph.errors import ReviseRefused
from graph.kept import DEFINITION, history_files
from graph.revise import Order, Revised, revise
from tests.revising import (
    EDIT,
    MARCH,
    atlas,
    histories,
    last,
    make_uncertain,
    numbers,
    repaged,
    said,
    under_another_policy,
)
from tests.small import ENTRY, SIZE, edit

NAME = "case-definition/dowsett1990"
OTHER = "case-definition/holmes1988"


@pytest.fixture
def data(recorded_small: Path, tmp_path: Path) -> Path:
    return shutil.copytree(recorded_small, tmp_path / "data")


def reword(data: Path, old: str = "which resembles PEM", new: str = "which comes near PEM") -> None:
    edit(data / "case-definitions.ttl", old, new)


def test_a_status_and_the_judgements_that_rest_on_it_are_revisions_of_one_run(
    data: Path, tmp_path: Path
) -> None:
    build(tmp_path / "releases", data)
    make_uncertain(data)
    revised = revise(data, Order("correction", "No status is certain.", created=MARCH))
    assert revised.left == ()
    found = {name: last(data, name) for name in numbers(revised)}
    definitions = {name for name in found if name.startswith("case-definition/")}
    assert len(definitions) > 10
    assert 0 < len(found.keys() - definitions) <= SIZE
    for name, revision in found.items():
        aspect = "pem-status" if name in definitions else "judgement"
        assert said(revision, "atlas:changedAspect") == {aspect}
        assert said(revision, "skos:changeNote") == {"No status is certain."}
        assert said(revision, "atlas:pemAfter") == (set() if name in definitions else {"unclear"})
        assert (revision.number, revision.reason, revision.created) == (2, "correction", MARCH)
    counts = build(tmp_path / "releases", data).manifest.counts
    assert counts["revisions"] == len(history_files(data)) + len(found)


ASPECT_OF = {
    "pem-status": ("which resembles PEM", "which comes near PEM"),
    "names": ('"Dowsett 1990"@en', '"Dowsett 1991"@en'),
    "bibliography": ('"Postgrad Med J 1990;66:526-530"', '"Postgrad Med J 1990;66:526-531"'),
    "criteria": ("Muscular fatigue after minimal", "Muscle fatigue after minimal"),
    "record": ("Some call this set", "Some called this set"),
    "links": (
        'skos:notation "dowsett1990" ;',
        'skos:notation "dowsett1990" ; atlas:revises <case-definition/holmes1988> ;',
    ),
}


@pytest.mark.parametrize("aspect", ASPECT_OF)
def test_a_record_names_the_aspect_of_a_definition_that_changed(aspect: str, data: Path) -> None:
    reword(data, *ASPECT_OF[aspect])
    assert numbers(revise(data, EDIT)) == {NAME: 2}
    assert said(last(data, NAME), "atlas:changedAspect") == {aspect}
    for version in ("policy", "generator", "scanner", "classifier"):
        assert said(last(data, NAME), f"atlas:{version}Version") == set()
    assert revise(data, EDIT) == Revised((), ())


def test_a_definition_is_named_by_its_path_and_nothing_else_is_recorded(data: Path) -> None:
    reword(data)
    reword(data, "Needs both major criteria", "Needs the major criteria")
    repaged(data)
    before = histories(data)
    with pytest.raises(ReviseRefused, match=f"no entry 'dowsett1990'.*did you mean {NAME}?"):
        revise(data, Order("edit", "x", slugs=("dowsett1990",)))
    with pytest.raises(ReviseRefused, match="no case definition 'case-definition/nobody'"):
        revise(data, Order("edit", "x", slugs=("case-definition/nobody",)))
    with pytest.raises(ReviseRefused, match="no document 'journal/brain'"):
        revise(data, Order("edit", "x", slugs=("journal/brain",)))
    assert histories(data) == before
    assert numbers(revise(data, Order("edit", "x", slugs=(NAME,)))) == {NAME: 2}
    both = Order("edit", "x", slugs=(OTHER, f"evidence/{ENTRY}"))
    assert numbers(revise(data, both)) == {OTHER: 2, ENTRY: 2}


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("policy", "is no entry, and a policy judges nothing else; use another reason"),
        ("retraction", "is no entry, and only papers are retracted; use another reason"),
        ("first-record", "has a history; use another reason"),
    ],
)
def test_some_reasons_are_not_for_a_definition(reason: str, why: str, data: Path) -> None:
    reword(data)
    before = histories(data)
    ((pending, told),) = revise(data, Order(reason, "Because.", created=MARCH)).left
    assert (pending.name, told) == (NAME, why)
    assert histories(data) == before


def test_a_policy_leaves_the_definitions_that_changed_to_another_run(data: Path) -> None:
    under_another_policy(data)
    reword(data)
    revised = revise(data, Order("policy", "Policy v0.3.", created=MARCH))
    assert len(revised.done) == SIZE
    assert [pending.name for pending, _ in revised.left] == [NAME]
    assert numbers(revise(data, Order("model", "The same in other words."))) == {NAME: 2}


def drop(data: Path, name: str) -> None:
    path = data / "case-definitions.ttl"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"<{name}> a")
    end = text.find("\n\n", start)
    path.write_text(text[:start] + (text[end + 2 :] if end >= 0 else ""), encoding="utf-8")


def test_a_definition_is_withdrawn_by_name_and_replaced_by_its_like(data: Path) -> None:
    drop(data, NAME)
    ((_, why),) = revise(data, Order("withdrawal", "Twice.")).left
    assert "name the case definition with --slug" in why
    for wrong, problem in ((NAME, "is gone itself"), (ENTRY, r"of another kind \(entry\)")):
        with pytest.raises(ReviseRefused, match=problem):
            revise(data, Order("withdrawal", "x", slugs=(NAME,), replaced_by=wrong))
    order = Order("withdrawal", "Twice.", slugs=(NAME,), replaced_by=OTHER)
    assert numbers(revise(data, order)) == {NAME: 2}
    assert said(last(data, NAME), "dcterms:isReplacedBy") == {DEFINITION.space + "holmes1988"}


def test_an_entry_does_not_give_way_to_a_definition(data: Path) -> None:
    (data / "evidence" / f"{ENTRY}.ttl").unlink()
    with pytest.raises(ReviseRefused, match="name one of the same kind"):
        revise(data, Order("withdrawal", "x", slugs=(ENTRY,), replaced_by=NAME))


def test_a_definition_that_is_applied_cannot_be_withdrawn(data: Path) -> None:
    applied = (data / "evidence" / f"{ENTRY}.ttl").read_text(encoding="utf-8")
    key = applied.partition("/case-definition/")[2].partition(">")[0]
    assert key
    drop(data, f"case-definition/{key}")
    result = atlas(
        *("revise", "--data", data, "--reason", "withdrawal", "--note", "x"),
        *("--slug", f"case-definition/{key}"),
    )
    assert result.exit_code == 1
    assert "This case definition does not exist" in result.output


def test_the_command_tells_what_changed_in_a_definition(data: Path) -> None:
    reword(data, '"Dowsett 1990"@en', '"Dowsett 1991"@en')
    done = atlas("revise", "--data", data, "--reason", "edit", "--note", "x", "--slug", NAME)
    assert done.exit_code == 0
    assert f"{NAME}: revision 2 (names)\n" in done.output
    assert "Dowsett 1990 → Dowsett 1991" in done.output
    assert "1 recorded, 0 left" in done.output
