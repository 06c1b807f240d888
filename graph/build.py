"""Make a release: work out the shards, merge, store, describe, and only then put it into place."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path

import pyoxigraph as ox

from graph.archiving import KEEP, open_archive, shelve, tidy
from graph.crate import write_crate
from graph.describe import describe
from graph.dump import sha256, write_dump
from graph.errors import BuildRefused
from graph.event_log import hold_to_log
from graph.exports import export
from graph.inputs import Input, inputs_digest, program_digest, read_inputs
from graph.judge import judge
from graph.merge import merge_shards
from graph.paths import DATA
from graph.prefixes import BASE
from graph.published import hold_to_published
from graph.recorded import unrecorded_queries
from graph.register import hold_to_register
from graph.release import (
    Built,
    Manifest,
    Release,
    find_current,
    next_id,
    staging,
)
from graph.report import InvalidSources as InvalidSources
from graph.report import Problem, problems, refuse
from graph.saved_queries import SavedQuery, query_files, read_saved_queries
from graph.search_index import write_index
from graph.shacl import reference as validate_by_pyshacl
from graph.shacl import validate
from graph.shards import Layout, read_shared
from graph.shelf import Shelf
from graph.software import software
from graph.sources import Sources, read_sources
from graph.workshop import Workshop

STAGES = (
    *("load", "check and infer", "merge", "store", "check across", "describe", "index", "dump"),
    *("export", "archive"),
)

Progress = Callable[[str, int, int], None]


def check(
    data: Path = DATA, drafts: tuple[Path, ...] = (), *, reference: bool = False
) -> tuple[Sources, list[Problem]]:
    """Read and validate `data` and the `drafts`, before and after judging, and across entries.

    With `reference`, pySHACL does the validation, some twenty times slower.
    """
    engine = validate_by_pyshacl if reference else validate
    queries = tuple(path for path in drafts if path.suffix == ".rq")
    sources = read_sources(data, tuple(path for path in drafts if path not in queries))
    names = {path.name for path in queries}
    kept = [path for path in query_files(data) if path.name not in names]
    read_saved_queries([*kept, *queries], sources.errors)
    violations = engine(sources.store, "sources") + engine(sources.store, "across")
    found = problems(sources, violations)
    if not found:
        judge(sources.store)
        found = problems(sources, engine(sources.store, "judged"))
    return sources, found


def build(  # noqa: PLR0913
    releases: Path,
    data: Path = DATA,
    base: str = BASE,
    *,
    force: bool = False,
    keep: int = KEEP,
    progress: Progress = lambda stage, done, total: None,
) -> Release:
    """Make a release of `data` in `releases` and serve it from now on; return it.

    Where nothing changed since the current release, that one is returned, unless `force`. Of the
    earlier ones, the last `keep` stay whole folders; all are in the archive.
    Raises InvalidSources or another BuildRefused; the current release is then untouched.
    """
    begun = time.monotonic()
    with staging(releases) as folder:
        previous = find_current(releases)
        taken = tidy(releases, keep)
        digest = cache(sha256)
        found = read_inputs(data, digest)
        inputs = inputs_digest(data, base, found)
        if previous and previous.manifest.inputs == inputs and not force:
            return previous
        shelf = _shelf(releases, folder, force=force)
        shop = Workshop(Layout(data, folder / "unpacked"), shelf, program_digest(found), digest)
        with _disk_explained(folder):
            counts = _make(folder, data, base, shop, progress)
            _hold_to_past(releases, folder / "atlas.nq", base)
            progress("export", 0, 1)
            files = export(folder, base)
            built = _built(begun, _settled(found, data))
            manifest = Manifest(
                next_id(taken, date.fromisoformat(built.ended[:10])), built.ended, base,
                digest=files[0].digest, inputs=inputs, software=software(), counts=counts,
                previous=previous.id if previous else None, files=files, built=built,
            )  # fmt: skip
            manifest = replace(manifest, files=(*files, write_crate(folder, manifest)))
            progress("archive", 0, 1)
            return shelve(folder, releases, manifest, keep)


def _shelf(releases: Path, folder: Path, *, force: bool) -> Shelf:
    """Return what is kept from build to build; nothing of it, with `force`."""
    shelf = Shelf(releases / ".shards", folder)
    if force:
        shelf.keep_only([])
    return shelf


def _hold_to_past(releases: Path, dump: Path, base: str) -> None:
    """Raise BuildRefused where `dump` takes back what the last release published."""
    with open_archive(releases) as archive:
        for hold in (hold_to_register, hold_to_published, hold_to_log):
            hold(archive, dump, base)


def _settled(inputs: tuple[Input, ...], data: Path) -> tuple[Input, ...]:
    """Return what `data` was built from; BuildRefused where it is not what it was at the beginning.

    What a release says of its inputs would else be what nobody read.
    """
    if read_inputs(data) != inputs:
        raise BuildRefused("the sources changed while they were read; run the build again")
    return inputs


def _built(begun: float, inputs: tuple[Input, ...]) -> Built:
    """Return how a release was made that was `begun` at that time of the monotonic clock."""
    now = datetime.now(UTC)
    # The clock of days may be set while this runs; how long it took is known all the same.
    started = now - timedelta(seconds=time.monotonic() - begun)
    first, last = (moment.isoformat(timespec="seconds") for moment in (started, now))
    return Built(first, last, inputs)


@contextmanager
def _disk_explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = f"{error.strerror or error}: {error.filename or folder}"
        raise BuildRefused(f"{problem}. Free some disk, or use --releases") from error


def _make(
    folder: Path, data: Path, base: str, shop: Workshop, progress: Progress
) -> dict[str, int]:
    progress("load", 0, 1)
    stock = read_shared(shop.layout)
    sources = stock.sources
    queries = read_saved_queries(query_files(data), sources.errors)
    refuse(problems(sources, []))
    if shop.layout.keeps_history:
        refuse(unrecorded_queries(query_files(data), queries, stock.histories))
    if not stock.entries:
        raise BuildRefused(f"no entries in {data / 'evidence'}; bring some in with `atlas import`")
    progress("check and infer", 0, 1)
    files = shop.shard_files(stock, partial(progress, "check and infer"))
    progress("merge", 0, 1)
    merged = folder / "merged.nq"
    merge_shards(files, merged)
    progress("store", 0, 1)
    store = load_store(folder / "store", merged)
    progress("check across", 0, 1)
    refuse(problems(sources, validate(store, "across")))
    progress("describe", 0, 1)
    counts, said = _describe(store, base, queries)
    progress("index", 0, 1)
    write_index(store, folder / "search")
    progress("dump", 0, 1)
    write_dump(merged, said, folder / "atlas.nq", base)
    store.flush()
    del store
    if base != BASE:
        shutil.rmtree(folder / "store")
        load_store(folder / "store", folder / "atlas.nq").flush()
    merged.unlink()
    shutil.rmtree(shop.layout.unpacked)
    shop.shelf.keep_only(files)
    return counts


def _describe(
    store: ox.Store, base: str, queries: list[SavedQuery]
) -> tuple[dict[str, int], list[ox.Quad]]:
    """Describe what `store` holds, in graphs of their own; return the counts and what was said."""
    before = set(store.named_graphs())
    counts = describe(store, base, queries)
    graphs = [graph for graph in store.named_graphs() if graph not in before]
    said = [quad for graph in graphs for quad in store.quads_for_pattern(None, None, None, graph)]
    return counts, said


def load_store(folder: Path, lines: Path) -> ox.Store:
    """Make the store of a release in a new `folder` from N-Quads."""
    store = ox.Store(str(folder))
    store.bulk_load(path=str(lines), format=ox.RdfFormat.N_QUADS)
    store.optimize()
    return store
