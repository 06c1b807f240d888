"""The answer to a request for a page that is HTML only: lists and explanations."""

import hashlib
from collections.abc import Callable
from threading import Lock

from cachetools import LRUCache
from flask import Response, request

from server.facts import Facts
from server.formats import BY_KEY, Kind, pick
from server.pages import Page, Renderer
from server.problems import Problem
from server.resources import CACHING

_HTML = BY_KEY["html"]
# Bytes of pages that are kept: some count over all entries, and a release does not change.
_KEPT = 16 << 20


class PlainPages:
    """Answers with pages of one release."""

    def __init__(self, facts: Facts, renderer: Renderer) -> None:
        """Answer nothing yet."""
        self._facts, self._renderer = facts, renderer
        self._kept: LRUCache[str, bytes] = LRUCache(_KEPT, getsizeof=len)
        self._lock = Lock()

    def answer(self, make: Callable[[], Page]) -> Response:
        """Return the page that `make` gives; 304, without making it, where the client has it."""
        choice = pick(Kind.ENTITY, request.headers.get("Accept"), [_HTML])
        if choice is None:
            detail = f"This page is available as {_HTML.media_type}."
            extensions: dict[str, str | int | list[str]] = {"formats": [_HTML.media_type]}
            raise Problem("not-acceptable", detail, extensions, {"Vary": "Accept"})
        response = conditional(
            self._facts,
            choice.content_type,
            lambda: self._body(make),
        )
        response.headers["Vary"] = "Accept"
        return response

    def _body(self, make: Callable[[], Page]) -> bytes:
        """Return the page of this request's address, made once as long as there is room."""
        address = request.full_path
        with self._lock:
            found = self._kept.get(address)
        if found is None:
            found = self._renderer.render(make(), path=request.path)
            if len(found) < _KEPT // 8:
                with self._lock:
                    self._kept[address] = found
        return found


def conditional(facts: Facts, content_type: str, body: Callable[[], bytes]) -> Response:
    """Return the body of this request's address, or 304 where the client has it already."""
    parts = [facts.fingerprint, request.full_path, content_type]
    etag = hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
    if etag in request.if_none_match:
        response = Response()
        response.set_etag(etag)
        response.make_conditional(request)
    else:
        response = Response(body(), content_type=content_type)
        response.set_etag(etag)
    response.headers.update(CACHING)
    return response
