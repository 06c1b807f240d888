import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph import shards
from graph.build import InvalidSources, build, check
from graph.describe import describe
from graph.errors import AtlasError, BuildRefused
from graph.judge import judge
from graph.reason import infer
from graph.release import Release, current_release
from graph.saved_queries import query_files, read_saved_queries
from graph.shacl import validate
from graph.sources import ENTRIES, read_sources
from tests.small import edit, small_data
from tests.synthetic import write_entries

SIZE = 9
LINKS = """
<#paper> <http://purl.org/spar/cito/cites> <{0}#paper> , <{1}#paper> ;
    atlas:replicates <{2}#paper> ; atlas:preprintOf <{1}#paper> .
<> prov:wasDerivedFrom <{2}> , <{0}#quick-summary> .
"""


@pytest.fixture(autouse=True)
def tiny_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "ENTRIES_PER_SHARD", 1)


@pytest.fixture
def in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work out the shards in this process, to save starting others."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1)


def linked_data(folder: Path) -> Path:
    """Return data whose entries link others of other shards."""
    data, chance = small_data(folder), random.Random(7)
    write_entries(data, SIZE)
    files = evidence(data)
    for path in files:
        others = chance.sample([file.stem for file in files if file != path], 3)
        text = path.read_text(encoding="utf-8")
        path.write_text(text + LINKS.format(*(ENTRIES + slug for slug in others)), encoding="utf-8")
    return data


def evidence(data: Path) -> list[Path]:
    return sorted((data / "evidence").glob("*.ttl"))


def one_store(data: Path) -> bytes:
    """Return what a build without shards would dump."""
    sources = read_sources(data)
    store = sources.store
    assert not sources.errors
    assert not validate(store, "sources") + validate(store, "across")
    judge(store)
    assert not validate(store, "judged")
    infer(store)
    describe(store, queries=read_saved_queries(query_files(data), sources.errors))
    assert not sources.errors
    dump = store.dump(format=ox.RdfFormat.N_QUADS) or b""
    return b"".join(sorted(dump.splitlines(keepends=True)))


def worked_out(releases: Path) -> dict[str, int]:
    """Return the files on the shelf, each with the mark of when it was made."""
    return {path.name: path.stat().st_mtime_ns for path in (releases / ".shards").iterdir()}


def remade(releases: Path, before: dict[str, int]) -> int:
    now = worked_out(releases)
    return sum(before.get(name) != mark for name, mark in now.items())


def test_shards_in_processes_give_the_bytes_of_one_store(tmp_path: Path) -> None:
    data = linked_data(tmp_path)
    release = build(tmp_path / "releases", data)
    assert len(worked_out(tmp_path / "releases")) > SIZE / 2
    assert release.dump_path.read_bytes() == one_store(data)


@pytest.mark.usefixtures("in_line")
def test_the_tiny_data_give_the_bytes_of_one_store(tiny_data: Path, tmp_path: Path) -> None:
    release = build(tmp_path / "releases", tiny_data)
    assert len(worked_out(tmp_path / "releases")) > 3
    assert release.dump_path.read_bytes() == one_store(tiny_data)


@pytest.mark.usefixtures("in_line")
def test_the_store_holds_what_the_dump_holds(tmp_path: Path) -> None:
    release = build(tmp_path / "releases", small_data(tmp_path))
    store = ox.Store.read_only(str(release.store_path))
    lines = (store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    assert b"".join(sorted(lines)) == release.dump_path.read_bytes()


@pytest.fixture
def built(in_line: None, tmp_path: Path) -> tuple[Path, Path, Release]:
    data, releases = linked_data(tmp_path), tmp_path / "releases"
    return data, releases, build(releases, data)


def test_a_change_is_worked_out_alone_and_gives_the_bytes_of_a_build_from_nothing(
    built: tuple[Path, Path, Release], tmp_path: Path
) -> None:
    data, releases, first = built
    before = worked_out(releases)
    changed = evidence(data)[0]
    edit(changed, "immune", "thymus")
    linking = sum(changed.stem in path.read_text(encoding="utf-8") for path in evidence(data))
    second = build(releases, data)
    assert 1 <= remade(releases, before) <= linking < SIZE
    assert len(worked_out(releases)) == len(before), "what is stale is removed"
    fresh = build(tmp_path / "fresh", data)
    assert second.dump_path.read_bytes() == fresh.dump_path.read_bytes()
    assert second.manifest.digest != first.manifest.digest


def test_a_new_entry_changes_one_shard(built: tuple[Path, Path, Release], tmp_path: Path) -> None:
    data, releases, _ = built
    before = worked_out(releases)
    write_entries(tmp_path / "more", SIZE + 1)
    (new,) = {p.name for p in evidence(tmp_path / "more")} - {p.name for p in evidence(data)}
    (tmp_path / "more" / "evidence" / new).rename(data / "evidence" / new)
    build(releases, data)
    assert remade(releases, before) == 1


def test_an_entry_whose_link_leads_nowhere_any_more_is_refused(
    built: tuple[Path, Path, Release],
) -> None:
    data, releases, served = built
    gone, *others = evidence(data)
    linking = {
        str(path)
        for path in others
        if f"<{ENTRIES}{gone.stem}#paper>" in path.read_text(encoding="utf-8")
    }
    assert linking
    gone.unlink()
    with pytest.raises(InvalidSources) as caught:
        build(releases, data)
    assert {problem.file for problem in caught.value.problems} == linking
    assert current_release(releases) == served


def test_force_trusts_nothing_on_the_shelf(built: tuple[Path, Path, Release]) -> None:
    data, releases, first = built
    before = worked_out(releases)
    assert build(releases, data, force=True).manifest.digest == first.manifest.digest
    assert remade(releases, before) == len(before)


@pytest.mark.parametrize("fault", ["two entries with one DOI", "two entries with one paper"])
@pytest.mark.usefixtures("in_line")
def test_what_two_shards_say_is_compared(fault: str, tmp_path: Path) -> None:
    data = small_data(tmp_path)
    one, other = evidence(data)[:2]
    if fault == "two entries with one DOI":
        edit(other, "10.5555/synthetic.", "10.5555/same.")
        number = other.read_text(encoding="utf-8").partition("10.5555/same.")[2].partition('"')[0]
        text = one.read_text(encoding="utf-8")
        own = text.partition("10.5555/synthetic.")[2].partition('"')[0]
        edit(one, f"10.5555/synthetic.{own}", f"10.5555/same.{number}")
    else:
        edit(one, "atlas:paper <#paper>", f"atlas:paper <{ENTRIES}{other.stem}#paper>")
    with pytest.raises(InvalidSources) as caught:
        build(tmp_path / "releases", data)
    by_build = {(p.file, p.line) for p in caught.value.problems}
    assert str(one) in {file for file, _ in by_build}
    by_check = {(p.file, p.line) for p in check(data)[1]}
    assert by_build <= by_check
    assert by_check <= {(p.file, p.line) for p in check(data, reference=True)[1]}


@pytest.mark.usefixtures("in_line")
def test_a_part_of_another_entry_is_refused(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    one, other = evidence(data)[:2]
    edit(one, "atlas:author <#author-1>", f"atlas:author <{ENTRIES}{other.stem}#author-1>")
    with pytest.raises(InvalidSources, match="for its own by atlas:author") as caught:
        build(tmp_path / "releases", data)
    assert {problem.file for problem in caught.value.problems} == {str(one)}


@pytest.mark.usefixtures("in_line")
def test_an_entry_that_states_an_axiom_is_refused(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    edit(evidence(data)[0], "<#paper> a", "<#paper> rdfs:subClassOf atlas:Paper ; a")
    with pytest.raises(AtlasError, match="only the ontology may say"):
        build(tmp_path / "releases", data)


@pytest.mark.usefixtures("in_line")
def test_entries_of_a_bulk_file_are_sharded_like_those_with_files(tmp_path: Path) -> None:
    data = linked_data(tmp_path)
    expected = one_store(data)
    move_into_bulk(data, evidence(data)[:5])
    release = build(tmp_path / "releases", data)
    assert release.dump_path.read_bytes() == expected == one_store(data)
    edit(data / "bulk.nq", "text-read#full-text", "text-read#half")
    with pytest.raises(InvalidSources) as caught:
        build(tmp_path / "releases", data)
    assert {problem.file for problem in caught.value.problems} == {str(data / "bulk.nq")}


@pytest.mark.usefixtures("in_line")
def test_an_entry_in_a_file_and_in_a_bulk_file_is_refused(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    path = evidence(data)[0]
    text = path.read_text(encoding="utf-8")
    move_into_bulk(data, [path])
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSources, match="keep one of the two"):
        build(tmp_path / "releases", data)


def move_into_bulk(data: Path, paths: list[Path]) -> None:
    lines = b""
    for path in paths:
        base = f"{ENTRIES}{path.stem}"
        triples = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=base)
        lines += ox.serialize(triples, format=ox.RdfFormat.N_QUADS) or b""
        path.unlink()
    (data / "bulk.nq").write_bytes(lines)


@pytest.mark.usefixtures("in_line")
def test_sources_that_change_while_they_are_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"

    def progress(stage: str, done: int, total: int) -> None:
        path = evidence(data)[-1]
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\n", encoding="utf-8")

    with pytest.raises(BuildRefused, match="changed while"):
        build(releases, data, progress=progress)


STOPPED = """
import os, signal, sys
from pathlib import Path
from graph import shards
from graph.build import build
shards.ENTRIES_PER_SHARD = 1
os.cpu_count = lambda: 2
def progress(stage, done, total):
    if stage == "check and infer" and done:
        os.kill(os.getpid(), getattr(signal, sys.argv[3]))
build(Path(sys.argv[1]), Path(sys.argv[2]), progress=progress)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_a_build_that_is_stopped_leaves_no_process_and_no_harm(name: str, tmp_path: Path) -> None:
    data, releases = linked_data(tmp_path), tmp_path / "releases"
    # The pipe of its output closes only when the last process of the build is gone.
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, str(releases), str(data), name],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -getattr(signal, name)
    assert (releases / ".building").exists() == (name == "SIGKILL")
    assert not (releases / "current").exists()
    assert build(releases, data).dump_path.read_bytes() == one_store(data)
    assert not (releases / ".building").exists()
