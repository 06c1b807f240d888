"""The application: one release, its pages and its SPARQL endpoint, made by a factory."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from graph.release import Release
from server import pages, problems, sparql
from server.engine import Engine, WorkerPool
from server.problems import ProblemError
from server.settings import Settings

# Pages need nothing from elsewhere and run no script; results may be read by any site.
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, ETag, Content-Location, Retry-After",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(release: Release, settings: Settings, engine: Engine | None = None) -> Flask:
    """Return the application over `release`; queries go to `engine`, else to a new pool."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1 << 20
    asked = engine or WorkerPool(release.store_path, settings)
    app.register_blueprint(sparql.blueprint(asked))
    app.register_blueprint(pages.blueprint(release))
    app.register_error_handler(HTTPException, problems.from_exception)
    app.register_error_handler(ProblemError, lambda e: problems.answer(e.key, e.detail, e.more))
    app.jinja_env.globals["release"] = release.manifest
    app.jinja_env.filters["attr_one"] = lambda thing, curie: thing.one(curie)
    app.after_request(_add_headers)
    return app


def _add_headers(response: Response) -> Response:
    for name, text in _HEADERS.items():
        response.headers.setdefault(name, text)
    return response
