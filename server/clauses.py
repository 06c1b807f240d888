"""Read the dataset clauses of a query, FROM and FROM NAMED, from its tokens."""

import re

import pyoxigraph as ox

_SKIPPED = r"""\#[^\r\n]*
    |\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*+\"{3}
    |'{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3}
    |\"(?:[^\"\\\r\n]|\\.)*+\"
    |'(?:[^'\\\r\n]|\\.)*+'
    |[?$@][\w-]+"""
_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*>"
_NAME = r"(?:[^\W\d_][\w.-]*)?:[\w.%:\\-]*"
_GAP = r"(?:\s|\#[^\r\n]*[\r\n])*+"
_CLAUSE = re.compile(
    rf"""{_SKIPPED}
    |(?P<open>\{{)
    |\bprefix{_GAP}(?P<prefix>[^\s:<>\#]*):{_GAP}<(?P<space>[^<>]*)>
    |\bbase{_GAP}<(?P<base>[^<>]*)>
    |\bfrom{_GAP}(?P<named>named{_GAP})?(?P<graph>{_IRI}|{_NAME})
    |{_IRI}|{_NAME}|\w+""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_MANY = re.compile(r"\bfrom\b.*\bfrom\b", re.IGNORECASE | re.DOTALL)
Graphs = tuple[list[str], list[str]]


def dataset_clauses(query: str, base: str = "") -> Graphs | None:
    """Return the graphs that `query` names by FROM and by FROM NAMED.

    None where it has no two of such clauses, or where one names a graph by a relative IRI and
    neither the query nor `base` says against what to resolve it.
    """
    if not _MANY.search(query):
        return None
    default, named = list[str](), list[str]()
    spaces: dict[str, str] = {}
    for match in _CLAUSE.finditer(query):
        if match["open"]:
            break
        try:
            if match["base"] is not None:
                base = _resolve(match["base"], base)
            if match["space"] is not None:
                spaces[match["prefix"]] = _resolve(match["space"], base)
            if match["graph"]:
                iri = _resolve(_written_out(match["graph"], spaces), base)
                (named if match["named"] else default).append(iri)
        except SyntaxError:
            return None
    return (default, named) if default or named else None


def _written_out(name: str, spaces: dict[str, str]) -> str:
    if name.startswith("<"):
        return name[1:-1]
    prefix, _, local = name.partition(":")
    return spaces.get(prefix, "") + local.replace("\\", "")


def _resolve(iri: str, base: str) -> str:
    """Return `iri` as the engine reads it; SyntaxError where it cannot be read without a base."""
    turtle = ox.parse(f"<{iri}> a <urn:x> .", format=ox.RdfFormat.TURTLE, base_iri=base or None)
    subject = next(turtle).subject
    assert isinstance(subject, ox.NamedNode)
    return subject.value
