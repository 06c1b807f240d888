"""Start the production HTTP server on the current release."""

import os

from granian import Granian
from granian.constants import Interfaces

from server.settings import Settings


def run(settings: Settings) -> None:
    """Serve until interrupted, by granian with threads; the application is made in its process."""
    os.environ.update(settings.to_environment())
    Granian(
        "server.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=8,
        factory=True,
        log_enabled=False,
        websockets=False,
    ).serve()
