"""The engine at a remote SPARQL 1.1 endpoint, under the same limits and with the same answers.

Before anything is sent a worker has parsed the query; after the answer has come it writes it in
the format asked for. So syntax errors, formats and what is refused are those of the workers over
a release, and neither a query nor an answer is parsed in the web process.
"""

import asyncio
import csv
import io
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pyoxigraph as ox

from graph.errors import AtlasError
from graph.release import Release
from server.clauses import cut_clauses
from server.engine import deadline
from server.facts import Facts, read_query
from server.formats import Kind
from server.marks import WHOLE, mark_graph
from server.pool import WorkerPool
from server.query import Answer, Outcome, Query
from server.remote_query import Form, Refused, Remote
from server.settings import MEBIBYTE, Settings
from server.source import Source
from server.workers import Worker

# A graph that no store holds: how a dataset says that it has no default graph, or no named one.
_NOTHING = "urn:x-no:graph"
_DEFAULT, _NAMED = "default-graph-uri", "named-graph-uri"
# SPARQL JSON says an answer in more bytes than other formats do.
_WORDY = 4
_MOST_ROWS = 1 << 20
_SMALL = 1 << 16
_LINE = len("1\r\n")
_CSV = "text/csv"
_UNION = (
    "The engine behind this server counts a triple once for every default graph that has it. "
    "Name one default graph, or use GRAPH."
)
_RELATIVE = "Name the graphs of FROM by absolute IRIs."
_NAME = 80


@dataclass(frozen=True)
class Held:
    """The release that the endpoint has to hold, and its named graphs."""

    release: Release
    graphs: frozenset[str]

    @classmethod
    def of(cls, facts: Facts) -> "Held":
        """Return what has to be held for `facts`."""
        names = facts.store.named_graphs()
        graphs = frozenset(name.value for name in names if isinstance(name, ox.NamedNode))
        return cls(facts.release, graphs)

    @property
    def mark(self) -> str:
        """Return the graph in which the endpoint says what it holds."""
        return mark_graph(self.release.manifest.base)


class RemoteEngine:
    """A remote endpoint, and the workers that check queries and translate answers."""

    def __init__(self, pool: WorkerPool, held: Held, settings: Settings) -> None:
        """Use the endpoint of `settings`; `start` makes an engine that has looked at it."""
        self._pool, self._held, self._settings = pool, held, settings
        self._remote = Remote(settings.engine)
        # The stamp of the mark under which answers are good.
        self._stamp = ""
        self._most = _WORDY * settings.result_size * MEBIBYTE

    @classmethod
    async def start(cls, held: Held, settings: Settings) -> "RemoteEngine":
        """Return an engine whose endpoint holds the release; AtlasError says what is amiss."""
        engine = cls(await WorkerPool.start(Source(), settings), held, settings)
        answer = await engine._attend("", settings.query_timeout, engine._look)
        if answer.outcome is not Outcome.OK:
            await engine.close()
            raise AtlasError(f"ATLAS_ENGINE: {answer.detail or answer.outcome}")
        return engine

    @property
    def waiting(self) -> int:
        """Return how many queries wait for their turn."""
        return self._pool.waiting

    @property
    def running(self) -> int:
        """Return how many queries run."""
        return self._pool.running

    @property
    def kills(self) -> int:
        """Return how many workers were ended since the start."""
        return self._pool.kills

    async def run(self, query: Query, client: str = "", seconds: float | None = None) -> Answer:
        """Run `query` at the endpoint, with a worker at hand that checks and translates."""
        limit = deadline(self._settings.query_timeout, seconds)
        return await self._attend(client, limit, lambda worker: self._answer(worker, query, limit))

    async def close(self) -> None:
        """Let go of the workers and of the connections."""
        await self._pool.close()
        await self._remote.close()

    async def _attend(
        self, client: str, limit: float, work: Callable[[Worker], Awaitable[Answer]]
    ) -> Answer:
        async def bounded(worker: Worker) -> Answer:
            try:
                async with asyncio.timeout(limit):
                    return await work(worker)
            except TimeoutError:
                return Answer(Outcome.TIMEOUT)
            except Refused as refused:
                return refused.answer

        return await self._pool.lend(client, bounded)

    async def _answer(self, worker: Worker, query: Query, limit: float) -> Answer:
        # A worker with no data: no format will do, so a valid query ends as that, with its kind.
        checked = await worker.ask(replace(query, formats={}), limit)
        if checked.outcome is not Outcome.NOT_ACCEPTABLE or checked.kind is None:
            return checked
        if checked.kind not in query.formats:
            return checked
        # A long text takes a while to look through: the others need not wait.
        text, graphs = await asyncio.to_thread(self._dataset, query)
        if not self._stamp:
            await self._look(worker)
        before = self._stamp
        found = await self._remote.ask(checked.kind, text, graphs, self._most)
        answer = await worker.ask(query, limit, found)
        if answer.outcome is Outcome.OK:
            await self._look_again(worker, before)
        return answer

    def _dataset(self, query: Query) -> tuple[str, Form]:
        """Return the text to send, and the graphs of its dataset as the protocol says them.

        Engines disagree about FROM beside graphs of the protocol: it is cut out. Graphs that are
        not of the release do not exist.
        """
        try:
            text, clauses = cut_clauses(query.text)
        except ValueError as error:
            raise Refused(Answer(Outcome.FAILED, detail=_RELATIVE)) from error
        default, named = query.default_graphs, query.named_graphs
        if default is None and named is None and clauses:
            default, named = map(tuple, clauses)
        if default is None and named is None:
            return text, self._whole()
        known = self._held.graphs
        defaults = sorted(known.intersection(default or ()))
        if len(defaults) > 1:
            raise Refused(Answer(Outcome.FAILED, detail=_UNION))
        form = [(_DEFAULT, graph) for graph in defaults or [_NOTHING]]
        form += [(_NAMED, graph) for graph in sorted(known.intersection(named or ())) or [_NOTHING]]
        return text, form

    def _whole(self) -> Form:
        graph = self._settings.engine_graph
        if not graph:
            return []
        names = sorted(self._held.graphs) or [_NOTHING]
        return [(_DEFAULT, graph), *((_NAMED, name) for name in names)]

    async def _look(self, worker: Worker) -> Answer:
        """Make sure that the endpoint holds the release and cuts no answers; Refused if not."""
        stamp = await self._read_stamp(worker)
        await self._count_rows()
        self._stamp = stamp
        return Answer(Outcome.OK)

    async def _look_again(self, worker: Worker, before: str) -> None:
        """Make sure that nothing was published since the endpoint was looked at."""
        try:
            stamp = await self._read_stamp(worker)
        except Refused:
            self._stamp = ""
            raise
        if stamp != before:
            # What was found may be half of one release and half of another.
            self._stamp = ""
            raise _unusable("Meanwhile another release was published to it.")

    async def _read_stamp(self, worker: Worker) -> str:
        graphs = [(_DEFAULT, self._held.mark), (_NAMED, _NOTHING)]
        text = read_query("published")
        found = await self._remote.ask(Kind.SELECT, text, graphs, _SMALL)
        query = Query(text, {Kind.SELECT: "csv"})
        answer = await worker.ask(query, self._settings.query_timeout, found)
        if answer.outcome is not Outcome.OK:
            raise Refused(answer)
        return self._stamp_of(list(csv.DictReader(io.StringIO(answer.body.decode()))))

    def _stamp_of(self, rows: list[dict[str, str]]) -> str:
        release, graph = self._held.release, self._settings.engine_graph
        if not rows:
            raise _unusable("It holds no release; run `atlas publish`.")
        row = rows[0]
        if len(rows) > 1 or row["status"] != WHOLE:
            raise _unusable("A release is being published to it, or was in part.")
        if (row["release"], row["digest"]) != (release.id, release.manifest.digest):
            held = textwrap.shorten(ascii(row["release"]), _NAME)
            raise _unusable(f"It holds the release {held}, and not {release.id}.")
        if row["default"] != graph:
            expected = row["default"] and textwrap.shorten(row["default"], _NAME)
            raise _unusable(f"ATLAS_ENGINE_GRAPH has to be {expected!r}, as it was published.")
        return row["stamp"]

    async def _count_rows(self) -> None:
        """Refused where the endpoint gives fewer rows than this server promises."""
        triples = self._held.release.manifest.counts.get("triples", 0)
        rows = min((self._settings.result_rows or _MOST_ROWS) + 1, triples**3 // 2)
        text = f"{read_query('many')}LIMIT {rows}"
        most = _SMALL + rows * _LINE
        try:
            found = await self._remote.ask(Kind.SELECT, text, self._whole(), most, _CSV)
            is_cut = found.body.rstrip().count(b"\n") < rows
        except Refused as refused:
            if refused.answer.outcome is not Outcome.TOO_MANY:
                raise
            is_cut = True
        if is_cut:
            raise _unusable(f"It cuts answers that have {rows:,} rows; it has to give more.")


def _unusable(detail: str) -> Refused:
    text = f"The engine behind this server cannot be used. {detail}"
    return Refused(Answer(Outcome.UNREACHABLE, detail=text))
