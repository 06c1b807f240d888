"""Say before a query runs what in it cannot find anything in this release."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from graph.tokens import Token, calls_service, tokens
from server.lexicon import Lexicon

MOST_REMARKS = 20
# Nobody reads remarks on a megabyte, and the web process has better things to do.
MOST_CHARACTERS = 200_000
_MOST_TERMS = 1000
_LONGEST_NAME = 80
_LINE = re.compile(r"\n")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# Datatypes and functions occur in no triple, and are none the worse for it.
_NEVER_IN_TRIPLES = "http://www.w3.org/2001/XMLSchema#"
_SAYS = {
    "property": "No triple in this release uses the property {name}",
    "class": "Nothing in this release is of the class {name}",
    "": "No triple in this release uses {name}",
}


@dataclass(frozen=True)
class Remark:
    """What is odd about a part of a query; places count characters from 1.

    `insert` is a line that, put before the query, mends it.
    """

    text: str
    line: int
    column: int
    length: int
    insert: str = ""


@dataclass
class _Reading:
    """What has been read of a query so far."""

    prefixes: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def lint(query: str, prefixes: dict[str, str], lexicon: Lexicon) -> list[Remark]:
    """Return what is odd in `query`, at most MOST_REMARKS; `prefixes` are those of the release.

    It reads tokens and parses nothing, in time linear in the length of the query.
    """
    if len(query) > MOST_CHARACTERS:
        first = lint(query[:MOST_CHARACTERS], prefixes, lexicon)
        said = f"Only the first {MOST_CHARACTERS:,} characters of the query were looked at."
        return [Remark(said, 1, 1, 0), *first[: MOST_REMARKS - 1]]
    starts = [0, *(found.end() for found in _LINE.finditer(query))]
    remarks: list[Remark] = []
    for token, text, insert in _findings(query, prefixes, lexicon):
        line = bisect_right(starts, token.start)
        column = token.start - starts[line - 1] + 1
        remarks.append(Remark(text, line, column, token.end - token.start, insert))
        if len(remarks) == MOST_REMARKS:
            break
    return remarks


def _findings(
    query: str, prefixes: dict[str, str], lexicon: Lexicon
) -> Iterator[tuple[Token, str, str]]:
    reading = _Reading()
    if calls_service(query):
        calls = (token for token in tokens(query) if token.text.lower() == "service")
        for token in calls:
            yield token, "SERVICE is refused here: this endpoint asks no other.", ""
            break
    for token, declared in _terms(query, reading):
        if declared:
            yield from _declaration(token, declared, prefixes)
            continue
        iri = token.text
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix not in reading.prefixes:
                yield from _undeclared(token, prefix, prefixes, reading)
            space = reading.prefixes.get(prefix, prefixes.get(prefix))
            if space is None:
                continue
            iri = space + _ESCAPE.sub(r"\1", local)
        if iri not in reading.seen and len(reading.seen) < _MOST_TERMS:
            reading.seen.add(iri)
            yield from _unused(token, iri, lexicon)


def _terms(query: str, reading: _Reading) -> Iterator[tuple[Token, str]]:
    """Yield each term of a pattern with "", each declared prefix with its namespace.

    Datatypes are left out, and the template of a CONSTRUCT, which says what to make.
    """
    before = ""
    declared: Token | None = None
    is_template = False
    for token in tokens(query):
        word = token.text if token.kind == "mark" else token.text.upper()
        word = word if token.kind in {"mark", "word"} else ""
        if word == "{" and before == "CONSTRUCT":
            is_template = True
        elif word == "}":
            is_template = False
        elif token.kind == "name" and before == "PREFIX":
            declared = token
        elif token.kind == "iri" and declared is not None:
            reading.prefixes[declared.text[:-1]] = token.text
            yield declared, token.text
            declared = None
        elif token.kind in {"iri", "name"} and before not in {"^^", "BASE"} and not is_template:
            yield token, ""
        before = word


def _declaration(
    token: Token, declared: str, prefixes: dict[str, str]
) -> Iterator[tuple[Token, str, str]]:
    ours = prefixes.get(token.text[:-1], declared)
    if ours != declared:
        yield token, f"In this release {token.text} stands for <{ours}>, not <{declared}>.", ""


def _undeclared(
    token: Token, prefix: str, prefixes: dict[str, str], reading: _Reading
) -> Iterator[tuple[Token, str, str]]:
    mark = f"{prefix}:"
    if prefix == "_" or mark in reading.seen:
        return
    reading.seen.add(mark)
    insert = f"PREFIX {mark} <{prefixes[prefix]}>" if prefix in prefixes else ""
    repair = f" Put this line first: {insert}" if insert else ""
    yield token, f"The prefix {_cut(mark)} is not declared.{repair}", insert


def _unused(token: Token, iri: str, lexicon: Lexicon) -> Iterator[tuple[Token, str, str]]:
    space = lexicon.namespace(iri)
    if space is None or space == _NEVER_IN_TRIPLES:
        return
    kind = lexicon.unused(iri)
    if kind is None:
        return
    name = token.text if token.kind == "name" else f"<{token.text}>"
    words, local = lexicon.locals.get(space, {}), iri.removeprefix(space)
    near = get_close_matches(local, words, n=1) if len(local) <= _LONGEST_NAME else []
    guess = f"; did you mean {words[near[0]].name}?" if near else "."
    yield token, _SAYS[kind].format(name=_cut(name)) + guess, ""


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
