import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from graph.prefixes import term
from graph.release import Release, current_release
from server.cli import main
from tests.conftest import SEED
from tests.faults import FAULTS
from tests.small import edit


def atlas(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def served(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release in a folder of its own, where each test tries to build the next."""
    releases = tmp_path_factory.mktemp("bad") / "releases"
    assert atlas("build", "--data", tiny_data, "--releases", releases).exit_code == 0
    return current_release(releases)


@pytest.fixture
def data(tiny_data: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_data, tmp_path / "data")


def assert_still_served(release: Release) -> None:
    """Assert that `release` answers as before, and that nothing is left beside it."""
    releases = release.folder.parent
    assert current_release(releases) == release
    store = ox.Store.read_only(str(release.store_path))
    kind = term("rdf:type"), term("atlas:EvidenceEntry")
    assert sum(1 for _ in store.quads_for_pattern(None, *kind, ox.DefaultGraph())) == 5
    names = {path.name for path in releases.iterdir() if path.name[0] != "."}
    assert names == {release.id, "current", "archive.sqlite"}
    assert not (releases / ".building").exists()


def line_of(path: Path, piece: str) -> int | None:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next(n for n, line in enumerate(lines, 1) if piece in line) if piece else None


@pytest.mark.parametrize("command", ["check", "build"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_by_file_line_and_repair_and_nothing_is_served_anew(
    name: str, command: str, data: Path, served: Release
) -> None:
    fault = FAULTS[name]
    fault.damage(data)
    more = ["--releases", served.folder.parent] if command == "build" else []
    done = atlas(command, "--data", data, *more)
    assert done.exit_code == 1
    line = line_of(data / fault.file, fault.line)
    place = str(data / fault.file) + (f":{line}" if line else "")
    told = [one for one in done.output.splitlines() if one.startswith(f"{place}: ")]
    assert [one for one in told if re.search(fault.says, one)], done.output
    assert ("untouched" in done.output) == (command == "build")
    assert_still_served(served)


def test_all_faults_are_tried() -> None:
    assert len(FAULTS) == 26


def test_one_fault_is_told_once(data: Path) -> None:
    told = {}
    for name in ("a DOI as URL", "a text without language", "an author gap", "broken Turtle"):
        fresh = shutil.copytree(data, data.parent / name)
        FAULTS[name].damage(fresh)
        told[name] = atlas("check", "--data", fresh).output.splitlines()[1:]
    assert set(map(tuple, told.values())) == {("1 problem",)}


@pytest.mark.parametrize(
    "empty", ["a folder that is not there", "a folder with nothing", "no entries"]
)
def test_empty_data_is_refused_with_what_to_do(empty: str, data: Path, served: Release) -> None:
    if empty != "no entries":
        shutil.rmtree(data)
    if empty == "a folder with nothing":
        data.mkdir()
    shutil.rmtree(data / "evidence", ignore_errors=True)
    done = atlas("build", "--data", data, "--releases", served.folder.parent)
    assert done.exit_code == 1
    assert f"no entries in {data / 'evidence'}; bring some in with `atlas import`" in done.output
    assert_still_served(served)


def start(data: Path, releases: Path, before: str) -> subprocess.Popen[str]:
    """Start `atlas build` as a process of its own, after the Python of `before`."""
    code = f"{before}\nfrom server.cli import main\nmain()"
    options = ["build", "--data", str(data), "--releases", str(releases)]
    return subprocess.Popen(
        [sys.executable, "-c", code, *options],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


# A disk that takes no file over 20,000 bytes: the same on every machine, and without mounting one.
FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
"""


def test_a_full_disk_is_told_and_the_served_release_stays(data: Path, served: Release) -> None:
    edit(data / "evidence" / f"{SEED}.ttl", "early study", "first study")
    process = start(data, served.folder.parent, FULL)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Free some disk, or use --releases" in said
    assert "Traceback" not in said
    assert_still_served(served)


# Says when the build opens a file in its staging folder, and waits there for the end of the input.
HALF_WAY = """
import sys
def hook(event, arguments):
    if event == "open" and "/.building/" in str(arguments[0]):
        print("half-way", flush=True)
        sys.stdin.read()
sys.addaudithook(hook)
"""


def start_half_way(data: Path, releases: Path) -> subprocess.Popen[str]:
    process = start(data, releases, HALF_WAY)
    assert process.stdout
    assert process.stdout.readline() == "half-way\n", process.communicate()[0]
    return process


def test_a_build_killed_half_way_leaves_the_served_release_and_the_next_succeeds(
    data: Path, served: Release, tmp_path: Path
) -> None:
    releases = shutil.copytree(served.folder.parent, tmp_path / "releases", symlinks=True)
    old = current_release(releases)
    edit(data / "evidence" / f"{SEED}.ttl", "early study", "first study")
    with start_half_way(data, releases) as process:
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert (releases / ".building").exists()
    assert current_release(releases) == old
    assert atlas("build", "--data", data, "--releases", releases).exit_code == 0
    assert current_release(releases).manifest.previous == old.id
    assert not (releases / ".building").exists()


def test_of_two_builds_at_once_one_is_refused_and_the_other_finishes(
    data: Path, served: Release, tmp_path: Path
) -> None:
    releases = shutil.copytree(served.folder.parent, tmp_path / "releases", symlinks=True)
    edit(data / "evidence" / f"{SEED}.ttl", "early study", "first study")
    first = start_half_way(data, releases)
    first.send_signal(signal.SIGSTOP)
    second = atlas("build", "--data", data, "--releases", releases)
    first.send_signal(signal.SIGCONT)
    assert second.exit_code == 1
    assert (
        f"another build is at work in {releases}; wait for it, or use --releases" in second.output
    )
    first.communicate(timeout=120)
    assert first.returncode == 0
    assert current_release(releases).manifest.previous == served.id
