"""The query part of the SPARQL 1.1 Protocol: from a request to the operation that it asks for."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

import pyoxigraph as ox

from server.messages import Request
from server.problems import Problem

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_ONCE = ("query", "update", "timeout")
_GRAPHS = ("default-graph-uri", "named-graph-uri")
_BOM = "\ufeff"
_MOST_FIELDS = 10_000

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Operation:
    """What a request asks: `query` is None where it asks nothing; `seconds` None if not said.

    A client may say several names of a format, in the hope that one is known.
    """

    query: str | None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    formats: tuple[str, ...] = ()
    seconds: float | None = None


def read_operation(request: Request) -> Operation:
    """Return the operation of `request`; a Problem says what is wrong with it."""
    given = _fields(request.query, "address")
    if request.method == "POST":
        given += _posted(request)
    _refuse(given)
    named = dict(given)
    query = named.get("query")
    if query is None and (given or request.method == "POST"):
        raise Problem("bad-request", "There is no parameter `query`.")
    if len(given) == 1 and query is not None:
        return Operation(query.removeprefix(_BOM))
    default, names = (_graphs(given, name) for name in _GRAPHS)
    return Operation(
        None if query is None else query.removeprefix(_BOM),
        default or (() if names else None),
        names or (() if default else None),
        tuple(value for name, value in given if name == "format"),
        _seconds(named.get("timeout")),
    )


def _posted(request: Request) -> Fields:
    kind, _, parameters = (request.header("content-type") or "").partition(";")
    kind = kind.strip().lower()
    if kind == UPDATE:
        raise Problem("update-refused")
    if kind not in {FORM, DIRECT}:
        accepted = {"Accept-Post": f"{FORM}, {DIRECT}"}
        raise Problem("unsupported-media-type", headers=accepted)
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
        raise Problem("unsupported-media-type", "The body has to be in UTF-8.")
    if kind == FORM:
        return _fields(request.body, "body")
    try:
        return [("query", request.body.decode("utf-8"))]
    except UnicodeDecodeError as error:
        raise Problem("bad-request", "The query is not valid UTF-8.") from error


def _fields(text: bytes, place: str) -> Fields:
    if not text:
        return []
    try:
        return parse_qsl(
            text.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except UnicodeDecodeError as error:
        problem = f"The {place} has bytes that are not valid UTF-8 in percent-encoding."
        raise Problem("bad-request", problem) from error
    except ValueError as error:
        raise Problem("bad-request", f"The {place} has too many parameters.") from error


def _refuse(given: Fields) -> None:
    names = [name for name, _ in given]
    if "update" in names:
        if "query" in names:
            raise Problem("bad-request", "A query and an update in one request.")
        raise Problem("update-refused")
    for name in _ONCE:
        if names.count(name) > 1:
            raise Problem("bad-request", f"The parameter `{name}` is given more than once.")


def _graphs(given: Fields, name: str) -> tuple[str, ...] | None:
    found = tuple(dict.fromkeys(value for key, value in given if key == name))
    for iri in found:
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            problem = f"`{name}` has to be an absolute IRI; it is {iri!r}."
            raise Problem("bad-request", problem) from error
    return found or None


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise Problem("bad-request", "`timeout` has to be a whole number of milliseconds.")
    return int(text) / 1000
