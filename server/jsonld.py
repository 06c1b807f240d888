"""Write triples without blank nodes as compact JSON-LD that loses nothing."""

import json
from collections.abc import Callable, Iterable
from itertools import groupby

import pyoxigraph as ox

from graph.prefixes import term
from server.facts import Facts

Node = dict[str, object]
Shorten = Callable[[str], str]
_TYPE = term("rdf:type").value
_STRING = term("xsd:string").value


def write(facts: Facts, triples: Iterable[ox.Triple]) -> bytes:
    """Return `triples`, ordered by subject, as one JSON-LD document with its context inside."""
    used: set[str] = set()

    def short(iri: str) -> str:
        name = facts.shorten(iri)
        if name != iri:
            used.add(name.partition(":")[0])
        return name

    nodes = [
        _node(subject, list(about), short)
        for subject, about in groupby(triples, key=lambda triple: triple.subject)
    ]
    context = {prefix: facts.prefixes[prefix] for prefix in sorted(used)}
    document = {"@context": context, "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _node(subject: object, triples: list[ox.Triple], short: Shorten) -> Node:
    assert isinstance(subject, ox.NamedNode)
    node: dict[str, object] = {"@id": subject.value}
    for triple in triples:
        is_type = triple.predicate.value == _TYPE
        key = "@type" if is_type else short(triple.predicate.value)
        value = _value(triple.object, short)
        if is_type and isinstance(triple.object, ox.NamedNode):
            value = short(triple.object.value)
        values = node.setdefault(key, [])
        assert isinstance(values, list)
        values.append(value)
    return {
        key: value[0] if isinstance(value, list) and len(value) == 1 else value
        for key, value in node.items()
    }


def _value(value: object, short: Shorten) -> object:
    if isinstance(value, ox.NamedNode):
        return {"@id": value.value}
    assert isinstance(value, ox.Literal)
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if value.datatype.value == _STRING:
        return value.value
    return {"@value": value.value, "@type": short(value.datatype.value)}
