"""Recall from a release what a revision says, and prove it by the digest on record."""

import pyoxigraph as ox

from graph.content import content_of, digest
from graph.describe import INFERRED_GRAPH
from graph.errors import ReleaseMissing
from graph.examples import EXAMPLES_GRAPH, original
from graph.kept import CURRENT_REVISION, REVISION, is_beside
from graph.prefixes import BASE, term, value
from graph.rebasing import renamed, under

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def recall(store: ox.Store, revision: str, base: str = BASE) -> bytes | None:
    """Return the content of `revision`, an IRI under `base`; None where none such is recorded.

    `store` is that of a release made under `base`. The content is as it was recorded, under the
    project's own base, with the digest on record; ReleaseMissing where the release is damaged.
    """
    known = REVISION.fullmatch(under(revision, base, BASE))
    node = ox.NamedNode(revision)
    recorded = _objects(store, node, "atlas:contentDigest", base)
    if known is None or not recorded:
        return None
    own = ox.NamedNode(under(known[1], BASE, base))
    if node in _linked(store, own, CURRENT_REVISION):
        inferred = ox.NamedNode(under(INFERRED_GRAPH.value, BASE, base))
        has_graph = is_beside(known[1])
        triples = _listed(store, own, base) if has_graph else _described(store, own, inferred)
    else:
        triples = {quad.triple for quad in store.quads_for_pattern(None, None, None, node)}
    content = content_of(known[1], (renamed(triple, base) for triple in triples))
    if {digest(content)} != recorded:
        problem = f"what the release says of {revision} has not the digest on record"
        raise ReleaseMissing(f"{problem}; the release is damaged, run `atlas build --force`")
    return content


def record_of(store: ox.Store, revision: str, base: str = BASE) -> frozenset[ox.Triple]:
    """Return the record of `revision`, as it was recorded: nothing inferred, our own base."""
    node, inferred = ox.NamedNode(revision), ox.NamedNode(under(INFERRED_GRAPH.value, BASE, base))
    said = store.quads_for_pattern(node, None, None, ox.DefaultGraph())
    recorded = (quad.triple for quad in said if _quad(quad.triple, inferred) not in store)
    return frozenset(renamed(triple, base) for triple in recorded)


def _described(store: ox.Store, own: ox.NamedNode, inferred: ox.NamedNode) -> set[ox.Triple]:
    """Return what is asserted or judged of the document `own`: of it and of its `#` parts."""
    found: set[ox.Triple] = set()
    waiting, seen, parts = [own], {own}, f"{own.value}#"
    while waiting:
        node = waiting.pop()
        about = {q.triple for q in store.quads_for_pattern(node, None, None, ox.DefaultGraph())}
        found |= about
        near: list[object] = [triple.object for triple in about]
        if node != own:
            # What points at a part from within its document, and nothing may point at.
            to = store.quads_for_pattern(None, None, node, ox.DefaultGraph())
            near += [quad.subject for quad in to]
        for part in near:
            if isinstance(part, ox.NamedNode) and part not in seen and part.value.startswith(parts):
                seen.add(part)
                waiting.append(part)
    return {t for t in found if _quad(t, inferred) not in store}


def _listed(store: ox.Store, own: ox.NamedNode, base: str) -> set[ox.Triple]:
    """Return what is said of the saved query `own`, whose text is as its file has it."""
    graph = ox.NamedNode(under(EXAMPLES_GRAPH.value, BASE, base))
    quads = store.quads_for_pattern(own, None, None, graph)
    return {ox.Triple(own, quad.predicate, _as_written(quad.object, base)) for quad in quads}


def _as_written(node: Node, base: str) -> Node:
    if isinstance(node, ox.Literal) and node.language is None:
        return ox.Literal(original(node.value, base))
    return node


def _quad(triple: ox.Triple, graph: ox.NamedNode) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def _linked(store: ox.Store, node: ox.NamedNode, predicate: ox.NamedNode) -> set[object]:
    quads = store.quads_for_pattern(node, predicate, None, ox.DefaultGraph())
    return {quad.object for quad in quads}


def _objects(store: ox.Store, node: ox.NamedNode, curie: str, base: str) -> set[str]:
    predicate = ox.NamedNode(under(term(curie).value, BASE, base))
    return {value(found) for found in _linked(store, node, predicate)}
