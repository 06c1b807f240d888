"""The routes of the pages: lists and explanations by name, and every other address as a thing."""

from flask import Blueprint, redirect
from werkzeug.wrappers import Response as BaseResponse

from server.context import context
from server.definitions import definitions_page
from server.flask_messages import give, read_request
from server.formats import BY_KEY
from server.pages import Page
from server.plain_pages import PlainPages, conditional
from server.problems import MOVED, PROBLEMS, Problem
from server.retractions import retractions_page
from server.saved_queries import saved_queries_page
from server.site import Site

_LISTS = {
    *("changes", "evidence", "case-definition", "problems", "query", "release", "retractions"),
}


def blueprint(site: Site, plain: PlainPages) -> Blueprint:
    """Return the routes of all that `site` has pages of."""
    routes = Blueprint("routes", __name__)
    facts = site.facts

    @routes.get("/context.jsonld")
    def context_document() -> BaseResponse:
        return conditional(facts, BY_KEY["jsonld"].media_type, lambda: context(facts))

    @routes.get("/case-definition")
    def case_definition() -> BaseResponse:
        return plain.answer(lambda: definitions_page(facts))

    @routes.get("/query")
    def query() -> BaseResponse:
        return plain.answer(lambda: saved_queries_page(facts))

    @routes.get("/retractions")
    def retractions() -> BaseResponse:
        return plain.answer(lambda: retractions_page(facts))

    @routes.get("/problems")
    def problems() -> BaseResponse:
        return plain.answer(lambda: Page("problems.html", {"rows": PROBLEMS.values()}))

    @routes.get("/problems/<key>")
    def problem(key: str) -> BaseResponse:
        if key not in PROBLEMS:
            raise Problem("not-found")
        return plain.answer(lambda: Page("problems.html", {"rows": [PROBLEMS[key]]}))

    @routes.get("/")
    @routes.get("/<path:path>")
    def thing(path: str = "") -> BaseResponse:
        if path.rstrip("/") in _LISTS:
            return redirect(site.links.path("/" + path.rstrip("/")), MOVED)
        return give(site.resources.answer(read_request()))

    return routes
