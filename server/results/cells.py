"""Read the cells of the engine's TSV, which the other tables are made from.

It is the one format that is quick to write, quick to take apart (tabs and line feeds stand between
cells and never in them) and says exactly what each term is.
"""

import re
from collections.abc import Callable
from typing import BinaryIO, cast

import pyoxigraph as ox

from graph.prefixes import term
from server.results.blocks import Blocks
from server.results.faults import TooManyRows, Unsayable

IRI = "iri"
BLANK = "blank"
UNBOUND = ""
STRING, _BOOLEAN, _INTEGER, _DECIMAL, _DOUBLE = (
    term(f"xsd:{name}").value for name in ("string", "boolean", "integer", "decimal", "double")
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def read(cell: str) -> tuple[str | None, str]:
    """Return text and tag of one cell.

    The tag is IRI, BLANK, UNBOUND, "@" with the language, or the IRI of the datatype.
    """
    first = cell[:1]
    if first == "<":
        return cell[1:-1], IRI
    if first == '"':
        end = cell.rindex('"')
        suffix = cell[end + 1 :]
        return text_of(cell), suffix[3:-1] if suffix.startswith("^") else suffix or STRING
    if first == "_":
        return cell, BLANK
    return (cell, _number(cell)) if cell else (None, UNBOUND)


def text_of(cell: str) -> str:
    """Return the text of a cell that is not an IRI: of a literal, what its quotes enclose."""
    if cell[:1] != '"':
        return cell
    text = cell[1 : cell.rindex('"')]
    return _ESCAPE.sub(_meant, text) if "\\" in text else text


class Cells:
    """Take TSV in whole lines and hand on its cells, row after row, without the heading."""

    def __init__(self, take: Callable[[list[str]], None], width: int, limit: int) -> None:
        """Hand lists of cells to `take`; at most `limit` rows of `width`, any number where 0."""
        self._take, self._width, self._limit = take, width, limit
        self._rows = -1

    def take(self, block: bytes) -> None:
        """Hand the cells of `block` on, or raise TooManyRows."""
        text = block.decode()
        if self._rows < 0:
            self._rows = 0
            text = text.partition("\n")[2]
        if not text:
            return
        found = text[:-1].replace("\n", "\t").split("\t")
        if "<<(" in text and any(cell.startswith("<<(") for cell in found):
            raise Unsayable("A value is a triple term, for which this format has no words.")
        self._rows += len(found) // self._width
        if 0 < self._limit < self._rows:
            raise TooManyRows(self._limit)
        self._take(found)


def take_cells(
    found: ox.QuerySolutions, take: Callable[[list[str]], None], rows: int, size: int
) -> None:
    """Hand all cells of `found` to `take`, in lists of whole rows that are some `size` bytes."""
    width = max(1, len(found.variables))  # no variable at all is an empty line
    blocks = Blocks(Cells(take, width, rows).take, b"\n", size)
    found.serialize(cast(BinaryIO, blocks), format=ox.QueryResultsFormat.TSV)
    blocks.finish()


def _meant(escape: "re.Match[str]") -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _MEANT.get(escape[3], escape[3])


def _number(cell: str) -> str:
    if cell in {"true", "false"}:
        return _BOOLEAN
    if "e" in cell or "E" in cell:
        return _DOUBLE
    return _DECIMAL if "." in cell else _INTEGER
