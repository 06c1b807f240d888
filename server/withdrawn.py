"""What became of what was withdrawn: 301 to the one that took its place, or 410 that says why.

An entry or a case definition that gave way to another was merged with it (301, and the
nanopublications of its judgements are gone); one that nothing replaced is gone (410). The revisions
of both stay.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

import pyoxigraph as ox

from graph.kept import ENTRY, kept_at, noun_of
from graph.prefixes import BASE
from server.documents import Document, find_document, serialize
from server.facts import Facts
from server.formats import Choice, Kind, content_type, kind_at, named, offers, pick, split_suffix
from server.links import Links
from server.linkset import Link, header
from server.messages import Request, Response
from server.pages import Page, Renderer
from server.problems import MOVED, PROBLEMS, Problem
from server.revisions import Revision, history, revisions

_KEY = "gone"
_DOCUMENT = re.compile(r"(/[^/]+/[^/]+)(/.*)?")
_CACHING = {"Cache-Control": "no-cache", "Vary": "Accept"}


@dataclass(frozen=True)
class Tombstone:
    """A withdrawn document: its path, the revision that withdrew it, what took its place or ""."""

    path: str
    last: Revision
    replaced_by: str = ""

    @property
    def by(self) -> str:
        """Return who withdrew it."""
        agent, editor = self.last.thing.one("prov:wasAttributedTo"), self.editor
        return ", ".join(name for name in (editor, agent.label if agent else "") if name)

    @property
    def editor(self) -> str:
        """Return the person who did, where readers shall know."""
        return self.last.thing.text("dc:contributor")

    @property
    def noun(self) -> str:
        """Return what people call such a document."""
        return noun_of(BASE + self.path)

    @property
    def sentence(self) -> str:
        """Return what happened, in words."""
        return f"{self.path} was withdrawn on {self.last.day} by {self.by}: {self.last.note}"


class Withdrawn:
    """The withdrawn documents of one release."""

    def __init__(self, facts: Facts, links: Links, renderer: Renderer) -> None:
        """Look for none yet."""
        self._facts, self._links, self._renderer = facts, links, renderer

    @cached_property
    def tombstones(self) -> Mapping[str, Tombstone]:
        """Return path → tombstone of all that were withdrawn."""
        facts = self._facts
        found = {}
        for row in facts.rows("withdrawn"):
            path = row["document"].removeprefix(facts.base)
            instead = row.get("instead", "").removeprefix(facts.base)
            found[path] = Tombstone(path, revisions(facts, row["document"])[-1], instead)
        return found

    def has(self, path: str) -> bool:
        """Say whether `path` is that of a withdrawn document, or of what was made from it."""
        return self._find(path) is not None

    def about(self, predicate: ox.NamedNode, identifier: str) -> str:
        """Return the path of a withdrawn entry whose paper had that identifier, else ""."""
        quads = self._facts.store.quads_for_pattern(None, predicate, ox.Literal(identifier))
        for quad in quads:
            path = str(getattr(quad.subject, "value", "")).removeprefix(self._facts.base)
            # A case definition may have the same DOI, and is not about that paper.
            entry = path.partition("#")[0]
            if kept_at(entry) is ENTRY and entry in self.tombstones:
                return entry
        return ""

    def answer(self, request: Request) -> Response | None:
        """Return the answer where `request` asks for a withdrawn document, else None.

        Raises the Problem that it is gone, where the client wants no format that can say it.
        """
        found = self._find(request.path)
        if found is None:
            return None
        rest = split_suffix(request.path)[0].removeprefix(found.path)
        if found.replaced_by and not rest:
            return self._moved(request, found)
        choice = self._choose(request, kind_at(found.path))
        headers = {**_CACHING, "Link": self._link_header(found)}
        if choice is None:
            raise self._problem(found)
        status = PROBLEMS[_KEY].status
        body = self._body(found, choice.format.key)
        return Response(body, choice.content_type, status, headers, _KEY)

    def _find(self, path: str) -> Tombstone | None:
        match = _DOCUMENT.fullmatch(path) if self.tombstones else None
        if match is None or (match[2] or "").startswith("/revision/"):
            return None
        return self.tombstones.get(split_suffix(match[1])[0])

    def _moved(self, request: Request, found: Tombstone) -> Response:
        form = split_suffix(request.path)[1]
        address = self._links.path(found.replaced_by + (form.suffix if form else ""))
        query = request.query.decode("ascii", "ignore")
        headers = {
            **_CACHING,
            "Location": f"{address}?{query}" if query else address,
            "Link": self._link_header(found),
        }
        return Response(b"", "text/plain", MOVED, headers)

    def _choose(self, request: Request, kind: Kind) -> Choice | None:
        """Return the page or a format of data; None for a citation, or what there never was."""
        rows = [row for row in offers(kind) if row.writer or row.key == "html"]
        form = split_suffix(request.path)[1]
        name = dict(parse_qsl(request.query.decode("utf-8", "replace"))).get("format", "")
        choice = content_type(form) if form else named(kind, name) if name else None
        if choice is None and not name:
            choice = pick(kind, request.header("accept"), rows)
        return choice if choice and choice.format in rows else None

    def _body(self, found: Tombstone, form: str) -> bytes:
        if form == "html":
            kept = revisions(self._facts, self._facts.base + found.path)
            return self._renderer.render(Page("gone.html", {"gone": found, "revisions": kept}))
        said = [found.path, found.last.iri.removeprefix(self._facts.base)]
        documents = (find_document(self._facts, path) for path in said)
        triples = [triple for document in documents if document for triple in document.triples]
        return serialize(self._facts, Document(self._facts.base + found.path, triples), form)

    def _problem(self, found: Tombstone) -> Problem:
        base = self._facts.base
        said: dict[str, str | int | list[str]] = {
            "withdrawn": found.last.created.isoformat().replace("+00:00", "Z"),
            "by": found.by,
            "reason": found.last.note,
            "revision": found.last.iri,
        }
        if found.replaced_by:
            said["replacedBy"] = base + found.replaced_by
        headers = {**_CACHING, "Link": self._link_header(found)}
        return Problem(_KEY, found.sentence, said, headers)

    def _link_header(self, found: Tombstone) -> str:
        known = history(self._facts, found.path)
        page = self._links.path(found.path)
        links = [Link("latest-version", self._links.href(found.last.iri), page)]
        if found.replaced_by:
            links.append(Link("successor-version", self._links.path(found.replaced_by), page))
        return ", ".join([known.original_links() if known else "", header(links, page)])
