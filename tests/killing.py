"""Kill a build or a rollback again and again, each time one touch of a file or of SQL later.

`python -m tests.killing STEP STRIDE START DATA COPIES` works on a copy of the folder START for each
kill, at every touch or every so many, and prints how many there were.
"""

import os
import resource
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from graph.archiving import shelve
from graph.axioms import axioms
from graph.build import build, check
from graph.release import current_release, open_release
from graph.restoring import rollback

_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink"}
# Instructions of SQLite's machine between two touches.
_INSTRUCTIONS = 50
_AT_ONCE = 2
_MOST = 1000
_connect = sqlite3.connect


def main() -> None:
    """Kill until one lives."""
    step, stride, (start, data, copies) = sys.argv[1], int(sys.argv[2]), map(Path, sys.argv[3:])
    # What every process of a build reads anew is read once, before they are forked.
    check(data)
    axioms()
    steps = {"build": _build, "shelve": _shelve, "write": _write, "rollback": _rollback}
    print(sum(1 for _ in _kills(steps[step], stride, start, data, copies)))


def _kills(
    step: Callable[[Path, Path, int], None], stride: int, start: Path, data: Path, copies: Path
) -> Iterator[int]:
    for first in range(0, _MOST, stride * _AT_ONCE):
        running = {}
        for number in range(first, first + stride * _AT_ONCE, stride):
            releases = shutil.copytree(start, copies / f"{number:03}", True, copy_function=_copy)
            if not (child := os.fork()):
                step(releases, data, number)
                os._exit(0)
            running[child] = releases
        ends = {child: os.waitpid(child, 0)[1] for child in running}
        for child, releases in running.items():
            if os.WIFEXITED(ends[child]):
                assert ends[child] == 0, releases
                shutil.rmtree(releases)
            else:
                yield child
        if any(map(os.WIFEXITED, ends.values())):
            return


def _copy(source: str, target: str) -> None:
    """Link what is never written again, so that hundreds of copies take no room."""
    is_written = Path(source).name in {"archive.sqlite", "manifest.json", ".lock"}
    (shutil.copy if is_written else os.link)(source, target)


def _build(releases: Path, data: Path, number: int) -> None:
    _watch(releases, number)
    build(releases, data, keep=0)


def _shelve(releases: Path, _: Path, number: int) -> None:
    """Put the release that a killed build left behind into its place."""
    folder = releases / ".building"
    manifest = open_release(folder).manifest
    _watch(releases, number)
    shelve(folder, releases, manifest, 0)


def _rollback(releases: Path, _: Path, number: int) -> None:
    _watch(releases, number)
    previous = current_release(releases).manifest.previous
    assert previous
    rollback(releases, previous)


def _write(releases: Path, _: Path, number: int) -> None:
    """Do so, but end with the first byte of any file beyond a size that grows."""
    folder = releases / ".building"
    manifest = open_release(folder).manifest
    size = number * 4096
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    shelve(folder, releases, manifest, 0)


def _watch(releases: Path, number: int) -> None:
    seen = 0

    def touch() -> int:
        nonlocal seen
        seen += 1
        if seen > number:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        removes = event in {"os.remove", "os.rmdir"}
        if event in _EVENTS and (removes or str(releases) in str(arguments[:2])):
            touch()

    def connect(*arguments: object, **named: object) -> sqlite3.Connection:
        found = _connect(*arguments, **named)  # type: ignore[call-overload]
        found.set_progress_handler(touch, _INSTRUCTIONS)
        return found  # type: ignore[no-any-return]

    sqlite3.connect = connect  # type: ignore[assignment]
    sys.addaudithook(watch)


if __name__ == "__main__":
    main()
