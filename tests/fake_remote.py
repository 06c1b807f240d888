"""A remote endpoint that says what a test wants, byte by byte, beside the mark of a release."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from graph.release import Release
from server.marks import WHOLE, Mark, mark_graph

JSON = "application/sparql-results+json"


def ok(body: bytes | str, media_type: str = JSON, headers: str = "") -> bytes:
    """Return a whole response."""
    body = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class FakeRemote:
    """What it says of its release, to whoever counts rows, and to all others."""

    mark: Mark
    graph: str
    address: str = ""
    rows: int = 1 << 30
    # None: it says nothing, and waits until the connection is closed.
    says: bytes | None = None
    asked: list[list[tuple[str, str]]] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)
    got: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    # What to do once it has said something to a query.
    afterwards: "Mark | None" = None

    def reset(self) -> None:
        """Hold the release whole, say nothing more, and forget what was asked."""
        self.mark = replace(self.mark, status=WHOLE)
        self.rows, self.says, self.afterwards = 1 << 30, None, None
        self.asked, self.methods = [], set()
        self.got.clear()
        self.closed.clear()

    def answer(self, text: bytes) -> bytes | None:
        """Return the response to a form."""
        fields = parse_qsl(text.decode())
        query = dict(fields)["query"]
        if ("default-graph-uri", self.graph) in fields:
            return ok(self._mark())
        if "?one" in query:
            wanted = int(query.rpartition("LIMIT ")[2])
            return ok("one\r\n" + "1\r\n" * min(wanted, self.rows), "text/csv")
        self.asked.append(fields)
        if self.afterwards:
            self.mark, self.afterwards = self.afterwards, None
        return self.says

    def _mark(self) -> str:
        names = {"release", "digest", "status", "stamp", "default"}
        values = {name: getattr(self.mark, name) for name in names if getattr(self.mark, name)}
        row = {name: {"type": "literal", "value": value} for name, value in values.items()}
        head = {"vars": sorted(names)}
        return json.dumps(
            {"head": head, "results": {"bindings": [row] if self.mark.release else []}}
        )


@contextmanager
def fake_remote(release: Release) -> Iterator[FakeRemote]:
    """Run a fake that holds `release` whole."""
    mark = replace(Mark.of(release, "", ()), status=WHOLE)
    fake = FakeRemote(mark, mark_graph(release.manifest.base))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            fake.methods.add(self.rfile.readline().split()[0].decode())
            size = 0
            while (header := self.rfile.readline().strip().lower()) != b"":
                if header.startswith(b"content-length:"):
                    size = int(header.split()[1])
            says = fake.answer(self.rfile.read(size))
            if says is None:
                fake.got.set()
                self.rfile.read(1)
                fake.closed.set()
            else:
                with suppress(OSError):
                    self.wfile.write(says)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        fake.address = f"http://127.0.0.1:{server.server_address[1]}/sparql"
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
