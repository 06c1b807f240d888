"""The application that an HTTP server runs: the endpoint first, then the pages, over one dataset.

A new release is picked up while the old one goes on answering what it had begun.
"""

import asyncio
import gc
import itertools
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from graph.errors import AtlasError
from server import front
from server.alarms import Alarms
from server.headers import REQUEST_ID, WIRE_HEADERS
from server.html import Pages
from server.logs import note, start_logging
from server.messages import (
    Gone,
    Message,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    read_body,
    read_request,
    respond,
)
from server.metrics import Metrics
from server.page_cache import KeptPage, Key, key_of
from server.problems import Problem, allowed
from server.protocol import METHODS
from server.security import PATH as SECURITY
from server.serving import Serving
from server.settings import MEBIBYTE, Settings

# How often to look whether there is a newer release, and when whether a client is still there.
_EVERY = 1.0
_AFTER = 0.1
_BODY_SECONDS = 30.0
_SLOW = 1.0
# The statuses of problems begin here.
_PROBLEMS = 400
_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
Answer = Callable[[Request, Serving], Awaitable[Response]]
Opener = Callable[[], Awaitable[Serving]]
Newer = Callable[[str], Awaitable[Serving | None]]


class Application:
    """The ASGI application; it opens what it serves when the HTTP server starts it."""

    def __init__(self, settings: Settings, opener: Opener, newer: Newer | None = None) -> None:
        """Prepare to serve what `opener` opens, and what `newer` gives instead of that name."""
        self._settings = settings
        self._opener, self._newer = opener, newer
        self._serving: Serving | None = None
        self._metrics = Metrics()
        self._alarms = Alarms()
        self._ids = itertools.count(1)
        self._run = secrets.token_hex(4)
        self._closing: set[asyncio.Task[None]] = set()
        self._routes: dict[str, Answer] = {
            "/sparql": front.sparql,
            "/healthz": lambda _, serving: front.health(serving),
            "/readyz": lambda _, serving: front.ready(serving),
            "/metrics": self._numbers,
            SECURITY: lambda request, serving: front.security(
                request, serving, settings.security_contact
            ),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        serving = self._serving
        assert serving is not None
        pages, key = serving.pages, None
        if pages is not None and pages.is_thing(scope):
            key = key_of(scope)
            kept = pages.cache.get(key) if key else None
            if kept is not None:
                await self._send_kept(scope, send, kept)
                return
        answer = self._routes.get(scope["path"])
        serving.users += 1
        try:
            if answer or pages is None:
                await self._answer(answer or front.without_pages, serving, scope, receive, send)
            elif pages.is_thing(scope):
                await self._thing(serving, pages, scope, send, key)
            else:
                await self._page(serving, pages, scope, receive, send)
        finally:
            serving.users -= 1

    async def _answer(
        self, answer: Answer, serving: Serving, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        request = read_request(scope, self._request_id(scope), self._settings.client_header)
        outcome = "ok"
        try:
            response = await self._attempt(answer, request, serving, receive)
            outcome = response.outcome
        except Problem as problem:
            outcome = problem.key
            response = await front.explain(request, serving, problem)
        except Gone:
            outcome = "gone"
            response = None
        if request.path == "/sparql":
            self._metrics.count(outcome, time.perf_counter() - started)
        status = None if response is None else int(response.status)
        _log(request, outcome, status, started, serving)
        if response is not None:
            headers = [*WIRE_HEADERS, (_ID_HEADER, request.id.encode())]
            await respond(send, response, is_head=request.method == "HEAD", headers=headers)

    async def _send_kept(self, scope: Scope, send: Send, kept: KeptPage) -> None:
        # Nothing more than this for the answers that are asked for most.
        headers = [*kept.headers, (_ID_HEADER, self._request_id(scope).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": kept.body})

    async def _thing(
        self, serving: Serving, pages: Pages, scope: Scope, send: Send, key: Key | None
    ) -> None:
        started = time.perf_counter()
        request = read_request(scope, self._request_id(scope), self._settings.client_header)
        try:
            response = await pages.thing(request, key)
        except Problem as problem:
            response = await front.explain(request, serving, problem)
        _log(request, response.outcome, int(response.status), started, serving)
        headers = [*WIRE_HEADERS, (_ID_HEADER, request.id.encode())]
        await respond(send, response, is_head=request.method == "HEAD", headers=headers)

    async def _page(
        self, serving: Serving, pages: Pages, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started, status = time.perf_counter(), 0
        request = read_request(scope, self._request_id(scope), self._settings.client_header)
        others = [header for header in scope["headers"] if header[0] != _ID_HEADER]
        scope["headers"] = [*others, (_ID_HEADER, request.id.encode())]

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await pages.answer(scope, receive, sending)
        _log(request, "problem" if status >= _PROBLEMS else "ok", status, started, serving)

    async def _attempt(
        self, answer: Answer, request: Request, serving: Serving, receive: Receive
    ) -> Response:
        if request.method == "OPTIONS":
            return front.options()
        if request.method not in METHODS:
            raise Problem("method-not-allowed", headers={"Allow": allowed(METHODS)})
        # A form says the query in percent-encoding, up to three bytes for one.
        most = 3 * self._settings.query_size * MEBIBYTE
        if len(request.query) > most:
            raise Problem("uri-too-long")
        if request.method == "POST":
            length = request.header("content-length")
            body = await read_body(receive, most, length, _BODY_SECONDS)
            request = replace(request, body=body)
        return await self._while_there(receive, answer(request, serving))

    async def _while_there(self, receive: Receive, work: Awaitable[Response]) -> Response:
        """Return the outcome of `work`; Gone, with that cancelled, once the client has gone."""
        watch = _Watch(receive)
        # Only queries that take a while are worth the watching.
        later = self._alarms.set(_AFTER, watch.start)
        try:
            return await work
        except asyncio.CancelledError as error:
            if not watch.is_gone:
                raise
            watch.uncancel()
            raise Gone from error
        finally:
            self._alarms.call_off(later)
            watch.end()

    def _request_id(self, scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == _ID_HEADER and _ID.fullmatch(value.decode("latin-1")):
                return str(value.decode("latin-1"))
        return f"{self._run}-{next(self._ids):x}"

    async def _numbers(self, _: Request, __: Serving) -> Response:
        return front.numbers(self._metrics)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        start_logging()
        try:
            self._serving = await self._opener()
        except AtlasError as error:
            note("failed", problem=str(error))
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        self._watch_numbers()
        # What was loaded so far stays: looking through it for garbage would cost each answer.
        gc.collect()
        gc.freeze()
        note("serving", release=self._serving.name)
        watcher = asyncio.create_task(self._follow()) if self._newer else None
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if watcher:
            watcher.cancel()
        await self._serving.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _follow(self) -> None:
        assert self._newer is not None
        while True:
            await asyncio.sleep(_EVERY)
            assert self._serving is not None
            try:
                newer = await self._newer(self._serving.name)
            except AtlasError as error:
                note("not picked up", problem=str(error))
                continue
            if newer is not None:
                older, self._serving = self._serving, newer
                note("serving", release=newer.name)
                task = asyncio.create_task(older.close())
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    def _watch_numbers(self) -> None:
        watched: dict[str, tuple[str, Callable[[Serving], float]]] = {
            "atlas_queries_waiting": ("Wait for a worker.", lambda s: s.endpoint.engine.waiting),
            "atlas_queries_running": ("Run in a worker.", lambda s: s.endpoint.engine.running),
            "atlas_worker_kills": ("Workers ended.", lambda s: s.endpoint.engine.kills),
            "atlas_cache_hits": ("Answers from the cache.", lambda s: s.endpoint.cache.hits),
            "atlas_cache_misses": ("Answers not there.", lambda s: s.endpoint.cache.misses),
        }
        for name, (meaning, read) in watched.items():
            self._metrics.watch(name, meaning, lambda read=read: read(self._now()))  # type: ignore[misc]

    def _now(self) -> Serving:
        assert self._serving is not None
        return self._serving


_ID_HEADER = REQUEST_ID.lower().encode()


def _log(
    request: Request, outcome: str, status: int | None, started: float, serving: Serving
) -> None:
    """Log a request that met a problem, or that took long."""
    seconds = time.perf_counter() - started
    if outcome != "ok" or seconds > _SLOW:
        note(
            "request", request=request.id, path=request.path, method=request.method,
            outcome=outcome, status=status, seconds=round(seconds, 3), release=serving.name,
        )  # fmt: skip


class _Watch:
    """Cancels the present task, once its client has gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._task = asyncio.current_task()
        self._watcher: asyncio.Task[None] | None = None
        self.is_gone = False

    def start(self) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._wait())

    def end(self) -> None:
        if self._watcher:
            self._watcher.cancel()

    def uncancel(self) -> None:
        assert self._task is not None
        self._task.uncancel()

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.is_gone = True
        if self._task:
            self._task.cancel()
