import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.build import STAGES, InvalidSources, build, check
from graph.errors import BuildRefused
from graph.release import current_release, staging
from tests.small import ENTRY, edit, small_data

Break = Callable[[Path], None]


def entry(data: Path) -> Path:
    return data / "evidence" / f"{ENTRY}.ttl"


def swap(old: str, new: str) -> Break:
    return lambda data: edit(entry(data), old, new)


def twin(data: Path) -> None:
    text = entry(data).read_text(encoding="utf-8")
    (data / "evidence" / "other-2020-name.ttl").write_text(text, encoding="utf-8")


def same_doi(data: Path) -> None:
    text = entry(data).read_text(encoding="utf-8").replace(ENTRY, "second-2020-name")
    (data / "evidence" / "second-2020-name.ttl").write_text(text, encoding="utf-8")


FAULTS: dict[str, tuple[Break, str]] = {
    "broken Turtle": (swap("<#paper> a", "<#paper> aa"), "is not valid RDF"),
    "a wrong IRI": (swap("<#paper> a", "<#pa per> a"), "is not valid RDF"),
    "two files with one slug": (twin, "must describe one entry"),
    "an unknown case definition": (swap("case-definition/", "case-definition/no"), "definition"),
    "a DOI as URL": (swap('bibo:doi "', 'bibo:doi "https://doi.org/'), "DOI"),
    "a DOI with capitals": (swap('bibo:doi "10.5555/s', 'bibo:doi "10.5555/S'), "DOI"),
    "a DOI used twice": (same_doi, "DOI"),
    "an author gap": (swap("schema:position 2", "schema:position 9"), "without a gap"),
    "a text without language": (
        swap('."@en ;\n    atlas:machineD', '." ;\n    atlas:machineD'),
        "lang",
    ),
    "a date that is none": (swap('recordedOn "2026-11-23"', 'recordedOn "2026-13-45"'), "date"),
    "a draft without its generator": (
        swap("atlas:generatorVersion", "atlas:noSuchTerm"),
        "enerator",
    ),
    "a blank node": (swap("<#paper> a", "<#paper> schema:name [] ; a"), "blank node"),
    "words about a stranger": (
        swap("<#paper> a", "<other#x> a schema:Thing . <#paper> a"),
        "move them",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_file_and_the_served_release_stays(
    fault: str, tmp_path: Path
) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"
    served = build(releases, data)
    damage, words = FAULTS[fault]
    damage(data)
    with pytest.raises(InvalidSources) as caught:
        build(releases, data)
    report = "\n".join(map(str, caught.value.problems))
    assert words in report
    assert str(data / "evidence") in report
    assert current_release(releases) == served
    assert sorted(path.name for path in releases.iterdir()) == sorted(
        [".lock", ".shards", served.id, "current"]
    )


def test_all_faults_of_the_issue_are_tried() -> None:
    assert len(FAULTS) == 13


def test_a_problem_names_the_line_of_its_property(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    edit(entry(data), 'bibo:doi "10.5555/s', 'bibo:doi "10.5555/S')
    lines = entry(data).read_text(encoding="utf-8").splitlines()
    _, found = check(data)
    assert {lines[(problem.line or 0) - 1].count("bibo:doi") for problem in found} >= {1}


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


@pytest.mark.parametrize("empty", ["no folder", "no entries"])
def test_empty_data_is_refused(empty: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    if empty == "no entries":
        data.mkdir()
    with pytest.raises(BuildRefused, match="no entries"):
        build(tmp_path / "releases", data)


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    with staging(releases), pytest.raises(BuildRefused, match="another build"):
        build(releases, small_data(tmp_path))


KILLED = """
import os, signal, sys
from pathlib import Path
from graph.build import build
def progress(stage, done, total):
    if stage == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
build(Path(sys.argv[1]), Path(sys.argv[2]), progress=progress)
"""

NO_SPACE = """
import resource, signal, sys
from pathlib import Path
from graph.build import build
from graph.errors import BuildRefused
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    build(Path(sys.argv[1]), Path(sys.argv[2]))
except BuildRefused as error:
    print(error)
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


def test_a_full_disk_is_a_clear_refusal(tmp_path: Path) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"
    served = build(releases, data)
    edit(entry(data), "immune", "thymus")
    done = python(NO_SPACE, releases, data)
    assert "Free some disk" in done.stdout or "disk full" in done.stdout, done.stderr
    assert current_release(releases) == served


def test_a_folder_that_cannot_be_made_is_a_clear_refusal(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(BuildRefused, match="releases"):
        build(blocked / "releases", small_data(tmp_path))
