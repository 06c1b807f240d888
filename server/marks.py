"""The mark that publishing leaves in a store: which release is there, and whether it is whole."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyoxigraph as ox

from graph.prefixes import term
from graph.release import Release

LOADING = "loading"
WHOLE = "whole"


@dataclass(frozen=True)
class Mark:
    """What a store says of the release in it; `graphs` are the named graphs that belong to it.

    `stamp` differs each time something is published; `default` names the graph that stands for
    the default graph, "" where it is that.
    """

    release: str
    digest: str
    status: str
    stamp: str
    default: str = ""
    graphs: frozenset[str] = frozenset()

    @classmethod
    def of(cls, release: Release, default: str, graphs: Iterable[str]) -> "Mark":
        """Return the mark of `release` while it is being loaded."""
        stamp, digest = datetime.now(UTC).isoformat(), release.manifest.digest
        return cls(release.id, digest, LOADING, stamp, default, frozenset(graphs))

    def finished(self, graphs: Iterable[str]) -> "Mark":
        """Return the mark once all is there, in just these graphs."""
        return replace(self, status=WHOLE, graphs=frozenset(graphs))


def mark_graph(base: str) -> str:
    """Return the graph that holds the mark of releases whose own IRIs are under `base`."""
    return f"{base}/graph/published"


def write_mark(mark: Mark, graph: str) -> bytes:
    """Return the N-Triples that say `mark` of `graph`."""
    node = ox.NamedNode(graph)
    literals = {
        "dcat:version": mark.release,
        "schema:sha256": mark.digest,
        "schema:creativeWorkStatus": mark.status,
        "dcterms:modified": mark.stamp,
    }
    triples = [ox.Triple(node, term(name), ox.Literal(text)) for name, text in literals.items()]
    parts = sorted(mark.graphs)
    triples += [ox.Triple(node, term("dcterms:hasPart"), ox.NamedNode(part)) for part in parts]
    if mark.default:
        triples.append(ox.Triple(node, term("sd:defaultGraph"), ox.NamedNode(mark.default)))
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def marked_graphs(text: bytes) -> set[str]:
    """Return the graphs that the mark in `text`, N-Triples or Turtle, claims; with the default."""
    names = {term("dcterms:hasPart"), term("sd:defaultGraph")}
    return {
        quad.object.value
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)
        if quad.predicate in names and isinstance(quad.object, ox.NamedNode)
    }
