"""The releases that the server knows of: those in the archive beside the one that is served.

The archive is opened for each question, since a build may add a release at any time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from graph.archive import Archive
from graph.archiving import open_archive
from graph.crate import NAME as CRATE
from graph.errors import ArchiveDamaged, AtlasError, ReleaseMissing
from graph.files import ReleaseFile
from graph.release import Manifest, folders, place, read_manifest
from server.facts import Facts
from server.problems import Problem

_DAMAGED = "The archive of releases is damaged; its operator has to run `atlas release verify`."


def releases_folder(facts: Facts) -> Path:
    """Return the folder that holds the release of `facts` and all others."""
    return facts.release.folder.parent


def find_releases(facts: Facts) -> dict[str, Manifest]:
    """Return the manifests of all known releases by their names, the newest first."""
    found = {facts.release.id: facts.release.manifest}
    try:
        with open_archive(releases_folder(facts), reads_only=True) as archive:
            found |= {name: read_manifest(text) for name, text in archive.manifests().items()}
    except ReleaseMissing:
        pass
    except ArchiveDamaged as error:
        raise Problem("internal-error", _DAMAGED) from error
    return dict(sorted(found.items(), key=lambda row: place(row[0]), reverse=True))


def is_known(facts: Facts, name: str | None) -> bool:
    """Say whether there is a release of that name to link to."""
    try:
        with open_archive(releases_folder(facts), reads_only=True) as archive:
            return name in archive.names()
    except AtlasError:
        # The served release can be told of all the same.
        return False


def find_manifest(facts: Facts, name: str) -> Manifest:
    """Return the manifest of the release `name`; a Problem names the last one there is."""
    if name == facts.release.id:
        return facts.release.manifest
    with archive_of(facts, name) as archive:
        return read_manifest(archive.manifest(name))


@contextmanager
def archive_of(facts: Facts, *names: str) -> Iterator[Archive]:
    """Open the archive that has the releases `names`; a Problem names the last one it has."""
    try:
        archive = open_archive(releases_folder(facts), reads_only=True)
    except ReleaseMissing as error:
        raise _unknown(names[0], find_releases(facts)) from error
    except ArchiveDamaged as error:
        raise Problem("internal-error", _DAMAGED) from error
    with archive:
        known = archive.names()
        for name in names:
            if name not in known:
                raise _unknown(name, find_releases(facts))
        try:
            yield archive
        except ArchiveDamaged as error:
            raise Problem("internal-error", _DAMAGED) from error


def _unknown(name: str, known: Mapping[str, Manifest]) -> Problem:
    last = next(iter(known))
    detail = f"There is no release {name[:40]!r}; the last one is {last}, all are at /release."
    return Problem("not-found", detail, {"release": last})


def files_of(facts: Facts, manifest: Manifest) -> list[ReleaseFile]:
    """Return the files of a release that can be had: the dump, or all where its folder is whole."""
    is_whole = manifest.id in folders(releases_folder(facts))
    files = [file for file in manifest.files if file.name != CRATE]
    return files if is_whole else files[:1]
