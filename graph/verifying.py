"""Verify that files, archive and revisions are what was written down; mend what is not."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from graph.archive import Archive
from graph.archiving import archive_folders, open_archive
from graph.errors import ArchiveDamaged, AtlasError, ReleaseMissing
from graph.files import damage
from graph.recall import recall
from graph.register import revisions
from graph.release import (
    MANIFEST,
    Release,
    find_current,
    folders,
    open_release,
    read_manifest,
    staging,
)
from graph.restoring import is_whole, make_whole


def verify(releases: Path, name: str = "", *, everything: bool = False) -> list[str]:
    """Return what is wrong with the release `name`, the current one unless given.

    That is: its files, its copy in the archive, and, for the one that is served, the digests of
    all revisions. With `everything`, all folders and all objects of the archive.
    """
    with open_archive(releases, reads_only=True) as archive:
        return list(_find(archive, releases, "" if everything else _chosen(releases, name)))


def restore(releases: Path, name: str = "", *, everything: bool = False) -> list[str]:
    """Mend what `verify` finds, as far as there is a sound copy; return what was done.

    Objects of the archive are taken from the dumps of folders, files of folders from the archive.
    """
    done = []
    with staging(releases), open_archive(releases) as archive:
        done += [f"added to the archive: {added}" for added in archive_folders(archive, releases)]
        for folder in folders(releases):
            if count := _mend(archive, releases / folder):
                done.append(f"archive: {count} objects put back from {folder}")
    chosen = folders(releases) if everything else [_chosen(releases, name)]
    for one in chosen:
        with staging(releases) as staged, open_archive(releases) as archive:
            has_both = one in folders(releases) and one in archive.names()
            if has_both and not _is_as_said(archive, releases, one):
                make_whole(archive, releases, one, staged)
                done.append(f"{one}: files put back from the archive")
    return done


def _chosen(releases: Path, name: str) -> str:
    if name:
        return name
    current = find_current(releases)
    if current is None:
        raise ReleaseMissing(f"no release is served from {releases}; run `atlas build` first")
    return current.id


def _find(archive: Archive, releases: Path, only: str) -> Iterator[str]:
    names, whole = archive.names(), folders(releases)
    if only and only not in whole:
        archive.manifest(only)
    yield from map(str, archive.damages(only if only in names else "") if names else ())
    for name in [only] if only else names:
        if name in names:
            yield from _wrong_manifest(archive, name)
    for name in [only] if only else whole:
        if name in whole:
            yield from _wrong_folder(archive, releases / name, is_archived=name in names)
    for name in [only] if only else whole:
        if name in names:
            yield from _wrong_dump(archive, name)
    current = find_current(releases)
    if current and only in {"", current.id}:
        yield from _wrong_revisions(archive, current)


def _wrong_manifest(archive: Archive, name: str) -> Iterator[str]:
    try:
        found = read_manifest(archive.manifest(name)).id
    except (ValueError, ArchiveDamaged) as error:
        found = str(error)
    if found != name:
        yield f"the archive has another manifest under the name {name}: {found}"


def _wrong_dump(archive: Archive, name: str) -> Iterator[str]:
    """Put the dump together from sound objects, and hold it to the digest of the manifest."""
    found = hashlib.sha256()
    try:
        for part in archive.dump(name):
            found.update(part)
        known = read_manifest(archive.manifest(name)).digest
    except (ArchiveDamaged, ValueError):
        # The object, or the manifest, is named already.
        return
    if f"sha256:{found.hexdigest()}" != known:
        yield f"the archive has another dump than {known} under the name {name}"


def _wrong_folder(archive: Archive, folder: Path, *, is_archived: bool) -> Iterator[str]:
    try:
        release = open_release(folder)
    except ReleaseMissing as error:
        yield str(error)
        return
    for file in release.manifest.files:
        if said := damage(file, folder):
            yield said
    if not is_archived:
        yield f"{folder} is not in the archive; the next build, or --restore, adds it"
    elif (folder / MANIFEST).read_text(encoding="utf-8") != archive.manifest(folder.name):
        yield f"{folder / MANIFEST} is not the one in the archive"


def _wrong_revisions(archive: Archive, release: Release) -> Iterator[str]:
    """Recall every revision from the store of `release`, and hold it to its digest."""
    if release.id not in archive.names():
        return
    base = release.manifest.base
    try:
        store = ox.Store.read_only(str(release.store_path))
        for path in revisions(archive, release.id):
            yield from _wrong_revision(store, base + path, base)
    except (OSError, RuntimeError, AtlasError) as error:
        yield f"the revisions of release {release.id} cannot be read: {error}"


def _wrong_revision(store: ox.Store, iri: str, base: str) -> Iterator[str]:
    try:
        if recall(store, iri, base) is None:
            yield f"the store lacks {iri}"
    except ReleaseMissing as error:
        yield str(error)


def _mend(archive: Archive, folder: Path) -> int:
    """Put back into the archive what the dump in `folder` has, if that is what it was."""
    try:
        release = open_release(folder)
    except ReleaseMissing:
        return 0
    if any(damage(file, folder) for file in release.manifest.files[:1]):
        return 0
    with release.dump_path.open("rb") as lines:
        return archive.mend(lines)


def _is_as_said(archive: Archive, releases: Path, name: str) -> bool:
    folder = releases / name
    if not is_whole(folder):
        return False
    return (folder / MANIFEST).read_text(encoding="utf-8") == archive.manifest(name)
