"""Write solutions as Arrow or Parquet, with XSD types as column types.

The type of a column is known only at its end, so the columns are kept whole, as compact Arrow
strings; nothing here starts a thread, if the process has SINGLE_THREADED in its environment
(`server/results/environment.py`).
"""

import io
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
import pyoxigraph as ox

from server.results.cells import read, take_cells
from server.results.columns import Column
from server.results.faults import Unsayable

_BLOCK = 1 << 20
_BATCH = 8192
_ROW_GROUP = 100_000


def write_arrow(found: ox.QuerySolutions, sink: BinaryIO, rows: int) -> None:
    """Write `found` as an Arrow IPC stream, in batches."""
    table = _table(found, rows)
    with _file(sink) as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=_BATCH)


def write_parquet(found: ox.QuerySolutions, sink: BinaryIO, rows: int) -> None:
    """Write `found` as a Parquet file."""
    table = _table(found, rows)
    with (
        _file(sink) as file,
        pa.parquet.ParquetWriter(file, table.schema, compression="zstd") as writer,
    ):
        writer.write_table(table, row_group_size=_ROW_GROUP)


def _table(found: ox.QuerySolutions, rows: int) -> pa.Table:
    columns = [Column(variable.value) for variable in found.variables]
    if not columns:
        raise Unsayable("An answer without columns is no table.")

    def take(cells: list[str]) -> None:
        for number, column in enumerate(columns):
            texts, tags = zip(*map(read, cells[number :: len(columns)]), strict=True)
            column.add(texts, tags)

    take_cells(found, take, rows, _BLOCK)
    finished = [column.finish() for column in columns]
    return pa.table([values for _, values in finished], pa.schema([about for about, _ in finished]))


class _Sink(io.RawIOBase):
    """What pyarrow takes for a file, over what only has to know `write`."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink, self._is_broken = sink, False

    def writable(self) -> bool:
        return True

    def write(self, part: object) -> int:
        block = bytes(cast(bytes, part))
        if not self._is_broken:  # pyarrow ends its file even after a failure
            self._is_broken = True
            self._sink.write(block)
            self._is_broken = False
        return len(block)


def _file(sink: BinaryIO) -> pa.PythonFile:
    return pa.PythonFile(_Sink(sink), mode="w")
