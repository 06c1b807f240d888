"""The problems a client can meet (RFC 9457), and the only HTTP statuses of the server."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

from werkzeug.exceptions import HTTPException, MethodNotAllowed

NO_CONTENT = HTTPStatus.NO_CONTENT
MOVED = HTTPStatus.MOVED_PERMANENTLY
FOUND = HTTPStatus.FOUND
RETRY_AFTER = {"Retry-After": "5"}
PROBLEM_JSON = "application/problem+json"

Extension = str | int | list[str]


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem: its key, status, title, and what to do about it."""

    key: str
    status: HTTPStatus
    title: str
    repair: str


_ROWS = (
    (
        "not-found",
        404,
        "There is nothing here",
        "Check the address, or start from the list of entries.",
    ),
    (
        "not-acceptable",
        406,
        "Not in that format",
        "Ask for one of the formats that the answer lists.",
    ),
    (
        "unknown-format",
        400,
        "Unknown format",
        "Use one of the keys that the answer lists.",
    ),
    (
        "unknown-profile",
        400,
        "Unknown profile",
        "Use one of the names that the answer lists.",
    ),
    (
        "unknown-style",
        400,
        "No such citation style or locale",
        "Use one of the names that the answer lists.",
    ),
    (
        "bad-request",
        400,
        "This request cannot be understood",
        "Compare it with the SPARQL 1.1 Protocol.",
    ),
    (
        "bad-parameter",
        400,
        "A parameter of this address has no such value",
        "Use the values that the answer names, or start from the page without parameters.",
    ),
    (
        "syntax-error",
        400,
        "The query is not valid SPARQL",
        "Look at the line and column that the answer names.",
    ),
    (
        "query-failed",
        400,
        "The query cannot be evaluated",
        "Take out or replace what the answer names.",
    ),
    (
        "service-refused",
        403,
        "SERVICE is refused",
        "Ask the other endpoint yourself and join the answers, or load the dump of this "
        "dataset beside the other data: /dataset says where it is.",
    ),
    (
        "update-refused",
        403,
        "Updates are refused",
        "The dataset is read-only. CONTRIBUTING in the repository says how to propose a change.",
    ),
    (
        "method-not-allowed",
        405,
        "This method is not allowed here",
        "Use one of the methods in the Allow header.",
    ),
    (
        "request-timeout",
        408,
        "The request did not arrive",
        "Send it again; if the line is slow, send a shorter query.",
    ),
    (
        "gone",
        410,
        "This was withdrawn",
        "Its revisions are kept: the answer says where. Nothing else will ever have this address.",
    ),
    (
        "content-too-large",
        413,
        "The request is too large",
        "Send a shorter query; put long lists into a FILTER over what the data already say.",
    ),
    (
        "uri-too-long",
        414,
        "The address is too long",
        "Send the query by POST.",
    ),
    (
        "unsupported-media-type",
        415,
        "The body is in an unknown format",
        "POST as application/x-www-form-urlencoded or application/sparql-query.",
    ),
    (
        "range-not-satisfiable",
        416,
        "The file has no such part",
        "Ask for bytes within the length that Content-Range gives, or for the whole file.",
    ),
    (
        "result-too-large",
        422,
        "The answer is too large",
        "Ask for less: add LIMIT and OFFSET with ORDER BY, or fewer columns; or load the dump "
        "of the release: /dataset says where it is.",
    ),
    (
        "too-many-rows",
        422,
        "The answer has too many rows",
        "Add LIMIT and OFFSET with ORDER BY to fetch it in parts, or load the dump of the release: "
        "/dataset says where it is.",
    ),
    (
        "format-cannot-say",
        406,
        "This format cannot say the answer",
        "Ask for another format: JSON says everything.",
    ),
    (
        "query-crashed",
        500,
        "The query ended its worker",
        "It is nested too deeply or needs too much memory. Simplify it; the same query will "
        "fail again.",
    ),
    (
        "internal-error",
        500,
        "Something went wrong here",
        "It is our fault and not yours. Trying again later may help.",
    ),
    (
        "engine-unreachable",
        502,
        "The query engine cannot be reached",
        "It is a fault on our side. Trying again later may help.",
    ),
    (
        "query-timeout",
        503,
        "The query took too long",
        "Make it more selective, add a LIMIT, or split it; or load the dump of the release into a "
        "store of your own: /dataset says where it is.",
    ),
    (
        "too-many-downloads",
        503,
        "As many downloads are under way as there may be",
        "Try again in a minute.",
    ),
    (
        "busy",
        503,
        "All query workers are busy",
        "Try again in some seconds.",
    ),
)
PROBLEMS = {key: ProblemType(key, HTTPStatus(status), *words) for key, status, *words in _ROWS}
# What an error of the web framework is called that has no better name.
_BY_STATUS = {
    PROBLEMS[key].status: key
    for key in (
        *("bad-request", "not-found", "method-not-allowed", "not-acceptable", "request-timeout"),
        *("content-too-large", "uri-too-long", "unsupported-media-type", "internal-error", "busy"),
    )
}


@dataclass
class Problem(Exception):
    """A request ends here: the key of its problem type, and what is particular to this case."""

    key: str
    detail: str = ""
    extensions: dict[str, Extension] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> ProblemType:
        """Return the kind of this problem."""
        return PROBLEMS[self.key]

    def document(self, base: str, request_id: str = "") -> dict[str, Extension]:
        """Return the members of its problem+json; the type is an IRI under `base`.

        `instance` names the request, as the server's log does.
        """
        instance: dict[str, Extension] = {"instance": f"urn:request:{request_id}"}
        return {
            "type": f"{base}/problems/{self.key}",
            "title": self.type.title,
            "status": int(self.type.status),
            "detail": self.detail or self.type.repair,
            **(instance if request_id else {}),
            **self.extensions,
        }


def from_http(error: HTTPException) -> Problem:
    """Return the problem that stands for an error that Flask raised."""
    known = error.code in {int(status) for status in _BY_STATUS}
    key = _BY_STATUS[HTTPStatus(error.code)] if known and error.code else "bad-request"
    if error.code and not known and error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        key = "internal-error"
    headers = {}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = allowed(error.valid_methods or ())
    return Problem(key, headers=headers)


def allowed(methods: Iterable[str]) -> str:
    """Return the value of an Allow header for `methods`."""
    order = ["GET", "HEAD", "POST", "OPTIONS"]
    return ", ".join(name for name in order if name in {*methods, "OPTIONS"})
