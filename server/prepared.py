"""Representations that were made once for a release, read from one file."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import zstandard

from graph.release import Release
from server.encodings import compress
from server.representations import Representation
from server.stamp import CODING, is_marked, pack

_TABLE = """CREATE TABLE representation
  (path TEXT, form TEXT, links TEXT, body BLOB, PRIMARY KEY (path, form)) WITHOUT ROWID"""
_FIND = "SELECT links, body FROM representation WHERE path = ? AND form = ?"


@dataclass(frozen=True)
class Packed:
    """A prepared representation in the coding of stamps, as it is sent to who takes that."""

    frame: bytes
    links: str

    @property
    def is_stampable(self) -> bool:
        """Return whether the day can be written into the frame as it is."""
        return is_marked(self.frame)

    def unpack(self) -> Representation:
        """Return it as it was made."""
        return Representation(_unpack(self.frame), self.links)


class Prepared:
    """The prepared representations of one release; none until there is a file."""

    def __init__(self) -> None:
        """Have none."""
        self._connection: sqlite3.Connection | None = None

    @property
    def is_ready(self) -> bool:
        """Return whether there is a file."""
        return self._connection is not None

    def open(self, path: Path) -> None:
        """Read from the file at `path`."""
        # The library serialises what threads ask of one connection.
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )

    def get(self, path: str, form: str) -> Packed | None:
        """Return the document at `path` in the format of that key, None where it is not here."""
        if self._connection is None:
            return None
        found = self._connection.execute(_FIND, (path, form)).fetchone()
        if found is None:
            return None
        links, frame = found
        return Packed(frame, links)


def prepared_path(release: Release, version: str) -> Path:
    """Return where the representations of `release` stand, as they look in that version."""
    return release.folder.parent / ".prepared" / f"{release.id}-{version}.sqlite"


def write(path: Path, rows: Iterable[tuple[str, str, Representation]]) -> int:
    """Write path, format and representation of each row into a new file; return how many."""
    count = 0
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(_TABLE)
        for address, form, made in rows:
            values = (
                address,
                form,
                made.links,
                pack(made.body) if is_marked(made.body) else compress(made.body, CODING),
            )
            connection.execute("INSERT INTO representation VALUES (?, ?, ?, ?)", values)
            count += 1
        connection.commit()
    finally:
        connection.close()
    return count


def _unpack(frame: bytes) -> bytes:
    # Frames that are made in pieces do not say how long their content is.
    return zstandard.ZstdDecompressor().decompressobj().decompress(frame)
