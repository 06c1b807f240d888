"""A release: an immutable folder with all that is served, put into place atomically."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from graph.errors import BuildRefused, ReleaseDamaged, ReleaseMissing
from graph.files import ReleaseFile, damage
from graph.inputs import Input

CURRENT, MANIFEST = "current", "manifest.json"
_STAGING, _REMOVED = ".building", ".removed"
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.([1-9]\d*)")


@dataclass(frozen=True)
class Built:
    """How a release was made: from when to when (UTC), and from which files."""

    started: str
    ended: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class Manifest:
    """What a release says of itself; times are UTC, digests sha256:hex, counts whole numbers.

    `digest` is that of the dump; `files` has it too, and all others that people may take. How it
    was `built` is None where nobody recorded it: in releases made before that was done.
    """

    id: str
    created: str
    base: str
    digest: str
    inputs: str
    software: dict[str, str]
    counts: dict[str, int]
    previous: str | None
    files: tuple[ReleaseFile, ...]
    built: Built | None = None


@dataclass(frozen=True)
class Release:
    """One release on disk."""

    id: str
    folder: Path
    manifest: Manifest

    @property
    def store_path(self) -> Path:
        """Return the folder of the Oxigraph store; open it read-only."""
        return self.folder / "store"

    @property
    def index_path(self) -> Path:
        """Return the folder of the search index."""
        return self.folder / "search"

    @property
    def dump_path(self) -> Path:
        """Return the file of sorted N-Quads."""
        return self.folder / "atlas.nq"


def read_manifest(text: str) -> Manifest:
    """Return the manifest that is written so; ValueError where it is none."""
    try:
        fields = json.loads(text)
        files = tuple(ReleaseFile(**file) for file in fields.pop("files"))
        built = _built(fields.pop("built", None))
        return Manifest(**fields, files=files, built=built)
    except (TypeError, LookupError, AttributeError) as error:
        raise ValueError(str(error)) from error


def _built(fields: dict[str, Any] | None) -> Built | None:
    if fields is None:
        return None
    inputs = tuple(Input(**one) for one in fields.pop("inputs"))
    return Built(**fields, inputs=inputs)


def write_manifest(manifest: Manifest) -> str:
    """Return the text of `manifest`."""
    return json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n"


def open_release(folder: Path) -> Release:
    """Open the release in `folder`; ReleaseMissing if there is none or its manifest is damaged."""
    try:
        manifest = read_manifest((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReleaseMissing(f"there is no release in {folder}; run `atlas build` first") from error
    except ValueError as error:
        problem = f"the manifest in {folder} cannot be read ({error}); run `atlas build --force`"
        raise ReleaseMissing(problem) from error
    return Release(manifest.id, folder, manifest)


def current_release(releases: Path) -> Release:
    """Open the release that is served from the folder `releases`."""
    return open_release((releases / CURRENT).resolve())


def find_current(releases: Path) -> Release | None:
    """Return the release that is served, or None where there is none that opens."""
    try:
        return current_release(releases)
    except ReleaseMissing:
        return None


def verify_release(release: Release) -> None:
    """Read every file of the manifest; ReleaseDamaged names those that are not what they were.

    The store is not among them: its bytes differ from build to build, and it holds what the dump
    says.
    """
    damaged = [said for file in release.manifest.files if (said := damage(file, release.folder))]
    if damaged:
        problem = f"release {release.id} is damaged: {'; '.join(damaged)}"
        raise ReleaseDamaged(f"{problem}. Bring the file back, or run `atlas build --force`")


@contextmanager
def staging(releases: Path) -> Iterator[Path]:
    """Hold the one right to build in `releases`; yield an empty folder that is gone afterwards.

    A second build at the same time is refused. What a killed build left behind is removed.
    """
    try:
        releases.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the folder for releases, {releases}, cannot be made: {error.strerror}"
        raise BuildRefused(f"{problem}. Choose another with --releases") from error
    with (releases / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            problem = f"another build is at work in {releases}; wait for it, or use --releases"
            raise BuildRefused(problem) from error
        folder = releases / _STAGING
        shutil.rmtree(releases / _REMOVED, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def place(name: str) -> tuple[str, int]:
    """Return day and number of the release `name`, by which names sort; ("", 0) where it is none.

    A number has no leading zero, so that 10 comes after 9.
    """
    found = _NAME.fullmatch(name)
    return (found[1], int(found[2])) if found else ("", 0)


def folders(releases: Path) -> list[str]:
    """Return the names of the releases that have a folder in `releases`, the oldest first."""
    found = (path.name for path in releases.iterdir() if path.is_dir() and not path.is_symlink())
    return sorted(filter(_NAME.fullmatch, found), key=place)


def next_id(taken: Iterable[str], today: date) -> str:
    """Return the id of the release after those `taken`, `<date>.<n>`: n counts those of a day.

    It is never before them: while the clock is behind the last one, the day of that goes on.
    """
    day, number = max(map(place, taken), default=("", 0))
    today_ = today.isoformat()
    return f"{today_}.1" if today_ > day else f"{day}.{number + 1}"


def seal(folder: Path, manifest: str) -> None:
    """Write the text of its manifest to the staged `folder`, and all of it safely to the disk."""
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    for path in folder.rglob("*"):
        _to_disk(path)
    _to_disk(folder)


def put_into_place(folder: Path, releases: Path, name: str) -> Release:
    """Make the sealed `folder` the current release: one rename, then one swap of a link."""
    folder.rename(releases / name)
    _to_disk(releases)
    return switch(releases, name)


def switch(releases: Path, name: str) -> Release:
    """Make the release that has the folder `name` the current one, by one swap of a link."""
    link = releases / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(releases / CURRENT)
    _to_disk(releases)
    return open_release(releases / name)


def remove(releases: Path, name: str) -> None:
    """Remove the folder of the release `name`; one that is still there is always whole."""
    gone = releases / _REMOVED
    gone.mkdir(exist_ok=True)
    (releases / name).rename(gone / name)
    shutil.rmtree(gone)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
