"""The rows of a search index as a file, in the order of the newest papers; read by place."""

import mmap
import sys
from array import array
from pathlib import Path

from graph.search_rows import SearchRow

_ROWS, _ENDS = "rows.jsonl", "rows.ends"


class RowWriter:
    """Writes one row after the other."""

    def __init__(self, folder: Path) -> None:
        """Begin the file in `folder`."""
        self._rows = (folder / _ROWS).open("wb")
        self._folder = folder
        self._ends = array("Q")

    def add(self, row: SearchRow) -> None:
        """Write the next row."""
        self._rows.write(f"{row.to_json()}\n".encode())
        self._ends.append(self._rows.tell())

    def close(self) -> None:
        """End the file, and write where each row ends: whole numbers of eight bytes."""
        self._rows.close()
        (self._folder / _ENDS).write_bytes(_in_order(self._ends).tobytes())


class RowFile:
    """The rows that a RowWriter wrote.

    They are not in the index itself, which lets go of Python's lock for each row that it is asked
    for: beside others that work, to take it up again takes longer than all the rest.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file in `folder`; OSError or ValueError where there is none."""
        self._ends = array("Q")
        self._ends.frombytes((folder / _ENDS).read_bytes())
        self._ends = _in_order(self._ends)
        with (folder / _ROWS).open("rb") as rows:
            self._rows = mmap.mmap(rows.fileno(), 0, access=mmap.ACCESS_READ)

    def row(self, place: int) -> SearchRow:
        """Return the row at `place`, from 0."""
        start = self._ends[place - 1] if place else 0
        return SearchRow.from_json(self._rows[start : self._ends[place]])


def _in_order(numbers: "array[int]") -> "array[int]":
    # The least byte comes first in the file, whatever this machine does.
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
