"""The SPARQL endpoint: the query part of the SPARQL 1.1 Protocol, and its page for people."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from server.engine import Engine
from server.facts import Facts, read_query
from server.formats import (
    BY_KEY,
    FORMATS,
    Choice,
    Kind,
    content_type,
    is_known,
    named,
    offers,
    pick,
)
from server.links import format_keys
from server.problems import RETRY_AFTER, Extension, Problem
from server.query import Answer, Outcome, Query
from server.service import service_description
from server.settings import Settings

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
MOST_ROWS = 1000
_ANSWERS = (Kind.SELECT, Kind.ASK, Kind.GRAPH)
# What the page for people is made from.
_BEHIND_HTML = {Kind.SELECT: "srj", Kind.ASK: "srj", Kind.GRAPH: "ttl"}
_VARY = {"Vary": "Accept"}


@dataclass(frozen=True)
class Table:
    """A SELECT answer for the page; `total` counts rows beyond those shown."""

    names: list[str]
    rows: list[dict[str, dict[str, str]]]
    total: int


def blueprint(facts: Facts, engine: Engine, settings: Settings) -> Blueprint:
    """Return the route of the endpoint over `engine`."""
    routes = Blueprint("sparql", __name__)
    description = cache(partial(service_description, facts, settings))

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        parameters = _parameters()
        if "query" not in parameters:
            if request.method == "POST" or parameters:
                raise Problem("bad-request", "There is no parameter `query`.")
            return _description(facts, description)
        choices = _choices(parameters.get("format"))
        text = parameters["query"].removeprefix("\ufeff")
        answer = engine.run(_query(parameters, text, choices))
        is_page = any(choice.format.key == "html" for choice in choices.values())
        try:
            _refuse(answer, settings)
        except Problem as problem:
            if is_page:
                return _page(facts, text, None, problem)
            problem.headers.update(_VARY)
            raise
        assert answer.kind is not None
        choice = choices[answer.kind]
        if choice.format.key == "html":
            return _page(facts, text, answer)
        return Response(answer.body, content_type=choice.content_type, headers=_VARY)

    return routes


def _parameters() -> "MultiDict[str, str]":
    """Return the parameters of the operation, wherever the protocol puts them; refuse the rest."""
    given = MultiDict(request.args)
    if request.method == "POST":
        if request.mimetype == FORM:
            given.update(request.form)
        elif request.mimetype == DIRECT:
            given.add("query", _direct())
        elif request.mimetype == UPDATE:
            raise Problem("update-refused")
        else:
            accepted = {"Accept-Post": f"{FORM}, {DIRECT}"}
            raise Problem("unsupported-media-type", headers=accepted)
    if "update" in given:
        both = "A query and an update in one request." if "query" in given else ""
        raise Problem("bad-request" if both else "update-refused", both)
    for name in ("query", "default-graph-uri", "format"):
        if len(given.getlist(name)) > 1:
            raise Problem("bad-request", f"The parameter `{name}` is given more than once.")
    return given


def _direct() -> str:
    try:
        return request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("bad-request", "The query is not valid UTF-8.") from error


def _choices(key: str | None) -> dict[Kind, Choice]:
    if key is not None and not is_known(key):
        raise Problem("unknown-format", f"There is no format {key!r}; use one of {format_keys()}.")
    found: dict[Kind, Choice] = {}
    for kind in _ANSWERS:
        choice = named(kind, key) if key else pick(kind, request.headers.get("Accept"))
        if choice:
            found[kind] = choice
    if not found:
        raise _not_acceptable(None)
    return found


def _query(parameters: "MultiDict[str, str]", text: str, choices: dict[Kind, Choice]) -> Query:
    formats = {
        kind: _BEHIND_HTML[kind] if choice.format.key == "html" else choice.format.key
        for kind, choice in choices.items()
    }
    named = parameters.getlist("named-graph-uri")
    default = parameters.get("default-graph-uri")
    return Query(text, formats, default, tuple(named) if named else None)


def _not_acceptable(kind: Kind | None) -> Problem:
    kinds = [kind] if kind else list(_ANSWERS)
    formats = [row.media_type for row in FORMATS if any(known in row.kinds for known in kinds)]
    detail = f"This answer is available as {', '.join(formats)}."
    return Problem("not-acceptable", detail, {"formats": formats}, dict(_VARY))


def _refuse(answer: Answer, settings: Settings) -> None:
    """Raise the Problem that `answer` is, if it is one."""
    if answer.outcome is Outcome.OK:
        return
    if answer.outcome is Outcome.NOT_ACCEPTABLE:
        raise _not_acceptable(answer.kind)
    extensions: dict[str, Extension] = {}
    detail, headers = answer.detail, dict[str, str]()
    if answer.line is not None and answer.column is not None:
        extensions = {"line": answer.line, "column": answer.column}
        detail = f"Line {answer.line}, column {answer.column}: {answer.detail}"
    if answer.outcome is Outcome.TIMEOUT:
        extensions = {"limit": f"{settings.query_timeout:g} s"}
        detail = f"It was ended after {settings.query_timeout:g} seconds, the limit here."
    if answer.outcome is Outcome.TOO_LARGE:
        extensions = {"limit": f"{settings.result_size} MiB"}
        detail = f"It has more than {settings.result_size} MiB, the limit here."
    if answer.outcome in {Outcome.TIMEOUT, Outcome.BUSY}:
        headers = dict(RETRY_AFTER)
        extensions["retryAfter"] = int(RETRY_AFTER["Retry-After"])
    raise Problem(answer.outcome.value, detail, extensions, headers)


def _page(
    facts: Facts, text: str, answer: Answer | None = None, problem: Problem | None = None
) -> Response:
    kind = answer.kind if answer else None
    body = render_template(
        "sparql.html",
        query=text,
        kind=kind,
        table=_table(answer) if answer and kind is Kind.SELECT else None,
        verdict=json.loads(answer.body)["boolean"] if answer and kind is Kind.ASK else None,
        graph=answer.body.decode() if answer and kind is Kind.GRAPH else "",
        result_formats=[row for row in offers(kind) if row.key != "html"] if kind else [],
        shorten=facts.shorten,
        problem=problem,
        is_empty=not text,
    )
    response = Response(body, content_type=content_type(BY_KEY["html"]).content_type)
    response.headers.update(_VARY)
    if problem:
        response.status_code = problem.type.status
        response.headers.update(problem.headers)
    return response


def _table(answer: Answer) -> Table:
    found = json.loads(answer.body)
    rows = found["results"]["bindings"]
    return Table(found["head"]["vars"], rows[:MOST_ROWS], len(rows))


def _description(facts: Facts, description: Callable[[str], bytes]) -> Response:
    choice = pick(Kind.ENTITY, request.headers.get("Accept"))
    if choice is None:
        raise _not_acceptable(None)
    if choice.format.key == "html":
        return _page(facts, facts.rebase(read_query("first")))
    return Response(description(choice.format.key), content_type=choice.content_type, headers=_VARY)
