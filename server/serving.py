"""What is being served: the engine and its endpoint over one dataset, with or without pages."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from graph.release import Release
from server.endpoint import Endpoint
from server.engine import Engine
from server.facts import Facts
from server.html import Pages
from server.pool import WorkerPool
from server.prepare import fill
from server.remote import Held, RemoteEngine
from server.service import service_description
from server.settings import MEBIBYTE, Settings
from server.signing import read_signer
from server.source import Source

_MOMENT = 0.05
# The names of a host that a description is kept for: its client says them.
_DESCRIPTIONS = 32


@dataclass
class Serving:
    """A dataset by its name; `users` counts the requests under way.

    `describe` gives the service description in the RDF format of a key, for the address of the
    endpoint as its client knows it; "" stands for the one under `base`.
    """

    name: str
    base: str
    endpoint: Endpoint
    describe: Callable[[str, str], bytes]
    pages: Pages | None = None
    users: int = 0
    preparing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop, once nobody is being answered."""
        while self.users:
            await asyncio.sleep(_MOMENT)
        await self.stop()

    async def stop(self) -> None:
        """Stop at once."""
        if self.preparing:
            self.preparing.cancel()
        await self.endpoint.engine.close()


async def serve_release(release: Release, settings: Settings) -> Serving:
    """Start what serves `release`; AtlasError where its data cannot be read."""
    # First what can fail for want of a file: an engine that was started would have to be ended.
    facts, signer = Facts(release), read_signer(settings.nanopub_key)
    pages = await asyncio.to_thread(Pages, facts, settings.page_cache * MEBIBYTE, signer)
    engine = await _start_engine(release, facts, settings)
    preparing = fill(pages.site.prepared, release, facts.fingerprint)
    return Serving(
        name=release.id,
        base=facts.base,
        endpoint=Endpoint(engine, settings, f"{release.id} {release.manifest.digest}"),
        describe=lru_cache(_DESCRIPTIONS)(partial(service_description, facts, settings)),
        pages=pages,
        preparing=asyncio.create_task(preparing) if settings.prepare else None,
    )


async def _start_engine(release: Release, facts: Facts, settings: Settings) -> Engine:
    if settings.engine:
        return await RemoteEngine.start(Held.of(facts), settings)
    return await WorkerPool.start(Source.of(release, settings.memory_triples), settings)
