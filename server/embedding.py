"""Write the view of schema.org as the JSON-LD that stands in a page."""

import json
from collections.abc import Iterable

import pyoxigraph as ox

from graph.prefixes import term

Node = dict[str, object]
_SCHEMA = "https://schema.org/"
_TYPE = term("rdf:type").value
_BOOLEAN = term("xsd:boolean").value
# Links to pages and files: search engines want their addresses as plain text.
_ADDRESSES = ("contentUrl", "license", "sameAs", "url")
_CONTEXT = {"@vocab": _SCHEMA, **{name: {"@type": "@id"} for name in _ADDRESSES}}
# None of these may stand in a script element, or in a script, as they are.
_ESCAPES = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def embedded(triples: Iterable[ox.Triple]) -> str:
    """Return the triples as JSON-LD that is safe inside a `script` element; "" for none.

    They are plain text and links under terms of schema.org. What is linked to stands within what
    links to it, the first time; the first subject is outermost. The context is inside, so that
    nothing has to be fetched.
    """
    about: dict[str, list[ox.Triple]] = {}
    for triple in triples:
        assert isinstance(triple.subject, ox.NamedNode)
        about.setdefault(triple.subject.value, []).append(triple)
    if not about:
        return ""
    whole, waiting = len(about), dict(about)
    nodes = [_node(next(iter(waiting)), waiting) for _ in range(whole) if waiting]
    # The one node or, where the first leads not to all, a list of them.
    document = {"@context": _CONTEXT} | (nodes[0] if len(nodes) == 1 else {"@graph": nodes})
    return json.dumps(document, ensure_ascii=False, indent=1).translate(_ESCAPES)


def _node(iri: str, waiting: dict[str, list[ox.Triple]]) -> Node:
    """Return the node, and within it those that wait and are linked from it."""
    node: Node = {"@id": iri}
    several: dict[str, list[object]] = {}
    for triple in waiting.pop(iri, []):
        name = triple.predicate.value
        key = "@type" if name == _TYPE else name.removeprefix(_SCHEMA)
        several.setdefault(key, []).append(_value(key, triple.object, waiting))
    return node | {key: row[0] if len(row) == 1 else row for key, row in several.items()}


def _value(key: str, value: object, waiting: dict[str, list[ox.Triple]]) -> object:
    if isinstance(value, ox.NamedNode):
        if key == "@type":
            return value.value.removeprefix(_SCHEMA)
        return value.value if key in _ADDRESSES else _node(value.value, waiting)
    assert isinstance(value, ox.Literal)
    return value.value == "true" if value.datatype.value == _BOOLEAN else value.value
