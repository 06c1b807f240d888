"""The routes of pages that are views of many things and stand for none: each is only a page."""

from collections.abc import Callable

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from server.author_names import ask_for_name_page, author_name_page, find_name, name_path
from server.comparison import comparison_page, comparison_path, read_choice
from server.facts import Facts
from server.how_it_works import how_it_works_page
from server.pages import Page
from server.plain_pages import PlainPages


def blueprint(facts: Facts, plain: PlainPages) -> Blueprint:
    """Return the routes of the views of the release of `facts`."""
    routes = Blueprint("views", __name__)

    def view(path: str, page: Callable[[], Page]) -> BaseResponse:
        response = plain.answer(page)
        response.headers["Link"] = f'<{facts.base}{path}>; rel="canonical"'
        return response

    @routes.get("/compare")
    def compare() -> BaseResponse:
        keys = read_choice(facts, request.args.getlist("definition"))
        path = comparison_path(keys) if keys else "/compare"
        return view(path, lambda: comparison_page(facts, keys))

    @routes.get("/author-name")
    def author_name() -> BaseResponse:
        asked = request.args.get("name", "")
        if not asked.strip():
            return view("/author-name", ask_for_name_page)
        name = find_name(facts, asked)
        return view(name_path(name), lambda: author_name_page(facts, name))

    @routes.get("/how-it-works")
    def how_it_works() -> BaseResponse:
        return view("/how-it-works", lambda: how_it_works_page(facts))

    return routes
