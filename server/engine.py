"""What answers users' queries, whatever it is: workers over a release, or a remote endpoint."""

from typing import Protocol

from server.query import Answer, Query


class Engine(Protocol):
    """Runs queries under the limits of the settings."""

    @property
    def waiting(self) -> int:
        """Return how many queries wait for their turn."""

    @property
    def running(self) -> int:
        """Return how many queries run."""

    @property
    def kills(self) -> int:
        """Return how many workers were ended since the start."""

    async def run(self, query: Query, client: str = "", seconds: float | None = None) -> Answer:
        """Return the complete answer for `client`, or the outcome that says why there is none.

        `seconds` shortens the deadline of the settings, and never extends it.
        """

    async def close(self) -> None:
        """Let go of processes and connections."""


def deadline(setting: float, wished: float | None) -> float:
    """Return the seconds a query gets whose client wished for so many."""
    return setting if wished is None else min(setting, wished)
