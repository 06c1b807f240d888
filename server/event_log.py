"""The log of all recorded revisions of a release, in their order and in pages of one size.

A page that is full is closed: what is on it stays so in all later releases, since the build lets
the log only grow at its end. There is always one more page after those, which may be empty yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from graph.event_log import Event
from graph.prefixes import value
from server.facts import Facts

# Written into addresses for good: another size would put other events on pages that are closed.
PAGE_SIZE = 50
_MARK = "/revision/"


@dataclass(frozen=True)
class Stretch:
    """Events that follow each other in the log, with the sequence number of the first."""

    first: int
    events: Sequence[Event]

    @property
    def numbered(self) -> list[tuple[int, Event]]:
        """Return each event with its sequence number."""
        return list(enumerate(self.events, self.first))

    @property
    def last(self) -> int:
        """Return the sequence number of the last event, that before the first where it is empty."""
        return self.first + len(self.events) - 1


class EventLog:
    """The events of one release, counted from 1; page k has those from (k-1)·size+1 to k·size."""

    def __init__(self, events: Sequence[Event], size: int) -> None:
        """Take `events` in their order."""
        self._events, self._size = events, size

    @property
    def count(self) -> int:
        """Return how many events there are, which is the sequence number of the last one."""
        return len(self._events)

    @property
    def last_page(self) -> int:
        """Return the number of the only page that is not closed."""
        return len(self._events) // self._size + 1

    def is_closed(self, page: int) -> bool:
        """Say whether the page of that number is full, so that it never changes."""
        return 1 <= page < self.last_page

    def page(self, number: int) -> Stretch:
        """Return the page of that number, from 1 to `last_page`."""
        return self._cut((number - 1) * self._size, number * self._size)

    @property
    def newest(self) -> Stretch:
        """Return what news tell: the last page, and the one before it, which may just be full."""
        return self._cut(max(self.last_page - 2, 0) * self._size, self.count)

    def after(self, sequence: int) -> Stretch:
        """Return the events that come next after that number, as many as a page has."""
        start = min(sequence, self.count)
        return self._cut(start, start + self._size)

    def bounds(self, number: int) -> tuple[str, str]:
        """Return the moments between which the events of a page are; "" for what is not known.

        The last page is open at its end; while it is empty it begins where the one before it ends.
        """
        own = self.page(number).events
        before = self._events[(number - 1) * self._size - 1].created if number > 1 else ""
        return (
            own[0].created if own else before,
            own[-1].created if self.is_closed(number) else "",
        )

    def _cut(self, start: int, end: int) -> Stretch:
        return Stretch(start + 1, self._events[start:end])


# To read the log takes a second or two for 100,000 revisions, so it is done for who asks, and once.
_LOGS: WeakKeyDictionary[Facts, EventLog] = WeakKeyDictionary()
_LOCK = Lock()


def event_log(facts: Facts) -> EventLog:
    """Return the log of the release of `facts`."""
    with _LOCK:
        found = _LOGS.get(facts)
        if found is None:
            found = _LOGS[facts] = EventLog(read_events(facts), PAGE_SIZE)
    return found


def read_events(facts: Facts) -> list[Event]:
    """Return all events of the release of `facts`, in their order.

    Their shape demands that the IRI of a revision is that of its document, then its number.
    """
    name, graph = facts.term("dcterms:created"), ox.DefaultGraph()
    found = []
    for quad in facts.store.quads_for_pattern(None, name, None, graph):
        document, mark, number = value(quad.subject).rpartition(_MARK)
        if mark and number.isdecimal():
            path = document.removeprefix(facts.base)
            found.append(Event(value(quad.object), path, int(number)))
    return sorted(found)
