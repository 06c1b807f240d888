"""Make a release: load, check, judge, infer, describe, store, and only then put it into place."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox

from graph.describe import describe
from graph.dump import sha256, write_dump
from graph.errors import BuildRefused
from graph.judge import judge
from graph.paths import DATA, ROOT, SHAPES
from graph.prefixes import BASE
from graph.reason import infer
from graph.release import (
    Manifest,
    Release,
    find_current,
    next_id,
    put_into_place,
    staging,
)
from graph.report import Problem, problems
from graph.shacl import reference as validate_by_pyshacl
from graph.shacl import validate
from graph.sources import Sources, read_sources, source_files

STAGES = ("load", "check", "judge", "check judgements", "infer", "describe", "dump", "store")
# Above this many entries the working store goes to disk: memory stays bounded, at half the speed.
MEMORY_LIMIT = 30_000
_SOFTWARE = ("mecfs-atlas", "pyoxigraph", "owlrl", "rdflib")

Progress = Callable[[str, int, int], None]


class InvalidSources(BuildRefused):
    """The sources break the shapes; `problems` says where and how to mend each."""

    def __init__(self, found: list[Problem]) -> None:
        """Keep the problems `found`, of which there is at least one."""
        super().__init__(f"{len(found)} problems in the sources, the first: {found[0]}")
        self.problems = found


def check(
    data: Path = DATA, drafts: tuple[Path, ...] = (), *, reference: bool = False
) -> tuple[Sources, list[Problem]]:
    """Read and validate `data` and the `drafts`, before and after judging.

    With `reference`, pySHACL does the validation, some twenty times slower.
    """
    engine = validate_by_pyshacl if reference else validate
    sources = read_sources(data, drafts)
    found = problems(sources, engine(sources.store, "sources"))
    if not found:
        judge(sources.store)
        found = problems(sources, engine(sources.store, "judged"))
    return sources, found


def build(
    releases: Path,
    data: Path = DATA,
    base: str = BASE,
    *,
    force: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Release:
    """Make a release of `data` in `releases` and serve it from now on; return it.

    Where nothing changed since the current release, that one is returned, unless `force`.
    Raises InvalidSources or another BuildRefused; the current release is then untouched.
    """
    with staging(releases) as folder:
        previous = find_current(releases)
        inputs = inputs_digest(data, base)
        if previous and previous.manifest.inputs == inputs and not force:
            return previous
        try:
            counts = _make(folder, data, base, progress)
        except OSError as error:
            problem = f"{error.strerror or error}: {error.filename or folder}"
            raise BuildRefused(f"{problem}. Free some disk, or use --releases") from error
        now = datetime.now(UTC)
        manifest = Manifest(
            id=next_id(releases, now.date()),
            created=now.isoformat(timespec="seconds"),
            base=base,
            digest=sha256(folder / "atlas.nq"),
            inputs=inputs,
            software={name: version(name) for name in _SOFTWARE},
            counts=counts,
            previous=previous.id if previous else None,
        )
        return put_into_place(folder, releases, manifest)


def inputs_digest(data: Path, base: str) -> str:
    """Return one digest over all that a release is made from: sources, shapes, program, base."""
    digest = hashlib.sha256(base.encode())
    for name in _SOFTWARE:
        digest.update(f"{name}={version(name)}\n".encode())
    program = [path for path in (ROOT / "graph").rglob("*") if path.suffix in {".py", ".rq"}]
    for path in sorted({*source_files(data), *SHAPES.glob("*.ttl"), *program}):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def _make(folder: Path, data: Path, base: str, progress: Progress) -> dict[str, int]:
    large = sum(1 for _ in (data / "evidence").glob("*.ttl")) > MEMORY_LIMIT
    work = ox.Store(str(folder / "work")) if large else ox.Store()
    sources = read_sources(data, store=work, progress=lambda n, of: progress("load", n, of))
    _refuse(problems(sources, []))
    if not sources.entries:
        raise BuildRefused(f"no entries in {data / 'evidence'}; bring some in with `atlas import`")
    progress("check", 0, 1)
    _refuse(problems(sources, validate(work, "sources")))
    progress("judge", 0, 1)
    judge(work)
    progress("check judgements", 0, 1)
    _refuse(problems(sources, validate(work, "judged")))
    progress("infer", 0, 1)
    infer(work)
    progress("describe", 0, 1)
    counts = describe(work, base)
    progress("dump", 0, 1)
    write_dump(work, folder / "atlas.nq", base)
    del work, sources
    shutil.rmtree(folder / "work", ignore_errors=True)
    progress("store", 0, 1)
    _store(folder)
    return counts


def _refuse(found: list[Problem]) -> None:
    if found:
        raise InvalidSources(found)


def _store(folder: Path) -> None:
    store = ox.Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "atlas.nq"), format=ox.RdfFormat.N_QUADS)
    store.optimize()
    store.flush()
