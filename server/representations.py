"""The representations of a thing: its page, its data and its citation, made from one document."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from server.asking import Manner
from server.change_documents import ChangeDocuments
from server.citation_files import CITATION_FILES
from server.dataset import dataset_page
from server.definitions import definition_page
from server.documents import Document, find_document, serialize, write_triples
from server.embedding import embedded
from server.entries import entry_citation, entry_page, entry_reference
from server.facts import Facts
from server.formats import Kind, kind_at
from server.home import home_page
from server.journals import journal_page
from server.links import Links
from server.linkset import Link, elements, header, linkset, linkset_json, said_of
from server.nanopub_documents import NanopubDocuments
from server.ontology import ontology_page
from server.pages import Page, Renderer
from server.problems import Problem
from server.profiles import NATIVE, SCHEMA_ORG, view_triples
from server.revision_documents import FROZEN, RevisionDocuments
from server.saved_queries import saved_query_page, saved_text
from server.schema_org import schema_org, schema_org_home
from server.terms import scheme_page, thing_page

# First part of the path → the page of a document there; anything else gets the plain page.
_PAGES: dict[str, Callable[[Facts, Document], Page]] = {
    "": home_page,
    "case-definition": definition_page,
    **dict.fromkeys(("dataset", "release"), dataset_page),
    "evidence": entry_page,
    "journal": journal_page,
    "ontology": ontology_page,
    "query": saved_query_page,
    "vocabulary": scheme_page,
}
_LINKSETS: dict[str, Callable[[Iterable[Link], str], bytes]] = {
    "linkset": linkset,
    "linkset-json": linkset_json,
}
# What the data of the home page are about.
_HOME = "/dataset"


@dataclass(frozen=True)
class Representation:
    """A document in one format, and the Link header and others that go with it.

    The body of a page has `server.stamp.MARK` where it says on which day it is read.
    """

    body: bytes
    links: str
    headers: dict[str, str] = field(default_factory=dict)


class Representations:
    """Makes the representations of the things of one release."""

    def __init__(
        self, facts: Facts, links: Links, renderer: Renderer, nanopubs: NanopubDocuments
    ) -> None:
        """Make nothing yet."""
        self._facts, self._links, self._renderer = facts, links, renderer
        self._nanopubs = nanopubs
        self._revisions = RevisionDocuments(facts, links)
        self.changes = ChangeDocuments(facts, links, renderer, self._revisions)

    def frozen(self, path: str) -> str:
        """Return by which version the document at `path` is written for good, "" if it is not."""
        if kind_at(path) is Kind.CHANGES:
            return self.changes.frozen(path)
        return FROZEN if kind_at(path) is Kind.REVISION else ""

    def make(self, path: str, manner: Manner) -> Representation | None:
        """Return the document at `path`, which has no suffix, as it is wanted.

        None where there is nothing at `path`; a Problem where there is, but not in this manner.
        """
        if kind_at(path) is Kind.NANOPUB:
            nanopub = self._nanopubs.make(path, manner.form)
            return Representation(*nanopub) if nanopub else None
        if kind_at(path) is Kind.REVISION:
            return self._recorded(self._revisions.make(path, manner.form), manner)
        if kind_at(path) is Kind.CHANGES:
            return self._recorded(self.changes.make(path, manner.form), manner)
        document = find_document(self._facts, _HOME if path == "/" else path)
        if document is None:
            return None
        links = self._links.all(path)
        own = self._links.location(path, manner)
        page = self._links.path(path)
        said = said_of(links, page) if manner.form == "html" else said_of(links, own, page)
        body = self._body(path, document, manner, links)
        return Representation(body, header(said, page if manner.form == "html" else own))

    @staticmethod
    def _recorded(
        made: tuple[bytes, str, dict[str, str]] | None, manner: Manner
    ) -> Representation | None:
        if made and (manner.profile != NATIVE or manner.is_list):
            raise Problem("not-acceptable", "This has one profile: what was recorded.")
        return Representation(*made) if made else None

    def _body(self, path: str, document: Document, manner: Manner, links: list[Link]) -> bytes:
        facts, form = self._facts, manner.form
        if form == "html":
            return self._page(path, document, links)
        if form in _LINKSETS:
            return _LINKSETS[form](links, facts.base)
        if kind_at(path) is Kind.QUERY and form == "rq":
            return saved_text(facts, document)
        if manner.reference:
            return entry_reference(facts, document, manner.reference)
        if form in CITATION_FILES:
            return entry_citation(facts, document, form)
        return self._data(path, document, manner)

    def _data(self, path: str, document: Document, manner: Manner) -> bytes:
        facts, form = self._facts, manner.form
        if manner.is_list:
            views = self._links.views(path)
            return write_triples(facts, view_triples(facts.base + path, facts.base, views), form)
        if manner.profile == SCHEMA_ORG:
            return self._by_schema_org(path, document, form)
        return serialize(facts, document, form, inline=not manner.is_linked)

    def _page(self, path: str, document: Document, links: list[Link]) -> bytes:
        page = _PAGES.get(path.split("/")[1], thing_page)(self._facts, document)
        own = self._links.path(path)
        return self._renderer.render(
            page,
            path=path,
            formats=self._links.formats(path),
            links_of_page=elements(said_of(links, own), own),
            schema_org=embedded(self._schema_org(path, document)),
        )

    def _by_schema_org(self, path: str, document: Document, form: str) -> bytes:
        triples = self._schema_org(path, document)
        if not triples:
            raise Problem("not-acceptable", "This has no view in the terms of schema.org.")
        if form == "jsonld":
            return embedded(triples).encode() + b"\n"
        return write_triples(self._facts, triples, form)

    def _schema_org(self, path: str, document: Document) -> list[ox.Triple]:
        return schema_org_home(self._facts) if path == "/" else schema_org(self._facts, document)
