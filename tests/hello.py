"""The least that an application can answer, for measurements to compare with."""

from typing import cast

from server.asgi import Application
from server.messages import Receive, Scope, Send

_HEADERS = [(b"content-type", b"text/plain"), (b"content-length", b"5")]


async def _hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": b"hello"})


def hello() -> Application:
    """Return an application that says one word."""
    return cast(Application, _hello)
