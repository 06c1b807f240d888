"""Run users' queries in worker processes with a deadline: the web process never parses one."""

import queue
import socket
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from server.messages import Answer, Task
from server.settings import Settings
from server.tokens import calls_service

_WAIT = 5.0


class Engine(Protocol):
    """Whatever answers queries: this pool, or later another endpoint."""

    def ask(self, query: str, formats: dict[str, str | None]) -> Answer:
        """Return the whole answer to `query`, or an Answer with an error."""
        ...


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.connection.close()


class WorkerPool:
    """Started workers over one store; one that is killed or dies is replaced at once."""

    def __init__(self, store: Path, settings: Settings) -> None:
        """Start the workers that `settings` asks for."""
        self._store, self._settings = store, settings
        self._idle: queue.Queue[_Worker] = queue.Queue()
        for _ in range(settings.query_workers):
            self._idle.put(self._start())

    def ask(self, query: str, formats: dict[str, str | None]) -> Answer:
        """Run `query` in a worker; the deadline is kept by killing it from here."""
        if calls_service(query):
            return Answer("no-service", "The query names SERVICE.")
        try:
            worker = self._idle.get(timeout=_WAIT)
        except queue.Empty:
            return Answer("busy", f"{self._settings.query_workers} queries are being run.")
        answer = self._exchange(worker, Task(query, formats, self._settings.result_size << 20))
        if answer is None:
            seconds = self._settings.query_timeout
            answer = Answer("query-timeout", f"It was stopped after {seconds:g} seconds.")
            worker.stop()
        elif answer.error == "query-too-heavy":
            worker.stop()
        self._idle.put(worker if worker.process.poll() is None else self._start())
        return answer

    def close(self) -> None:
        """Stop all idle workers."""
        while not self._idle.empty():
            self._idle.get().stop()

    def _exchange(self, worker: _Worker, task: Task) -> Answer | None:
        try:
            worker.connection.send(task)
            if not worker.connection.poll(self._settings.query_timeout):
                return None
            answer = worker.connection.recv()
        except (EOFError, OSError):
            return Answer("query-too-heavy", "Its process ran out of memory or stack.")
        assert isinstance(answer, Answer)
        return answer

    def _start(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            handle = theirs.fileno()
            code = [sys.executable, "-m", "server.worker", str(self._store), str(handle)]
            process = subprocess.Popen(  # noqa: S603 - our own module
                [*code, str(self._settings.query_memory)],
                pass_fds=[handle],
                cwd=Path(__file__).parent.parent,
                stderr=subprocess.DEVNULL,
            )
        return _Worker(process, Connection(ours.detach()))
