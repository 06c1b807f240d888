"""A query worker: a process that answers users' queries, and may be killed any time."""

import os
import resource
import socket
from pathlib import Path

import pyoxigraph as ox

from server.evaluate import run
from server.limits import Limits
from server.orphans import die_with_parent
from server.query import HEAD, pack_answer, query_sizes, unpack_query
from server.translate import translate
from server.walls import forbid_sockets

# The kernel ends workers before anything else where memory runs out.
_FIRST_TO_GO = "900"
_CHUNK = 1 << 16


def serve(
    connection: socket.socket, store: ox.Store, limits: Limits, base: str, *, is_on_disk: bool
) -> None:
    """Answer the queries that come over `connection`, one at a time, until it is closed.

    Their relative IRIs are resolved against `base`, where that is not "".
    """
    _confine(limits, is_on_disk=is_on_disk)
    stream = Stream(connection)
    while start := stream.read(HEAD):
        size, more = query_sizes(start)
        text, body = stream.read(size), stream.read(more)
        if len(text) < size or len(body) < more:
            return
        query, found = unpack_query(text, body)
        answer = translate(found, query, limits) if found else run(store, query, limits, base)
        head = pack_answer(answer)
        if len(answer.body) < _CHUNK:
            connection.sendall(head + answer.body)
        else:
            connection.sendall(head)
            connection.sendall(answer.body)
        del answer, found, body


class Stream:
    """Reads a socket in pieces as large as they come."""

    def __init__(self, connection: socket.socket) -> None:
        """Read from `connection`."""
        self._connection = connection
        self._found = b""

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, or less where the connection ends."""
        if len(self._found) < size:
            parts, length = [self._found], len(self._found)
            while length < size:
                part = self._connection.recv(max(_CHUNK, size - length))
                if not part:
                    return b""
                parts.append(part)
                length += len(part)
            self._found = b"".join(parts)
        piece, self._found = self._found[:size], self._found[size:]
        return piece


def _confine(limits: Limits, *, is_on_disk: bool) -> None:
    """Give up what a query must not have: files, sockets, memory, and a life after its parent."""
    die_with_parent()
    Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    memory = pages * os.sysconf("SC_PAGESIZE") + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The second wall beside the refusal of SERVICE: no further file or socket can be opened.
    # A store on disk opens its files as it needs them; then only sockets are refused.
    if not is_on_disk:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    elif not forbid_sockets():
        raise OSError("this kernel refuses no sockets; use more ATLAS_MEMORY_TRIPLES")
