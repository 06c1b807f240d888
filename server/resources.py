"""The answer to a request for a thing: negotiated, found, and sent as its client wants it."""

import hashlib
from dataclasses import replace
from http import HTTPStatus

from server.asking import Asked, read_asked
from server.encodings import compress
from server.formats import BY_KEY, split_suffix
from server.links import Links
from server.linkset import header
from server.messages import Request, Response
from server.prepared import Prepared
from server.problems import Problem
from server.profiles import content_profile, view_links
from server.representations import Representation, Representations
from server.revision_documents import FOREVER
from server.stamp import CODING, is_marked, pack, stamp
from server.withdrawn import Withdrawn

CACHING = {"Cache-Control": "no-cache"}
VARY = {"Vary": "Accept, Accept-Profile, Accept-Encoding"}
_NOT_INDEXED = {"X-Robots-Tag": "noindex"}


class Resources:
    """Answers requests for the things of one release; `version` decides what they look like."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        base: str,
        links: Links,
        made: Representations,
        prepared: Prepared,
        version: str,
        withdrawn: Withdrawn,
    ) -> None:
        """Answer with what was prepared, else with what `made` makes, or what became of it."""
        self._base, self._links, self._made, self._version = base, links, made, version
        self.prepared, self._withdrawn = prepared, withdrawn

    def answer(self, request: Request) -> Response:
        """Return the answer to a GET or HEAD request; a Problem says why there is none."""
        gone = self._withdrawn.answer(request)
        if gone is not None:
            return gone
        asked = self.read(request)
        ready = self._ready(asked)
        if ready is not None:
            return ready
        found = self._made.make(asked.path, asked.manner)
        if found is None:
            raise Problem("not-found", "Nothing in this release has this address.")
        return self._respond(asked, found)

    def ready(self, request: Request) -> Response | None:
        """Return the answer to `request` where nothing has to be made for it."""
        return None if self._withdrawn.has(request.path) else self._ready(self.read(request))

    def _ready(self, asked: Asked) -> Response | None:
        if asked.known:
            etag = self._etag(asked)
            if etag in asked.known:
                headers = self._headers(asked, etag)
                return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        if not asked.manner.is_plain:
            return None
        found = self.prepared.get(asked.path, asked.manner.form)
        if found is None:
            return None
        if asked.coding == CODING and (found.is_stampable or not asked.day):
            frame = stamp(found.frame, asked.day) if asked.day else found.frame
            return self._send(asked, frame, found.links, {})
        return self._respond(asked, found.unpack())

    def _respond(self, asked: Asked, found: Representation) -> Response:
        body, day = found.body, asked.day
        if day and asked.coding == CODING and is_marked(body):
            # The same bytes as of what was prepared.
            body = stamp(pack(body), day)
        else:
            body = compress(stamp(body, day) if day else body, asked.coding)
        return self._send(asked, body, found.links, found.headers)

    def _send(self, asked: Asked, body: bytes, links: str, more: dict[str, str]) -> Response:
        headers = self._headers(asked, self._etag(asked)) | more
        headers["Link"] = self._by_profile(asked) if asked.by_profile else links
        if asked.coding:
            headers["Content-Encoding"] = asked.coding
        return Response(body, asked.content_type, headers=headers)

    def read(self, request: Request) -> Asked:
        """Return what `request` asks for; a Problem, with all ways out, where that cannot be."""
        try:
            return read_asked(request, self._base)
        except Problem as problem:
            raise self._with_ways_out(request, problem) from problem

    def _by_profile(self, asked: Asked) -> str:
        """Return the links for who negotiates by profile: all views, with the one that is shown."""
        page, views = self._links.path(asked.path), self._links.views(asked.path)
        own = self._links.location(asked.path, asked.manner)
        shown = next((view for view in views if view.url == own), views[0])
        return header(view_links(page, self._base, views, shown), page)

    def _headers(self, asked: Asked, etag: str) -> dict[str, str]:
        manner = asked.manner
        own = self._links.location(asked.path, manner)
        frozen = self._made.frozen(asked.path)
        caching = FOREVER if frozen else CACHING
        headers = {**VARY, **caching, "ETag": etag, "Content-Location": own}
        if BY_KEY[manner.form].writer:
            headers["Content-Profile"] = content_profile(manner.profile, self._base)
        is_indexed = manner.form == "html" and not frozen
        return headers if is_indexed else headers | _NOT_INDEXED

    def _etag(self, asked: Asked) -> str:
        manner, version = asked.manner, self._made.frozen(asked.path) or self._version
        parts = [
            *(version, asked.path, manner.form, asked.content_type, asked.coding, asked.day),
            *(f"{name}={value}" for name, value in manner.parameters.items()),
        ]
        digest = hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=16)
        return f'"{digest.hexdigest()}"'

    def _with_ways_out(self, request: Request, problem: Problem) -> Problem:
        """Return `problem`; where the format is it, with the addresses of all there are."""
        if problem.key != "not-acceptable":
            return problem
        path, _ = split_suffix(request.path)
        ways = [url for _, url in self._links.formats(path)]
        links = header(self._links.all(path), self._links.path(path))
        headers = {**problem.headers, **VARY, "Link": links}
        return replace(
            problem, extensions=problem.extensions | {"alternates": ways}, headers=headers
        )
