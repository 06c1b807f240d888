"""Answers to requests for things, kept whole for who asks for the same in the same words."""

import time
from dataclasses import dataclass

from cachetools import LRUCache

from server.headers import WIRE_HEADERS
from server.messages import Headers, Response, Scope, wire_headers

_DAY = 24 * 3600
# What an answer costs beside its body: its headers, and what was asked.
_OVERHEAD = 3000
# Of what a client says, these decide what it gets.
_DECIDING = {b"accept": 2, b"accept-encoding": 3, b"accept-profile": 4}
# Who says these gets an answer of its own.
_OWN = frozenset({b"if-none-match", b"if-match", b"if-modified-since", b"range"})
Key = tuple[str, bytes, bytes, bytes, bytes]


@dataclass(frozen=True)
class KeptPage:
    """A complete answer as it is sent, and the day (since 1970, UTC) that it may name."""

    headers: Headers
    body: bytes
    day: int


def key_of(scope: Scope) -> Key | None:
    """Return what two requests have in common that get the same bytes; None: no such answer."""
    if scope["method"] != "GET":
        return None
    said = [scope["path"], scope["query_string"], b"", b"", b""]
    for name, value in scope["headers"]:
        place = _DECIDING.get(name)
        if place:
            said[place] = b", ".join((said[place], value)) if said[place] else value
        elif name in _OWN:
            return None
    return said[0], said[1], said[2], said[3], said[4]


class PageCache:
    """The answers given last, up to a number of bytes."""

    def __init__(self, size: int) -> None:
        """Keep at most `size` bytes; 0 keeps nothing."""
        self._most = size // 8
        self._kept: LRUCache[Key, KeptPage] = LRUCache(
            max(size, 1), getsizeof=lambda kept: len(kept.body) + _OVERHEAD
        )
        self.hits = 0
        self.misses = 0

    def get(self, key: Key) -> KeptPage | None:
        """Return the answer of today that was kept under `key`."""
        found = self._kept.get(key)
        if found is None or found.day != today():
            self.misses += 1
            return None
        self.hits += 1
        return found

    def put(self, key: Key, response: Response, day: int) -> None:
        """Keep `response`, which began to be made on that day."""
        kept = KeptPage(wire_headers(response) + WIRE_HEADERS, response.body, day)
        if len(kept.body) + _OVERHEAD <= self._most:
            self._kept[key] = kept


def today() -> int:
    """Return the day since 1970, UTC."""
    return int(time.time() // _DAY)
