import re
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.aspects import ASPECTS
from graph.build import InvalidSources
from graph.errors import ReviseRefused
from graph.kept import DEFINITION, history_files
from graph.paths import ONTOLOGY
from graph.prefixes import term, value
from graph.reasons import REASONS
from graph.revise import Order, Revised, revise
from tests.revising import (
    EDIT,
    MARCH,
    add,
    evidence,
    histories,
    last,
    make_uncertain,
    numbers,
    repaged,
    said,
    under_another_policy,
)
from tests.small import ENTRY, SIZE, edit, small_data

RETRACTION = """
<#paper> atlas:retraction <#retraction> .
<#retraction> a atlas:Retraction ; dcterms:date "2026-02-03"^^xsd:date ;
    dcterms:source <https://doi.org/10.5555/notice> .
"""


@pytest.fixture
def data(recorded_small: Path, tmp_path: Path) -> Path:
    return shutil.copytree(recorded_small, tmp_path / "data")


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


def judged_otherwise(data: Path) -> None:
    make_uncertain(data)
    names = tuple(f"case-definition/{path.stem}" for path in history_files(data, DEFINITION))
    revise(data, Order("edit", "No status is certain.", created=MARCH, slugs=names))


# Reason → what was done to the data, and why this reason cannot stand for it.
WRONG = {
    "first-record": (repaged, "has a history"),
    "withdrawal": (repaged, "is still there"),
    "policy": (judged_otherwise, "is judged otherwise under the same policy"),
    "retraction": (repaged, "states no new retraction"),
    "edit": (lambda data: add(data, RETRACTION), "use --reason retraction"),
    "correction": (under_another_policy, "use --reason policy"),
    "model": (lambda data: (data / "evidence" / f"{ENTRY}.ttl").unlink(), "is gone; restore it"),
}


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
    with pytest.raises(ReviseRefused, match="only what is withdrawn is replaced"):
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


def concepts(scheme: str) -> set[str]:
    quads = ox.parse(path=str(ONTOLOGY / "vocabulary" / f"{scheme}.ttl"))
    return {value(q.object) for q in quads if q.predicate == term("skos:notation")}


def test_reasons_and_aspects_are_those_of_the_value_lists() -> None:
    assert set(REASONS) == concepts("revision-reason")
    assert concepts("revision-aspect") == ASPECTS
