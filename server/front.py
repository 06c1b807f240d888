"""The routes of the endpoint and of its operation: each makes a response of a request."""

import asyncio
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from server.encodings import choose_coding, compress
from server.endpoint import VARY, Asked, not_acceptable, read_asked
from server.formats import Kind, offers, pick
from server.headers import PREFLIGHT
from server.messages import Request, Response
from server.metrics import CONTENT_TYPE, Metrics
from server.problem_pages import explain as explain_problem
from server.problems import NO_CONTENT, PROBLEMS, Problem, allowed
from server.protocol import METHODS, read_operation
from server.query import Answer, Outcome, Query
from server.security import security_txt
from server.serving import Serving

_CANARY = Query("ASK { ?s ?p ?o }", {Kind.ASK: "srj"})
_CANARY_SECONDS = 5.0
_JSON = "application/json"
_HOST = re.compile(r"[\w.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?", re.ASCII)


async def sparql(request: Request, serving: Serving) -> Response:
    """Answer an operation of the SPARQL 1.1 Protocol; without one, describe the service."""
    operation = read_operation(request)
    if operation.query is None:
        return await _description(request, serving)
    asked = read_asked(request, operation, has_pages=serving.pages is not None)
    if not asked.choices.has_page:
        return await serving.endpoint.answer(asked)
    return await _page(request, serving, asked)


def options() -> Response:
    """Answer a preflight request."""
    return Response(status=NO_CONTENT, headers={"Allow": allowed(METHODS), **PREFLIGHT})


async def health(serving: Serving) -> Response:
    """Say that the process is alive."""
    return _json({"status": "alive", "release": serving.name})


async def ready(serving: Serving) -> Response:
    """Say whether a query is answered, and which release answers it."""
    answer = await serving.endpoint.engine.run(_CANARY, "canary", _CANARY_SECONDS)
    if answer.outcome is not Outcome.OK:
        raise Problem(
            "busy", f"The canary query ended as {answer.outcome}. {answer.detail}".rstrip()
        )
    return _json({"status": "ready", "release": serving.name})


async def security(request: Request, serving: Serving, contact: str) -> Response:
    """Say whom to tell of a hole in this server."""
    if not contact:
        raise Problem("not-found", "The operator of this server has named no contact.")
    body = security_txt(contact, serving.base, datetime.now(UTC).date())
    return await _encoded(request, body, "text/plain; charset=utf-8")


def numbers(metrics: Metrics) -> Response:
    """Return the metrics."""
    return Response(metrics.text(), CONTENT_TYPE)


async def without_pages(request: Request, _: Serving) -> Response:
    """Say in plain words what a problem's type means, the only thing there is beside the data."""
    parent, __, key = request.path.rpartition("/")
    if parent != "/problems" or key not in PROBLEMS:
        raise Problem("not-found", "Only /sparql is served here.")
    known = PROBLEMS[key]
    return Response(f"{known.title}\n\n{known.repair}\n".encode(), "text/plain; charset=utf-8")


async def explain(request: Request, serving: Serving, problem: Problem) -> Response:
    """Return `problem` as problem+json, or as a page where the client prefers one."""
    renderer = serving.pages.site.renderer if serving.pages else None
    made = explain_problem(problem, serving.base, request.header("accept"), request.id, renderer)
    return replace(made, headers={**made.headers, **VARY})


async def _page(request: Request, serving: Serving, asked: Asked) -> Response:
    assert serving.pages is not None
    answer: Answer | None = None
    problem: Problem | None = None
    try:
        answer = await serving.endpoint.run(asked)
    except Problem as met:
        problem = met
    if answer is not None:
        assert answer.kind is not None
        choice = asked.choices.by_kind[answer.kind]
        if choice.format.key != "html":
            return Response(answer.body, choice.content_type, headers=dict(VARY))
    made = await serving.pages.query_page(request, asked.text, answer, problem)
    return replace(made, headers={**VARY, **made.headers})


async def _description(request: Request, serving: Serving) -> Response:
    rows = [row for row in offers(Kind.GRAPH) if serving.pages or row.key != "html"]
    choice = pick(Kind.GRAPH, request.header("accept"), rows)
    if choice is None:
        raise not_acceptable(None)
    if choice.format.key == "html" and serving.pages:
        made = await serving.pages.query_page(request)
        return replace(made, headers={**VARY, **made.headers})
    address = _address(request, serving.base)
    body = await asyncio.to_thread(serving.describe, choice.format.key, address)
    return await _encoded(request, body, choice.content_type)


def _address(request: Request, base: str) -> str:
    """Return the address of the endpoint as its client knows it, "" where that is the canonical."""
    host = request.header("host") or ""
    if not _HOST.fullmatch(host) or host == urlsplit(base).netloc:
        return ""
    return f"{request.scheme}://{host}{request.path}"


async def _encoded(request: Request, body: bytes, content_type: str) -> Response:
    coding = choose_coding(request.header("accept-encoding"))
    digest = hashlib.blake2b(body + coding.encode(), digest_size=16).hexdigest()
    headers = {**VARY, "ETag": f'"{digest}"', "Cache-Control": "no-cache"}
    if headers["ETag"] in (request.header("if-none-match") or ""):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    if coding:
        headers["Content-Encoding"] = coding
        body = await asyncio.to_thread(compress, body, coding)
    return Response(body, content_type, headers=headers)


def _json(document: dict[str, str]) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(document).encode(), _JSON, headers=headers)
