"""Write Turtle that people can review: stable order, the project's prefixes, one file at a time."""

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from graph.prefixes import prefixes


def write_turtle(path: Path, triples: Iterable[ox.Triple], base: str | None = None) -> None:
    """Write `triples` in their order to `path`, whole or not at all; IRIs relative to `base`."""
    text = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes()) or b"").decode()
    head, _, body = text.partition("\n<")
    used = [line for line in head.splitlines() if f"{line.split()[1]}" in body]
    body = f"<{body}".replace("\t", "    ").replace(" .\n<", " .\n\n<")
    if base is not None:
        # The serializer's own way of making IRIs relative also cuts those of other sites.
        body = body.replace(f"<{base}#", "<#").replace(f"<{base}>", "<>")
        used.insert(0, f"@base <{base}> .")
    new = path.with_suffix(".new")
    new.write_text("\n".join([*used, "", body]), encoding="utf-8")
    new.replace(path)
