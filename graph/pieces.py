"""How a sorted dump is cut into pieces: by document, and in that by the graph of each revision.

What a revision says never changes, and so its piece is the same in all later releases.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

_DOCUMENT = re.compile(rb"<?[^#> ]*")
_REVISION = re.compile(rb" <[^<> ]*/revision/[1-9][0-9]*> \.\n$")


@dataclass(frozen=True)
class Piece:
    """Lines of a dump that describe one document; `digest` is SHA-256 of them.

    Those of one document stand together in the dump, but where the name of another one begins with
    its own (`a`, `a-2`). Pieces that follow each other and are of one document have the lines of
    one stretch of the dump, each piece those of one revision, or of none.
    """

    document: str
    digest: bytes


def cut(lines: Iterable[bytes]) -> Iterator[tuple[Piece, bytes]]:
    """Cut the lines of a sorted dump into pieces; return each with its lines."""
    for document, group in groupby(lines, key=_document):
        stretch: dict[bytes, list[bytes]] = {}
        for line in group:
            stretch.setdefault(_revision(line), []).append(line)
        for found in stretch.values():
            body = b"".join(found)
            yield Piece(document.decode(), hashlib.sha256(body).digest()), body


def join(pieces: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Return the dump again, a stretch at a time, from documents and the lines of their pieces."""
    for _, group in groupby(pieces, key=lambda row: row[0]):
        bodies = [body for _, body in group]
        if len(bodies) > 1:
            bodies = sorted(line for body in bodies for line in body.splitlines(keepends=True))
        yield b"".join(bodies)


def _document(line: bytes) -> bytes:
    match = _DOCUMENT.match(line)
    assert match
    return match[0].removeprefix(b"<")


def _revision(line: bytes) -> bytes:
    """Return the graph of a line where that is a revision, else nothing."""
    if b"/revision/" not in line:
        return b""
    found = _REVISION.search(line)
    # With one term fewer, it is the object of a triple in the default graph.
    return found[0] if found and line.count(b" ", 0, found.start()) > 1 else b""
