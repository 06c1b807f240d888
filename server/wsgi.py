"""The application that an HTTP server loads, made from the environment."""

from flask import Flask

from graph.release import current_release
from server.app import create_app
from server.settings import Settings


def application() -> Flask:
    """Open the current release and return the application over it."""
    settings = Settings.from_environment()
    return create_app(current_release(settings.releases), settings)
