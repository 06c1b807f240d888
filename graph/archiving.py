"""Which releases are whole folders, and which only stand in the archive beside them.

Every release enters the archive before it gets its folder: whatever is served is in there.
"""

from dataclasses import dataclass
from pathlib import Path

from graph.archive import Archive
from graph.dump import sha256
from graph.errors import ReleaseMissing
from graph.release import (
    MANIFEST,
    Manifest,
    Release,
    find_current,
    folders,
    open_release,
    place,
    put_into_place,
    read_manifest,
    remove,
    seal,
    write_manifest,
)

# Folders of earlier releases that stay beside the current one.
KEEP = 3


@dataclass(frozen=True)
class Kept:
    """A release by its manifest, and where it is: as a whole folder, in the archive, or in both."""

    manifest: Manifest
    has_folder: bool
    is_archived: bool
    is_current: bool


def open_archive(releases: Path, *, reads_only: bool = False) -> Archive:
    """Open the archive of the folder `releases`; ReleaseMissing if there is none to be read."""
    return Archive(releases / "archive.sqlite", reads_only=reads_only)


def archive_folders(archive: Archive, releases: Path) -> list[str]:
    """Add to the archive each release that has only a folder; return their names.

    One whose dump is not what its manifest says is left where it is.
    """
    known, added = set(archive.names()), []
    for name in folders(releases):
        if name not in known and _is_sound(releases / name):
            manifest = (releases / name / MANIFEST).read_text(encoding="utf-8")
            archive.add(name, manifest, releases / name / "atlas.nq")
            added.append(name)
    return added


def tidy(releases: Path, keep: int) -> list[str]:
    """Do what a build that was killed did not come to; return the names that are taken."""
    with open_archive(releases) as archive:
        archive_folders(archive, releases)
        remove_old_folders(archive, releases, keep)
        return [*archive.names(), *folders(releases)]


def shelve(folder: Path, releases: Path, manifest: Manifest, keep: int) -> Release:
    """Put the release in the staged `folder` into the archive, then into its place; return it.

    Ended anywhere, it leaves the release that is served, or the new one, and all digests true.
    """
    text = write_manifest(manifest)
    seal(folder, text)
    with open_archive(releases) as archive:
        archive.add(manifest.id, text, folder / "atlas.nq")
        release = put_into_place(folder, releases, manifest.id)
        remove_old_folders(archive, releases, keep)
    return release


def remove_old_folders(archive: Archive, releases: Path, keep: int) -> list[str]:
    """Remove all folders but the current one and the last `keep` others; return their names.

    They stay in the archive: what is damaged there is put back from the folder before that goes.
    """
    current, known = find_current(releases), set(archive.names())
    earlier = [name for name in folders(releases) if current is None or name != current.id]
    gone = [name for name in earlier[: max(0, len(earlier) - keep)] if name in known]
    for name in gone:
        with (releases / name / "atlas.nq").open("rb") as lines:
            archive.mend(lines)
        remove(releases, name)
    return gone


def kept_releases(releases: Path) -> list[Kept]:
    """Return all releases of the folder `releases`, the newest first."""
    texts: dict[str, str] = {}
    if releases.is_dir():
        try:
            with open_archive(releases, reads_only=True) as archive:
                texts = archive.manifests()
        except ReleaseMissing:
            pass
    found = {name: read_manifest(text) for name, text in texts.items()}
    current = find_current(releases)
    whole = folders(releases) if releases.is_dir() else []
    for name in whole:
        try:
            found.setdefault(name, open_release(releases / name).manifest)
        except ReleaseMissing:
            continue
    return [
        Kept(
            found[name],
            has_folder=name in whole,
            is_archived=name in texts,
            is_current=current is not None and current.id == name,
        )
        for name in sorted(found, key=place, reverse=True)
    ]


def find_kept(releases: Path, name: str) -> Kept:
    """Return the release `name` of the folder `releases`; ReleaseMissing names the last one."""
    known = kept_releases(releases)
    for release in known:
        if release.manifest.id == name:
            return release
    last = f"the last is {known[0].manifest.id}" if known else "there is none; run `atlas build`"
    raise ReleaseMissing(f"there is no release {name} in {releases}; {last}")


def _is_sound(folder: Path) -> bool:
    try:
        release = open_release(folder)
        return sha256(release.dump_path) == release.manifest.digest
    except (ReleaseMissing, OSError):
        return False
