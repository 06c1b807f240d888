"""Write what is said of one thing as a compact JSON-LD node that loses nothing."""

from collections.abc import Callable, Iterable

import pyoxigraph as ox

from graph.prefixes import term

Node = dict[str, object]
Shorten = Callable[[str], str]
_TYPE = term("rdf:type").value
_STRING = term("xsd:string").value


def node(triples: Iterable[ox.Triple | ox.Quad], short: Shorten) -> Node:
    """Return the node of `triples`, which have one subject and no blank nodes.

    `short` gives an IRI as a CURIE, or as it is.
    """
    found: dict[str, list[object]] = {}
    subject: object = None
    for triple in triples:
        subject = subject or triple.subject
        predicate, value = triple.predicate.value, triple.object
        if predicate == _TYPE and isinstance(value, ox.NamedNode):
            found.setdefault("@type", []).append(short(value.value))
        else:
            found.setdefault(short(predicate), []).append(_value(value, short))
    assert isinstance(subject, ox.NamedNode)
    said = {key: values[0] if len(values) == 1 else values for key, values in found.items()}
    return {"@id": subject.value, **said}


def _value(value: object, short: Shorten) -> object:
    if isinstance(value, ox.NamedNode):
        return {"@id": value.value}
    assert isinstance(value, ox.Literal)
    if value.language:
        return {"@value": value.value, "@language": value.language}
    datatype = value.datatype.value
    if datatype == _STRING:
        return value.value
    return {"@value": value.value, "@type": short(datatype)}
