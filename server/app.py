"""Make the web application over one release."""

import atexit
import json

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from graph.release import Release
from server import resources, sparql
from server.engine import MEBIBYTE, Engine, WorkerPool
from server.facts import Facts
from server.formats import BY_KEY, content_type
from server.links import Links
from server.negotiation import choose
from server.problems import NO_CONTENT, Problem, allowed, from_http
from server.settings import Settings

PROBLEM_JSON = "application/problem+json"
_HTML = BY_KEY["html"].media_type
# On every answer, errors and redirects included.
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, ETag, Location, Content-Location, Retry-After",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def create_app(release: Release, settings: Settings, engine: Engine | None = None) -> Flask:
    """Return the app over `release`; without an `engine` it starts query workers of its own."""
    app = Flask(__name__)
    size = settings.query_size * MEBIBYTE
    # A form says the query in percent-encoding, up to three bytes for one.
    app.config.update(MAX_CONTENT_LENGTH=3 * size, MAX_FORM_MEMORY_SIZE=3 * size)
    facts = Facts(release)
    links = Links(facts)
    if engine is None:
        engine = WorkerPool(release.store_path, settings)
        atexit.register(engine.close)
    app.extensions["engine"] = engine
    app.register_blueprint(sparql.blueprint(facts, engine, settings))
    app.register_blueprint(resources.blueprint(facts, links))
    app.jinja_env.globals.update(
        links=links, release=release, base=facts.base, shorten=facts.shorten
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
    document = problem.document(facts.base)
    if chosen == _HTML:
        body = render_template("problem.html", problem=problem, document=document)
        kind = content_type(BY_KEY["html"]).content_type
    else:
        body = json.dumps(document, ensure_ascii=False)
        kind = PROBLEM_JSON
    headers = {"Vary": "Accept", **problem.headers}
    return Response(body, problem.type.status, headers, content_type=kind)
