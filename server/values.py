"""The values of one list (a SKOS scheme), each with how many have it and where these are found."""

from dataclasses import dataclass

import pyoxigraph as ox

from graph.search_rows import FACETS as SEARCHED
from server.facts import Facts, Row
from server.things import Thing

# List of values → the parameter by which `/evidence` finds the entries that have one of them.
FACETS = {facet.space.strip("/#").removeprefix("vocabulary/"): facet.key for facet in SEARCHED}


@dataclass(frozen=True)
class Value:
    """A value: its concept, its key, how many have it, and its facet, "" where there is none."""

    thing: Thing
    key: str
    entries: int
    definitions: int
    facet: str


def values_of(facts: Facts, key: str, rows: list[Row]) -> list[Value]:
    """Return the values of the list of that key, in its own order; `rows` of values.rq count."""
    scheme = f"{facts.base}/vocabulary/{key}"
    counts = {row["value"]: row for row in rows}
    members = facts.store.quads_for_pattern(
        None, facts.term("skos:inScheme"), ox.NamedNode(scheme), ox.DefaultGraph()
    )
    things = [Thing(facts, q.subject.value) for q in members if isinstance(q.subject, ox.NamedNode)]
    order = {top.iri: place for place, top in enumerate(_tops(facts, scheme))}
    things.sort(key=lambda thing: (order.get(thing.iri, len(order)), thing.label.casefold()))
    found = []
    for thing in things:
        row = counts.get(thing.iri, {})
        entries, definitions = int(row.get("entries", 0)), int(row.get("definitions", 0))
        found.append(
            Value(thing, thing.text("skos:notation"), entries, definitions, FACETS.get(key, ""))
        )
    return found


def _tops(facts: Facts, scheme: str) -> list[Thing]:
    return Thing(facts, scheme).all("skos:hasTopConcept")
