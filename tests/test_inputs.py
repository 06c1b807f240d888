import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.dump import sha256
from graph.inputs import DATA_KINDS, KINDS, inputs_digest, program_digest, read_inputs
from graph.paths import DATA, ROOT, RULES
from graph.prefixes import BASE
from graph.release import Release
from tests.small import DEFINITIONS, ENTRY, edit, recorded_data
from tests.test_saved_queries import GOOD

BULK = "<https://www.mecfsatlas.com/x> <https://www.mecfsatlas.com/y> <https://www.mecfsatlas.com/z> .\n"


def digest_in_shell(key: str, data: Path) -> str:
    """Return what the command of a kind prints, in its folder."""
    folder = data if key in DATA_KINDS else ROOT
    done = subprocess.run(
        ["bash", "-c", KINDS[key].command], cwd=folder, capture_output=True, text=True, check=True
    )
    return f"sha256:{done.stdout.split()[0]}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder of data that has files of every kind."""
    data = recorded_data(tmp_path)
    (data / "of bulk.nt").write_text(BULK, encoding="utf-8")
    (data / "more.nq").write_text(BULK, encoding="utf-8")
    (data / "withdrawn.ttl").write_text("# nothing yet\n", encoding="utf-8")
    (data / "queries").mkdir()
    (data / "queries" / "010-words.rq").write_text(GOOD, encoding="utf-8")
    return data


def test_every_digest_can_be_worked_out_by_its_command(data: Path) -> None:
    found = read_inputs(data)
    assert [one.key for one in found] == list(KINDS)
    for one in found:
        assert one.digest == digest_in_shell(one.key, data), one.key
    counts = {one.key: one.files for one in found}
    assert counts["bulk"] == 2
    assert counts["evidence"] == 3
    assert counts["history"] == 3 + DEFINITIONS
    assert counts["queries"] == 1
    singles = ("agents", "journals", "case-definitions", "withdrawn")
    assert [counts[key] for key in singles] == [1] * len(singles)


def test_a_kind_without_files_is_left_out(tiny_data: Path) -> None:
    left_out = {"history", "withdrawn", "bulk"}
    assert {one.key for one in read_inputs(tiny_data)} == set(KINDS) - left_out


def test_every_file_is_of_one_kind_and_none_is_passed_over() -> None:
    found = [path for key, kind in KINDS.items() for path in kind.find(root_of(key))]
    assert len(found) == len(set(found)) > 1800
    kept = {path for path in (ROOT / "graph").rglob("*.*") if "__pycache__" not in path.parts}
    assert {path for path in kept if path.is_file()} <= set(found)
    assert set(RULES.rglob("*.rq")) <= set(found)
    assert {path for path in DATA.rglob("*") if path.suffix not in {"", ".md"}} <= set(found)


def root_of(key: str) -> Path:
    return DATA if key in DATA_KINDS else ROOT


CHANGES: dict[str, Callable[[Path], object]] = {
    "evidence": lambda data: edit(data / "evidence" / f"{ENTRY}.ttl", "1-9", "1-8"),
    "agents": lambda data: edit(data / "agents.ttl", "Drafts the texts", "Drafted the texts"),
    "bulk": lambda data: (data / "more.nq").unlink(),
    "withdrawn": lambda data: edit(data / "withdrawn.ttl", "nothing", "something"),
    "queries": lambda data: edit(data / "queries" / "010-words.rq", "there", "here"),
    "history": lambda data: (data / "history" / f"{ENTRY}.trig").rename(
        data / "history" / "other.trig"
    ),
}


@pytest.mark.parametrize("key", CHANGES)
def test_a_change_is_seen_in_its_kind_and_in_no_other(key: str, data: Path) -> None:
    before, whole = {one.key: one for one in read_inputs(data)}, inputs_digest(data, BASE)
    CHANGES[key](data)
    after = {one.key: one for one in read_inputs(data)}
    assert {one for one in KINDS if before[one] != after[one]} == {key}
    assert inputs_digest(data, BASE) != whole


def test_the_digest_of_all_depends_on_the_base_and_on_having_a_history(tiny_data: Path) -> None:
    known = inputs_digest(tiny_data, BASE)
    assert known == inputs_digest(tiny_data, BASE, read_inputs(tiny_data, sha256))
    assert known != inputs_digest(tiny_data, "https://atlas.example")
    assert known != program_digest(read_inputs(tiny_data))
    (tiny_data / "history").mkdir()
    try:
        assert known != inputs_digest(tiny_data, BASE)
    finally:
        (tiny_data / "history").rmdir()


def test_the_manifest_has_what_went_in(release: Release, tiny_data: Path) -> None:
    built = release.manifest.built
    assert built
    assert built.inputs == read_inputs(tiny_data)
    assert built.started <= built.ended == release.manifest.created
    assert "Python" in release.manifest.software
