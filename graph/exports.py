"""Write the default graph again for other readers: Turtle, JSON-LD and tables, in one pass."""

import gc
import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, cast

import pyoxigraph as ox

from graph.files import ReleaseFile, measure
from graph.jsonld import Shorten, node
from graph.prefixes import BASE, prefixes, shorten
from graph.rows import Rows
from graph.tables import TABLES

# Quads that are held at once, up to the end of their subject.
_CHUNK = 50_000
# More costs twice the time, for a file that is a sixth smaller.
_LEVEL = 3
_COPY = 1 << 20
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# Name, title, and what is in it; the dump itself first.
_TEXTS = (
    (
        "atlas.nq",
        "All graphs as N-Quads",
        "The default graph, and beside it what was inferred, the saved queries and the VoID "
        "description: a quad a line, sorted.",
    ),
    (
        "atlas.nq.gz",
        "All graphs as N-Quads, packed",
        "The same as atlas.nq, packed by gzip.",
    ),
    (
        "atlas.ttl.gz",
        "The default graph as Turtle, packed",
        "All that is current, asserted, judged and inferred, with prefixes, subject by subject; "
        "packed by gzip.",
    ),
    (
        "atlas.jsonld.gz",
        "The default graph as JSON-LD, packed",
        "The same as atlas.ttl.gz: one document with its context, a node a line; packed by gzip.",
    ),
)
Quads = list[ox.Quad]


def export(folder: Path, base: str) -> tuple[ReleaseFile, ...]:
    """Write all other files from the dump and the store in `folder`; return what each is."""
    dump = folder / "atlas.nq"
    with ThreadPoolExecutor(1) as beside, _no_garbage():
        packing = beside.submit(pack, dump)
        _write_default_graph(dump, base)
        packing.result()
    texts = (measure(folder / name, *said) for name, *said in _TEXTS)
    return (*texts, *(measure(folder / t.file, t.title, t.description) for t in TABLES))


def _write_default_graph(dump: Path, base: str) -> None:
    folder, short = dump.parent, shortener(base)
    store = ox.Store.read_only(str(folder / "store"))
    with (
        turtle(folder / "atlas.ttl.gz", base) as write_turtle,
        jsonld(folder / "atlas.jsonld.gz", base) as write_jsonld,
        Rows(folder, store, short, f"{base}/evidence/") as rows,
    ):
        for quads in read_default_graph(dump):
            write_turtle(quads)
            about = groupby(quads, key=attrgetter("subject"))
            nodes = [node(said, short) for _, said in about]
            write_jsonld(nodes)
            for found in nodes:
                rows.add(found)


@contextmanager
def _no_garbage() -> Iterator[None]:
    # Millions of small objects come and go, none in a cycle; to look for one costs a third more.
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def read_default_graph(dump: Path, most: int = _CHUNK) -> Iterator[Quads]:
    """Yield the default graph of a sorted `dump`, by pieces of about `most` quads.

    A subject is never cut in two.
    """
    held: Quads = []
    default = ox.DefaultGraph()
    for quad in ox.parse(path=str(dump), format=ox.RdfFormat.N_QUADS):
        if quad.graph_name != default:
            continue
        if len(held) >= most and quad.subject != held[-1].subject:
            yield held
            held = []
        held.append(quad)
    if held:
        yield held


@contextmanager
def turtle(path: Path, base: str) -> Iterator[Callable[[Quads], None]]:
    """Yield what writes quads, whole subjects at once, to one packed Turtle document at `path`."""
    names = namespaces(base)

    def write(quads: Quads) -> None:
        text = ox.serialize(quads, format=ox.RdfFormat.TURTLE, prefixes=names) or b""
        # Each piece begins with all prefixes, in no order.
        body = text.split(b"\n", len(names))[-1]
        file.write(body.replace(b" .\n", b" .\n\n"))

    with _packed(path) as file:
        for prefix, namespace in names.items():
            file.write(f"@prefix {prefix}: <{namespace}> .\n".encode())
        file.write(b"\n")
        yield write


@contextmanager
def jsonld(path: Path, base: str) -> Iterator[Callable[[Iterable[object]], None]]:
    """Yield what writes nodes to one packed JSON-LD document at `path`."""
    before = b"\n"

    def write(nodes: Iterable[object]) -> None:
        nonlocal before
        lines = ",\n".join(map(_JSON.encode, nodes))
        file.write(before + lines.encode())
        before = b",\n"

    with _packed(path) as file:
        context = json.dumps(namespaces(base), indent=1)
        file.write(f'{{"@context": {context},\n"@graph": ['.encode())
        yield write
        file.write(b"\n]}\n")


def pack(path: Path) -> None:
    """Write the packed file beside the one at `path`."""
    with path.open("rb") as source, _packed(path.with_name(f"{path.name}.gz")) as target:
        while piece := source.read(_COPY):
            target.write(piece)


def namespaces(base: str) -> dict[str, str]:
    """Return prefix → namespace in a release whose own IRIs are under `base`."""
    return {
        prefix: base + iri.removeprefix(BASE) if iri.startswith(f"{BASE}/") else iri
        for prefix, iri in prefixes().items()
    }


def shortener(base: str) -> Shorten:
    """Return what gives an IRI as a CURIE where a prefix fits, else as it is."""

    @cache
    def short(iri: str) -> str:
        own = BASE + iri.removeprefix(base) if iri.startswith(f"{base}/") else iri
        found = shorten(own)
        return iri if found.startswith("<") else found

    return short


@contextmanager
def _packed(path: Path) -> Iterator[BinaryIO]:
    # Without a name and a time, so that the same content gives the same bytes.
    with path.open("wb") as file, gzip.GzipFile("", "wb", _LEVEL, file, 0) as stream:
        yield cast(BinaryIO, stream)
