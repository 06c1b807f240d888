"""The routes of things: one address each, answered in the format the client prefers."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from server.citation_files import CITATION_FILES
from server.context import context
from server.definitions import definition_page, definitions_page
from server.documents import Document, find_document, serialize
from server.entries import entry_citation, entry_page
from server.facts import Facts
from server.formats import (
    BY_KEY,
    Choice,
    Kind,
    content_type,
    is_known,
    kind_at,
    named,
    offers,
    pick,
    split_suffix,
)
from server.home import home_page
from server.links import Links, format_keys
from server.pages import Page
from server.problems import MOVED, PROBLEMS, Problem
from server.terms import ontology_page, scheme_page, thing_page

# First part of the path → the page of a document there; anything else gets the plain page.
_PAGES: dict[str, Callable[[Facts, Document], Page]] = {
    "case-definition": definition_page,
    "evidence": entry_page,
    "ontology": ontology_page,
    "vocabulary": scheme_page,
}
_HOME = "/dataset"
_NO_LONGER_FRESH = {"Cache-Control": "no-cache"}


def blueprint(facts: Facts, links: Links) -> Blueprint:
    """Return the routes of all things in `facts`."""
    routes = Blueprint("resources", __name__)

    @routes.get("/")
    def home() -> BaseResponse:
        document = find_document(facts, _HOME)
        return _negotiated(facts, links, "/", document, lambda: home_page(facts))

    @routes.get("/context.jsonld")
    def context_document() -> BaseResponse:
        return _fresh(facts, BY_KEY["jsonld"].media_type, lambda: context(facts))

    @routes.get("/case-definition")
    def case_definition() -> BaseResponse:
        return _page_only(facts, lambda: definitions_page(facts))

    _add_problems(routes, facts)

    @routes.get("/<path:path>")
    def thing(path: str) -> BaseResponse:
        if path.rstrip("/") in {"evidence", "case-definition", "problems"}:
            return redirect(links.path("/" + path.rstrip("/")), MOVED)
        stem, _ = split_suffix(f"/{path}")
        document = find_document(facts, stem)
        if document is None:
            raise Problem("not-found", "Nothing in this release has this address.")
        make = _PAGES.get(stem.split("/")[1], thing_page)
        return _negotiated(facts, links, stem, document, lambda: make(facts, document))

    return routes


def _add_problems(routes: Blueprint, facts: Facts) -> None:
    @routes.get("/problems")
    def problems() -> BaseResponse:
        return _page_only(facts, lambda: Page("problems.html", {"rows": PROBLEMS.values()}))

    @routes.get("/problems/<key>")
    def problem(key: str) -> BaseResponse:
        if key not in PROBLEMS:
            raise Problem("not-found")
        return _page_only(facts, lambda: Page("problems.html", {"rows": [PROBLEMS[key]]}))


def _negotiated(
    facts: Facts, links: Links, path: str, document: Document | None, page: Callable[[], Page]
) -> BaseResponse:
    if document is None:
        raise Problem("not-found")
    headers = {"Link": links.alternates(path), "Vary": "Accept"}
    choice = _choice(links, path, headers)
    headers["Link"] = ", ".join([headers["Link"], *links.signposts(path, choice.format.key)])
    headers["Content-Location"] = dict(_locations(links, path))[choice.format.key]

    def body() -> bytes:
        if choice.format.key == "html":
            return _render(page(), links, path)
        if choice.format.key in CITATION_FILES:
            return entry_citation(facts, document, choice.format.key)
        return serialize(facts, document, choice.format.key)

    response = _fresh(facts, choice.content_type, body)
    response.headers.update(headers)
    return response


def _choice(links: Links, path: str, headers: dict[str, str]) -> Choice:
    _, asked = split_suffix(request.path)
    key = request.args.get("format")
    if key and not is_known(key):
        raise Problem("unknown-format", f"There is no format {key!r}; use one of {format_keys()}.")
    if asked:
        return content_type(asked)
    kind = kind_at(path)
    choice = named(kind, key) if key else pick(kind, request.headers.get("Accept"))
    if choice is None:
        formats = [row.media_type for row in offers(kind)]
        alternates = [url for _, url in _locations(links, path)]
        detail = f"This is available as {', '.join(formats)}."
        extensions = {"formats": formats, "alternates": alternates}
        raise Problem("not-acceptable", detail, dict(extensions), headers)
    return choice


def _locations(links: Links, path: str) -> list[tuple[str, str]]:
    return [(row.key, url) for row, url in links.formats(path)]


def _page_only(facts: Facts, page: Callable[[], Page]) -> BaseResponse:
    html = BY_KEY["html"]
    choice = pick(Kind.ENTITY, request.headers.get("Accept"), [html])
    if choice is None:
        detail = f"This list is available as {html.media_type}."
        extensions: dict[str, str | int | list[str]] = {"formats": [html.media_type]}
        raise Problem("not-acceptable", detail, extensions, {"Vary": "Accept"})
    response = _fresh(facts, choice.content_type, lambda: _render(page(), None, request.path))
    response.headers["Vary"] = "Accept"
    return response


def _render(page: Page, links: Links | None, path: str) -> bytes:
    formats = links.formats(path) if links else []
    return render_template(page.template, formats=formats, path=path, **page.values).encode()


def _fresh(facts: Facts, media_type: str, body: Callable[[], bytes]) -> Response:
    """Answer 304 where the client has this representation, without making it again."""
    # Pages carry the day on which they were read.
    day = datetime.now(UTC).date().isoformat()
    parts = [facts.fingerprint, request.full_path, media_type, day]
    etag = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    if etag in request.if_none_match:
        response = Response()
        response.set_etag(etag)
        response.make_conditional(request)
    else:
        response = Response(body(), content_type=media_type)
        response.set_etag(etag)
    response.headers.update(_NO_LONGER_FRESH)
    return response
