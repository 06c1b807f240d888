"""A short queue in which clients take turns: whoever asks for much waits behind himself only."""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """Items of several clients, first come first served within a client, in turn between them."""

    def __init__(self, length: int) -> None:
        """Hold at most `length` items, of one client at most three quarters of these."""
        self._length = length
        self._share = max(1, length * 3 // 4)
        self._lines: dict[str, deque[Item]] = {}
        self._size = 0

    def __len__(self) -> int:
        """Return how many items wait."""
        return self._size

    def put(self, client: str, item: Item) -> bool:
        """Take `item` in; return False where there is no place left, or not for this client."""
        line = self._lines.get(client)
        if self._size >= self._length or (line is not None and len(line) >= self._share):
            return False
        if line is None:
            line = self._lines[client] = deque()
        line.append(item)
        self._size += 1
        return True

    def take(self, may_go: Callable[[str], bool]) -> tuple[str, Item] | None:
        """Return the next client that `may_go` with its first item; None where none may."""
        for client in self._lines:
            if may_go(client):
                item = self._lines[client].popleft()
                self._size -= 1
                # Whoever had a turn goes to the end.
                line = self._lines.pop(client)
                if line:
                    self._lines[client] = line
                return client, item
        return None

    def remove(self, client: str, item: Item) -> None:
        """Take `item` out, if it still waits."""
        line = self._lines.get(client)
        if line is None or item not in line:
            return
        line.remove(item)
        self._size -= 1
        if not line:
            del self._lines[client]
