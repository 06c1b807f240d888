"""Serve RDF files and nothing else: the endpoint without pages, over data that is no release."""

import json
import secrets
import socket
from dataclasses import dataclass, replace

from server.asgi import Application
from server.endpoint import Endpoint
from server.formats import Kind
from server.orphans import die_with_parent
from server.plain_service import plain_description
from server.pool import WorkerPool
from server.query import Outcome, Query
from server.serving import Serving
from server.settings import Settings
from server.source import Source

# Data with more graphs than a reader of the description could use has only the first ones in it.
_GRAPHS = Query(
    "SELECT ?graph { GRAPH ?graph {} } ORDER BY ?graph LIMIT 1000", {Kind.SELECT: "srj"}
)
_EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not listened on


@dataclass(frozen=True)
class Plain:
    """What makes the application over `source`, in whichever process calls it.

    `base` is the address under which clients find the server.
    """

    settings: Settings
    source: Source
    base: str

    def __call__(self) -> Application:
        """Return the application."""
        die_with_parent()
        return Application(self.settings, self.open)

    async def open(self) -> Serving:
        """Start what serves the source; AtlasError where its data cannot be read."""
        source = replace(self.source, base=f"{self.base}/sparql")
        pool = await WorkerPool.start(source, self.settings)
        graphs = await _named_graphs(pool)
        return Serving(
            name=source.name,
            base=self.base,
            # Blank nodes get new names whenever files are read: an ETag holds for this time only.
            endpoint=Endpoint(pool, self.settings, secrets.token_hex(8)),
            describe=lambda key, asked: plain_description(
                asked or source.base, graphs, self.settings, key
            ),
        )


def address(settings: Settings) -> str:
    """Return where clients find the server, as far as it knows."""
    host = socket.gethostname() if settings.host in _EVERYWHERE else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


async def _named_graphs(pool: WorkerPool) -> list[str]:
    answer = await pool.run(_GRAPHS)
    if answer.outcome is not Outcome.OK:
        return []
    rows = json.loads(answer.body)["results"]["bindings"]
    return [row["graph"]["value"] for row in rows if row["graph"]["type"] == "uri"]
