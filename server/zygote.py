"""The process that reads the data once and forks query workers, which share its memory.

It stays single-threaded, so that a fork is safe, and never runs a query itself.
"""

import gc
import json
import os
import signal
import socket
import sys
from dataclasses import asdict, dataclass

import pyoxigraph as ox

from graph.errors import AtlasError
from graph.prefixes import prefixes
from server.limits import Limits
from server.results.write import warm
from server.source import Source
from server.worker import serve

FORK = b"fork"


@dataclass(frozen=True)
class Ready:
    """What a zygote says once the data are read: how many quads are in memory."""

    quads: int


def main(control_fd: int, source: Source, limits: Limits) -> None:
    """Fork a worker for each socket that comes over the control socket, until that is closed."""
    control = socket.socket(fileno=control_fd)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The kernel reaps the workers; their deaths are seen through the pidfds.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    store = None if source.store else source.load()
    # A worker can open no files any more, nor load a library.
    prefixes()
    warm()
    gc.collect()
    gc.freeze()
    control.send(json.dumps(asdict(Ready(0 if store is None else len(store)))).encode())
    while True:
        message, handles, _, _ = socket.recv_fds(control, len(FORK), 1)
        if not message:
            return
        _fork(control, handles[0], store, source, limits)


def _fork(
    control: socket.socket, handle: int, store: ox.Store | None, source: Source, limits: Limits
) -> None:
    pid = os.fork()
    if pid == 0:
        control.close()
        # An empty store is false.
        data = source.open() if store is None else store
        own = socket.socket(fileno=handle)
        serve(own, data, limits, source.base, is_on_disk=store is None)
        os._exit(0)
    os.close(handle)
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        control.send(b"0")
        return
    socket.send_fds(control, [str(pid).encode()], [watch])
    os.close(watch)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), Source.from_json(sys.stdin.read()), Limits.from_json(sys.argv[2]))
    except AtlasError as error:
        raise SystemExit(f"atlas: {error}") from None
    except (BrokenPipeError, ConnectionResetError):
        # The web process is gone, and so is the need for workers.
        raise SystemExit(0) from None
