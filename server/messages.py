"""A request and a response of the endpoint, and how ASGI carries them."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from server.problems import Problem

# ASGI's own loose types; nothing beyond this module sees them.
Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Gone(Exception):
    """The client has gone away; nobody waits for an answer."""


@dataclass(frozen=True)
class Request:
    """A request whose body has arrived, as ASGI has it: header names are lower case."""

    method: str
    path: str
    query: bytes
    raw_headers: list[tuple[bytes, bytes]]
    client: str
    id: str
    scheme: str = "http"
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the header of that name, several lines joined as RFC 9110 says; None if absent."""
        key = name.encode()
        found = [value for other, value in self.raw_headers if other == key]
        return b", ".join(found).decode("latin-1") if found else None

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Return all headers as text."""
        return [(k.decode("latin-1"), v.decode("latin-1")) for k, v in self.raw_headers]


@dataclass(frozen=True)
class Response:
    """A complete response; `outcome` is the key of the problem that a page tells of."""

    body: bytes = b""
    content_type: str = ""
    status: HTTPStatus = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)
    outcome: str = "ok"


def read_request(scope: Scope, request_id: str, client_header: str = "") -> Request:
    """Return the request that `scope` describes, without its body.

    `client_header` is the header in which a trusted proxy names its client, last of a list.
    """
    client = str((scope.get("client") or ("",))[0])
    request = Request(
        scope["method"],
        scope["path"],
        scope["query_string"],
        scope["headers"],
        client,
        request_id,
        scope.get("scheme", "http"),
    )
    named = request.header(client_header.lower()) if client_header else None
    return replace(request, client=named.rpartition(",")[2].strip()) if named else request


async def read_body(receive: Receive, most: int, announced: str | None, seconds: float) -> bytes:
    """Return the body of a request.

    Raises Problem where it is larger than `most` bytes, by what the client announced or by what
    it sends, or has not come within so many seconds; Gone where the client went away.
    """
    if announced and announced.isdigit() and int(announced) > most:
        raise Problem("content-too-large", headers={"Connection": "close"})
    found = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                found += message.get("body", b"")
                if len(found) > most:
                    raise Problem("content-too-large", headers={"Connection": "close"})
                if not message.get("more_body"):
                    return bytes(found)
    except TimeoutError as error:
        raise Problem("request-timeout", headers={"Connection": "close"}) from error


async def respond(send: Send, response: Response, *, is_head: bool, headers: Headers) -> None:
    """Send `response` with its length and with further `headers`; to HEAD without its body."""
    status, own = int(response.status), wire_headers(response)
    await send({"type": "http.response.start", "status": status, "headers": own + headers})
    await send({"type": "http.response.body", "body": b"" if is_head else response.body})


def wire_headers(response: Response) -> Headers:
    """Return the headers of `response` as ASGI has them, with its type and its length."""
    own = [(k.lower().encode(), v.encode("latin-1")) for k, v in response.headers.items()]
    if response.content_type:
        own.append((b"content-type", response.content_type.encode()))
    if response.status not in _WITHOUT_BODY:
        own.append((b"content-length", str(len(response.body)).encode()))
    return own
