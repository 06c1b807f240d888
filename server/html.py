"""The pages of a release inside the asynchronous application: Flask in threads of its own."""

import asyncio
from http import HTTPStatus
from typing import cast
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from flask import Flask

from server.app import create_app
from server.facts import Facts
from server.formats import BY_KEY, content_type
from server.messages import Asgi, Message, Receive, Request, Response, Scope, Send
from server.page_cache import Key, PageCache, today
from server.problems import Problem
from server.query import Answer
from server.query_page import endpoint_url
from server.signing import Signer
from server.site import Site

_THREADS = 8
# Below these there are no routes of other kinds.
_THINGS = ("/evidence/", "/case-definition/", "/journal/", "/query/", "/vocabulary/")
_METHODS = frozenset({"GET", "HEAD"})
_ASCII = bytes(range(128))
_HTML = content_type(BY_KEY["html"]).content_type


class Pages:
    """The Flask application over one release, and the page of the SPARQL endpoint."""

    def __init__(self, facts: Facts, cache_size: int = 0, signer: Signer | None = None) -> None:
        """Make the pages of the release of `facts`; keep answers of at most so many bytes."""
        self.site = Site(facts, signer)
        self.cache = PageCache(cache_size)
        self.app: Flask = create_app(facts, self.site)
        self._asgi = cast(Asgi, WSGIMiddleware(cast(WSGIApp, self.app), workers=_THREADS))

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a thing."""

        async def received() -> Message:
            # The HTTP server's own awaitable is no coroutine, which the bridge wants.
            return await receive()

        query: bytes = scope["query_string"]
        if not query.isascii():
            scope = {**scope, "query_string": quote_from_bytes(query, safe=_ASCII).encode()}
        await self._asgi(scope, received, send)

    def is_thing(self, scope: Scope) -> bool:
        """Say whether the request asks for one of the things that are answered at once."""
        path: str = scope["path"]
        return path.startswith(_THINGS) and path[-1] != "/" and scope["method"] in _METHODS

    async def thing(self, request: Request, key: Key | None) -> Response:
        """Answer a request for a thing, and keep the answer under `key`.

        What is ready takes no thread; what has to be made takes one.
        """
        day, resources = today(), self.site.resources
        response = resources.ready(request)
        if response is None:
            response = await asyncio.to_thread(resources.answer, request)
        if key is not None and response.status is HTTPStatus.OK:
            self.cache.put(key, response, day)
        return response

    async def query_page(
        self,
        request: Request,
        query: str | None = None,
        answer: Answer | None = None,
        problem: Problem | None = None,
    ) -> Response:
        """Return the page of a query with its answer, or with the problem that it met.

        Without a query it is the page of somebody who has asked nothing yet.
        """
        body = await asyncio.to_thread(self._query_page, request, query, answer, problem)
        if problem is None:
            return Response(body, _HTML)
        return Response(body, _HTML, problem.type.status, dict(problem.headers), problem.key)

    def _query_page(
        self, request: Request, query: str | None, answer: Answer | None, problem: Problem | None
    ) -> bytes:
        queries = self.site.queries
        with self.app.test_request_context(request.path, headers=request.headers):
            endpoint = endpoint_url()
        page = (
            queries.first(endpoint)
            if query is None
            else queries.page(query, endpoint, answer, problem)
        )
        return self.site.renderer.render(page)
