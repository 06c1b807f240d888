"""Measure builds, and the fast engines against their reference, in one run."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from graph import reason, shacl
from graph.judge import judge
from graph.paths import DATA
from graph.release import current_release
from graph.sources import read_sources
from tests.small import edit
from tests.synthetic import write_entries
from tests.watch import Watch

SAMPLE = 100
_BUILD = "import sys; from graph.build import build; from pathlib import Path;"
_BUILD += "build(Path(sys.argv[1]), Path(sys.argv[2]))"


def synthetic_data(folder: Path, size: int) -> Path:
    """Return a data folder with the real definitions and journals, and `size` synthetic entries."""
    data = folder / "data"
    data.mkdir()
    for path in DATA.glob("*.ttl"):
        shutil.copy(path, data)
    write_entries(data, size)
    return data


def seconds(action: Callable[[], object]) -> float:
    """Return how long `action` took by the wall clock."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def bench_build(size: int) -> None:
    """Build `size` synthetic entries."""
    with tempfile.TemporaryDirectory() as name:
        build_thrice(synthetic_data(Path(name), size), f"{size:,}", "immune")


def bench_real() -> None:
    """Build the real data."""
    with tempfile.TemporaryDirectory() as name:
        build_thrice(Path(shutil.copytree(DATA, Path(name) / "data")), "real", "dcterms:title ")


def build_thrice(data: Path, label: str, word: str) -> None:
    """Build `data` from nothing, unchanged, and with a changed `word` in one entry; print all.

    Seconds by the clock depend on what else the machine does; those of the processors do not.
    """
    releases, entries = data.parent / "releases", sorted((data / "evidence").glob("*.ttl"))
    took, watch = timed_build(releases, data)
    triples, each = current_release(releases).manifest.counts["triples"], 1000 / len(entries)
    print(
        f"build {label:>8} entries {triples:>11,} triples {took:>7.1f} s {took * each:>6.2f} ms/entry"
        f" (processors {watch.seconds:.1f} s, {watch.seconds * each:.2f} ms/entry)"
        f" {watch.peak / 1024**3:>5.2f} GiB peak",
        flush=True,
    )
    took, _ = timed_build(releases, data)
    print(f"build {label:>8} entries, nothing changed {took:>12.1f} s", flush=True)
    edit(next(e for e in entries if word in e.read_text(encoding="utf-8")), word, f"{word}  ")
    took, _ = timed_build(releases, data)
    print(f"build {label:>8} entries, one changed {took:>16.1f} s", flush=True)


def timed_build(releases: Path, data: Path) -> tuple[float, Watch]:
    """Build in a process of its own; return seconds, and what all its processes took together."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", _BUILD, str(releases), str(data)]) as child:
        watch = Watch(child.pid)
        if child.wait():
            raise SystemExit("the build failed")
    watch.stop()
    return time.perf_counter() - start, watch


def bench_engines() -> None:
    """Time validation and reasoning against pySHACL and owlrl on the same sample."""
    with tempfile.TemporaryDirectory() as name:
        store = read_sources(synthetic_data(Path(name), SAMPLE)).store
        pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
            (
                "validate: compiled shapes / pySHACL",
                lambda: shacl.validate(store, "sources"),
                lambda: shacl.reference(store, "sources"),
            ),
        ]
        for label, fast, peer in pairs:
            ratio(label, seconds(fast), seconds(peer))
        judge(store)
        triples = [
            quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        ]
        slow = seconds(lambda: reason.reference(triples))
        ratio("infer: rules on Oxigraph / owlrl", seconds(lambda: reason.infer(store)), slow)


def ratio(label: str, fast: float, peer: float) -> None:
    """Print one comparison: our seconds, the peer's, and how many times faster ours are."""
    print(f"{label:<40} {fast:>7.2f} s / {peer:>7.2f} s = 1/{peer / fast:.0f}")


if __name__ == "__main__":
    bench_engines()
    bench_real()
    for argument in sys.argv[1:] or ["1000", "10000"]:
        bench_build(int(argument))
