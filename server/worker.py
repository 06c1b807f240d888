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

# The kernel ends workers before anything else where memory runs out.
_FIRST_TO_GO = "900"


def serve(stream: socket.socket, store: ox.Store, limits: Limits, base: str) -> None:
    """Answer the queries that come over `stream`, one at a time, until it is closed.

    Their relative IRIs are resolved against `base`, where that is not "".
    """
    _confine(limits)
    while start := _receive(stream, HEAD):
        size, more = query_sizes(start)
        text, body = _receive(stream, size), _receive(stream, more)
        if len(text) < size or len(body) < more:
            return
        query, found = unpack_query(text, body)
        answer = translate(found, query, limits) if found else run(store, query, limits, base)
        stream.sendall(pack_answer(answer))
        stream.sendall(answer.body)
        del answer, found, body


def _confine(limits: Limits) -> None:
    """Give up what a query must not have: files, sockets, memory, and a life after its parent."""
    die_with_parent()
    Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    memory = pages * os.sysconf("SC_PAGESIZE") + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The second wall beside the refusal of SERVICE: no further file or socket can be opened.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _receive(stream: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        part = stream.recv(size - len(found))
        if not part:
            return b""
        found += part
    return bytes(found)
