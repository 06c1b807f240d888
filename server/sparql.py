"""The SPARQL endpoint: the query part of the protocol, answered by an engine."""

from flask import Blueprint, Response, render_template, request

from graph.prefixes import prefixes
from server.engine import Engine
from server.formats import BY_KEY, offers
from server.messages import Answer
from server.negotiation import choose
from server.problems import ProblemError

_FIRST = (
    "SELECT ?entry ?title WHERE {\n  ?entry a atlas:EvidenceEntry ; rdfs:label ?title\n} LIMIT 10"
)
_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
_OFFERED = {"select": offers("select"), "ask": offers("ask"), "graph": offers("graph")}


def blueprint(engine: Engine) -> Blueprint:
    """Return the routes of the endpoint over `engine`."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        query = _query()
        if query is None:
            return _form_page()
        accept = request.headers.get("Accept")
        chosen = {kind: choose(accept, offered) for kind, offered in _OFFERED.items()}
        asks_page = choose(accept, [*offers("select"), BY_KEY["html"]]) == BY_KEY["html"]
        keys = {kind: form.key if form else None for kind, form in chosen.items()}
        if asks_page:
            keys = {"select": "srj", "ask": "srj", "graph": "ttl"}
        answer = engine.ask(query, keys)
        if answer.error:
            raise _problem(answer)
        response = Response(answer.body, content_type=BY_KEY[answer.format].content_type)
        response.headers["Vary"] = "Accept"
        return response

    @routes.route("/sparql", methods=["OPTIONS"])
    def preflight() -> Response:
        response = Response(status=204)
        response.headers["Allow"] = "GET, HEAD, POST, OPTIONS"
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
        return response

    return routes


def _query() -> str | None:
    """Return the one query of the request; None where there is none at all."""
    values = request.args.getlist("query")
    if request.method == "POST":
        if request.mimetype == _DIRECT:
            values.append(_decoded())
        elif request.mimetype == _FORM:
            if "update" in request.form:
                raise ProblemError("no-update", "The request holds an update.")
            values += request.form.getlist("query")
        else:
            raise ProblemError("bad-media-type", f"Send {_FORM} or {_DIRECT}.")
    if len(values) > 1 or (request.method == "POST" and not values):
        raise ProblemError("bad-request", f"Give one query, not {len(values)}.")
    return values[0] if values else None


def _decoded() -> str:
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError("bad-query", "The query is not in UTF-8.") from error


def _problem(answer: Answer) -> ProblemError:
    if answer.error == "no-such-format":
        offered = ", ".join(form.media_type for form in _OFFERED[answer.detail])
        return ProblemError(answer.error, f"For this query there are: {offered}.")
    if answer.line:
        return ProblemError(answer.error, answer.detail, line=answer.line, column=answer.column)
    return ProblemError(answer.error, answer.detail)


def _form_page() -> Response:
    declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes().items())
    wanted = {"atlas", "rdfs", "skos", "schema", "dcterms"}
    lines = [line for line in declared.splitlines() if line.split()[1][:-1] in wanted]
    query = "\n".join([*lines, _FIRST])
    return Response(render_template("sparql.html", query=query))
