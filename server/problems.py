"""Errors as the web sees them: RFC 9457 problem details, or a page for a browser."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from server.formats import BY_KEY, Format
from server.negotiation import choose

_JSON = Format("problem", "application/problem+json", ())


@dataclass(frozen=True)
class Kind:
    """One type of problem, with a page of its own at /problems/<key>."""

    status: int
    title: str
    advice: str


PROBLEMS = {
    "bad-query": Kind(400, "The query cannot be understood", "Mend it where line and column say."),
    "bad-request": Kind(400, "The request is not of the protocol's form", "See the detail."),
    "no-update": Kind(403, "The data are read-only", "Ask a query; no update is taken."),
    "no-service": Kind(403, "SERVICE is not run here", "Ask the other endpoint yourself."),
    "not-found": Kind(404, "There is nothing at this address", "Look at the list of entries."),
    "bad-method": Kind(405, "The method is not served here", "Use one that Allow names."),
    "no-such-format": Kind(406, "None of the formats you accept is offered", "Accept another."),
    "too-long": Kind(413, "The request is too large", "Ask something shorter."),
    "bad-media-type": Kind(415, "The body is of the wrong type", "Send a form, or a query."),
    "query-timeout": Kind(503, "The query took too long", "Ask for less, or take the dump."),
    "query-too-heavy": Kind(503, "The query needed too much", "Ask for less, or take the dump."),
    "result-too-large": Kind(503, "The answer is too large", "Page it by ORDER BY and LIMIT."),
    "busy": Kind(503, "All workers are busy", "Try again after the seconds of Retry-After."),
    "failed": Kind(500, "Something failed here", "It is our fault; try again later."),
}
_BY_STATUS = {404: "not-found", 405: "bad-method", 413: "too-long", 414: "too-long"}


class ProblemError(Exception):
    """One problem to answer with; `more` adds members such as line and column."""

    def __init__(self, key: str, detail: str, **more: str | int) -> None:
        """Take the `key` of the table and what to say of this one case."""
        super().__init__(detail)
        self.key, self.detail, self.more = key, detail, more


def answer(key: str, detail: str, more: Mapping[str, str | int] | None = None) -> Response:
    """Return the response for a problem, as a page where the client prefers one."""
    kind = PROBLEMS[key]
    form = choose(request.headers.get("Accept"), [_JSON, BY_KEY["html"]]) or _JSON
    body: dict[str, str | int] = {
        "type": f"/problems/{key}",
        "title": kind.title,
        "status": kind.status,
    }
    body |= {"detail": detail, "advice": kind.advice, **(more or {})}
    page = form.key == "html"
    text = render_template("problem.html", problem=body) if page else json.dumps(body)
    response = Response(text, kind.status, content_type=form.content_type)
    if kind.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def from_exception(error: HTTPException) -> Response:
    """Return the response for an error that Flask raised itself."""
    key = _BY_STATUS.get(
        error.code or 500, "bad-request" if (error.code or 500) < 500 else "failed"
    )
    response = answer(key, error.description or "")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response
