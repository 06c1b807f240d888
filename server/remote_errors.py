"""From what a remote engine says when it does not answer to the outcome that a client is told."""

import re
import textwrap
from http import HTTPStatus

from server.query import Answer, Outcome

# Oxigraph; Jena and RDF4J; Virtuoso, which knows no columns.
_SYNTAX = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"error at (?P<line>\d{1,9}):(?P<column>\d{1,9}): (?P<detail>.*)",
        r"(?P<detail>.*?)\bat line (?P<line>\d{1,9}), column (?P<column>\d{1,9})",
        r"SPARQL compiler, line (?P<line>\d{1,9}): (?P<detail>[^\n]*)",
    )
)
# The first that fits decides.
_SENTENCES = (
    (re.compile(r"\bS1T\w\w\b|time[d ]*out|\bcancelled", re.IGNORECASE), Outcome.TIMEOUT),
    (re.compile(r"Virtuoso \w{5} Error [^\n:]*: ?(?P<detail>[^\n]*)"), Outcome.FAILED),
    (re.compile(r"(?P<detail>The custom [^\n]* is not supported)"), Outcome.FAILED),
    (re.compile(r"syntax|pars(?:e|ing)|malformed", re.IGNORECASE), Outcome.SYNTAX),
)
_STATUSES: dict[int, Outcome] = {
    HTTPStatus.BAD_REQUEST: Outcome.FAILED,
    HTTPStatus.REQUEST_TIMEOUT: Outcome.TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS: Outcome.BUSY,
    HTTPStatus.SERVICE_UNAVAILABLE: Outcome.BUSY,
    HTTPStatus.GATEWAY_TIMEOUT: Outcome.TIMEOUT,
}
# Where an engine puts what it thinks of a query.
_ABOUT_THE_QUERY: set[int] = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
}
_DETAILS = {
    Outcome.TIMEOUT: "The engine behind this server ended it at a deadline of its own.",
    Outcome.BUSY: "The engine behind this server is busy.",
}
_LONGEST = 200


def explain(status: int, text: str) -> Answer:
    """Return what it means that a remote engine answered by that status and `text`."""
    if status in _ABOUT_THE_QUERY:
        for pattern in _SYNTAX:
            if match := pattern.search(text):
                places = match.groupdict()
                column = int(places["column"]) if places.get("column") else None
                detail = _short(places["detail"]) or "It is not understood."
                return Answer(Outcome.SYNTAX, None, detail, int(places["line"]), column)
        for pattern, outcome in _SENTENCES:
            if match := pattern.search(text):
                detail = _short(match.groupdict().get("detail") or text)
                return Answer(outcome, detail=_DETAILS.get(outcome) or detail)
    outcome = _STATUSES.get(status, Outcome.UNREACHABLE)
    default = f"The engine behind this server answered by the status {status}."
    return Answer(outcome, detail=_DETAILS.get(outcome) or default)


def _short(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text[: 10 * _LONGEST])
    return textwrap.shorten(printable, _LONGEST, placeholder=" …")
