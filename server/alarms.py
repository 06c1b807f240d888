"""Alarms that nearly always are called off: cheap to set, and kept to within a twentieth second."""

import asyncio
import itertools
from collections.abc import Callable

_TICK = 0.05


class Alarms:
    """What is to be done at a time, looked through at every tick while there is any.

    A timer of the event loop costs several times as much to set and to call off, which a server
    of short answers does for each of them.
    """

    def __init__(self) -> None:
        """Set none yet."""
        self._set: dict[int, tuple[float, Callable[[], object]]] = {}
        self._numbers = itertools.count()
        self._is_ticking = False

    def set(self, seconds: float, action: Callable[[], object]) -> int:
        """Do `action` after so many seconds; return the number to call it off by."""
        loop = asyncio.get_running_loop()
        number = next(self._numbers)
        self._set[number] = (loop.time() + seconds, action)
        if not self._is_ticking:
            self._is_ticking = True
            loop.call_later(min(_TICK, seconds), self._tick)
        return number

    def call_off(self, number: int) -> None:
        """Do not do what was set under `number`; nothing happens where it is done already."""
        self._set.pop(number, None)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        due = [number for number, (when, _) in self._set.items() if when <= now]
        for number in due:
            self._set.pop(number)[1]()
        self._is_ticking = bool(self._set)
        if self._is_ticking:
            loop.call_later(_TICK, self._tick)
