"""The documents of the log of changes: its entry point, `/changes`, and its pages, `/changes/<k>`.

A page that is full is frozen in every format, as the revisions on it are; the entry point tells
what is new, and where to find the rest.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from threading import Lock

from cachetools import LRUCache

from graph.errors import ReleaseMissing
from graph.examples import read_examples
from server.asked import Asked
from server.change_feeds import Feed, write_atom, write_json_feed
from server.change_page import change_page
from server.change_stream import PATH, page_stream, root_stream, write_json_ld, write_trig
from server.event_log import EventLog, Stretch, event_log
from server.facts import Facts
from server.links import Links
from server.linkset import elements, header
from server.pages import Page, Renderer
from server.problems import Problem
from server.revision_documents import RevisionDocuments
from server.things import Thing
from server.told import Told

# Written into ETags of closed pages instead of the version of the release.
FROZEN = "changes-1"
# The saved query that asks for what the page tells.
_QUERY = "what-changed-since-a-day"
_NUMBER = re.compile(rf"{PATH}/([1-9][0-9]{{0,8}})")
# Bytes of documents that are kept: to recall what is on a page takes a tenth of a second.
_KEPT = 32 << 20
_STREAMS = {"trig": write_trig, "jsonld": write_json_ld}
Group = tuple[Told, list[Told]]


class ChangeDocuments:
    """Makes the documents of the log that one release has."""

    def __init__(
        self, facts: Facts, links: Links, renderer: Renderer, revisions: RevisionDocuments
    ) -> None:
        """Read nothing yet; what was recorded is recalled by `revisions`."""
        self._facts, self._links, self._renderer = facts, links, renderer
        self._revisions = revisions
        self._kept: LRUCache[tuple[str, str], bytes] = LRUCache(_KEPT, getsizeof=len)
        self._lock = Lock()

    @property
    def log(self) -> EventLog:
        """Return the log."""
        return event_log(self._facts)

    def frozen(self, path: str) -> str:
        """Return by which version the document at `path` is written for good, "" if it is not."""
        number = _page_number(path)
        is_closed = number and self.log.is_closed(number)
        # Feeds name addresses under the base of the site.
        return f"{FROZEN} {self._facts.base}" if is_closed else ""

    def make(self, path: str, form: str) -> tuple[bytes, str, dict[str, str]] | None:
        """Return the document at `path` in the format of that key, its Link and other headers.

        None where there is none. A Problem where the release is damaged.
        """
        number = _page_number(path)
        if path != PATH and not 1 <= number <= self.log.last_page:
            return None
        with self._lock:
            body = self._kept.get((path, form))
        if body is None:
            body = self._page(number, form) if number else self._root(form)
            if len(body) < _KEPT // 8:
                with self._lock:
                    self._kept[path, form] = body
        return body, header(self._links.all(path), self._links.path(path)), {}

    def after(self, sequence: int) -> bytes:
        """Return as JSON Feed what comes next after that event, the oldest first."""
        stretch = self.log.after(sequence)
        last = max(sequence, stretch.last)
        base = self._facts.base
        feed = Feed(base, PATH, self._told(stretch), last, self._made)
        goes_on = stretch.events and last < self.log.count
        return write_json_feed(feed, feed.after(last) if goes_on else "", feed.after(sequence))

    def _root(self, form: str) -> bytes:
        log = self.log
        if form in _STREAMS:
            dataset = Thing(self._facts, f"{self._facts.base}/dataset")
            return _STREAMS[form](root_stream(log, dataset.text("dcterms:license")))
        told = self._told(log.newest)[::-1]
        older = max(log.last_page - 2, 0)
        if form == "html":
            return self._root_page(told, older)
        feed = Feed(self._facts.base, PATH, told, log.count, self._made, older)
        return _feed(feed, form)

    def _page(self, number: int, form: str) -> bytes:
        is_closed, stretch = self.log.is_closed(number), self.log.page(number)
        told = self._told(stretch)
        if form in _STREAMS:
            return _STREAMS[form](page_stream(number, told, is_closed=is_closed), told)
        newer = number + 1 if is_closed else 0
        if form == "html":
            return change_page(number, stretch, in_groups(told[::-1]), newer)
        path, updated = f"{PATH}/{number}", self.log.bounds(number)[0] or self._made
        feed = Feed(
            self._facts.base, path, told[::-1], stretch.last, updated, number - 1, newer, is_closed
        )
        return _feed(feed, form)

    def _root_page(self, told: Sequence[Told], older: int) -> bytes:
        saved = read_examples(self._facts.store, self._facts.base)
        values = {
            "groups": in_groups(told),
            "log": self.log,
            "older": older,
            "asked": [Asked(row.question, row.text, []) for row in saved if row.name == _QUERY],
        }
        own = self._links.path(PATH)
        return self._renderer.render(
            Page("changes.html", values),
            path=PATH,
            formats=self._links.formats(PATH),
            links_of_page=elements(self._links.all(PATH), own),
        )

    @property
    def _made(self) -> str:
        return self._facts.release.manifest.created

    def _told(self, stretch: Stretch) -> list[Told]:
        """Recall the revisions of `stretch`; what has not the digest on record is never told."""
        found = []
        for sequence, event in stretch.numbered:
            try:
                frozen = self._revisions.find(event.path)
            except ReleaseMissing as error:
                raise Problem("internal-error", str(error)) from error
            assert frozen is not None, event.path
            found.append(Told(sequence, event, frozen))
        return found


def in_groups(told: Sequence[Told]) -> list[Group]:
    """Return `told` in groups of what was recorded at once and for one reason, each with its first.

    A reason that stands behind a hundred revisions is read once.
    """
    groups = groupby(told, key=lambda one: (one.event.created, one.happened, one.note))
    listed = (list(group) for _, group in groups)
    return [(group[0], group) for group in listed]


def _feed(feed: Feed, form: str) -> bytes:
    if form == "atom":
        return write_atom(feed)
    return write_json_feed(feed, feed.page(feed.older, ".json") if feed.older else "")


def _page_number(path: str) -> int:
    """Return the number of the page at `path`, 0 where it is none."""
    found = _NUMBER.fullmatch(path)
    return int(found[1]) if found else 0
