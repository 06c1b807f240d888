"""Fill the tables of a release from the nodes of the sorted dump, as these go by."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox

from graph.errors import BuildRefused
from graph.jsonld import Node, Shorten, node
from graph.tables import TABLES, Column, Table

# Rows that are held before they are written.
ROW_GROUP = 25_000
_KEPT = 10_000
_READ: dict[str, Callable[[str], object]] = {
    "text": str,
    "number": int,
    "day": date.fromisoformat,
    "yes-no": "true".__eq__,
}
# From the thing a table starts at to where a path has come; the last is the value itself.
Trail = tuple[object, ...]
Cells = list[object]


class Walk:
    """Follows paths through the nodes of one document, and from there to what all share."""

    def __init__(self, shared: Callable[[str], Node]) -> None:
        """Look in `shared` for what is no part of the document."""
        self.parts: dict[str, Node] = {}
        self._shared = shared

    def step(self, trail: Trail, step: str) -> list[Trail]:
        """Return the trails that are one step longer, or shorter where it goes back by `^`."""
        if step.startswith("^"):
            before = self._links(trail[-2], step[1:])
            return [trail[:-1]] if text(trail[-1]) in map(text, before) else []
        found = self._links(trail[-1], step)
        if len(found) > 1:
            found = sorted(found, key=self._position)
        return [(*trail, value) for value in found]

    def _links(self, value: object, step: str) -> list[object]:
        found = self._node(value).get(step, [])
        return found if isinstance(found, list) else [found]

    def _position(self, value: object) -> int:
        is_thing = isinstance(value, dict) and "@id" in value
        return int(text(self._node(value).get("schema:position", "0"))) if is_thing else 0

    def _node(self, value: object) -> Node:
        iri = text(value)
        return self.parts.get(iri) or self._shared(iri)


class Paths:
    """Where paths lead from the end of one trail; what they have in common is walked once."""

    def __init__(self, walk: Walk, trail: Trail) -> None:
        """Start at `trail`."""
        self._walk = walk
        self._known = {"": [trail]}

    def follow(self, path: str) -> list[Trail]:
        """Return the trails by `path`, which is "" or CURIEs with "/" between, by position.

        Two ways to one thing are one, but two things may well have the same name.
        """
        found = self._known.get(path)
        if found is None:
            before, _, step = path.rpartition("/")
            found = _distinct(
                longer for trail in self.follow(before) for longer in self._walk.step(trail, step)
            )
            self._known[path] = found
        return found


class Rows:
    """The tables being written; a node of an entry comes after those of its parts.

    That is so because in the sorted dump `#` stands before the `>` that ends the entry's own IRI.
    """

    def __init__(self, folder: Path, store: ox.Store, short: Shorten, entries: str) -> None:
        """Write into `folder`; `store` has what entries share, which is not below `entries`."""
        self._entries = entries
        self._waiting: dict[str, dict[str, Node]] = {}
        self._stack = ExitStack()
        self._writers = {
            table.name: self._stack.enter_context(_Writer(folder, table)) for table in TABLES
        }

        @lru_cache(_KEPT)
        def shared(iri: str) -> Node:
            quads = store.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph())
            found = list(quads)
            return node(found, short) if found else {}

        self._walk = Walk(shared)

    def __enter__(self) -> "Rows":
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write what is left."""
        self._stack.close()

    def add(self, found: Node) -> None:
        """Take a node: keep it while its document is not complete, or make rows of that."""
        iri = str(found["@id"])
        document, mark, _ = iri.partition("#")
        if mark and document.startswith(self._entries):
            self._waiting.setdefault(document, {})[iri] = found
            return
        self._walk.parts = {**self._waiting.pop(iri, {}), iri: found}
        for table in TABLES:
            if table.root in _types(found):
                for trail in Paths(self._walk, ({"@id": iri},)).follow(table.rows):
                    self._writers[table.name].add(list(_cells(self._walk, trail, table)))


class _Writer:
    def __init__(self, folder: Path, table: Table) -> None:
        self._schema = table.schema
        self._file = pq.ParquetWriter(folder / table.file, self._schema, compression="zstd")
        self._rows: list[Cells] = []

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._write()
        self._file.close()

    def add(self, row: Cells) -> None:
        self._rows.append(row)
        if len(self._rows) >= ROW_GROUP:
            self._write()

    def _write(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [[] for _ in self._schema]
        arrays = [
            pa.array(cells, field.type) for cells, field in zip(columns, self._schema, strict=True)
        ]
        self._file.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


def _cells(walk: Walk, trail: Trail, table: Table) -> Iterator[object]:
    paths = Paths(walk, trail)
    for column in table.columns:
        found = [text(longer[-1]) for longer in paths.follow(column.path)]
        if column.type == "test":
            yield bool(found)
        elif column.type == "list":
            is_recorded = column.recorded and paths.follow(column.recorded)
            yield found if found or is_recorded else None
        else:
            yield _cell(column, found, trail)


def _cell(column: Column, found: list[str], trail: Trail) -> object:
    if len(found) > 1:
        problem = f"{text(trail[-1])} has {len(found)} values for the column {column.column}"
        raise BuildRefused(f"{problem}; leave one, or make it a list in graph/columns")
    return _READ[column.type](found[0]) if found else None


def _distinct(trails: Iterable[Trail]) -> list[Trail]:
    found: dict[object, Trail] = {}
    for trail in trails:
        end = trail[-1]
        key = end["@id"] if isinstance(end, dict) and "@id" in end else len(found)
        found.setdefault(key, trail)
    return list(found.values())


def text(value: object) -> str:
    """Return the IRI or the text of a value as JSON-LD has it."""
    if isinstance(value, dict):
        return str(value.get("@id") or value["@value"])
    return str(value)


def _types(found: Node) -> list[object]:
    types = found.get("@type", [])
    return types if isinstance(types, list) else [types]
