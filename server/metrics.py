"""Numbers for those who run the server, in the format of Prometheus; no text of any query."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


class Metrics:
    """The counters of one web process."""

    def __init__(self) -> None:
        """Start at zero."""
        self._registry = CollectorRegistry()
        self._queries = Counter(
            "atlas_queries", "SPARQL operations by how they ended.", ["outcome"],
            registry=self._registry,
        )  # fmt: skip
        self._duration = Histogram(
            "atlas_query_seconds", "Time from a SPARQL operation to its answer.",
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._by_outcome: dict[str, Counter] = {}

    def watch(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Report what `read` returns under `name` whenever somebody looks."""
        Gauge(name, meaning, registry=self._registry).set_function(read)

    def count(self, outcome: str, seconds: float) -> None:
        """Count one SPARQL operation."""
        counter = self._by_outcome.get(outcome)
        if counter is None:
            counter = self._by_outcome[outcome] = self._queries.labels(outcome)
        counter.inc()
        self._duration.observe(seconds)

    def text(self) -> bytes:
        """Return the present state."""
        return generate_latest(self._registry)
