"""Read the dataset clauses of a query, FROM and FROM NAMED, from its tokens."""

import re
from collections.abc import Iterator

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
    |(?P<open>\{{)|(?P<close>\}})
    |\bprefix{_GAP}(?P<prefix>[^\s:<>\#]*):{_GAP}<(?P<space>[^<>]*)>
    |\bbase{_GAP}<(?P<base>[^<>]*)>
    |\bfrom{_GAP}(?P<named>named{_GAP})?(?P<graph>{_IRI}|{_NAME})
    |{_IRI}|{_NAME}|\w+""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ANY = re.compile(r"\bfrom\b", re.IGNORECASE)
_INK = re.compile(r"[^\r\n]")
_MANY = re.compile(r"\bfrom\b.*\bfrom\b", re.IGNORECASE | re.DOTALL)
Graphs = tuple[list[str], list[str]]
Clause = tuple[re.Match[str], str]


def dataset_clauses(query: str, base: str = "") -> Graphs | None:
    """Return the graphs that `query` names by FROM and by FROM NAMED.

    None where it has no two of such clauses, or where one names a graph by a relative IRI and
    neither the query nor `base` says against what to resolve it.
    """
    if not _MANY.search(query):
        return None
    try:
        found = list(_clauses(query, base))
    except SyntaxError:
        return None
    return _graphs(found) if found else None


def cut_clauses(query: str) -> tuple[str, Graphs | None]:
    """Return the valid `query` with blanks for its dataset clauses, and the graphs these name.

    None for a query without such a clause; ValueError where one has an IRI that is not absolute.
    """
    if not _ANY.search(query):
        return query, None
    try:
        found = list(_clauses(query, ""))
    except SyntaxError as error:
        raise ValueError(str(error)) from error
    parts, end = list[str](), 0
    for match, _ in found:
        parts += query[end : match.start()], _INK.sub(" ", match[0])
        end = match.end()
    return "".join([*parts, query[end:]]), _graphs(found) if found else None


def _graphs(found: list[Clause]) -> Graphs:
    default = [iri for match, iri in found if not match["named"]]
    return default, [iri for match, iri in found if match["named"]]


def _clauses(query: str, base: str) -> Iterator[Clause]:
    """Yield each dataset clause with its IRI; SyntaxError where that is relative to nothing."""
    spaces: dict[str, str] = {}
    depth = 0
    for match in _CLAUSE.finditer(query):
        depth += bool(match["open"]) - bool(match["close"])
        if match["base"] is not None:
            base = _resolve(match["base"], base)
        if match["space"] is not None:
            spaces[match["prefix"]] = _resolve(match["space"], base)
        # Within braces it is part of a template, of a pattern, or of an EXISTS.
        if match["graph"] and not depth:
            yield match, _resolve(_written_out(match["graph"], spaces), base)


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
