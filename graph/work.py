"""Work out one shard: read, check, judge, infer, and write what is true of it as sorted N-Quads."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph

from graph.axioms import Axiom
from graph.constructs import refuse_axioms_in
from graph.content import contents
from graph.describe import INFERRED_GRAPH
from graph.dump import sha256
from graph.errors import BuildRefused, SourceError
from graph.history import History, read_history
from graph.joins import refuse_hidden_facts, refuse_hidden_links
from graph.judge import judge
from graph.kept import is_beside, is_revision
from graph.merge import shard_lines
from graph.reason import infer, work_out
from graph.recorded import unrecorded
from graph.report import Problem, problems
from graph.shacl import validate
from graph.shards import Entry, Layout, Shard, Stock
from graph.shelf import Shelf
from graph.sources import Sources, document_of, entry_of, parse_file, place, read_file, stray_links

_DEFAULT = ox.DefaultGraph()
_TRIPLES = ox.RdfFormat.N_TRIPLES


@dataclass(frozen=True)
class Ground:
    """What every shard stands on: what all entries share, worked out, and the axioms.

    `later` are the premises that joins read after their first, `hiding` all they follow from.
    """

    file: Path
    key: str
    axioms: tuple[Axiom, ...]
    later: frozenset[ox.NamedNode]
    hiding: frozenset[ox.NamedNode]
    layout: Layout
    shelf: Shelf


@dataclass(frozen=True)
class Outcome:
    """The file of a shard; None where its sources cannot be read, or break the shapes."""

    file: Path | None
    errors: tuple[Problem, ...] = ()
    violations: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Linked:
    digests: dict[str, str]
    quads: list[ox.Quad]


@dataclass(frozen=True)
class _Shared:
    asserted: list[ox.Quad]
    inferred: list[ox.Quad]
    lines: frozenset[bytes]


def work_out_shared(
    stock: Stock, layout: Layout, hiding: frozenset[ox.NamedNode], shelf: Shelf, key: str
) -> Outcome:
    """Work out what all entries share, the whole of the store of `stock`, which is changed."""
    sources = stock.sources
    store = sources.store
    own = list(store)
    refuse_hidden_links(own, hiding)
    linked = _linked(own, frozenset(), layout)
    trial = ox.Store()
    trial.bulk_extend([*own, *linked.quads])
    if found := _check(trial, sources, lambda iri: not entry_of(iri)):
        return Outcome(None, violations=found)
    judge(store)
    asserted = store.dump(format=_TRIPLES, from_graph=_DEFAULT) or b""
    now = contents(asserted)
    if layout.keeps_history and (found := unrecorded(stock.recorded, stock.histories, now)):
        return Outcome(None, violations=found)
    infer(store)
    lines = shard_lines(asserted, _inferred(store))
    lines.update(line for history in stock.shared for line in history.earlier_lines())
    return Outcome(shelf.put(key, linked.digests, sorted(lines)))


def work_out_entries(shard: Shard, ground: Ground, key: str) -> Outcome:
    """Work out the entries of `shard` beside what all entries share and the entries they link."""
    sources = Sources(ox.Store())
    own = [quad for entry in shard.entries for quad in _read(entry, sources)]
    documents = frozenset(sources.files)
    histories = _histories(shard, sources)
    if sources.errors:
        return Outcome(None, errors=tuple(problems(sources, [])))
    own += [quad for history in histories.values() for quad in history.current()]
    store, shared = sources.store, _read_shared(ground.file)
    store.bulk_extend(own)
    refuse_axioms_in(store, Graph())
    refuse_hidden_links(own, ground.hiding)
    linked = _linked(own, documents, ground.layout)
    store.bulk_extend([*linked.quads, *shared.asserted])
    if found := _check(store, sources, lambda iri: _home(iri) in documents):
        return Outcome(None, violations=found)
    asserted = store.dump(format=_TRIPLES, from_graph=_DEFAULT) or b""
    # What stands in a graph of its own is held to its record by the build.
    known = ((e.document, e.source) for e in shard.entries if not is_beside(e.document))
    now = contents(asserted)
    if ground.layout.keeps_history and (found := unrecorded(known, histories, now)):
        return Outcome(None, violations=found)
    store.bulk_extend(shared.inferred)
    work_out(store, ground.axioms)
    refuse_hidden_facts(store, ground.later)
    lines = shard_lines(asserted, _inferred(store)) - shared.lines
    lines.update(line for history in histories.values() for line in history.earlier_lines())
    if shard.key(ground.key, sha256) != key:
        raise BuildRefused("the sources changed while they were read; run the build again")
    return Outcome(ground.shelf.put(key, linked.digests, sorted(lines)))


def _read(entry: Entry, sources: Sources) -> list[ox.Quad]:
    sources.files[entry.document] = entry.source
    if entry.file is None:
        return []
    try:
        quads = read_file(entry.file, is_entry=entry.file == entry.source)
    except SourceError as error:
        sources.errors.append(error)
        return []
    sources.errors.extend(stray_links(quads, entry.source))
    return quads


def _histories(shard: Shard, sources: Sources) -> dict[str, History]:
    """Read the histories of the entries of `shard`, by entry; note what is wrong with them."""
    histories = {}
    for entry in shard.entries:
        try:
            if entry.history:
                histories[entry.document] = history = read_history(entry.history)
                sources.files.update((r.iri, entry.history) for r in history.revisions)
        except SourceError as error:
            sources.errors.append(error)
    return histories


def _linked(quads: list[ox.Quad], own: frozenset[str], layout: Layout) -> _Linked:
    """Read the entries that `quads` link beside `own`; one that cannot be read counts as empty."""
    links = {place(quad.object) for quad in quads} - own - {""}
    linked = _Linked({document: layout.digest(document) for document in sorted(links)}, [])
    for document in linked.digests:
        file = layout.find(document)
        try:
            linked.quads.extend(parse_file(file) if file else [])
        except SourceError:
            # Its own shard says what is wrong with it, and the build is refused.
            continue
    return linked


def _home(iri: str) -> str:
    """Return the document that `iri` is, or is a part or a revision of."""
    document = document_of(iri)
    return document.partition("/revision/")[0] if is_revision(document) else document


def _check(store: ox.Store, sources: Sources, is_own: Callable[[str], bool]) -> tuple[Problem, ...]:
    """Judge what is in `store`; return how those of its things break the shapes that are own."""
    found = [v for v in validate(store, "sources") if is_own(v.focus)]
    if not found:
        judge(store)
        found = [v for v in validate(store, "judged") if is_own(v.focus)]
    return tuple(problems(sources, found))


@lru_cache(maxsize=1)
def _read_shared(file: Path) -> _Shared:
    asserted: list[ox.Quad] = []
    inferred: list[ox.Quad] = []
    for quad in ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS):
        # What earlier revisions said is not said any more.
        if quad.graph_name in {INFERRED_GRAPH, _DEFAULT}:
            target = inferred if quad.graph_name == INFERRED_GRAPH else asserted
            target.append(ox.Quad(*quad.triple))
    with file.open("rb") as lines:
        return _Shared(asserted, inferred, frozenset(lines))


def _inferred(store: ox.Store) -> bytes:
    return store.dump(format=_TRIPLES, from_graph=INFERRED_GRAPH) or b""
