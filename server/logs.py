"""Structured logs: one line of JSON for each thing worth knowing, with the id of its request."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

LOGGER = logging.getLogger("atlas")


def start_logging() -> None:
    """Write the log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter("{asctime}{levelname}{message}", style="{"))
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def note(event: str, **details: str | float | None) -> None:
    """Log `event` with its details."""
    LOGGER.info(event, extra={key: value for key, value in details.items() if value is not None})
