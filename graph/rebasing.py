"""Put IRIs of the project under the base of a release, or those of a release under our own."""

import pyoxigraph as ox

from graph.prefixes import BASE, value


def under(iri: str, old: str, new: str) -> str:
    """Return `iri` under the base `new` where it is `old` or under that, else unchanged."""
    is_own = iri == old or iri.startswith((f"{old}/", f"{old}#"))
    return new + iri.removeprefix(old) if is_own else iri


def renamed(triple: ox.Triple, base: str) -> ox.Triple:
    """Return a triple of a release made under `base` as the project has it; no literal changes."""
    if base == BASE:
        return triple
    object_ = triple.object
    if isinstance(object_, ox.NamedNode):
        object_ = ox.NamedNode(under(object_.value, base, BASE))
    subject = ox.NamedNode(under(value(triple.subject), base, BASE))
    return ox.Triple(subject, ox.NamedNode(under(triple.predicate.value, base, BASE)), object_)
