"""A node of the graph as a template reads it: its values by property, its address, its words."""

from dataclasses import dataclass

import pyoxigraph as ox

from graph.prefixes import shorten, term, value

_LABELS = ("skos:prefLabel", "rdfs:label", "dcterms:title")


@dataclass(frozen=True)
class Thing:
    """One IRI in a store; `base` is the origin of the release's own IRIs."""

    store: ox.Store
    base: str
    iri: str

    def all(self, curie: str) -> list["Thing | str"]:
        """Return the values of a property: by position if they have one, else by text."""
        quads = self.store.quads_for_pattern(self.node, self._own(curie), None, ox.DefaultGraph())
        found = [self._wrap(quad.object) for quad in quads]
        return sorted(found, key=lambda one: (_place(one), str(one)))

    def one(self, curie: str) -> "Thing | str | None":
        """Return the first value of a property, or None."""
        return next(iter(self.all(curie)), None)

    def back(self, curie: str) -> list["Thing"]:
        """Return the things that have this one as the value of a property, by label."""
        quads = self.store.quads_for_pattern(None, self._own(curie), self.node, ox.DefaultGraph())
        found = [Thing(self.store, self.base, value(quad.subject)) for quad in quads]
        return sorted(found, key=lambda one: one.label)

    def of(self, curie: str) -> list["Thing"]:
        """Return all things of a class, by label."""
        return Thing(self.store, self.base, self._own(curie).value).back("rdf:type")

    def is_a(self, curie: str) -> bool:
        """Say whether the thing is of a class."""
        return ox.Quad(self.node, term("rdf:type"), self._own(curie)) in self.store

    def rows(self) -> list[tuple["Thing", "Thing | str"]]:
        """Return property and value of every triple of the thing, in a stable order."""
        quads = self.store.quads_for_pattern(self.node, None, None, ox.DefaultGraph())
        pairs = [
            (Thing(self.store, self.base, quad.predicate.value), self._wrap(quad.object))
            for quad in quads
        ]
        return sorted(pairs, key=lambda pair: (pair[0].iri, str(pair[1])))

    @property
    def node(self) -> ox.NamedNode:
        """Return the node of the thing."""
        return ox.NamedNode(self.iri)

    @property
    def label(self) -> str:
        """Return the words for the thing, or its IRI cut short."""
        for curie in _LABELS:
            for found in self.all(curie):
                return str(found)
        return shorten(self.iri)

    @property
    def key(self) -> str:
        """Return the last part of the IRI."""
        return self.iri.replace("#", "/").rsplit("/", 1)[-1]

    @property
    def href(self) -> str:
        """Return the address to link to: on this site for own IRIs."""
        return (
            self.iri.removeprefix(self.base) if self.iri.startswith(f"{self.base}/") else self.iri
        )

    def __str__(self) -> str:
        return self.label

    def _own(self, curie: str) -> ox.NamedNode:
        iri = term(curie).value
        own = "https://www.mecfsatlas.com"
        return (
            ox.NamedNode(self.base + iri.removeprefix(own)) if iri.startswith(own) else term(curie)
        )

    def _wrap(self, node: object) -> "Thing | str":
        text = value(node)
        return Thing(self.store, self.base, text) if isinstance(node, ox.NamedNode) else text


def _place(one: "Thing | str") -> int:
    found = one.one("schema:position") if isinstance(one, Thing) else None
    return int(str(found)) if found else 0
