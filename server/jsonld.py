"""Write triples without blank nodes as one compact JSON-LD document."""

import json
from collections.abc import Iterable
from itertools import groupby

import pyoxigraph as ox

from graph.jsonld import node
from server.facts import Facts


def write(facts: Facts, triples: Iterable[ox.Triple]) -> bytes:
    """Return `triples`, ordered by subject, as one JSON-LD document with its context inside."""
    used: set[str] = set()

    def short(iri: str) -> str:
        name = facts.shorten(iri)
        if name != iri:
            used.add(name.partition(":")[0])
        return name

    nodes = [node(about, short) for _, about in groupby(triples, key=lambda triple: triple.subject)]
    context = {prefix: facts.prefixes[prefix] for prefix in sorted(used)}
    document = {"@context": context, "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
