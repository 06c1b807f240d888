"""Write solutions, and yes or no, in the W3C's formats: JSON, XML, TSV, CSV."""

import re
from typing import BinaryIO, cast

import pyoxigraph as ox

from server.results.blocks import Blocks, Json, Lines, Xml
from server.results.cells import take_cells, text_of

_QUOTED = re.compile(r'[",\r\n]')
_BLOCK = 1 << 18


def write_json(found: ox.QuerySolutions | ox.QueryBoolean, sink: BinaryIO, rows: int) -> None:
    """Write `found` as SPARQL JSON."""
    taker = Json(sink, rows)
    blocks = Blocks(taker.take)
    found.serialize(cast(BinaryIO, blocks), format=ox.QueryResultsFormat.JSON)
    blocks.finish()
    taker.finish()


def write_xml(found: ox.QuerySolutions | ox.QueryBoolean, sink: BinaryIO, rows: int) -> None:
    """Write `found` as SPARQL XML."""
    blocks = Blocks(Xml(sink, rows).take)
    found.serialize(cast(BinaryIO, blocks), format=ox.QueryResultsFormat.XML)
    blocks.finish()


def write_tsv(found: ox.QuerySolutions, sink: BinaryIO, rows: int) -> None:
    """Write `found` as SPARQL TSV."""
    blocks = Blocks(Lines(sink, rows).take)
    found.serialize(cast(BinaryIO, blocks), format=ox.QueryResultsFormat.TSV)
    blocks.finish()


def write_csv(found: ox.QuerySolutions, sink: BinaryIO, rows: int) -> None:
    """Write `found` as SPARQL CSV, which drops datatypes and languages.

    The engine's own CSV does not quote IRIs, and a comma in one shifts the rest of its row.
    """
    names = [variable.value for variable in found.variables]
    width = max(1, len(names))

    def take(cells: list[str]) -> None:
        # The most frequent case without a call: an IRI, in which only a comma could need quotes.
        texts = iter(
            [cell[1:-1] if cell[:1] == "<" and "," not in cell else _quoted(cell) for cell in cells]
        )
        row = [texts] * width
        lines = map(",".join, zip(*row, strict=True))
        sink.write(("\r\n".join(lines) + "\r\n").encode())

    sink.write(f"{','.join(names)}\r\n".encode())
    take_cells(found, take, rows, _BLOCK)


def _quoted(cell: str) -> str:
    if cell[:1] == '"':
        text = text_of(cell)
    elif cell[:1] == "<":
        text = cell[1:-1]
    else:
        return cell  # a number, a blank node, nothing
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
