"""The process that parses and runs users' queries; it can be killed at any moment."""

import io
import resource
import sys
from multiprocessing.connection import Connection

import pyoxigraph as ox
from typing_extensions import Buffer

from server.formats import BY_KEY
from server.messages import Answer, Task


class _Capped(io.BytesIO):
    """A buffer that takes no more than so many bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: Buffer) -> int:
        """Take `data`, or raise OverflowError."""
        if self.tell() + memoryview(data).nbytes > self.limit:
            raise OverflowError
        return super().write(data)


def run(store: ox.Store, task: Task) -> Answer:
    """Run one task against `store`, to its end."""
    try:
        result = store.query(task.query)
    except SyntaxError as error:
        return Answer("bad-query", error.msg, error.lineno or 0, error.offset or 0)
    except (ValueError, OSError, RuntimeError) as error:
        return Answer("bad-query", str(error))
    kinds = {ox.QueryTriples: "graph", ox.QueryBoolean: "ask"}
    kind = kinds.get(type(result), "select")
    key = task.formats[kind]
    if key is None:
        return Answer("no-such-format", kind)
    body = _Capped(task.limit)
    try:
        result.serialize(body, format=BY_KEY[key].writer)  # type: ignore[arg-type]
    except OverflowError:
        return Answer("result-too-large", f"more than {task.limit:,} bytes")
    except (ValueError, OSError, RuntimeError) as error:
        return Answer("bad-query", str(error))
    return Answer(format=key, body=body.getvalue())


def main(store_path: str, handle: str, memory: str) -> None:
    """Answer tasks from the socket `handle` until it closes, within `memory` MiB."""
    store = ox.Store.read_only(store_path)
    # The second wall beside the refusal of SERVICE: no further file or socket can be opened.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    limit = int(memory) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = Connection(int(handle))
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(run(store, task))


if __name__ == "__main__":
    main(*sys.argv[1:])
