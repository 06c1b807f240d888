"""Where a rule of OWL joins facts, and which facts no shard would then see together.

A rule with one premise can be worked out wherever its premise is; one with more needs them all in
one shard. A shard holds its own entries, those that they link, and what all entries share. So a
join is complete if links between entries lead into its first premise only, and if what its later
premises say of shared things follows from these alone. Anything else is refused.
"""

from collections.abc import Iterable

import pyoxigraph as ox

from graph.axioms import Axiom
from graph.describe import INFERRED_GRAPH
from graph.errors import AtlasError
from graph.prefixes import term
from graph.sources import place

# Rule file → its variables for what is read after the first premise, in the order of the chain.
_LATER = {
    "cls-svf1": ("filler",),
    "prp-spo2-2": ("second",),
    "prp-spo2-3": ("second", "third"),
}


def later_premises(axioms: Iterable[Axiom]) -> frozenset[ox.NamedNode]:
    """Return the properties and classes that joins read after their first premise."""
    return frozenset(
        dict(axiom.terms)[name] for axiom in axioms for name in _LATER.get(axiom.rule, ())
    )


def sources_of(wanted: Iterable[ox.NamedNode], axioms: Iterable[Axiom]) -> frozenset[ox.NamedNode]:
    """Return `wanted` and all properties and classes from which it follows, however far back."""
    found, known = set(wanted), list(axioms)
    while more := {node for a in known if a.gives in found for node in a.reads} - found:
        found |= more
    return frozenset(found)


def refuse_hidden_links(quads: Iterable[ox.Quad], hiding: frozenset[ox.NamedNode]) -> None:
    """Raise AtlasError where a link to another entry hides a later premise (`sources_of` these)."""
    for quad in quads:
        there = place(quad.object) if quad.predicate in hiding else ""
        if there and there != place(quad.subject):
            problem = f"{quad.triple} links another entry by a property from which a rule draws"
            raise AtlasError(
                f"{problem} after its first premise, so that no shard sees all of it. "
                "Link by another property, or shorten the chain in ontology/"
            )


def refuse_hidden_facts(inferred: ox.Store, later: frozenset[ox.NamedNode]) -> None:
    """Raise AtlasError where a later premise about a shared thing was `inferred` from an entry."""
    patterns = [(node, None) for node in later] + [(term("rdf:type"), node) for node in later]
    for predicate, value in patterns:
        for quad in inferred.quads_for_pattern(None, predicate, value, INFERRED_GRAPH):
            if not place(quad.subject):
                raise AtlasError(
                    f"{quad.triple} follows from an entry and is about what all entries share, and "
                    "a rule draws on it after its first premise, so that no shard sees all that "
                    "follows. Say it in data/ beside its thing, or shorten the chain in ontology/"
                )
