import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from graph.archiving import open_archive
from graph.build import build
from graph.release import folders
from graph.revise import Order, revise
from server.cli import main
from tests.small import SIZE, edit
from tests.test_saved_queries import write

COUNT = """\
# How many entries are there?
# keywords: counts
# All of them.
PREFIX atlas: <https://www.mecfsatlas.com/ontology#>
SELECT (COUNT(?entry) AS ?entries) WHERE { ?entry a atlas:EvidenceEntry }
"""
MARKUP = """\
# What looks like markup?
# keywords: markup
# A word.
SELECT ("[/b] :smile:" AS ?word) WHERE {}
"""


def recorded(data: Path, month: int, reason: str, *names: str) -> None:
    moment = datetime(2026, month, 1, tzinfo=UTC)
    assert revise(data, Order(reason, "Because.", created=moment, slugs=names)).done


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two releases: in the first, which is only archived, a query says otherwise."""
    folder = tmp_path_factory.mktemp("queries")
    data = write(folder, count=COUNT, markup=MARKUP)
    entry = next((data / "evidence").glob("*.ttl"))
    later = entry.rename(folder / entry.name)
    recorded(data, 1, "first-record")
    build(folder / "releases", data, keep=0)
    edit(data / "queries" / "001-count.rq", "COUNT(?entry)", "1000 + COUNT(?entry)")
    (data / "queries" / "002-markup.rq").rename(data / "queries" / "002-other.rq")
    later.rename(entry)
    recorded(data, 2, "withdrawal", "query/markup")
    recorded(data, 3, "edit", "query/count")
    recorded(data, 4, "first-record")
    build(folder / "releases", data, keep=0)
    return folder / "releases"


@pytest.fixture(scope="module")
def names(releases: Path) -> list[str]:
    with open_archive(releases, reads_only=True) as archive:
        found = archive.names()
    assert folders(releases) == found[1:]
    return found


def query(releases: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["query", "--releases", str(releases), *arguments])


def test_a_saved_query_is_asked_by_its_name(releases: Path, names: list[str]) -> None:
    done = query(releases, "count", "--format", "csv")
    assert done.output.split() == ["entries", str(1000 + SIZE)]
    again = query(releases, "count", "--format", "csv", "--release", names[1])
    assert again.output == done.output


def test_an_earlier_release_answers_as_it_did_then(
    releases: Path, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = query(releases, "count", "--format", "csv", "--release", names[0])
    assert done.output.split() == ["entries", str(SIZE - 1)]
    assert not list(tmp_path.iterdir())
    assert folders(releases) == names[1:]
    asked = query(releases, COUNT, "--format", "csv", "--release", names[0])
    assert asked.output == done.output


def test_cells_are_printed_as_they_are(releases: Path, names: list[str]) -> None:
    assert "[/b] :smile:" in query(releases, "other").output
    assert "[/b] :smile:" in query(releases, "markup", "--release", names[0]).output


def test_what_is_unknown_is_told_with_what_there_is(releases: Path, names: list[str]) -> None:
    for arguments, code, words in (
        (("counts",), 2, f"no query is saved as counts in release {names[1]}; did you mean count?"),
        (("zzz",), 2, "2 others are."),
        (("markup",), 2, f"in release {names[1]}"),
        (("other", "--release", names[0]), 2, f"in release {names[0]}"),
        (("count", "--release", "2020-01-01.1"), 1, f"the last is {names[1]}"),
        (("count", "--release", "x/../y"), 1, "there is no release x/../y"),
    ):
        done = query(releases, *arguments)
        assert (done.exit_code, words in re.sub(r"\s+", " ", done.output)) == (code, True), (
            done.output
        )
