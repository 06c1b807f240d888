"""The archive of all releases: every document once, under the digest of what it says.

A release is the lines of its dump, cut where another document begins, and there by revision. A
piece that an earlier release had as well is kept once, and so is the list of a release's pieces,
which is cut at places that depend on what stands there: a change moves no later cut. All of it
stands in one SQLite file: a release is in it whole or not at all, whenever the program is ended.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import zstandard

from graph.errors import ArchiveDamaged, BuildRefused, ReleaseMissing
from graph.pieces import Piece, cut, join

# Bodies are some kilobytes: without row ids, or on smaller pages, they would waste a third.
_SCHEMA = """
PRAGMA page_size = 16384;
CREATE TABLE IF NOT EXISTS object (digest BLOB PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS release (
  number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, manifest BLOB NOT NULL, list BLOB NOT NULL
);
"""
_LEVEL = 6
# A list is cut behind each piece whose digest ends in so many zero bits, on average every 16th, and
# the list of those parts likewise.
_CUT = 0b1111
_DIGEST = 32
# A reader waits so long for the moment in which a release is written.
_SECONDS = 30.0
Put = Callable[[bytes, bytes], None]


@dataclass(frozen=True)
class Damage:
    """What is wrong in the archive: the document it concerns, and a release that has it."""

    what: str
    document: str = ""
    release: str = ""

    def __str__(self) -> str:
        """Return it as one line."""
        parts = (self.what, self.document, f"in release {self.release}" if self.release else "")
        return " ".join(part for part in parts if part)


class Archive:
    """The archive in one file; use it as a context manager."""

    def __init__(self, path: Path, *, reads_only: bool = False) -> None:
        """Open the archive at `path`; it is made with the first release.

        With `reads_only` nothing is made or written; ReleaseMissing where there is no archive yet.
        """
        self.path = path
        if not reads_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not path.is_file():
            raise ReleaseMissing(f"there is no archive {path}; `atlas build` makes it")
        # What a killed build left half written is taken back by whoever opens the file next, so
        # that a reader, too, opens it for writing; it only may not write itself.
        address = f"file:{quote(str(path.absolute()))}?mode={'rw' if reads_only else 'rwc'}"
        # Transactions are opened by hand, so that a release is one of them.
        self._database = sqlite3.connect(address, _SECONDS, isolation_level=None, uri=True)
        try:
            self._database.execute("PRAGMA synchronous = FULL")
            # Else a long transaction locks readers out before its end.
            self._database.execute("PRAGMA cache_spill = FALSE")
            self._database.executescript("PRAGMA query_only = TRUE" if reads_only else _SCHEMA)
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise _broken(path, error) from error
        # What this program has seen to be there, or has put there; releases have most in common.
        self._known: set[bytes] = set()
        self._compress = zstandard.ZstdCompressor(level=_LEVEL).compress
        self._decompress = zstandard.ZstdDecompressor().decompress

    def __enter__(self) -> "Archive":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._database.close()

    def add(self, name: str, manifest: str, dump: Path) -> None:
        """Keep the release `name`, whose `dump` is sorted, with the text of its `manifest`.

        It is there afterwards, or, where this is ended early, nothing has changed.
        """
        with self._transaction(), dump.open("rb") as lines:
            listed = self._put_list(self._put_pieces(lines, self._put), self._put)
            row = (name, self._compress(manifest.encode()), listed)
            self._database.execute("INSERT INTO release (id, manifest, list) VALUES (?, ?, ?)", row)

    def names(self) -> list[str]:
        """Return the names of all releases, the oldest first."""
        return [name for (name,) in self._rows("SELECT id FROM release ORDER BY number")]

    def manifests(self) -> dict[str, str]:
        """Return the manifests of all releases by their names, the oldest first."""
        rows = self._rows("SELECT id, manifest FROM release ORDER BY number")
        return {name: self._text(manifest) for name, manifest in rows}

    def manifest(self, name: str) -> str:
        """Return the manifest of a release; ReleaseMissing if there is none of that name."""
        return self._text(self._release(name)[0])

    def pieces(self, name: str) -> Iterator[Piece]:
        """Return the pieces of a release in the order of its dump."""
        for group in _cut(self.read(self._release(name)[1])):
            for chunk in _cut(self.read(group)):
                yield from _read_list(self.read(chunk))

    def documents(self, name: str) -> dict[str, bytes]:
        """Return document → the digests of its pieces, one after the other, of a release."""
        found: dict[str, bytes] = {}
        for piece in self.pieces(name):
            found[piece.document] = found.get(piece.document, b"") + piece.digest
        return found

    def lines(self, digests: bytes) -> bytes:
        """Return the lines of the pieces whose digests stand there, one after the other."""
        return b"".join(self.read(digest) for digest in _cut(digests))

    def read(self, digest: bytes) -> bytes:
        """Return what has that digest; ArchiveDamaged where it is missing or no longer has it."""
        row = next(self._rows("SELECT body FROM object WHERE digest = ?", digest), None)
        if row is None:
            raise ArchiveDamaged(f"{self.path} lacks the object sha256:{digest.hex()}; {_MEND}")
        try:
            body: bytes = self._decompress(row[0])
        except zstandard.ZstdError:
            body = b""
        if hashlib.sha256(body).digest() != digest:
            problem = f"{self.path} has another object than sha256:{digest.hex()} under that name"
            raise ArchiveDamaged(f"{problem}; {_MEND}")
        return body

    def restore(self, name: str, dump: Path) -> None:
        """Write the dump of the release `name` to a new file."""
        with dump.open("wb") as file:
            file.writelines(self.dump(name))

    def dump(self, name: str) -> Iterator[bytes]:
        """Return the dump of the release `name` in parts, each of whole lines."""
        return join((piece.document, self.read(piece.digest)) for piece in self.pieces(name))

    def mend(self, lines: Iterable[bytes]) -> int:
        """Put back what is missing or damaged of the pieces of a dump and their list; count it."""
        count = 0

        def put(digest: bytes, body: bytes) -> None:
            nonlocal count
            if not self._is_sound(digest):
                self._write(digest, body)
                count += 1

        with self._transaction():
            self._put_list(self._put_pieces(lines, put), put)
        return count

    def damages(self, only: str = "") -> Iterator[Damage]:
        """Go through everything, or through one release; return what is wrong."""
        try:
            for (problem,) in self._rows("PRAGMA integrity_check"):
                if problem != "ok":
                    yield Damage(f"{self.path}: {problem}")
            sound: set[bytes] = set()
            for name in [only] if only else self.names():
                yield from self._damages_of(name, sound)
        except ArchiveDamaged as error:
            yield Damage(str(error))

    def _damages_of(self, name: str, sound: set[bytes]) -> Iterator[Damage]:
        try:
            for piece in self.pieces(name):
                if piece.digest not in sound and not self._is_sound(piece.digest):
                    what = f"damaged or missing: sha256:{piece.digest.hex()}"
                    yield Damage(what, piece.document, name)
                sound.add(piece.digest)
        except ArchiveDamaged as error:
            yield Damage(f"the list of documents: {error}", release=name)

    def _is_sound(self, digest: bytes) -> bool:
        try:
            self.read(digest)
        except ArchiveDamaged:
            return False
        return True

    def _text(self, manifest: bytes) -> str:
        try:
            return self._decompress(manifest).decode()
        except (zstandard.ZstdError, ValueError) as error:
            raise ArchiveDamaged(f"{self.path} has a damaged manifest; {_COPY}") from error

    def _release(self, name: str) -> tuple[bytes, bytes]:
        row = next(self._rows("SELECT manifest, list FROM release WHERE id = ?", name), None)
        if row is None:
            known = self.names()
            last = f"the last is {known[-1]}" if known else "it has none yet"
            raise ReleaseMissing(f"the archive {self.path} has no release {name}; {last}")
        return bytes(row[0]), bytes(row[1])

    def _rows(self, query: str, *values: str | bytes) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._database.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise _broken(self.path, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Let all happen that is done meanwhile, or nothing."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                # A full disk has ended the transaction already.
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                self._known.clear()
                raise
            self._database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            problem = f"the archive {self.path} cannot be written: {error}"
            raise BuildRefused(f"{problem}. Free some disk, or use --releases") from error

    def _put_pieces(self, lines: Iterable[bytes], put: Put) -> Iterator[Piece]:
        for piece, body in cut(lines):
            put(piece.digest, body)
            yield piece

    def _put_list(self, pieces: Iterable[Piece], put: Put) -> bytes:
        rows = ((p.digest, p.digest + p.document.encode() + b"\n") for p in pieces)
        chunks = _put_groups(rows, put)
        groups = _put_groups(((digest, digest) for digest in chunks), put)
        return _put_whole(b"".join(groups), put)

    def _put(self, digest: bytes, body: bytes) -> None:
        if digest in self._known:
            return
        if next(self._rows("SELECT 1 FROM object WHERE digest = ?", digest), None) is None:
            self._write(digest, body)
        self._known.add(digest)

    def _write(self, digest: bytes, body: bytes) -> None:
        row = (digest, self._compress(body))
        self._database.execute("INSERT OR REPLACE INTO object VALUES (?, ?)", row)


_COPY = "take the file from a copy"
_MEND = f"run `atlas release verify --restore`, or {_COPY}"


def _put_groups(rows: Iterable[tuple[bytes, bytes]], put: Put) -> Iterator[bytes]:
    """Keep rows together up to one whose digest ends a group; return the digest of each group."""
    group = bytearray()
    for digest, row in rows:
        group += row
        if not digest[-1] & _CUT:
            yield _put_whole(bytes(group), put)
            group.clear()
    if group:
        yield _put_whole(bytes(group), put)


def _put_whole(body: bytes, put: Put) -> bytes:
    digest = hashlib.sha256(body).digest()
    put(digest, body)
    return digest


def _cut(digests: bytes) -> Iterator[bytes]:
    for place in range(0, len(digests), _DIGEST):
        yield digests[place : place + _DIGEST]


def _read_list(chunk: bytes) -> Iterator[Piece]:
    place = 0
    while place < len(chunk):
        end = chunk.index(b"\n", place + _DIGEST)
        name = chunk[place + _DIGEST : end].decode()
        yield Piece(name, chunk[place : place + _DIGEST])
        place = end + 1


def _broken(path: Path, error: sqlite3.DatabaseError) -> ArchiveDamaged:
    return ArchiveDamaged(f"{path} cannot be read: {error}. Take it from a copy, or move it away")
