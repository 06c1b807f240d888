import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.build import STAGES, build
from graph.errors import BuildRefused
from graph.inputs import read_inputs
from graph.release import current_release
from tests.small import ENTRY, edit, small_data


def entry(data: Path) -> Path:
    return data / "evidence" / f"{ENTRY}.ttl"


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    first, second = build(tmp_path / "a", data), build(tmp_path / "b", data)
    assert first.dump_path.read_bytes() == second.dump_path.read_bytes()
    assert first.manifest.digest == second.manifest.digest


def test_an_unchanged_build_keeps_the_release_and_a_change_makes_the_next(tmp_path: Path) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"
    first = build(releases, data)
    assert build(releases, data) == first
    edit(entry(data), "immune", "thymus")
    second = build(releases, data)
    assert (second.manifest.previous, second.id != first.id) == (first.id, True)
    assert current_release(releases) == second


def test_a_build_under_another_base_renames_every_own_iri(tmp_path: Path) -> None:
    release = build(tmp_path / "releases", small_data(tmp_path), "https://atlas.example")
    quads = list(ox.parse(path=str(release.dump_path)))
    iris = {str(node) for quad in quads for node in quad if isinstance(node, ox.NamedNode)}
    assert not [iri for iri in iris if iri.startswith("<https://www.mecfsatlas.com")]
    assert f"<https://atlas.example/evidence/{ENTRY}>" in iris


def hurry(data: Path, stage: str) -> None:
    """Change what is built at a stage of the build, as an editor in a hurry does."""
    if stage == "load":
        edit(data / "case-definitions.ttl", '"Dowsett 1990"@en', '"Dowsett 1991"@en')
    elif stage == "dump":
        edit(entry(data), "immune", "thymus")
    else:
        (data / "evidence" / "zz-2005-late.ttl").write_text("no Turtle", encoding="utf-8")


@pytest.mark.parametrize("stage", ["load", "dump", "export"])
def test_sources_that_change_while_they_are_read_make_no_release(
    stage: str, tmp_path: Path
) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"
    served = build(releases, data)
    edit(entry(data), "Novak", "Nowak")

    def progress(now: str, done: int, total: int) -> None:
        if now == stage:
            hurry(data, stage)

    with pytest.raises(BuildRefused, match="changed while they were read; run the build again"):
        build(releases, data, progress=progress)
    assert current_release(releases) == served
    assert not (releases / ".building").exists()
    (data / "evidence" / "zz-2005-late.ttl").unlink(missing_ok=True)
    again = build(releases, data)
    assert again.manifest.previous == served.id
    assert again.manifest.built
    assert again.manifest.built.inputs == read_inputs(data)


KILLED = """
import os, signal, sys
from pathlib import Path
from graph.build import build
def progress(stage, done, total):
    if stage == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
build(Path(sys.argv[1]), Path(sys.argv[2]), progress=progress)
"""


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_build_leaves_the_served_release_and_the_next_one_succeeds(
    stage: str, tmp_path: Path
) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"
    served = build(releases, data)
    edit(entry(data), "immune", "thymus")
    assert python(KILLED, releases, data, stage).returncode == -signal.SIGKILL
    assert current_release(releases) == served
    assert build(releases, data).manifest.previous == served.id
    assert not (releases / ".building").exists()


def test_a_folder_that_cannot_be_made_is_a_clear_refusal(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(BuildRefused, match="releases"):
        build(blocked / "releases", small_data(tmp_path))
