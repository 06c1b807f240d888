"""Make the representations that are asked for most, in a process of its own.

Pages and Turtle are made once for a release, so that a request need only read them. Who asks
before that is done, or for another format, waits until it is made.
"""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from graph.errors import AtlasError
from graph.release import Release, open_release
from server.asking import Manner
from server.facts import Facts
from server.logs import note, start_logging
from server.orphans import die_with_parent
from server.prepared import Prepared, prepared_path, write
from server.representations import Representation
from server.site import Site

FORMS = ("html", "ttl")
# Whoever waits for an answer goes first.
_NICE = 15


async def fill(prepared: Prepared, release: Release, version: str) -> None:
    """Open what was prepared for `release`; make it first where nobody has."""
    path = prepared_path(release, version)
    if not path.is_file():
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.prepare", str(release.folder)),
            cwd=Path(__file__).parent.parent,
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
    if path.is_file():
        prepared.open(path)
        note("prepared", release=release.id)


def prepare(release: Release) -> None:
    """Make the file that `fill` opens, and remove those of other releases and versions."""
    facts = Facts(release)
    path = prepared_path(release, facts.fingerprint)
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    started = time.perf_counter()
    try:
        count = write(unfinished, _made(facts))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    for other in path.parent.glob("*.sqlite"):
        if other != path:
            other.unlink(missing_ok=True)
    seconds = round(time.perf_counter() - started, 1)
    note("pages made", release=release.id, representations=count, seconds=seconds)


def _made(facts: Facts) -> Iterator[tuple[str, str, Representation]]:
    site = Site(facts)
    for path in _paths(facts):
        for form in FORMS:
            made = site.representations.make(path, Manner(form))
            if made is not None:
                yield path, form, made


def _paths(facts: Facts) -> Iterator[str]:
    """Return the paths of what counts over all entries, and is slow to make; then of each entry."""
    yield "/"
    for query, name in (("definitions", "definition"), ("entries", "entry")):
        yield from (row[name].removeprefix(facts.base) for row in facts.rows(query))


def main() -> None:
    """Prepare the release whose folder is the argument."""
    die_with_parent()
    os.nice(_NICE)
    start_logging()
    folder = Path(sys.argv[1])
    try:
        prepare(open_release(folder))
    except (OSError, sqlite3.Error, AtlasError) as error:
        note("not prepared", problem=str(error))


if __name__ == "__main__":
    main()
