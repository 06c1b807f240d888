"""Memento (RFC 7089): which state of a resource was the one at a time, and how that is said."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from werkzeug.http import http_date, parse_date

from server.problems import Problem

LINK_FORMAT = "application/link-format"


@dataclass(frozen=True)
class Memento:
    """One state of a resource: the time from which it was the present one, and its address."""

    since: datetime
    address: str


@dataclass(frozen=True)
class History:
    """All states of the resource at `original`, oldest first; there is at least one.

    `gate` and `timemap` are the addresses that answer for all of them.
    """

    original: str
    gate: str
    timemap: str
    mementos: Sequence[Memento]

    def at(self, time: datetime | None) -> Memento:
        """Return the state that was the present one at `time`; without a time, the last.

        Before the first there was none: then the first, as the nearest in time (section 4.5.3).
        """
        if time is None:
            return self.mementos[-1]
        place = bisect_right([row.since for row in self.mementos], time)
        return self.mementos[max(place - 1, 0)]

    def gate_links(self, chosen: Memento) -> str:
        """Return the Link header of the answer that leads to `chosen`."""
        return ", ".join([self._original, self._timemap, *self._around(chosen)])

    def memento_links(self, own: Memento) -> str:
        """Return the Link header of the state `own`."""
        return ", ".join([self._original, self._gate, self._timemap, *self._around(own)])

    def as_links(self) -> bytes:
        """Return the list of all states in the format of links (section 5)."""
        first, last = (_date(self.mementos[place].since) for place in (0, -1))
        own = f'<{self.timemap}>; rel="self"; type="{LINK_FORMAT}"; from="{first}"; until="{last}"'
        lines = [self._original, own, self._gate]
        lines += [self._link(row) for row in self.mementos]
        return (",\n".join(lines) + "\n").encode()

    def as_json(self) -> bytes:
        """Return the list of all states in the JSON that Memento tools read."""
        rows = [{"datetime": _iso(row.since), "uri": row.address} for row in self.mementos]
        maps = {"link_format": self.timemap, "json_format": f"{self.timemap}?format=json"}
        document = {
            "original_uri": self.original,
            "timegate_uri": self.gate,
            "timemap_uri": maps,
            "mementos": {"first": rows[0], "last": rows[-1], "list": rows},
        }
        return json.dumps(document, indent=1).encode() + b"\n"

    @property
    def _original(self) -> str:
        return f'<{self.original}>; rel="original"'

    @property
    def _gate(self) -> str:
        return f'<{self.gate}>; rel="timegate"'

    @property
    def _timemap(self) -> str:
        return f'<{self.timemap}>; rel="timemap"; type="{LINK_FORMAT}"'

    def _around(self, own: Memento) -> list[str]:
        """Return links to the first state, the last one, `own` and its neighbours, each once."""
        place = self.mementos.index(own)
        near = {0, len(self.mementos) - 1, place}
        near |= {other for other in (place - 1, place + 1) if 0 <= other < len(self.mementos)}
        names = {place - 1: "prev", place + 1: "next"}
        return [self._link(self.mementos[other], names.get(other, "")) for other in sorted(near)]

    def _link(self, row: Memento, name: str = "") -> str:
        relation = " ".join(part for part in (name, self._relation(row)) if part)
        return f'<{row.address}>; rel="{relation}"; datetime="{_date(row.since)}"'

    def _relation(self, row: Memento) -> str:
        ends = (("first", self.mementos[0]), ("last", self.mementos[-1]))
        return " ".join([name for name, end in ends if end == row] + ["memento"])


def read_accept_datetime(header: str | None) -> datetime | None:
    """Return the time that an Accept-Datetime header names, None without one.

    Raises the Problem that it is no date as HTTP writes dates.
    """
    if header is None:
        return None
    found = parse_date(header)
    if found is None or not header.strip().endswith("GMT"):
        example = http_date(datetime(2026, 5, 30, tzinfo=UTC))
        detail = f"Accept-Datetime is no date of HTTP; write it like this: {example}"
        raise Problem("bad-request", detail)
    return found.astimezone(UTC)


def memento_headers(own: Memento) -> dict[str, str]:
    """Return what a state says of itself beside its links."""
    return {"Memento-Datetime": _date(own.since)}


def _date(time: datetime) -> str:
    return http_date(time)


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
