"""The answer to a request for a thing: negotiated, found, and sent as its client wants it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qsl

from server.citations import TODAY
from server.encodings import choose_coding, compress
from server.formats import (
    Choice,
    Kind,
    content_type,
    is_known,
    kind_at,
    named,
    offers,
    pick,
    split_suffix,
)
from server.links import Links, format_keys
from server.messages import Request, Response
from server.prepared import Prepared
from server.problems import Problem
from server.representations import Representation, Representations

CACHING = {"Cache-Control": "no-cache"}
_VARY = {"Vary": "Accept, Accept-Encoding"}
_TODAY = TODAY.encode()
_NOT_INDEXED = {"X-Robots-Tag": "noindex"}


@dataclass(frozen=True)
class Asked:
    """What a request asks for: the address of a thing, and how to have it.

    `day` is that of today where the representation names it, else ""; `known` are the ETags of
    what the client has.
    """

    path: str
    choice: Choice
    coding: str
    day: str
    known: str

    @property
    def form(self) -> str:
        """Return the key of the format."""
        return self.choice.format.key


class Resources:
    """Answers requests for the things of one release; `version` decides what they look like."""

    def __init__(
        self, links: Links, made: Representations, prepared: Prepared, version: str
    ) -> None:
        """Answer with what was prepared, else with what `made` makes."""
        self._links, self._made, self._version = links, made, version
        self.prepared = prepared

    def answer(self, request: Request) -> Response:
        """Return the answer to a GET or HEAD request; a Problem says why there is none."""
        asked = self._read(request)
        ready = self._ready(asked)
        if ready is not None:
            return ready
        found = self._made.make(asked.path, asked.form)
        if found is None:
            raise Problem("not-found", "Nothing in this release has this address.")
        return self._respond(asked, found)

    def ready(self, request: Request) -> Response | None:
        """Return the answer to `request` where nothing has to be made for it."""
        return self._ready(self._read(request))

    def _ready(self, asked: Asked) -> Response | None:
        if asked.known:
            etag = self._etag(asked)
            if etag in asked.known:
                headers = self._headers(asked, etag)
                return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        found = self.prepared.get(asked.path, asked.form)
        return None if found is None else self._respond(asked, found)

    def _respond(self, asked: Asked, found: Representation) -> Response:
        body = found.body
        if asked.day:
            body = body.replace(_TODAY, asked.day.encode())
        headers = self._headers(asked, self._etag(asked))
        headers["Link"] = found.links
        if asked.coding:
            headers["Content-Encoding"] = asked.coding
        body = compress(body, asked.coding)
        return Response(body, asked.choice.content_type, headers=headers)

    def _read(self, request: Request) -> Asked:
        path, suffixed = split_suffix(request.path)
        if suffixed:
            choice: Choice | None = content_type(suffixed)
        else:
            given = dict(parse_qsl(request.query.decode("utf-8", "replace")))
            choice = _choose(kind_at(path), given.get("format", ""), request.header("accept"))
        if choice is None:
            raise self._not_acceptable(path)
        day = datetime.now(UTC).date().isoformat() if choice.format.key == "html" else ""
        coding = choose_coding(request.header("accept-encoding"))
        return Asked(path, choice, coding, day, request.header("if-none-match") or "")

    def _headers(self, asked: Asked, etag: str) -> dict[str, str]:
        location = self._links.formats(asked.path)
        own = next(url for row, url in location if row.key == asked.form)
        headers = {**_VARY, **CACHING, "ETag": etag, "Content-Location": own}
        return headers if asked.form == "html" else headers | _NOT_INDEXED

    def _etag(self, asked: Asked) -> str:
        kind = asked.choice.content_type
        parts = [self._version, asked.path, asked.form, kind, asked.coding, asked.day]
        digest = hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=16)
        return f'"{digest.hexdigest()}"'

    def _not_acceptable(self, path: str) -> Problem:
        formats = [row.media_type for row in offers(kind_at(path))]
        extensions: dict[str, str | int | list[str]] = {
            "formats": formats,
            "alternates": [url for _, url in self._links.formats(path)],
        }
        headers = {**_VARY, "Link": self._links.alternates(path)}
        return Problem(
            "not-acceptable", f"This is available as {', '.join(formats)}.", extensions, headers
        )


@lru_cache(4096)
def _choose(kind: Kind, name: str, accept: str | None) -> Choice | None:
    if name and not is_known(name):
        detail = f"There is no format {name!r}; use one of {format_keys()}."
        raise Problem("unknown-format", detail)
    return named(kind, name) if name else pick(kind, accept)
