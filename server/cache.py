"""Answers that were given once, kept as long as there is room for them."""

from collections.abc import Hashable
from dataclasses import dataclass

from cachetools import LRUCache

from server.formats import Kind

# What an entry costs beside its body and its query.
_OVERHEAD = 500


@dataclass(frozen=True)
class Kept:
    """A complete answer as it is sent: the body in one format and one coding."""

    kind: Kind
    body: bytes
    content_type: str
    etag: str
    coding: str = ""

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        return len(self.body) + _OVERHEAD


class AnswerCache:
    """The answers used last, up to a number of bytes; one answer takes at most an eighth."""

    def __init__(self, size: int) -> None:
        """Keep at most `size` bytes; 0 keeps nothing."""
        self._most = size // 8
        self._kept: LRUCache[Hashable, Kept] = LRUCache(max(size, 1), getsizeof=lambda k: k.size)
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable) -> Kept | None:
        """Return what was kept under `key`."""
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
        return found

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer, unless it is too large."""
        if kept.size <= self._most:
            self._kept[key] = kept
