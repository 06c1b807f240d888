"""The log of all revisions, in the one order that gives each its number: it grows only at its end.

An event is a recorded revision of whatever document. They are in the order of their days, then of
their documents, then of their numbers, and counted from 1; so an event keeps its number in all
later releases, as long as none is put before one that was published.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from graph.archive import Archive
from graph.errors import BuildRefused, ReviseRefused
from graph.history import History
from graph.release import read_manifest

_MARK = "/revision/"
_CREATED = b"> <http://purl.org/dc/terms/created> "
_RECORDED = re.compile(rb'<([^<> ]+)/revision/([1-9][0-9]*)> <[^<> ]+> "([^"]+)"')
_SHOWN = 3
# Day and time in UTC as the record writes them, the document by its path, and the number in that.
Place = tuple[str, str, int]


def hold_to_log(archive: Archive, dump: Path, base: str) -> None:
    """Raise BuildRefused where a new revision in `dump` stands before one of the last release."""
    last = next(reversed(archive.names()), None)
    if last is None:
        return
    known = _published(archive, last)
    with dump.open("rb") as lines:
        places = _places(lines, base)
    newest = max((place for place in places if _path(place) in known), default=None)
    if newest is None:
        return
    strays = sorted(place for place in places if place < newest and _path(place) not in known)
    if strays:
        raise BuildRefused(_told(strays, newest, last))


def hold_to_newest(histories: Iterable[History], created: datetime) -> None:
    """Raise ReviseRefused where a revision of `created` would stand before one on record."""
    newest = max((history.last for history in histories), key=lambda r: r.created, default=None)
    if newest and created < newest.created:
        raise ReviseRefused(
            f"{newest.iri} is of {newest.created.isoformat()}, later than {created.isoformat()}, "
            "and the log of changes only grows at its end. Set the clock right, or give a --date "
            "that is no earlier"
        )


def _published(archive: Archive, name: str) -> set[str]:
    """Return the paths of the revisions that the release `name` has."""
    base = read_manifest(archive.manifest(name)).base
    documents = (piece.document for piece in archive.pieces(name))
    return {document.removeprefix(base) for document in documents if _MARK in document}


def _places(lines: Iterable[bytes], base: str) -> list[Place]:
    found: list[Place] = []
    for line in lines:
        # What is no record is passed over without a look at the rest of it.
        match = _RECORDED.match(line) if _CREATED in line else None
        if match:
            document, number, created = (part.decode() for part in match.groups())
            found.append((created, document.removeprefix(base), int(number)))
    return found


def _path(place: Place) -> str:
    _, document, number = place
    return f"{document}{_MARK}{number}"


def _told(strays: list[Place], newest: Place, last: str) -> str:
    shown = ", ".join(f"{_path(place)} of {place[0]}" for place in strays[:_SHOWN])
    more = f" and {len(strays) - _SHOWN} more" if len(strays) > _SHOWN else ""
    return (
        f"the log of changes only grows at its end, but this release would put {shown}{more} "
        f"before {_path(newest)} of {newest[0]}, which release {last} has. Take the new record "
        "out of data/history/ (`git checkout` of that file) and run `atlas revise` again, so that "
        "it is dated now"
    )
