"""What was recorded and published is never said otherwise, by hand or by a run."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.aspects import changed_aspects
from graph.build import build, check
from graph.content import triples_of
from graph.difference import compare
from graph.errors import BuildRefused, ReviseRefused
from graph.kept import history_folder
from graph.prefixes import BASE
from graph.revise import Order, revise
from tests.small import ENTRY, edit, recorded_data, small_data

JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
WITHDRAWN = """\
@base <https://www.mecfsatlas.com/> .
@prefix atlas: <https://www.mecfsatlas.com/ontology#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<{}> a atlas:Withdrawn ; atlas:withdrawnOn "2026-01-01"^^xsd:date ;
    prov:wasAttributedTo <dataset#editors> ; skos:changeNote "Gone."@en .
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return recorded data, of which a release is made."""
    found = recorded_data(tmp_path)
    build(found.parent / "releases", found)
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [("2026-01-01T", "2025-12-31T"), ('"Recorded."@en', '"Something else."@en')],
    ids=["moment", "note"],
)
def test_a_published_record_edited_by_hand_stops_the_build(old: str, new: str, data: Path) -> None:
    edit(history_folder(data) / f"{ENTRY}.trig", old, new)
    with pytest.raises(BuildRefused, match=rf"has another record of .*{ENTRY}/revision/1"):
        build(data.parent / "releases", data)


def test_the_same_records_under_another_base_are_no_change(data: Path) -> None:
    build(data.parent / "releases", data, "https://atlas.example")
    assert build(data.parent / "releases", data).manifest.base == BASE


def test_a_note_that_quotes_a_property_is_no_moment(data: Path) -> None:
    note = "… <http://x.example/a> <http://purl.org/dc/terms/created> and so on"
    for number, day in ((8, FEBRUARY), (7, MARCH)):
        edit(data / "evidence" / f"{ENTRY}.ttl", f'"1-{number + 1}"', f'"1-{number}"')
        revise(data, Order("edit", note, created=day))
        build(data.parent / "releases", data)


def others(data: Path) -> list[str]:
    return sorted(path.stem for path in (data / "evidence").glob("*.ttl"))


def test_several_runs_may_record_at_one_moment(data: Path) -> None:
    first, *_, last = others(data)
    for slug in (last, first):
        edit(data / "evidence" / f"{slug}.ttl", '"1-9"', '"1-8"')
        assert revise(data, Order("edit", "Pages.", created=FEBRUARY, slugs=(slug,))).done
    edit(data / "evidence" / f"{last}.ttl", '"1-8"', '"1-7"')
    with pytest.raises(ReviseRefused, match="only grows at its end"):
        revise(data, Order("edit", "Pages.", created=JANUARY))
    edit(data / "evidence" / f"{last}.ttl", '"1-7"', '"1-8"')
    build(data.parent / "releases", data)


def test_what_took_the_place_of_another_can_be_withdrawn_itself(data: Path) -> None:
    first, second, third = others(data)
    for gone, instead, day in ((first, second, FEBRUARY), (second, third, MARCH)):
        (data / "evidence" / f"{gone}.ttl").unlink()
        order = Order("withdrawal", "The same paper.", "editors", "", day, (gone,), instead)
        assert revise(data, order).done
        build(data.parent / "releases", data)


def test_the_identifier_of_a_definition_can_be_corrected(data: Path) -> None:
    definitions = data / "case-definitions.ttl"
    found = re.search(r'bibo:doi "(10\.[^"]+)"', definitions.read_text(encoding="utf-8"))
    assert found
    edit(definitions, found[0], 'bibo:doi "10.5555/other"')
    revised = revise(data, Order("correction", "The DOI was another's.", created=FEBRUARY))
    assert [pending.name.split("/")[0] for pending, _ in revised.done] == ["case-definition"]
    assert revised.left == ()


def test_a_revision_that_is_refused_leaves_no_folder_that_asks_for_records(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    build(tmp_path / "releases", data)
    with pytest.raises(ReviseRefused):
        revise(data, Order("edit", "A slip.", slugs=("no-such-entry",)))
    assert not history_folder(data).exists()
    build(tmp_path / "releases", data)


def test_a_run_of_two_classes_is_of_the_one_that_says_more() -> None:
    for number in range(50):
        start = f"<{BASE}/evidence/e{number}#scan"
        lines = [
            f"{start}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{kind}> .\n"
            for kind in ("http://www.w3.org/ns/prov#Activity", f"{BASE}/ontology#ScannerRun")
        ]
        lines.append(f"{start}> <http://www.w3.org/ns/prov#qualifiedAssociation> {start}-by> .\n")
        versions = [
            f"{start}-by> <http://www.w3.org/ns/prov#agent> <{BASE}/scanner/{one}> .\n"
            for one in ("v1.4", "v1.5")
        ]
        old, new = (triples_of("".join([*lines, one]).encode()) for one in versions)
        assert changed_aspects(compare(old, new), old, new) == {"texts"}


@pytest.mark.parametrize("path", [f"evidence/{ENTRY}x", "case-definition/zz", "query/zz"])
def test_what_has_revisions_is_withdrawn_by_them_alone(path: str, tmp_path: Path) -> None:
    data = small_data(tmp_path)
    (data / "withdrawn.ttl").write_text(WITHDRAWN.format(path), encoding="utf-8")
    _, (problem,) = check(data)
    assert "atlas revise --reason withdrawal" in problem.message


def test_the_iri_of_what_was_withdrawn_is_given_to_nothing_else(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    (data / "withdrawn.ttl").write_text(WITHDRAWN.format("journal/zz"), encoding="utf-8")
    build(tmp_path / "releases", data)
    (data / "withdrawn.ttl").unlink()
    with (data / "journals.ttl").open("a", encoding="utf-8") as file:
        file.write(f'<{BASE}/journal/zz> a atlas:Journal ; rdfs:label "Other"@en ;\n')
        file.write('    atlas:printedName "Other" .\n')
    with pytest.raises(BuildRefused, match="/journal/zz as withdrawn"):
        build(tmp_path / "releases", data)
