"""Read the tokens of a query, without parsing it: does it call another server, what does it name.

No pattern here gives back what it has matched (`++`, `*+`), and each character of a query is looked
at a bounded number of times: the time is linear in the length of the query, hostile or not.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Comments, strings and IRIs: what stands in them is no syntax.
_SKIPPABLE = r"""\#[^\r\n]*+
    |\"{3}(?:[^\"\\]++|\\.|\"{1,2}(?!\"))*+\"{3}
    |'{3}(?:[^'\\]++|\\.|'{1,2}(?!'))*+'{3}
    |\"(?:[^\"\\\r\n]++|\\.)*+\"
    |'(?:[^'\\\r\n]++|\\.)*+'
    |<(?P<iri>[^<>\"{}|^`\x00-\x20]*+)>"""
_SKIPPED = re.compile(_SKIPPABLE, re.VERBOSE | re.DOTALL)
# A backslash takes the next character with it: `ex:a\#b` is no comment, `ex:a\'b` no string.
_INTERESTING = re.compile(r"\\.|[#\"'<]|service", re.IGNORECASE | re.DOTALL)
# With a scheme and "//" it can be nothing but an IRI; `<x>` may also be "less than x, more than".
_SURE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://")
_GAP = r"(?:\s++|\#[^\r\n]*+)*+"
_CALL = re.compile(rf"service{_GAP}(?:silent)?{_GAP}", re.IGNORECASE)
_CALLED_IRI = re.compile(rf"<[^<>\s]*+>{_GAP}\{{")
_CALLED_NAME = re.compile(rf"(?P<run>[^\s<>{{}}]*+)(?P<opens>{_GAP}\{{)?")
_NAME = re.compile(r"[\w:%\\.-]*+")
# Names before SERVICE that are longer than this count as none: the query is refused.
_LONGEST_NAME = 300
_TOKEN = re.compile(
    rf"""{_SKIPPABLE}
    |(?P<name>(?:\w[\w.-]*+)?:(?:[\w:.%-]++|\\.)*+)
    |[?$](?P<sign>\w++)|@(?!prefix\b)[\w-]++
    |(?P<word>\w[\w.-]*+)
    |(?P<mark>\^\^|[{{}}])
    |\\.""",
    re.VERBOSE | re.DOTALL,
)
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


class Token(NamedTuple):
    """A part of a query: `kind` is iri, name (`ex:a`), word (`SELECT`) or mark (`{`, `}`, `^^`)."""

    kind: str
    text: str
    start: int
    end: int


def tokens(query: str) -> Iterator[Token]:
    """Yield the IRIs, prefixed names, words, braces and `^^` outside strings and comments.

    An IRI comes without its angle brackets. What might be a comparison is taken for an IRI where
    it can be one, as the grammar's longest match has it.
    """
    for found in _TOKEN.finditer(query):
        kind = found.lastgroup
        if kind is None or kind == "sign":
            continue
        text = found[kind]
        if kind == "name" and not text.endswith("\\."):
            text = text.rstrip(".")
        yield Token(kind, text, found.start(), found.start() + len(text) + 2 * (kind == "iri"))


def form(query: str) -> str:
    """Return the word that says what `query` asks for, "SELECT" where it says nothing."""
    words = (token.text.upper() for token in tokens(query) if token.kind == "word")
    return next((word for word in words if word in _FORMS), "SELECT")


class _Run(NamedTuple):
    """Characters that may be a name or a variable, up to `end`; whether `{` follows."""

    start: int
    end: int
    last_colon: int
    opens: bool


def calls_service(query: str) -> bool:
    """Return whether `query` has a SERVICE clause outside strings, IRIs and comments.

    Whether `<` opens an IRI or compares is known only to a parser; so both are followed, and
    either suffices.
    """
    if "service" not in query.lower():
        return False
    waiting, seen = [0], set[int]()
    run = _Run(0, 0, -1, False)
    while waiting:
        place: int | None = waiting.pop()
        while place is not None and place not in seen:
            seen.add(place)
            found = _INTERESTING.search(query, place)
            if found is None:
                break
            place = found.end()
            if found[0].lower() == "service":
                run, is_clause = _clause(query, found.start(), run)
                if is_clause:
                    return True
            elif skipped := _SKIPPED.match(query, found.start()):
                if skipped["iri"] is not None and not _SURE.match(skipped["iri"]):
                    waiting.append(place)
                place = skipped.end()
    return False


def _clause(query: str, place: int, run: _Run) -> tuple[_Run, bool]:
    """Return whether a clause begins at `place`, and the run of characters that was read for it.

    `run` is the one that was read before: not to read it again keeps the time linear.
    """
    call = _CALL.match(query, place)
    if call is None:
        return run, False
    called = call.end()
    if _CALLED_IRI.match(query, called):
        return run, not _is_part_of_a_name(query, place)
    if not run.start <= called < run.end:
        found = _CALLED_NAME.match(query, called)
        assert found is not None
        colon = query.rfind(":", *found.span("run"))
        run = _Run(called, found.end("run"), colon, found["opens"] is not None)
    is_name = run.last_colon >= called or query[called : called + 1] in {"?", "$"}
    return run, run.opens and is_name and not _is_part_of_a_name(query, place)


def _is_part_of_a_name(query: str, place: int) -> bool:
    # Parsers read keywords without a gap before them: `1SERVICE`, `true.SERVICE` and `SERVICE:x {`
    # are clauses. Part of a name (`ex:service`, `?service`, `@service`) is not.
    backwards = query[max(0, place - _LONGEST_NAME) : place][::-1]
    match = _NAME.match(backwards)
    name = match[0] if match else ""
    word = name.partition(".")[0]
    return ":" in name or backwards[len(word) : len(word) + 1] in {"?", "$", "@"}
