"""The routes of `/evidence`: a search and its pages, each a resource with all its formats."""

from threading import Lock

from cachetools import LRUCache
from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as BaseResponse

from server.evidence_files import MOST_ROWS, Listed, page_iri, write_atom, write_csv, write_rdf
from server.evidence_page import found_in_words, list_page
from server.facets import read_values
from server.finder import Finder
from server.formats import (
    Choice,
    Format,
    Kind,
    content_type,
    format_keys,
    is_known,
    named,
    offers,
    pick,
    split_suffix,
)
from server.linkset import Link, elements, header
from server.plain_pages import conditional
from server.problems import Problem
from server.search import Search, read_search
from server.site import Site

PATH = "/evidence"
# Bytes of a Link header that proxies let through; longer searches name fewer formats there.
_MOST_LINKS = 4096
# Bytes of answers that are kept.
_KEPT = 16 << 20
Kept = tuple[bytes, list[tuple[str, str]]]


class Evidence:
    """The list of the entries in one release, and how it is searched."""

    def __init__(self, site: Site) -> None:
        """Open the index and read the values of the facets."""
        self.site, self.facts = site, site.facts
        self.finder = Finder(site.facts.release)
        self.known = read_values(site.facts)
        self._lock = Lock()
        self._kept: LRUCache[tuple[str, str], Kept] = LRUCache(
            _KEPT, getsizeof=lambda kept: len(kept[0])
        )

    def answer(self) -> BaseResponse:
        """Answer a request for a page of a search; what was asked before is kept a while."""
        key = (request.full_path, request.headers.get("Accept", ""))
        if "If-None-Match" in request.headers:
            return self._made()
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            made = self._made()
            kept = (made.get_data(), list(made.headers))
            if len(kept[0]) < _KEPT // 8:
                with self._lock:
                    self._kept[key] = kept
        body, headers = kept
        return Response(body, headers=Headers(headers))

    def _made(self) -> Response:
        search = read_search(request.args.items(multi=True), self.known)
        choice = self._choice(search)
        total = self.finder.count(search).total
        listed = Listed(search, [], total, found_in_words(search, self.known))
        if not 1 <= search.page <= listed.last:
            last = f"the last one is {listed.last}" if total else "it found nothing"
            raise Problem("not-found", f"This list has no page {search.page}: {last}.")
        if choice.format.key == "csv" and total > MOST_ROWS:
            detail = f"This search finds {total:,} entries, and CSV gives up to {MOST_ROWS:,}."
            raise Problem("too-many-rows", f"{detail} Narrow it, or ask by SPARQL.")
        response = conditional(
            self.facts, choice.content_type, lambda: self._body(listed, choice.format.key)
        )
        response.headers["Vary"] = "Accept"
        own = self._url(search, None)
        response.headers["Link"] = header(self._links(listed), own, _MOST_LINKS)
        response.headers["Content-Location"] = self._url(search, choice.format)
        return response

    def _body(self, listed: Listed, key: str) -> bytes:
        search = listed.search
        if key == "csv":
            return write_csv(self.facts, self.finder.all_rows(search, MOST_ROWS))
        listed = Listed(search, self.finder.rows(search), listed.total, listed.title)
        if key == "atom":
            return write_atom(self.facts, listed, self.known)
        if key != "html":
            return write_rdf(self.facts, listed, key)
        page = list_page(self.facts, self.finder, self.known, listed)
        formats = [(row, self._url(search, row)) for row in offers(Kind.LIST)]
        own = self._url(search, None)
        links = elements(self._links(listed), own)
        return self.site.renderer.render(page, formats=formats, path=PATH, links_of_page=links)

    def _choice(self, search: Search) -> Choice:
        _, asked = split_suffix(request.path)
        key = request.args.get("format")
        if key and not is_known(key):
            detail = f"There is no format {key[:40]!r}; use one of {format_keys()}."
            raise Problem("unknown-format", detail)
        if asked:
            return content_type(asked)
        accept = request.headers.get("Accept")
        choice = named(Kind.LIST, key) if key else pick(Kind.LIST, accept)
        if choice is None:
            formats = [row.media_type for row in offers(Kind.LIST)]
            extensions: dict[str, str | int | list[str]] = {
                "formats": formats,
                "alternates": [self._url(search, row) for row in offers(Kind.LIST)],
            }
            detail = f"This is available as {', '.join(formats)}."
            raise Problem("not-acceptable", detail, extensions, {"Vary": "Accept"})
        return choice

    def _links(self, listed: Listed) -> list[Link]:
        search = listed.search
        own = self._url(search, None)
        # A client that goes on from here stays with the format that it asked for.
        _, asked = split_suffix(request.path)
        near = listed.others.items()
        return [
            Link("canonical", page_iri(self.facts, search), own),
            *(Link(relation, self._url(other, asked), own) for relation, other in near),
            *(
                Link("alternate", self._url(search, row), own, row.media_type)
                for row in offers(Kind.LIST)
            ),
        ]

    def _url(self, search: Search, row: Format | None) -> str:
        return self.site.links.path(PATH + (row.suffix if row else "")) + search.query_string


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the list of the entries of `site`."""
    routes = Blueprint("evidence", __name__)
    evidence = Evidence(site)
    routes.add_url_rule(PATH, view_func=evidence.answer, endpoint="list")
    for row in offers(Kind.LIST):
        routes.add_url_rule(PATH + row.suffix, view_func=evidence.answer, endpoint=row.key)
    return routes
