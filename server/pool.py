"""The engine over one release: workers that are killed at their deadline and replaced at once.

Short questions have a lane of their own: a query that goes on while others wait moves to the slow
lane, where it yields the processors after a while, and another worker takes its place.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

from server.alarms import Alarms
from server.engine import deadline
from server.fair_queue import FairQueue
from server.limits import Limits
from server.query import Answer, Outcome, Query
from server.settings import Settings
from server.source import Source
from server.workers import Overdue, Worker, WorkerDied, Zygote

# Seconds after which a query gives way to those that wait.
PATIENCE = 0.1
# Seconds after which such a query leaves the processors to others, too.
HUMILITY = 1.0
# Workers beyond those of the settings that are kept when their query is over.
_SPARE = 2
_ENDS = {Overdue: Outcome.TIMEOUT, WorkerDied: Outcome.CRASHED}
_Turn = asyncio.Future[Worker]


class WorkerPool:
    """Query workers in two lanes, and the clients that wait for them in turn."""

    def __init__(self, zygote: Zygote, source: Source, settings: Settings) -> None:
        """Prepare the lanes; `start` makes a pool whose workers run."""
        self._zygote, self._source, self._settings = zygote, source, settings
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._slow: set[Worker] = set()
        self._running: Counter[str] = Counter()
        self._queue: FairQueue[_Turn] = FairQueue(settings.query_queue)
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = asyncio.Lock()
        self._alarms = Alarms()
        self._patience: dict[Worker, int] = {}
        self._is_open = True
        self.kills = 0

    @classmethod
    async def start(cls, source: Source, settings: Settings) -> "WorkerPool":
        """Return a pool over `source` with its workers running; AtlasError if it cannot be read."""
        pool = cls(await Zygote.start(source, Limits.of(settings)), source, settings)
        for _ in range(settings.query_workers):
            await pool._add_worker()
        return pool

    @property
    def waiting(self) -> int:
        """Return how many queries wait for a worker."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """Return how many queries run."""
        return self._running.total()

    async def run(self, query: Query, client: str = "", seconds: float | None = None) -> Answer:
        """Run `query` in a worker; whatever happens, as many workers as before remain."""
        limit = deadline(self._settings.query_timeout, seconds)
        return await self.lend(client, lambda worker: worker.ask(query, limit))

    async def lend(self, client: str, work: Callable[[Worker], Awaitable[Answer]]) -> Answer:
        """Return what `work` makes of a worker, once it is the turn of `client` to have one."""
        worker = await self._worker_for(client)
        if worker is None:
            return Answer(Outcome.BUSY)
        self._give_way_later(worker)
        try:
            return await work(worker)
        except (Overdue, WorkerDied) as end:
            return Answer(_ENDS[type(end)])
        finally:
            self._alarms.call_off(self._patience.pop(worker, -1))
            self._give_back(worker, client)

    async def close(self) -> None:
        """End the zygote and all workers; who waits is refused."""
        self._is_open = False
        for task in self._tasks:
            task.cancel()
        while taken := self._queue.take(lambda _: True):
            taken[1].cancel()
        for worker in (*self._idle, *self._busy):
            worker.kill()
        self._zygote.close()

    async def _worker_for(self, client: str) -> Worker | None:
        if not len(self._queue) and self._may_go(client) and (worker := self._take_idle()):
            self._assign(worker, client)
            return worker
        turn: _Turn = asyncio.get_running_loop().create_future()
        if not self._queue.put(client, turn):
            return None
        self._call_next()
        late = asyncio.get_running_loop().call_later(self._settings.query_wait, turn.cancel)
        try:
            return await turn
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():
                if turn.done() and not turn.cancelled():
                    self._give_back(turn.result(), client)
                raise
            return None
        finally:
            late.cancel()
            self._queue.remove(client, turn)

    def _assign(self, worker: Worker, client: str) -> None:
        self._running[client] += 1
        self._busy.add(worker)

    def _may_go(self, client: str) -> bool:
        return self._running[client] < self._settings.client_queries

    def _take_idle(self) -> Worker | None:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            self._refill()
        return None

    def _call_next(self) -> None:
        while worker := self._take_idle():
            taken = self._queue.take(self._may_go)
            if taken is None:
                self._idle.append(worker)
                return
            client, turn = taken
            if turn.done():
                self._idle.append(worker)
            else:
                self._assign(worker, client)
                turn.set_result(worker)

    def _give_way_later(self, worker: Worker) -> None:
        self._patience[worker] = self._alarms.set(PATIENCE, partial(self._give_way, worker))

    def _give_way(self, worker: Worker) -> None:
        is_wanted = len(self._queue) and not self._idle
        if not is_wanted or len(self._slow) >= self._settings.slow_workers:
            self._give_way_later(worker)
        elif worker.is_alive:
            self._slow.add(worker)
            self._refill()
            self._patience[worker] = self._alarms.set(HUMILITY, worker.step_back)

    def _give_back(self, worker: Worker, client: str) -> None:
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client]
        self._busy.discard(worker)
        self._slow.discard(worker)
        if not worker.is_alive:
            self.kills += 1
        elif worker.has_stepped_back or len(self._idle) >= self._settings.query_workers + _SPARE:
            # It cannot get its priority back, or is one too many.
            worker.kill()
        else:
            self._idle.append(worker)
        self._refill()
        self._call_next()

    def _refill(self) -> None:
        """Start workers until as many are ready for short queries as the settings say."""
        short = len(self._busy) - len(self._slow)
        ready = len(self._idle) + short + len(self._tasks)
        for _ in range(self._settings.query_workers - ready if self._is_open else 0):
            task = asyncio.get_running_loop().create_task(self._add_worker())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _add_worker(self) -> None:
        async with self._starting:
            try:
                worker = await self._zygote.fork(self._alarms)
            except WorkerDied:
                self._zygote.close()
                self._zygote = await Zygote.start(self._source, Limits.of(self._settings))
                worker = await self._zygote.fork(self._alarms)
        self._idle.append(worker)
        self._call_next()
