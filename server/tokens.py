"""Read the tokens of a query far enough to see whether it calls another server by SERVICE."""

import re

_SKIPPED = re.compile(
    r"""\#[^\r\n]*
    |\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3}
    |'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
    |\"(?:[^\"\\\r\n]|\\.)*\"
    |'(?:[^'\\\r\n]|\\.)*'
    |<(?P<iri>[^<>\"{}|^`\x00-\x20]*)>""",
    re.VERBOSE | re.DOTALL,
)
_INTERESTING = re.compile(r"[#\"'<]|service", re.IGNORECASE)
# With a scheme and "//" it can be nothing but an IRI; `<x>` may also be "less than x, more than".
_SURE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_GAP = r"(?:\s|\#[^\r\n]*)*"
_CALL = re.compile(
    rf"service{_GAP}(?:silent)?{_GAP}(?:<[^<>\s]*>|[?$]\w+|[^\s<>?${{}}\#]*:[^\s{{}}<>]*){_GAP}\{{",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"[\w:%\\.-]*\Z")


def calls_service(query: str) -> bool:
    """Return whether `query` has a SERVICE clause outside strings, IRIs and comments.

    Whether `<` opens an IRI or compares is known only to a parser; so both are followed, and
    either suffices.
    """
    waiting, seen = [0], set[int]()
    while waiting:
        place: int | None = waiting.pop()
        while place is not None and place not in seen:
            seen.add(place)
            found = _INTERESTING.search(query, place)
            if found is None:
                break
            if len(found[0]) > 1:
                if _is_clause(query, found.start()):
                    return True
                place = found.end()
                continue
            place = found.start() + 1
            if skipped := _SKIPPED.match(query, found.start()):
                if skipped["iri"] is not None and not _SURE.match(skipped["iri"]):
                    waiting.append(place)
                place = skipped.end()
    return False


def _is_clause(query: str, place: int) -> bool:
    # Parsers read keywords without a gap before them: `1SERVICE`, `true.SERVICE` and `SERVICE:x {`
    # are clauses. Part of a name (`ex:service`, `?service`, `@service`) is not.
    before = query[max(0, place - 1000) : place]
    match = _NAME_BEFORE.search(before)
    name = match[0] if match else ""
    word = name.rpartition(".")[2]
    sigil = before[len(before) - len(word) - 1 : len(before) - len(word)]
    if ":" in name or sigil in {"?", "$", "@"}:
        return False
    return _CALL.match(query, place) is not None
