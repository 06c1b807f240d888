"""Start the production HTTP server on the current release."""

import os

from granian import Granian
from granian.constants import Interfaces

from server.settings import Settings

# More threads than queries can wait for a worker, so that pages are always answered.
_THREADS = 32


def run(settings: Settings) -> None:
    """Serve until interrupted, by granian with threads; the application is made in its process."""
    os.environ.update(settings.to_environment())
    Granian(
        "server.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=max(_THREADS, settings.query_workers * 8),
        factory=True,
        log_enabled=False,
        websockets=False,
        respawn_failed_workers=True,
    ).serve()
