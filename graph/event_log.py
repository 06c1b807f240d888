"""The log of all revisions, in the one order that gives each its number: it grows only at its end.

An event is a recorded revision of whatever document. They are in the order of their moments, then
of their documents, then of their numbers, and counted from 1; so an event keeps its number in all
later releases, as long as none is put before one that was published.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graph.archive import Archive
from graph.errors import BuildRefused, ReviseRefused
from graph.history import History, Revision
from graph.prefixes import BASE
from graph.release import read_manifest

_MARK = "/revision/"
_CREATED = b"> <http://purl.org/dc/terms/created> "
_RECORDED = re.compile(
    rb'<([^<> ]+)/revision/([1-9][0-9]*)> <http://purl\.org/dc/terms/created> "([^"]+)"'
)
_SHOWN = 3


@dataclass(frozen=True, order=True)
class Event:
    """One recorded revision: its moment in UTC as it is written, its document by path, its number.

    Events sort as the log has them.
    """

    created: str
    document: str
    number: int

    @property
    def path(self) -> str:
        """Return the path of the revision."""
        return f"{self.document}{_MARK}{self.number}"

    def __str__(self) -> str:
        """Return it as people are told of it."""
        return f"{self.path} of {self.created}"


def event_of(document: str, revision: Revision) -> Event:
    """Return the event that `revision` of the document with that IRI is."""
    moment = revision.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Event(moment, document.removeprefix(BASE), revision.number)


def hold_to_log(archive: Archive, dump: Path, base: str) -> None:
    """Raise BuildRefused where a new revision in `dump` stands before one of the last release."""
    last = next(reversed(archive.names()), None)
    if last is None:
        return
    known = _published(archive, last)
    with dump.open("rb") as lines:
        events = _events(lines, base)
    newest = max((event for event in events if event.path in known), default=None)
    if newest is None:
        return
    strays = sorted(event for event in events if event < newest and event.path not in known)
    if strays:
        raise BuildRefused(_told(strays, newest, last))


def hold_to_newest(histories: Iterable[History], new: Iterable[Event]) -> None:
    """Raise ReviseRefused where one of the `new` events would stand before one on record."""
    newest = max((event_of(h.document, h.last) for h in histories), default=None)
    first = min(new, default=None)
    # At one moment several runs may record, and a build sees to their order.
    if newest and first and first.created < newest.created:
        raise ReviseRefused(
            f"{first} would stand before {newest}, and the log of changes only grows at its end. "
            "Set the clock right, or give a --date that is no earlier"
        )


def check_moment(created: datetime, now: datetime) -> None:
    """Raise ReviseRefused where a revision would be dated to a moment that is still to come."""
    if created > now:
        raise ReviseRefused(f"{created.isoformat()} is still to come; give a --date that was")


def _published(archive: Archive, name: str) -> set[str]:
    """Return the paths of the revisions that the release `name` has."""
    base = read_manifest(archive.manifest(name)).base
    documents = (piece.document for piece in archive.pieces(name))
    return {document.removeprefix(base) for document in documents if _MARK in document}


def _events(lines: Iterable[bytes], base: str) -> list[Event]:
    found = []
    for line in lines:
        # What is no record is passed over without a look at the rest of it.
        match = _RECORDED.match(line) if _CREATED in line else None
        if match:
            document, number, created = (part.decode() for part in match.groups())
            found.append(Event(created, document.removeprefix(base), int(number)))
    return found


def _told(strays: list[Event], newest: Event, last: str) -> str:
    shown = ", ".join(map(str, strays[:_SHOWN]))
    more = f" and {len(strays) - _SHOWN} more" if len(strays) > _SHOWN else ""
    return (
        f"the log of changes only grows at its end, but this release would put {shown}{more} "
        f"before {newest}, which release {last} has. Take the new record out of data/history/ "
        "(`git checkout` of that file) and run `atlas revise` again, so that it is dated now"
    )
