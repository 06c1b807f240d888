"""Write the revisions of a document as TriG that people can review: one triple a line, in order."""

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph.kept import noun_of
from graph.prefixes import BASE, prefixes, shorten, term

_HEAD = """\
# The revisions of this {noun}, oldest first. Only `atlas revise` writes here, and it only adds.
# Each has a record, and a graph with all that was then asserted or judged of the {noun}.
"""
# Such IRIs can be written without the origin and mean the same: no dots to climb, no //.
_PATH = re.compile(r"(?:/\w[\w.~-]*)+(?:#[\w.~-]+)?", re.ASCII)
_CURIE = re.compile(r"[a-z][\w-]*:[A-Za-z_][\w-]*", re.ASCII)
# How these literals stand in Turtle without quotes, wherever they are written so.
_BARE = {
    term("xsd:boolean"): re.compile("true|false"),
    term("xsd:integer"): re.compile("-?[0-9]+", re.ASCII),
}
Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def write_trig(
    document: str, revisions: Iterable[tuple[str, Iterable[ox.Triple], Iterable[ox.Triple]]]
) -> str:
    """Return the text of a history: for each revision its IRI, its record and its content."""
    body = "".join(_revision(document, *revision) for revision in revisions)
    used = set(re.findall(r"(?<![^\s^])([a-z][\w-]*):", body))
    known = [f"@prefix {p}: <{iri}> .\n" for p, iri in prefixes().items() if p in used]
    return "".join([_HEAD.format(noun=noun_of(document)), f"@base <{document}> .\n", *known, body])


def _revision(
    document: str, iri: str, record: Iterable[ox.Triple], content: Iterable[ox.Triple]
) -> str:
    said = "".join(_lines(document, record))
    graph = "".join(f"  {line}" for line in _lines(document, content))
    return f"\n{said}{_iri(iri, document)} {{\n{graph}}}\n"


def _lines(document: str, triples: Iterable[ox.Triple]) -> Iterator[str]:
    for triple in sorted(triples, key=str):
        is_type = triple.predicate == term("rdf:type")
        predicate = "a" if is_type else _term(triple.predicate, document)
        yield f"{_term(triple.subject, document)} {predicate} {_term(triple.object, document)} .\n"


def _term(node: Node, document: str) -> str:
    if isinstance(node, ox.NamedNode):
        return _iri(node.value, document)
    if isinstance(node, ox.Literal) and node.language is None:
        bare = _BARE.get(node.datatype)
        if bare and bare.fullmatch(node.value):
            return node.value
        plain = node.datatype == term("xsd:string")
        kind = "" if plain else f"^^{_iri(node.datatype.value, document)}"
        return f"{ox.Literal(node.value)}{kind}"
    return str(node)


def _iri(iri: str, document: str) -> str:
    if iri == document or iri.startswith(f"{document}#"):
        return f"<{iri.removeprefix(document)}>"
    short = shorten(iri)
    if _CURIE.fullmatch(short):
        return short
    path = iri.removeprefix(BASE)
    return f"<{path}>" if path != iri and _PATH.fullmatch(path) else f"<{iri}>"
