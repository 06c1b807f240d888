"""Run users' queries in worker processes that are killed at their deadline and replaced."""

import queue
import select
import subprocess
import sys
import time
from pathlib import Path
from threading import BoundedSemaphore
from typing import Protocol

from server.query import HEAD, Answer, Outcome, Query, pack_query, send, sizes, unpack_answer
from server.settings import Settings

MEBIBYTE = 1 << 20
# Queries that may wait, for each worker: more are refused at once, so that pages have threads left.
_QUEUE = 4
_CHUNK = 1 << 16


class Engine(Protocol):
    """What answers users' queries: workers over the release, later also a remote endpoint."""

    def run(self, query: Query) -> Answer:
        """Return the complete answer, or the outcome that says why there is none."""

    def close(self) -> None:
        """Let go of processes and files."""


class Overdue(Exception):
    """A worker did not answer before its deadline."""


class Worker:
    """One worker process and the pipes to it."""

    def __init__(self, command: list[str]) -> None:
        """Start the process; it opens the release while we go on."""
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=Path(__file__).parent.parent,
        )

    def ask(self, query: Query, deadline: float) -> Answer:
        """Return the answer; Overdue after `deadline` (monotonic), EOFError where it died."""
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, pack_query(query))  # type: ignore[arg-type]
        except OSError as error:
            raise EOFError from error
        header, body = sizes(self._read(HEAD, deadline))
        return unpack_answer(self._read(header, deadline), self._read(body, deadline))

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _read(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        source = self._process.stdout
        ready = select.poll()
        ready.register(source, select.POLLIN | select.POLLHUP)
        found = bytearray()
        while len(found) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                raise Overdue
            part = source.read(min(size - len(found), _CHUNK))
            if not part:
                raise EOFError
            found += part
        return bytes(found)


class WorkerPool:
    """The engine over one release: as many workers as the settings say, started at once."""

    def __init__(self, store_path: Path, settings: Settings) -> None:
        """Start the workers."""
        self._settings = settings
        self._command = [
            sys.executable,
            "-m",
            "server.worker",
            str(store_path.resolve()),
            str(settings.query_memory * MEBIBYTE),
            str(settings.query_timeout),
            str(settings.result_size * MEBIBYTE),
        ]
        self._places = BoundedSemaphore(settings.query_workers * (1 + _QUEUE))
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for _ in range(settings.query_workers):
            self._idle.put(Worker(self._command))

    def run(self, query: Query) -> Answer:
        """Run `query` in a free worker; whatever happens, as many workers as before remain."""
        if not self._places.acquire(blocking=False):
            return Answer(Outcome.BUSY)
        try:
            worker = self._idle.get(timeout=self._settings.query_wait)
        except queue.Empty:
            return Answer(Outcome.BUSY)
        else:
            return self._run(worker, query)
        finally:
            self._places.release()

    def close(self) -> None:
        """Kill the workers."""
        while not self._idle.empty():
            self._idle.get().kill()

    def _run(self, worker: Worker, query: Query) -> Answer:
        is_well = False
        try:
            answer = worker.ask(query, time.monotonic() + self._settings.query_timeout)
            is_well = True
        except Overdue:
            return Answer(Outcome.TIMEOUT)
        except EOFError:
            return Answer(Outcome.CRASHED)
        else:
            return answer
        finally:
            if not is_well:
                worker.kill()
                worker = Worker(self._command)
            self._idle.put(worker)
