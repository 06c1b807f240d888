"""Write the dump: sorted N-Quads, whose bytes depend on nothing but the data."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from graph.prefixes import BASE
from graph.sorting import sorted_lines

_CHUNK = 1 << 20


def write_dump(merged: Path, said: Iterable[ox.Quad], path: Path, base: str = BASE) -> None:
    """Write the sorted lines of `merged` and the quads `said` to `path`, own IRIs under `base`."""
    beside = path.with_suffix(".said")
    lines = ox.serialize(said, format=ox.RdfFormat.N_QUADS) or b""
    beside.write_bytes(b"".join(sorted(lines.splitlines(keepends=True))))
    with sorted_lines([merged, beside], path.parent, merge=True) as found, path.open("wb") as file:
        file.writelines(found)
    beside.unlink()
    if base != BASE:
        _rebase(path, base)


def sha256(path: Path) -> str:
    """Return the digest of a file's bytes as sha256:hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def write_renamed(lines: Path, target: Path, old: str, new: str) -> None:
    """Write to `target` the N-Quads of `lines` with each IRI under the base `old` under `new`."""
    # An IRI stands in angle brackets after a space or at the start of a line; a literal's text,
    # which is inside double quotes, is left alone.
    own = re.compile(rf'("(?:[^"\\]|\\.)*")|<{re.escape(old)}(?=[/#>])')
    with lines.open(encoding="utf-8") as source, target.open("w", encoding="utf-8") as file:
        file.writelines(own.sub(lambda match: match[1] or f"<{new}", line) for line in source)


def _rebase(path: Path, base: str) -> None:
    new = path.with_suffix(".rebased")
    write_renamed(path, new, BASE, base)
    with sorted_lines([new], path.parent, merge=False) as lines, path.open("wb") as file:
        file.writelines(lines)
    new.unlink()
