import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.archiving import open_archive
from graph.build import build
from graph.comparison import Comparison, compare_releases
from graph.prefixes import BASE, term, value
from graph.revise import Order, revise
from graph.verifying import verify
from server.app import create_app
from server.facts import Facts
from server.release_comparison import as_json, reason_of
from tests.revising import MARCH, atlas, make_uncertain
from tests.small import edit

NAME = "case-definition/dowsett1990"
ELSEWHERE = "https://atlas.example"


@dataclass(frozen=True)
class Two:
    """Two releases, between which definitions changed and with them what entries are judged."""

    releases: Path
    names: tuple[str, str]
    client: FlaskClient

    @property
    def path(self) -> str:
        return f"/release/{self.names[0]}...{self.names[1]}"


@pytest.fixture(scope="module")
def two(recorded_small: Path, tmp_path_factory: pytest.TempPathFactory) -> Two:
    return make_two(recorded_small, tmp_path_factory.mktemp("two"), BASE)


@pytest.fixture(scope="module")
def elsewhere(recorded_small: Path, tmp_path_factory: pytest.TempPathFactory) -> Two:
    """Return the same two releases, made under another base."""
    return make_two(recorded_small, tmp_path_factory.mktemp("elsewhere"), ELSEWHERE)


def make_two(recorded: Path, folder: Path, base: str) -> Two:
    data, releases = shutil.copytree(recorded, folder / "data"), folder / "releases"
    first = build(releases, data, base)
    make_uncertain(data)
    edit(data / "case-definitions.ttl", '"Dowsett 1990"@en', '"Dowsett 1991"@en')
    edit(data / "case-definitions.ttl", "a forerunner of PEM", "not yet called PEM")
    revise(data, Order("correction", "No status is certain.", created=MARCH))
    second = build(releases, data, base)
    return Two(releases, (first.id, second.id), create_app(Facts(second)).test_client())


@pytest.fixture(scope="module")
def comparison(two: Two) -> Comparison:
    with open_archive(two.releases, reads_only=True) as archive:
        return compare_releases(archive, *two.names)


def test_definitions_that_changed_stand_apart_with_their_aspects(comparison: Comparison) -> None:
    found = {one.document.rpartition("/")[2]: one.aspects for one in comparison.definitions}
    assert found["dowsett1990"] == {"names"}
    assert found["ccc2003"] == {"pem-status"}
    assert found["ramsay1986"] == {"pem-status"}
    assert len(found) > 10
    assert comparison.others == ()
    assert not [one for one in comparison.entries if "/revision/" in one.document]


def test_a_judgement_names_the_definitions_of_which_the_status_changed_and_no_others(
    comparison: Comparison,
) -> None:
    changed = {one.document for one in comparison.definitions if "pem-status" in one.aspects}
    # Only the reason for its status is another.
    changed -= {"https://www.mecfsatlas.com/case-definition/ramsay1986"}
    assert comparison.judged_otherwise
    for change in comparison.judged_otherwise:
        named = comparison.with_other_status(change)
        assert named
        assert set(named) == changed & change.applied
        assert change.caused_by == ""
        assert change.aspects == {"judgement"}
        told = reason_of(comparison, change)
        assert all(f"PEM status of {one.rpartition('/')[2]}" in told for one in named)
        assert "nothing else" not in told
        assert "dowsett1990" not in told


def test_the_comparison_as_data_names_them_too(comparison: Comparison, two: Two) -> None:
    document = json.loads(as_json(comparison))
    found = {row["document"].rpartition("/")[2]: row for row in document["definitions"]}
    assert found["dowsett1990"]["aspects"] == ["names"]
    assert found["dowsett1990"]["changes"][0]["after"] == ["Dowsett 1991"]
    quads = list(ox.parse(two.client.get(f"{two.path}.ttl").data, format=ox.RdfFormat.TURTLE))
    aspects = {
        value(quad.object).rpartition("#")[2]
        for quad in quads
        if quad.predicate == term("atlas:changedAspect") and NAME in value(quad.subject)
    }
    assert aspects == {"names"}


def test_the_page_of_the_comparison_has_a_place_for_definitions(two: Two) -> None:
    text = two.client.get(two.path, headers={"Accept": "text/html"}).text
    part = text.partition("<h2>Case definitions changed</h2>")[2].partition("<h2>")[0]
    assert 'href="/case-definition/dowsett1990"' in part
    assert '<span class="meta">names</span>' in part
    assert "Dowsett 1990 → Dowsett 1991" in part
    assert "PEM status of" in text
    assert "/revision/" not in part


def test_the_commands_tell_of_definitions(two: Two) -> None:
    at = ("--releases", two.releases)
    told = atlas("release", "diff", *two.names, *at).output
    assert "case definitions changed" in told
    assert "dowsett1990 (names)" in told
    assert "0 other documents changed" in told
    shown = atlas("release", "show", two.names[1], "--entries", *at)
    assert shown.exit_code == 0
    assert "/case-definition/" not in shown.output
    assert atlas("release", "verify", two.names[1], *at).exit_code == 0
    assert verify(two.releases, everything=True) == []


def test_two_releases_under_another_base_differ_by_the_same(
    comparison: Comparison, elsewhere: Two
) -> None:
    with open_archive(elsewhere.releases, reads_only=True) as archive:
        there = compare_releases(archive, *elsewhere.names)
    assert there.judged_otherwise
    assert {change.document.partition("/evidence/")[0] for change in there.entries} == {ELSEWHERE}
    assert as_json(there).decode().replace(ELSEWHERE, BASE) == as_json(comparison).decode()
    told = [
        [reason_of(one, change) for change in one.judged_otherwise] for one in (there, comparison)
    ]
    assert told[0] == told[1]
    named = [set(there.with_other_status(change)) for change in there.judged_otherwise]
    assert all(named)
    assert all(document.startswith(ELSEWHERE) for found in named for document in found)


@pytest.mark.parametrize("suffix", [".html", ".json", ".ttl"])
def test_pages_and_data_of_a_comparison_name_what_is_there_under_any_base(
    suffix: str, two: Two, elsewhere: Two
) -> None:
    here, there = (
        one.client.get(f"{one.path}{suffix}").text.replace(one.path, "") for one in (two, elsewhere)
    )
    assert BASE not in there
    assert 'href="/case-definition/dowsett1990"' in there or f"{ELSEWHERE}/{NAME}" in there
    if suffix == ".html":
        assert there.partition("<h1>")[2] == here.partition("<h1>")[2]
    else:
        # The order of prefixes depends on what they stand for.
        there = there.replace(ELSEWHERE, BASE)
        assert sorted(there.splitlines()) == sorted(here.splitlines())
