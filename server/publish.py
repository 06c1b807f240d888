"""Load a release into a store that speaks the SPARQL 1.1 Graph Store HTTP Protocol.

A mark says first that loading has begun, and at the very end that all is there: whoever asks the
store through this server gets no answer in between. Loading again mends what was broken off.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx
import pyoxigraph as ox

from graph.errors import AtlasError
from graph.release import Release
from server.marks import Mark, mark_graph, marked_graphs, write_mark

USER, PASSWORD = "ATLAS_PUBLISH_USER", "ATLAS_PUBLISH_PASSWORD"
_TRIPLES = "application/n-triples"
# A part of this size is one request; so much may wait for parts of many graphs to fill.
_PART = 1 << 21
_WAITING = 1 << 26
_SECONDS = 600.0
_LOG_IN = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_LONGEST = 200
Progress = Callable[[int], None]


class PublishRefused(AtlasError):
    """A store did not take a release."""


@dataclass(frozen=True)
class Published:
    """What was loaded: triples by graph, "" being the default graph."""

    triples: dict[str, int]


def publish(
    release: Release,
    address: str,
    default: str = "",
    progress: Progress = lambda _: None,
    environment: Mapping[str, str] = os.environ,
) -> Published:
    """Load `release` into the store at `address`, replacing what was published there before.

    The default graph goes into the graph `default`, or into the default graph where that is "".
    `progress` is told how many triples have been sent; user and password are in `environment`.
    Raises PublishRefused.
    """
    with GraphStore(address, environment) as store:
        mark_name = mark_graph(release.manifest.base)
        before = marked_graphs(store.read(mark_name))
        if not default:
            store.require_default()
        named = set(_named_graphs(release))
        # A load that is broken off here has claimed all that it may leave behind.
        mark = Mark.of(release, default, before | named)
        store.write(mark_name, write_mark(mark, mark_name), replaces=True)
        for graph in sorted((before | named | {default}) - {""}):
            store.delete(graph)
        if not default:
            store.delete("")
        triples = _load(release, store, default, progress)
        mark = mark.finished(named)
        store.write(mark_name, write_mark(mark, mark_name), replaces=True)
    return Published(triples)


def _named_graphs(release: Release) -> Iterator[str]:
    for name in ox.Store.read_only(str(release.store_path)).named_graphs():
        if isinstance(name, ox.NamedNode):
            yield name.value


def _load(
    release: Release, store: "GraphStore", default: str, progress: Progress
) -> dict[str, int]:
    waiting: dict[str, bytearray] = {}
    triples: dict[str, int] = {}
    size = sent = 0
    for quad in ox.parse(path=str(release.dump_path), format=ox.RdfFormat.N_QUADS):
        _refuse_blanks(quad)
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else default
        part = waiting.setdefault(name, bytearray())
        line = f"{quad.triple} .\n".encode()
        part += line
        size += len(line)
        triples[name] = triples.get(name, 0) + 1
        sent += 1
        if len(part) >= _PART or size >= _WAITING:
            name = max(waiting, key=lambda key: len(waiting[key]))
            part = waiting.pop(name)
            size -= len(part)
            store.write(name, bytes(part))
            progress(sent)
    for name, part in waiting.items():
        store.write(name, bytes(part))
    progress(sent)
    return triples


def _refuse_blanks(quad: ox.Quad) -> None:
    # In two parts the same name would be two nodes.
    if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
        raise PublishRefused(f"{quad} has a blank node, which cannot be loaded in parts")


class GraphStore:
    """A store at an address; graphs go by their names, the default graph by ""."""

    def __init__(self, address: str, environment: Mapping[str, str]) -> None:
        """Prepare to write, with the user and the password that the environment gives."""
        self._user = environment.get(USER), environment.get(PASSWORD, "")
        self._client = httpx.Client(timeout=_SECONDS, trust_env=False)
        try:
            self._address = httpx.URL(address)
        except httpx.InvalidURL as error:
            raise PublishRefused(f"{address!r} is no address: {error}") from error
        if self._address.userinfo:
            raise PublishRefused(f"give user and password by {USER} and {PASSWORD}")

    def __enter__(self) -> "GraphStore":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def read(self, graph: str) -> bytes:
        """Return the graph as N-Triples; nothing where there is none."""
        response = self._send("GET", graph, headers={"Accept": _TRIPLES})
        if response.status_code == HTTPStatus.UNAUTHORIZED and self._log_in(response):
            response = self._send("GET", graph, headers={"Accept": _TRIPLES})
        if response.status_code == HTTPStatus.NOT_FOUND:
            return b""
        return self._good(response).content

    def write(self, graph: str, triples: bytes, *, replaces: bool = False) -> None:
        """Add `triples` to the graph, or replace it."""
        method = "PUT" if replaces else "POST"
        headers = {"Content-Type": _TRIPLES}
        self._good(self._send(method, graph, headers=headers, content=triples))

    def require_default(self) -> None:
        """Raise PublishRefused where there is no default graph to write to."""
        try:
            self.write("", b"")
        except PublishRefused as error:
            problem = f"{self._address} seems to have no default graph"
            raise PublishRefused(f"{problem}; name another by --default-graph. {error}") from error

    def delete(self, graph: str) -> None:
        """Empty the graph; it need not be there."""
        response = self._send("DELETE", graph)
        if response.status_code != HTTPStatus.NOT_FOUND:
            self._good(response)

    def _log_in(self, response: httpx.Response) -> bool:
        user, password = self._user
        if user is None:
            return False
        scheme = response.headers.get("www-authenticate", "").partition(" ")[0].lower()
        kind = httpx.DigestAuth if scheme == "digest" else httpx.BasicAuth
        self._client.auth = kind(user, password)
        return True

    def _send(
        self, method: str, graph: str, headers: dict[str, str] | None = None, content: bytes = b""
    ) -> httpx.Response:
        name = {"graph": graph} if graph else {"default": ""}
        url = self._address.copy_merge_params(name)
        try:
            return self._client.request(method, url, headers=headers, content=content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = f"{self._address} does not answer: {error}"
            raise PublishRefused(f"{problem}. Is this the address of a graph store?") from error

    def _good(self, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        status = response.status_code
        repair = f"set {USER} and {PASSWORD}" if status in _LOG_IN else "see what it says"
        words = " ".join(response.text.split())[:_LONGEST]
        method = response.request.method
        raise PublishRefused(f"{self._address} answers {method} by {status}; {repair}: {words}")
