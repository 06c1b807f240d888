"""Merge the sorted files of the shards into one, each triple once."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from graph.describe import INFERRED_GRAPH
from graph.kept import REVISION
from graph.sorting import sorted_lines

_END = f" {INFERRED_GRAPH} .\n".encode()
_REVISION = re.compile(rf" <{REVISION.pattern}> \.\n$".encode())


def shard_lines(asserted: bytes, inferred: bytes) -> set[bytes]:
    """Return the lines of a shard's file, from N-Triples of what it asserts and what it infers."""
    lines = set(asserted.splitlines(keepends=True))
    lines.update(line[:-3] + _END for line in inferred.splitlines(keepends=True))
    return lines


def merge_shards(files: Iterable[Path], target: Path) -> None:
    """Merge the files of shards into `target`, sorted N-Quads without comments."""
    with sorted_lines(files, target.parent, merge=True) as lines, target.open("wb") as merged:
        merged.writelines(settle(lines))


def settle(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Repeat in the default graph what was inferred, or drop it where another shard asserts it.

    `lines` are in byte order, where a triple comes right before the same triple in a named graph:
    first those of revisions, then that of what was inferred.
    """
    asserted = b""
    held: list[bytes] = []
    for line in lines:
        triple = inferred_triple(line)
        if triple is None and _is_in_revision(line):
            held.append(line)
        elif triple is None:
            yield from _taken(held)
            asserted = line
            if not line.startswith(b"#"):
                yield line
        elif triple != asserted:
            same = [other for other in held if other.startswith(triple[:-2])]
            del held[len(held) - len(same) :]
            yield from _taken(held)
            yield from (triple, *same, line)
    yield from held


def inferred_triple(line: bytes) -> bytes | None:
    """Return the triple of a line in the inferred graph as a line, None for any other line."""
    if not line.endswith(_END):
        return None
    triple = line[: -len(_END)] + b" .\n"
    # With one term fewer, the graph's IRI is the object of a triple in the default graph.
    return triple if triple.count(b" ") > 2 else None


def _is_in_revision(line: bytes) -> bool:
    if b"/revision/" not in line:
        return False
    graph = _REVISION.search(line)
    return graph is not None and line.count(b" ", 0, graph.start()) > 1


def _taken(held: list[bytes]) -> Iterator[bytes]:
    yield from held
    held.clear()
