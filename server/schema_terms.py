"""How a thing is said in terms of schema.org: properties with their values, as triples."""

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from server.facts import Facts

Value = str | bool | int | ox.NamedNode
Values = Mapping[str, Value | Iterable[Value]]
Triples = Iterator[ox.Triple]


def said(
    facts: Facts,
    subject: ox.NamedNode,
    kinds: tuple[str, ...],
    values: Values,
) -> Triples:
    """Return what is said of `subject`, without what is not known."""
    for kind in kinds:
        yield ox.Triple(subject, facts.term("rdf:type"), facts.term(f"schema:{kind}"))
    for name, value in values.items():
        several = [value] if isinstance(value, str | int | ox.NamedNode) else value
        for one in several:
            if one != "":
                term = one if isinstance(one, ox.NamedNode) else ox.Literal(one)
                yield ox.Triple(subject, facts.term(f"schema:{name}"), term)
