"""Make the web application over one release: the pages and documents of things."""

import json

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from server import discovery, downloads, evidence_list, identifiers, query_page, resources
from server.facts import Facts
from server.formats import BY_KEY, content_type
from server.headers import HEADERS, PREFLIGHT, REQUEST_ID
from server.links import Links
from server.negotiation import choose
from server.problems import NO_CONTENT, PROBLEM_JSON, Problem, allowed, from_http

_HTML = BY_KEY["html"].media_type
# Bytes of a request; what the editor asks about a query is the longest.
_MOST = 4 << 20


def create_app(facts: Facts, queries: query_page.QueryPages | None = None) -> Flask:
    """Return the app over the release of `facts`; the SPARQL endpoint stands before it."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=_MOST, MAX_FORM_MEMORY_SIZE=_MOST)
    links = Links(facts)
    queries = queries or query_page.QueryPages(facts)
    app.register_blueprint(query_page.blueprint(facts, queries))
    app.register_blueprint(identifiers.blueprint(facts, links))
    app.register_blueprint(discovery.blueprint(facts, discovery.Sitemap(facts)))
    app.register_blueprint(downloads.blueprint(facts.release))
    app.register_blueprint(evidence_list.blueprint(facts, links))
    app.register_blueprint(resources.blueprint(facts, links))
    app.jinja_env.globals.update(
        links=links, release=facts.release, base=facts.base, shorten=facts.shorten
    )
    app.jinja_env.globals["versions"] = facts.rows("versions")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _answer_everything(app, facts)
    return app


def _answer_everything(app: Flask, facts: Facts) -> None:
    @app.before_request
    def preflight() -> Response | None:
        if request.method != "OPTIONS":
            return None
        methods = request.url_rule.methods if request.url_rule else None
        headers = {"Allow": allowed(methods or {"GET", "HEAD"}), **PREFLIGHT}
        return Response(status=NO_CONTENT, headers=headers)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request_id := request.headers.get(REQUEST_ID):
            response.headers[REQUEST_ID] = request_id
        return response

    @app.errorhandler(Problem)
    def answer_problem(problem: Problem) -> Response:
        return render_problem(problem, facts)

    @app.errorhandler(HTTPException)
    def answer_http(error: HTTPException) -> Response | HTTPException:
        if error.response is not None:
            return error
        return render_problem(from_http(error), facts)


def render_problem(problem: Problem, facts: Facts) -> Response:
    """Return `problem` as a page where the client prefers one, else as problem+json."""
    chosen = choose(request.headers.get("Accept"), [PROBLEM_JSON, _HTML])
    document = problem.document(facts.base, request.headers.get(REQUEST_ID, ""))
    if chosen == _HTML:
        body = render_template("problem.html", problem=problem, document=document)
        kind = content_type(BY_KEY["html"]).content_type
    else:
        body = json.dumps(document, ensure_ascii=False)
        kind = PROBLEM_JSON
    headers = {"Vary": "Accept", **problem.headers}
    return Response(body, problem.type.status, headers, content_type=kind)
