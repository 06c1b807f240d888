"""The triples of one document: all about its IRI and its # parts, as the release holds them."""

import pyoxigraph as ox

from graph.paths import ONTOLOGY, SHAPES
from graph.prefixes import prefixes, value
from server.formats import Format

# Served as written, blank nodes and all.
_WRITTEN = {"/ontology": ONTOLOGY / "atlas.ttl"}


def document(store: ox.Store, base: str, path: str) -> list[ox.Triple]:
    """Return the triples of the document, or of the graph, at `path`; empty where there is none."""
    if path in _WRITTEN:
        return [quad.triple for quad in ox.parse(path=str(_WRITTEN[path]))]
    if path == "/shapes":
        files = sorted(SHAPES.glob("*.ttl"))
        return [quad.triple for file in files for quad in ox.parse(path=str(file))]
    graph = ox.NamedNode(f"{base}{path}")
    in_graph = [quad.triple for quad in store.quads_for_pattern(None, None, None, graph)]
    return in_graph or _about(store, graph.value)


def _about(store: ox.Store, iri: str) -> list[ox.Triple]:
    waiting, seen, found = [iri], {iri}, []
    while waiting:
        node = ox.NamedNode(waiting.pop(0))
        for quad in store.quads_for_pattern(node, None, None, ox.DefaultGraph()):
            found.append(quad.triple)
            part = value(quad.object) if isinstance(quad.object, ox.NamedNode) else ""
            if part.startswith(f"{iri}#") and part not in seen:
                seen.add(part)
                waiting.append(part)
        if value(node) == iri:
            waiting += sorted(_concepts(store, node) - seen)
    return found


def _concepts(store: ox.Store, scheme: ox.NamedNode) -> set[str]:
    in_scheme = ox.NamedNode(prefixes()["skos"] + "inScheme")
    quads = store.quads_for_pattern(None, in_scheme, scheme, ox.DefaultGraph())
    members = {value(quad.subject) for quad in quads}
    return {member for member in members if member.startswith(f"{scheme.value}#")}


def write(triples: list[ox.Triple], form: Format) -> bytes:
    """Return the triples in an RDF format."""
    assert isinstance(form.writer, ox.RdfFormat)
    return ox.serialize(triples, format=form.writer, prefixes=prefixes()) or b""
