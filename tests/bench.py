"""Measure builds of synthetic entries, and the fast engines against their reference, in one run."""

import os
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
from tests.synthetic import write_entries

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
    """Build `size` entries in a process of its own; print seconds, memory and size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, releases = synthetic_data(folder, size), folder / "releases"
        start = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-c", _BUILD, str(releases), str(data)])
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - start
        if child.returncode:
            raise SystemExit(f"the build of {size} entries failed")
        triples = current_release(releases).manifest.counts["triples"]
        print(
            f"build {size:>7,} entries {triples:>11,} triples {took:>7.1f} s "
            f"{1000 * took / size:>6.1f} ms/entry {usage.ru_maxrss / 1024**2:>5.2f} GiB peak"
        )


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
    for argument in sys.argv[1:] or ["1000", "10000"]:
        bench_build(int(argument))
