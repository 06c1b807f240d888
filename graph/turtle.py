"""Write Turtle that people can review: stable order, the project's prefixes, one file at a time."""

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from graph.prefixes import prefixes


def write_turtle(path: Path, triples: Iterable[ox.Triple], base: str | None = None) -> None:
    """Write `triples` in their order to `path`, whole or not at all; IRIs relative to `base`."""
    kept = list(triples)
    used = {
        name: space
        for name, space in prefixes().items()
        if any(space in str(node) for triple in kept for node in triple)
    }
    text = ox.serialize(kept, format=ox.RdfFormat.TURTLE, prefixes=used, base_iri=base) or b""
    new = path.with_suffix(".new")
    new.write_bytes(text)
    new.replace(path)
