"""Bring a release back: as a whole folder made from the archive, and as the one that is served."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from graph.archive import Archive
from graph.archiving import archive_folders, find_kept, open_archive
from graph.build import load_store
from graph.crate import NAME as CRATE
from graph.crate import write_crate
from graph.dump import write_renamed
from graph.errors import ReleaseDamaged, ReleaseMissing
from graph.exports import export
from graph.files import damage
from graph.inputs import PROGRAM_KINDS
from graph.prefixes import BASE
from graph.release import (
    MANIFEST,
    Manifest,
    Release,
    current_release,
    folders,
    open_release,
    read_manifest,
    seal,
    staging,
    switch,
)
from graph.search_index import write_index

_STORE = "store"
_INDEX = "search"


def rollback(releases: Path, name: str) -> Release:
    """Serve the release `name` again, and return it.

    One that is only archived is made whole first. Its files are then what they were, or nothing
    happens: ReleaseDamaged names what is not, ReleaseMissing a release that there never was.
    """
    with staging(releases) as folder, open_archive(releases) as archive:
        archive_folders(archive, releases)
        archive.manifest(name)
        if not is_whole(releases / name):
            make_whole(archive, releases, name, folder)
        return switch(releases, name)


@contextmanager
def opened(releases: Path, name: str = "") -> Iterator[tuple[Manifest, ox.Store]]:
    """Open the release `name`, or the one that is served, to be read: its manifest and its store.

    Of one that is only archived the store is made from there, for as long as it is open; it holds
    what the digest on record says, or else ReleaseDamaged is raised. ReleaseMissing names the last
    release where there never was such a one.
    """
    if not name:
        current = current_release(releases)
        yield current.manifest, ox.Store.read_only(str(current.store_path))
        return
    kept, whole = find_kept(releases, name), releases / name / _STORE
    if kept.has_folder and (_store_opens(releases / name) or not kept.is_archived):
        yield kept.manifest, ox.Store.read_only(str(whole))
        return
    with TemporaryDirectory() as folder, open_archive(releases, reads_only=True) as archive:
        yield kept.manifest, _store_of(archive, name, kept.manifest, Path(folder))


def is_whole(folder: Path) -> bool:
    """Say whether all files of the release in `folder` are what they were, and its store opens."""
    return not list(_damaged(folder)) and _store_opens(folder)


def make_whole(archive: Archive, releases: Path, name: str, staged: Path) -> None:
    """Make the folder of the release `name` from the archive, in the empty folder `staged`.

    Of a folder that is there, only what is damaged is replaced, file by file.
    """
    text = archive.manifest(name)
    _make(archive, name, read_manifest(text), staged)
    seal(staged, text)
    final = releases / name
    if name not in folders(releases):
        staged.rename(final)
        return
    for file in [*_damaged(final, read_manifest(text)), MANIFEST]:
        (staged / file).replace(final / file)
    if not _store_opens(final):
        shutil.rmtree(final / _STORE, ignore_errors=True)
        (staged / _STORE).rename(final / _STORE)
    shutil.rmtree(final / _INDEX, ignore_errors=True)
    (staged / _INDEX).rename(final / _INDEX)


def _make(archive: Archive, name: str, manifest: Manifest, folder: Path) -> None:
    """Write dump, store and all other files, as the build did; hold them to `manifest`."""
    store = _store_of(archive, name, manifest, folder)
    _write_index(store, manifest.base, folder)
    store.flush()
    export(folder, manifest.base)
    others = tuple(file for file in manifest.files if file.name != CRATE)
    write_crate(folder, replace(manifest, files=others))
    repair = (
        f"it was made by {_made_by(manifest)}: try with these. Its dump is sound, and "
        f"`atlas query --release {name} …` asks it all the same"
    )
    _refuse(name, _damaged(folder, manifest), repair)


def _write_index(store: ox.Store, base: str, folder: Path) -> None:
    """Write the index, which is read from IRIs under the project's own base, into `folder`."""
    if base == BASE:
        write_index(store, folder / _INDEX)
        return
    with TemporaryDirectory(dir=folder) as name:
        lines = Path(name) / "atlas.nq"
        write_renamed(folder / "atlas.nq", lines, base, BASE)
        write_index(load_store(Path(name) / _STORE, lines), folder / _INDEX)


def _store_of(archive: Archive, name: str, manifest: Manifest, folder: Path) -> ox.Store:
    """Write the dump to `folder`, hold it to `manifest`, and return the store made of it there."""
    dump = folder / "atlas.nq"
    archive.restore(name, dump)
    damaged = _damaged(folder, manifest, {dump.name})
    _refuse(name, damaged, f"run `atlas release verify {name}`")
    return load_store(folder / _STORE, dump)


def _damaged(
    folder: Path, manifest: Manifest | None = None, among: Iterable[str] = ()
) -> list[str]:
    """Return the names of files in `folder` that are not what the manifest says."""
    try:
        manifest = manifest or open_release(folder).manifest
    except ReleaseMissing:
        return [MANIFEST]
    wanted = set(among)
    files = [file for file in manifest.files if not wanted or file.name in wanted]
    return [file.name for file in files if damage(file, folder)]


def _refuse(name: str, damaged: list[str], repair: str) -> None:
    if damaged:
        problem = f"release {name} does not come out of the archive as it was: {', '.join(damaged)}"
        raise ReleaseDamaged(f"{problem}. Nothing was changed; {repair}")


def _made_by(manifest: Manifest) -> str:
    """Return by what a release was made: a program may be another one under the same version."""
    known = manifest.built.inputs if manifest.built else ()
    software = [f"{tool} {version}" for tool, version in manifest.software.items()]
    inputs = [f"{one.key} {one.digest}" for one in known if one.key in PROGRAM_KINDS]
    return ", ".join([*software, *inputs])


def _store_opens(folder: Path) -> bool:
    try:
        ox.Store.read_only(str(folder / _STORE))
    except (OSError, RuntimeError):
        # The engine has no error of its own for a store that is damaged.
        return False
    return True
