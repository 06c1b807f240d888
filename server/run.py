"""Start the production HTTP server, on the current release unless told what else to serve."""

import os
import socket
from collections.abc import Callable

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings

from graph.errors import AtlasError
from graph.release import current_release
from server.asgi import Application
from server.orphans import die_with_parent
from server.serving import Serving, serve_release
from server.settings import Settings

# A request line and its headers: a query that is longer has to come by POST.
_HEAD = 1 << 18
_HEAD_SECONDS = 10
_LAST_SECONDS = 10


def run(settings: Settings, make: Callable[[], Application] | None = None) -> None:
    """Serve until interrupted, by granian; the application is made in its process.

    `make` has to be something that pickle can take there. AtlasError where nobody can listen there.
    """
    _try_address(settings.host, settings.port)
    os.environ.update(settings.to_environment())
    Granian(
        "server.run:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.web_workers,
        factory=True,
        log_enabled=False,
        websockets=False,
        respawn_failed_workers=True,
        # A thread of a page that waits for its client would wait for ever.
        workers_kill_timeout=_LAST_SECONDS,
        http1_settings=HTTP1Settings(
            header_read_timeout=_HEAD_SECONDS * 1000, max_buffer_size=_HEAD
        ),
    ).serve(target_loader=make, wrap_loader=False)


def _try_address(host: str, port: int) -> None:
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        repair = "choose another by --host and --port"
        raise AtlasError(f"cannot listen at {host}:{port}, {repair}: {reason}") from error


def application() -> Application:
    """Return the application over the current release, made from the environment."""
    die_with_parent()
    settings = Settings.from_environment()

    async def opener() -> Serving:
        return await serve_release(current_release(settings.releases), settings)

    async def newer(name: str) -> Serving | None:
        release = current_release(settings.releases)
        return None if release.id == name else await serve_release(release, settings)

    return Application(settings, opener, newer)
