"""The web process's ends of the zygote and of the query workers that it forks."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path
from typing import cast

from graph.errors import AtlasError
from server.alarms import Alarms
from server.limits import Limits
from server.query import HEAD, Answer, Found, Query, answer_sizes, pack_query, unpack_answer
from server.results.environment import SINGLE_THREADED
from server.source import Source
from server.zygote import FORK, Ready

_MESSAGE = 1024
_LOWER_PRIORITY = 10


class Overdue(Exception):
    """A query did not end before its deadline."""


class WorkerDied(Exception):
    """The worker is gone; what it was asked stays unanswered."""


class Worker(asyncio.Protocol):
    """One worker process and the socket to it; it answers one query at a time."""

    def __init__(self, pid: int, watch: int, alarms: Alarms) -> None:
        """Take over the process `pid` with its pidfd `watch`; `alarms` keep its deadlines."""
        self.pid = pid
        self._alarms = alarms
        self.is_alive = True
        self.has_stepped_back = False
        self._watch = watch
        self._transport: asyncio.Transport | None = None
        self._found = bytearray()
        self._wanted = 0
        self._header = 0
        self._future: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Collect the answer; done where it is complete."""
        self._found += data
        if not self._wanted and len(self._found) >= HEAD:
            self._header, body = answer_sizes(self._found)
            self._wanted = HEAD + self._header + body
        if self._wanted and len(self._found) >= self._wanted:
            start = HEAD + self._header
            found, self._found, self._wanted = self._found, bytearray(), 0
            answer = unpack_answer(bytes(found[HEAD:start]), bytes(memoryview(found)[start:]))
            if self._future and not self._future.done():
                self._future.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the death of the process."""
        self._end(WorkerDied())

    async def ask(self, query: Query, seconds: float, found: Found | None = None) -> Answer:
        """Return the answer; Overdue after so many seconds, WorkerDied where the process died.

        With `found`, the worker only translates what a remote engine answered.
        However this ends but by an answer, cancelling included, the process is killed.
        """
        if self._transport is None or not self.is_alive:
            raise WorkerDied
        loop = asyncio.get_running_loop()
        self._future = loop.create_future()
        self._transport.write(pack_query(query, found))
        if found:
            self._transport.write(found.body)
        deadline = self._alarms.set(seconds, self._overdue)
        try:
            return await self._future
        except BaseException:
            self._end(WorkerDied())
            raise
        finally:
            self._alarms.call_off(deadline)

    def _overdue(self) -> None:
        self._end(Overdue())

    def step_back(self) -> None:
        """Let other processes go first from now on."""
        self.has_stepped_back = True
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _LOWER_PRIORITY)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._end(WorkerDied())

    def _end(self, reason: Exception) -> None:
        if self.is_alive:
            self.is_alive = False
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._watch, signal.SIGKILL)
            os.close(self._watch)
            if self._transport:
                self._transport.abort()
        if self._future and not self._future.done():
            self._future.set_exception(reason)


class Zygote:
    """The process that has read the data, and makes workers."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        """Take over `process`, which listens on the other end of `control`."""
        self._process = process
        self._control = control
        self._waiting: deque[asyncio.Future[tuple[int, int]]] = deque()
        self.quads = 0

    @classmethod
    async def start(cls, source: Source, limits: Limits) -> "Zygote":
        """Start the process and wait until it has read `source`; AtlasError where it cannot."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # An argument could not hold the names of some hundred files.
        with tempfile.TemporaryFile() as told:
            told.write(source.to_json().encode())
            told.seek(0)
            process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(sys.executable, "-m", "server.zygote"),
                    *(str(theirs.fileno()), limits.to_json()),
                ],
                pass_fds=[theirs.fileno()],
                stdin=told,
                stdout=subprocess.DEVNULL,
                cwd=Path(__file__).parent.parent,
                env={**os.environ, **SINGLE_THREADED, **_allocator()},
            )
        theirs.close()
        ours.setblocking(False)
        zygote = cls(process, ours)
        message = await asyncio.get_running_loop().sock_recv(ours, _MESSAGE)
        if not message:
            ours.close()
            process.wait()
            raise AtlasError("the data could not be read for queries; the reason stands above")
        zygote.quads = Ready(**json.loads(message)).quads
        asyncio.get_running_loop().add_reader(ours, zygote._receive)
        return zygote

    async def fork(self, alarms: Alarms) -> Worker:
        """Return a new worker with `alarms`; WorkerDied where the zygote is gone."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        future: asyncio.Future[tuple[int, int]] = loop.create_future()
        self._waiting.append(future)
        try:
            socket.send_fds(self._control, [FORK], [theirs.fileno()])
        except OSError as error:
            ours.close()
            self._waiting.remove(future)
            raise WorkerDied from error
        finally:
            theirs.close()
        pid, watch = await future
        _, worker = await loop.create_unix_connection(lambda: Worker(pid, watch, alarms), sock=ours)
        return worker

    def close(self) -> None:
        """End the process; its workers end with it."""
        if self._control.fileno() != -1:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
        self._process.kill()
        self._process.wait()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(WorkerDied())

    def _receive(self) -> None:
        message, handles, _, _ = socket.recv_fds(self._control, _MESSAGE, 1)
        if not message:
            self.close()
            return
        future = self._waiting.popleft()
        if not handles:
            future.set_exception(WorkerDied())
        elif future.cancelled():
            signal.pidfd_send_signal(handles[0], signal.SIGKILL)
            os.close(handles[0])
        else:
            future.set_result((int(message), handles[0]))


def _allocator() -> dict[str, str]:
    """Return what makes a process use jemalloc, where it is installed: it answers faster."""
    for path in sorted(Path("/usr/lib").glob("*/libjemalloc.so.2")):
        return {"LD_PRELOAD": str(path)}
    return {}
