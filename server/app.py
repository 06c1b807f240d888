"""Make the web application over one release: the pages and documents of things."""

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from server import (
    changes,
    discovery,
    downloads,
    evidence_list,
    identifiers,
    mementos,
    query_page,
    release_pages,
    routes,
    views,
)
from server.facts import Facts
from server.flask_encoding import encode, unmark
from server.flask_messages import give, read_request
from server.headers import HEADERS, PREFLIGHT, REQUEST_ID
from server.plain_pages import PlainPages
from server.problems import NO_CONTENT, Problem, allowed, from_http
from server.site import Site

# Bytes of a request; what the editor asks about a query is the longest.
_MOST = 4 << 20


def create_app(facts: Facts, site: Site | None = None) -> Flask:
    """Return the app over the release of `facts`; the SPARQL endpoint stands before it."""
    site = site or Site(facts)
    # Templates are the renderer's.
    app = Flask(__name__, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=_MOST, MAX_FORM_MEMORY_SIZE=_MOST)
    app.register_blueprint(query_page.blueprint(facts, site.queries, site.renderer))
    app.register_blueprint(identifiers.blueprint(facts, site.links, site.withdrawn))
    app.register_blueprint(mementos.blueprint(facts, site.links))
    app.register_blueprint(changes.blueprint(site))
    app.register_blueprint(discovery.blueprint(facts, discovery.Sitemap(facts)))
    app.register_blueprint(downloads.blueprint(facts))
    app.register_blueprint(release_pages.blueprint(site))
    plain = PlainPages(facts, site.renderer)
    app.register_blueprint(evidence_list.blueprint(site))
    app.register_blueprint(views.blueprint(facts, plain))
    app.register_blueprint(routes.blueprint(site, plain))
    _answer_everything(app, site)
    return app


def _answer_everything(app: Flask, site: Site) -> None:
    @app.before_request
    def preflight() -> Response | None:
        unmark(request)
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
        encode(request, response)
        return response

    @app.errorhandler(Problem)
    def answer_problem(problem: Problem) -> Response:
        return give(site.explain(read_request(), problem))

    @app.errorhandler(HTTPException)
    def answer_http(error: HTTPException) -> Response | HTTPException:
        if error.response is not None:
            return error
        return give(site.explain(read_request(), from_http(error)))
