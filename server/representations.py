"""The representations of a thing: its page, its data and its citation, made from one document."""

from collections.abc import Callable
from dataclasses import dataclass

from server.citation_files import CITATION_FILES
from server.definitions import definition_page
from server.documents import Document, find_document, serialize
from server.entries import entry_citation, entry_page
from server.facts import Facts
from server.formats import Kind, kind_at
from server.home import home_page
from server.links import Links
from server.nanopub_documents import NanopubDocuments
from server.pages import Page, Renderer
from server.terms import ontology_page, scheme_page, thing_page

# First part of the path → the page of a document there; anything else gets the plain page.
_PAGES: dict[str, Callable[[Facts, Document], Page]] = {
    "": home_page,
    "case-definition": definition_page,
    "evidence": entry_page,
    "ontology": ontology_page,
    "vocabulary": scheme_page,
}
# What the data of the home page are about.
_HOME = "/dataset"


@dataclass(frozen=True)
class Representation:
    """A document in one format, and the Link header that goes with it.

    The body of a page has `server.citations.TODAY` where it says on which day it is read.
    """

    body: bytes
    links: str


class Representations:
    """Makes the representations of the things of one release."""

    def __init__(
        self, facts: Facts, links: Links, renderer: Renderer, nanopubs: NanopubDocuments
    ) -> None:
        """Make nothing yet."""
        self._facts, self._links, self._renderer = facts, links, renderer
        self._nanopubs = nanopubs

    def make(self, path: str, form: str) -> Representation | None:
        """Return the document at `path`, which has no suffix, in the format of that key.

        None where there is nothing at `path`.
        """
        if kind_at(path) is Kind.NANOPUB:
            nanopub = self._nanopubs.make(path, form)
            return Representation(*nanopub) if nanopub else None
        document = find_document(self._facts, _HOME if path == "/" else path)
        if document is None:
            return None
        links = [self._links.alternates(path), *self._links.signposts(path, form)]
        return Representation(self._body(path, document, form), ", ".join(links))

    def _body(self, path: str, document: Document, form: str) -> bytes:
        if form == "html":
            page = _PAGES.get(path.split("/")[1], thing_page)(self._facts, document)
            return self._renderer.render(page, formats=self._links.formats(path), path=path)
        if form in CITATION_FILES:
            return entry_citation(self._facts, document, form)
        return serialize(self._facts, document, form)
