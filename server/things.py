"""One thing of the graph and what is said of it, for the pages to read."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from server.facts import Facts

_LABELS = ("skos:prefLabel", "rdfs:label", "dcterms:title", "atlas:printedName", "skos:notation")


@dataclass(frozen=True)
class Thing:
    """A node of the default graph; properties are asked for by CURIE."""

    facts: Facts
    iri: str

    @property
    def node(self) -> ox.NamedNode:
        """Return the node itself."""
        return ox.NamedNode(self.iri)

    def terms(self, curie: str) -> list[ox.NamedNode | ox.Literal]:
        """Return the values of a property, English ones first, then by their text."""
        return self.facts.about(self.iri).get(self.facts.term(curie).value, [])

    def text(self, curie: str) -> str:
        """Return the first value of a property as text, "" where there is none."""
        found = self.terms(curie)
        return found[0].value if found else ""

    def texts(self, curie: str) -> list[str]:
        """Return all values of a property as text."""
        return [value.value for value in self.terms(curie)]

    def is_true(self, curie: str) -> bool | None:
        """Return a boolean property, None where nothing is said."""
        found = self.text(curie)
        return {"true": True, "false": False}.get(found)

    def all(self, curie: str) -> "list[Thing]":
        """Return the things that a property leads to: by position, then by label."""
        nodes = [value for value in self.terms(curie) if isinstance(value, ox.NamedNode)]
        return _in_order(Thing(self.facts, node.value) for node in nodes)

    def pointing(self, curie: str) -> "list[Thing]":
        """Return the things that lead here by a property: by position, then by label."""
        quads = self.facts.store.quads_for_pattern(
            None, self.facts.term(curie), self.node, ox.DefaultGraph()
        )
        nodes = (quad.subject for quad in quads)
        found = (Thing(self.facts, node.value) for node in nodes if isinstance(node, ox.NamedNode))
        return _in_order(found)

    def one(self, curie: str) -> "Thing | None":
        """Return the first thing that a property leads to, None where there is none."""
        found = self.all(curie)
        return found[0] if found else None

    @property
    def label(self) -> str:
        """Return the name for people, or the shortened IRI of what has none."""
        for curie in _LABELS:
            if found := self.text(curie):
                return found
        return self.facts.shorten(self.iri)

    @property
    def position(self) -> int:
        """Return the place in its list, 0 where it has none."""
        return int(self.text("schema:position") or 0)

    @property
    def exists(self) -> bool:
        """Return whether anything is said of it."""
        return bool(self.facts.about(self.iri))


def _in_order(things: Iterable[Thing]) -> list[Thing]:
    return sorted(things, key=lambda thing: (thing.position, thing.label.casefold(), thing.iri))
