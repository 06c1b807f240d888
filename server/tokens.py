"""Read the tokens of a query far enough to see whether it calls another server by SERVICE."""

import re

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<string>\"{3}(?:(?:\"|\"\")?(?:[^\"\\]|\\.))*\"{3}
      |'{3}(?:(?:'|'')?(?:[^'\\]|\\.))*'{3}
      |\"(?:[^\"\\\r\n]|\\.)*\"
      |'(?:[^'\\\r\n]|\\.)*')
    |<(?P<iri>[^<>\"{}|^`\\\x00-\x20]*(?:\\[uU][0-9A-Fa-f]+[^<>\"{}|^`\\\x00-\x20]*)*)>
    |(?P<name>[?$@]?[\w.:%-]+(?:\\.[\w.:%-]*)*)
    |(?P<space>\s+)
    """,
    re.VERBOSE | re.DOTALL,
)
# With a scheme and "//" it can only be an IRI; `<x>` may also be "less than x, greater than".
_SURE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def calls_service(query: str) -> bool:
    """Return whether the keyword SERVICE stands in `query` outside strings, IRIs and comments.

    Whether `<` opens an IRI or compares is known only to a parser; so both are followed, and
    either suffices. What reads as a keyword in a name (`ex:service`, `?service`) does not count.
    """
    waiting, seen = [0], set[int]()
    while waiting:
        place = waiting.pop()
        while place < len(query) and place not in seen:
            seen.add(place)
            match = _TOKEN.match(query, place)
            if match is None:
                place += 1
                continue
            if match["name"] and _is_service(match["name"]):
                return True
            if match["iri"] is not None and not _SURE.match(match["iri"]):
                waiting.append(place + 1)
            place = match.end()
    return False


def _is_service(name: str) -> bool:
    # `SERVICE` may touch only what is no letter of a name: "service.", "1service".
    return re.fullmatch(r"[\d.+-]*service[.-]*", name, re.IGNORECASE) is not None
