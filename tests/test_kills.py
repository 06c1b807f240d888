import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.archiving import open_archive
from graph.build import build
from graph.prefixes import term
from graph.release import Release, current_release, folders
from graph.restoring import rollback
from graph.verifying import verify
from tests.small import ENTRY, SIZE, edit, small_data

# There is a next build after every so many kills.
_SAMPLE = 60
# What a build does before its release is whole takes longest and is the same in all: it is killed
# at every so many touches. KILL_STRIDE=1 is for all of them.
_STRIDE = int(os.environ.get("KILL_STRIDE", "24"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def start(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a release, of which the sources have changed since.

    Its shards are those of the next release, so that no time goes into working them out.
    """
    folder = tmp_path_factory.mktemp("start")
    releases, after = folder / "releases", folder / "after"
    build(releases, data)
    edit(data / "evidence" / f"{ENTRY}.ttl", "immune", "thymus")
    build(after, data)
    shutil.rmtree(releases / ".shards")
    shutil.copytree(after / ".shards", releases / ".shards")
    return releases


@pytest.fixture(scope="module")
def staged(start: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of it, in which a build was killed when its release was all but in place."""
    releases = tmp_path_factory.mktemp("staged") / "releases"
    shutil.copytree(start, releases, symlinks=True)
    build(releases, data)
    staged = releases / ".building"
    current_release(releases).folder.rename(staged)
    (archive := releases / "archive.sqlite").unlink()
    shutil.copy(start / archive.name, archive)
    (releases / "current").unlink()
    (releases / "current").symlink_to(folders(releases)[-1])
    return releases


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "copies"
    shutil.rmtree(tmp_path / "copies")


def kill(step: str, stride: int, *paths: Path) -> int:
    command = [sys.executable, "-m", "tests.killing", step, str(stride), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def answers(release: Release) -> bool:
    store = ox.Store.read_only(str(release.store_path))
    kind = term("rdf:type"), term("atlas:EvidenceEntry")
    found = store.quads_for_pattern(None, *kind, ox.DefaultGraph())
    return sum(1 for _ in found) == SIZE


def state(releases: Path) -> tuple[int, bool]:
    """Return how many releases are in the archive, and whether the last of them is served."""
    with open_archive(releases, reads_only=True) as archive:
        names = archive.names()
    return len(names), current_release(releases).id == names[-1]


def assert_whole(releases: Path) -> None:
    assert verify(releases, everything=True) == []
    assert answers(current_release(releases))


def assert_the_next_build_does_it(releases: Path, data: Path) -> None:
    served = current_release(releases)
    release = build(releases, data, keep=0)
    assert release.manifest.previous == served.id or release == served
    assert folders(releases) == [release.id]
    assert_whole(releases)
    assert not [path for path in releases.iterdir() if path.name in {".building", ".removed"}]


def test_killed_at_any_touch_a_release_is_in_place_or_it_is_not(
    staged: Path, data: Path, copies: Path
) -> None:
    assert kill("shelve", 1, staged, data, copies) >= 200
    states: Counter[tuple[int, bool]] = Counter()
    for number, releases in enumerate(sorted(copies.iterdir())):
        assert_whole(releases)
        states[state(releases)] += 1
        if number % _SAMPLE == 0:
            assert_the_next_build_does_it(releases, data)
    # Before the archive has it, between archive and swap, and after the swap.
    assert set(states) == {(1, True), (2, False), (2, True)}


def test_killed_while_it_writes_the_archive_a_release_is_not_in_it(
    staged: Path, data: Path, copies: Path
) -> None:
    size = (staged / "archive.sqlite").stat().st_size
    assert kill("write", 3, staged, data, copies) >= size // 4096 // 3
    for number, releases in enumerate(sorted(copies.iterdir())):
        assert state(releases) == (1, True)
        assert_whole(releases)
        if number % _SAMPLE == 0:
            assert_the_next_build_does_it(releases, data)


def test_a_build_killed_at_any_step_leaves_what_was_served(
    start: Path, data: Path, copies: Path
) -> None:
    assert kill("build", _STRIDE, start, data, copies) >= 150 // _STRIDE
    for releases in sorted(copies.iterdir()):
        assert_whole(releases)
    assert_the_next_build_does_it(releases, data)


def test_a_rollback_killed_at_any_step_leaves_a_whole_release_to_serve(
    start: Path, data: Path, copies: Path, tmp_path: Path
) -> None:
    releases = shutil.copytree(start, tmp_path / "releases", symlinks=True)
    first = current_release(releases).id
    build(releases, data, keep=0)
    assert folders(releases) != [first]
    assert kill("rollback", _STRIDE, releases, data, copies) >= 60 // _STRIDE
    for copy in sorted(copies.iterdir()):
        assert_whole(copy)
    assert rollback(copy, first).id == first
    assert_whole(copy)
