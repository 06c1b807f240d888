"""Files for the engine to serialise into, which look at what passes before they hand it on."""

import re
from collections.abc import Callable
from typing import BinaryIO

from server.results.faults import TooManyRows, Unsayable

_BLOCK = 1 << 18
# What XML 1.0 cannot hold in any spelling: most control characters, and two noncharacters.
_CONTROLS = bytes({*range(32)} - {9, 10, 13})
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
# Ends and begins a row where a name follows the quote; in a string this quote could only be its
# end, which a comma or a brace follows.
_BETWEEN = b'}},{"'
_NO_NAME = b",}"
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)

Take = Callable[[bytes], object]


class Blocks:
    """A file that hands on in large pieces what it gets in small ones.

    With `end`, every piece but the last ends with that byte. The engine repeats a failed write
    as it lets go of its buffer: nothing may follow the failure.
    """

    def __init__(self, take: Take, end: bytes = b"", size: int = _BLOCK) -> None:
        """Hand pieces of some `size` bytes to `take`."""
        self._take, self._end, self._size = take, end, size
        self._waiting = bytearray()
        self._is_broken = False

    def write(self, part: bytes) -> int:
        """Take `part`."""
        if not self._is_broken:
            self._waiting += part
            if len(self._waiting) >= self._size:
                # What was searched before, and found to be the midst of a long piece, is left out.
                start = max(0, len(self._waiting) - len(part) - self._size)
                self._hand_on(self._waiting.rfind(self._end, start) + 1 if self._end else None)
        return len(part)

    def flush(self) -> None:
        """Do nothing: the engine flushes at its end, and `finish` follows."""

    def finish(self) -> None:
        """Hand on what is left."""
        self._hand_on(None)

    def _hand_on(self, cut: int | None) -> None:
        block = bytes(self._waiting if cut is None else self._waiting[:cut])
        if not block:
            return
        del self._waiting[:cut]
        self._is_broken = True
        self._take(block)
        self._is_broken = False


class Lines:
    """Pass on lines, of which the first is a heading, and count the others."""

    def __init__(self, sink: BinaryIO, limit: int) -> None:
        """Write to `sink`; at most `limit` rows, any number where that is 0."""
        self._sink, self._limit, self._lines = sink, limit, 0

    def take(self, block: bytes) -> None:
        """Pass `block` on, or raise TooManyRows."""
        if self._limit:
            self._lines += block.count(b"\n")
            if self._lines - 1 > self._limit:
                raise TooManyRows(self._limit)
        self._sink.write(block)


class Xml:
    """Pass on XML with its carriage returns written so that they survive, and count results."""

    def __init__(self, sink: BinaryIO, limit: int) -> None:
        """Write to `sink`; at most `limit` elements `<result>`, any number where that is 0."""
        self._sink, self._limit, self._results, self._before = sink, limit, 0, b""

    def take(self, block: bytes) -> None:
        """Pass `block` on, or raise Unsayable or TooManyRows."""
        seen = self._before + block
        if len(block.translate(None, _CONTROLS)) < len(block) or (
            b"\xef" in seen and any(character in seen for character in _NONCHARACTERS)
        ):
            raise Unsayable("A text has a control character that XML cannot hold.")
        if self._limit:
            self._results += seen.count(b"<result>")
            if self._results > self._limit:
                raise TooManyRows(self._limit)
        self._before = seen[1 - len(b"<result>") :]
        # Parsers read a bare one as a line feed. The engine's own markup has none.
        self._sink.write(block.replace(b"\r", b"&#13;"))


class Json:
    """Pass on SPARQL JSON and count the places between its solutions."""

    def __init__(self, sink: BinaryIO, limit: int) -> None:
        """Write to `sink`; at most `limit` solutions, any number where that is 0."""
        self._sink, self._limit, self._places, self._size = sink, limit, 0, 0
        self._uncounted = bytearray()
        self._searched = 0

    def take(self, block: bytes) -> None:
        """Pass `block` on, or raise TooManyRows."""
        if self._limit:
            self._uncounted += block
            self._size += len(block)
            # Every solution takes a byte at least: what is shorter need not be counted.
            if self._size > self._limit:
                if cut := _last_place(self._uncounted, self._searched):
                    self._places += 1
                    self._count(self._uncounted[:cut])
                    del self._uncounted[:cut]
                self._searched = max(0, len(self._uncounted) - len(_BETWEEN))
        self._sink.write(block)

    def finish(self) -> None:
        """Count the rest."""
        if self._size > self._limit:
            self._count(self._uncounted)

    def _count(self, text: bytearray) -> None:
        """Count in `text`, which neither begins nor ends within a string."""
        if b"{}" in text:  # perhaps a solution without any value
            self._places += _STRING.sub(b'""', text).count(b"},{")
        else:
            false = sum(text.count(_BETWEEN + bytes([after])) for after in _NO_NAME)
            self._places += text.count(_BETWEEN) - false
        if self._limit and self._places >= self._limit:
            raise TooManyRows(self._limit)


def _last_place(text: bytearray, start: int) -> int:
    """Return the index of the comma at the last sure place between solutions, 0 for none.

    There is none before `start`.
    """
    found = text.rfind(_BETWEEN, start, len(text) - 1)
    while found > 0 and text[found + len(_BETWEEN)] in _NO_NAME:
        found = text.rfind(_BETWEEN, start, found + len(_BETWEEN) - 1)
    return found + 2 if found > 0 else 0
