"""The archive of all releases: every document once, under the digest of what it says.

A release is the lines of its dump in their order, cut where another document begins. A piece that
an earlier release had as well is kept once, and so is the list of a release's pieces, which is cut
at places that depend on what stands there: a change moves no later cut. All of it stands in one
SQLite file, so that a release is in it whole or not at all, whenever the program is ended.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import zstandard

from graph.errors import ArchiveDamaged, ReleaseMissing

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (digest BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS release (
  number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, manifest TEXT NOT NULL, list BLOB NOT NULL
);
"""
_LEVEL = 6
# A list is cut behind each piece whose digest ends in so many zero bits, on average every 32nd.
_CUT = 0b11111
_DIGEST = 32
_DOCUMENT = re.compile(rb"<?[^#> ]*")


@dataclass(frozen=True)
class Piece:
    """Consecutive lines of a dump that describe one document; `digest` is SHA-256 of them.

    A document has two pieces where the name of another one begins with its own (`a`, `a-2`).
    """

    document: str
    digest: bytes


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

    def __init__(self, path: Path) -> None:
        """Open the archive at `path`; it is made with the first release."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # Transactions are opened by hand, so that a release is one of them.
        self._database = sqlite3.connect(path, isolation_level=None)
        try:
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise _broken(path, error) from error
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
        self._database.execute("BEGIN IMMEDIATE")
        try:
            with dump.open("rb") as lines:
                listed = self._put_list(self._put_pieces(lines))
            row = (name, manifest, listed)
            self._database.execute("INSERT INTO release (id, manifest, list) VALUES (?, ?, ?)", row)
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def names(self) -> list[str]:
        """Return the names of all releases, the oldest first."""
        found = self._database.execute("SELECT id FROM release ORDER BY number")
        return [name for (name,) in found]

    def manifest(self, name: str) -> str:
        """Return the manifest of a release; ReleaseMissing if there is none of that name."""
        return str(self._release(name)[0])

    def pieces(self, name: str) -> Iterator[Piece]:
        """Return the pieces of a release in the order of its dump."""
        for digest in _cut(self.read(self._release(name)[1])):
            yield from _read_list(self.read(digest))

    def documents(self, name: str) -> dict[str, bytes]:
        """Return document → the digests of its pieces, one after the other, of a release."""
        found: dict[str, bytes] = {}
        for piece in self.pieces(name):
            found[piece.document] = found.get(piece.document, b"") + piece.digest
        return found

    def lines(self, digests: bytes) -> bytes:
        """Return the lines of the pieces whose digests stand there one after the other."""
        return b"".join(self.read(digest) for digest in _cut(digests))

    def read(self, digest: bytes) -> bytes:
        """Return what has that digest; ArchiveDamaged where it is missing or no longer has it."""
        found = self._database.execute("SELECT body FROM object WHERE digest = ?", (digest,))
        row = found.fetchone()
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
            file.writelines(self.read(piece.digest) for piece in self.pieces(name))

    def mend(self, lines: Iterable[bytes]) -> int:
        """Put back those pieces of a dump that are missing or damaged; return how many."""
        count = 0
        self._database.execute("BEGIN IMMEDIATE")
        for _, digest, body in _parts(lines):
            if not self._is_sound(digest):
                self._write(digest, body)
                count += 1
        self._database.execute("COMMIT")
        return count

    def damages(self) -> Iterator[Damage]:
        """Go through everything; return what is wrong."""
        try:
            for (problem,) in self._database.execute("PRAGMA integrity_check"):
                if problem != "ok":
                    yield Damage(f"{self.path}: {problem}")
            sound: set[bytes] = set()
            for name in self.names():
                yield from self._damages_of(name, sound)
        except sqlite3.DatabaseError as error:
            yield Damage(str(_broken(self.path, error)))

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

    def _release(self, name: str) -> tuple[str, bytes]:
        found = self._database.execute("SELECT manifest, list FROM release WHERE id = ?", (name,))
        row = found.fetchone()
        if row is None:
            known = self.names()
            last = f"the last is {known[-1]}" if known else "it has none yet"
            raise ReleaseMissing(f"the archive {self.path} has no release {name}; {last}")
        return str(row[0]), bytes(row[1])

    def _put_pieces(self, lines: Iterable[bytes]) -> Iterator[Piece]:
        for document, digest, body in _parts(lines):
            self._put(digest, body)
            yield Piece(document, digest)

    def _put_list(self, pieces: Iterable[Piece]) -> bytes:
        digests, chunk = bytearray(), bytearray()
        for piece in pieces:
            chunk += piece.digest + piece.document.encode() + b"\n"
            if not piece.digest[-1] & _CUT:
                digests += self._put_whole(bytes(chunk))
                chunk.clear()
        if chunk:
            digests += self._put_whole(bytes(chunk))
        return self._put_whole(bytes(digests))

    def _put_whole(self, body: bytes) -> bytes:
        digest = hashlib.sha256(body).digest()
        self._put(digest, body)
        return digest

    def _put(self, digest: bytes, body: bytes) -> None:
        known = self._database.execute("SELECT 1 FROM object WHERE digest = ?", (digest,))
        if known.fetchone() is None:
            self._write(digest, body)

    def _write(self, digest: bytes, body: bytes) -> None:
        row = (digest, self._compress(body))
        self._database.execute("INSERT OR REPLACE INTO object VALUES (?, ?)", row)


_MEND = "run `atlas release verify --restore`, or take the file from a copy"


def _parts(lines: Iterable[bytes]) -> Iterator[tuple[str, bytes, bytes]]:
    """Cut the lines of a dump into documents: the IRI, the digest and the lines of each."""
    for document, group in groupby(lines, key=_document):
        body = b"".join(group)
        yield document.decode(), hashlib.sha256(body).digest(), body


def _document(line: bytes) -> bytes:
    match = _DOCUMENT.match(line)
    assert match
    return match[0].removeprefix(b"<")


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
