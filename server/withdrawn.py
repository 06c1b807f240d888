"""The answer about what was withdrawn: 301 to what took its place, or 410 that says why.

An entry or a case definition that gave way to another was merged with it (301, and the
nanopublications of its judgements are gone); one that nothing replaced is gone (410). The revisions
of both stay. So it is with a journal, say, that `data/withdrawn.ttl` names, but for the revisions.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import parse_qsl

import pyoxigraph as ox

from graph.kept import ENTRY, kept_at
from server.documents import Document, find_document, serialize
from server.facts import Facts
from server.formats import Choice, content_type, kind_at, named, offers, pick, split_suffix
from server.links import Links
from server.linkset import Link, header, linkset, linkset_json
from server.messages import Request, Response
from server.pages import Page, Renderer
from server.problems import MOVED, PROBLEMS, Problem
from server.revisions import TIMEGATE, TIMEMAP, revisions
from server.tombstone_files import TOMBSTONE_FILES
from server.tombstones import Tombstone, sentence, tombstones

_KEY = "gone"
_DOCUMENT = re.compile(r"(/[^/]+/[^/]+)(/.*)?")
_CACHING = {"Cache-Control": "no-cache", "Vary": "Accept"}
_LINKSETS = {"linkset": linkset, "linkset-json": linkset_json}


class Withdrawn:
    """What was withdrawn until one release."""

    def __init__(self, facts: Facts, links: Links, renderer: Renderer) -> None:
        """Look for nothing yet."""
        self._facts, self._links, self._renderer = facts, links, renderer

    @cached_property
    def tombstones(self) -> Mapping[str, Tombstone]:
        """Return path → tombstone of all that was withdrawn."""
        return tombstones(self._facts)

    def has(self, path: str) -> bool:
        """Say whether `path` is that of a withdrawn thing, or of what was made from it."""
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
        """Return the answer where `request` asks for what was withdrawn, else None.

        Raises the Problem that it is gone, where the client wants no format that can say it.
        """
        found = self._find(request.path)
        if found is None:
            return None
        rest = split_suffix(request.path)[0].removeprefix(found.path)
        if found.replaced_by and not rest:
            return self._moved(request, found)
        choice = self._choose(request, found)
        if choice is None:
            raise self._problem(found)
        headers = self._headers(found)
        status = PROBLEMS[_KEY].status
        body = self._body(found, choice.format.key)
        return Response(body, choice.content_type, status, headers, _KEY)

    def _find(self, path: str) -> Tombstone | None:
        if not self.tombstones:
            return None
        if whole := self.tombstones.get(split_suffix(path)[0]):
            return whole
        match = _DOCUMENT.fullmatch(path)
        if match is None or (match[2] or "").startswith("/revision/"):
            return None
        return self.tombstones.get(match[1])

    def _moved(self, request: Request, found: Tombstone) -> Response:
        form = split_suffix(request.path)[1]
        address = self._links.path(found.replaced_by + (form.suffix if form else ""))
        query = request.query.decode("ascii", "ignore")
        headers = self._headers(found)
        headers["Location"] = f"{address}?{query}" if query else address
        return Response(b"", "text/plain", MOVED, headers)

    def _choose(self, request: Request, found: Tombstone) -> Choice | None:
        """Return the format in which `found` is told; None for what it never was sent as."""
        kind = kind_at(found.path)
        form = split_suffix(request.path)[1]
        name = dict(parse_qsl(request.query.decode("utf-8", "replace"))).get("format", "")
        choice = content_type(form) if form else named(kind, name) if name else None
        if choice is None and not name:
            choice = pick(kind, request.header("accept"))
        return choice if choice and choice.format in offers(kind) else None

    def _body(self, found: Tombstone, form: str) -> bytes:
        facts = self._facts
        if form == "html":
            kept = revisions(facts, facts.base + found.path)
            return self._renderer.render(Page("gone.html", {"gone": found, "revisions": kept}))
        if form in TOMBSTONE_FILES:
            return TOMBSTONE_FILES[form](found, facts.base).encode()
        if form in _LINKSETS:
            return _LINKSETS[form](self._said(found), facts.base)
        said = [found.path, found.revision.removeprefix(facts.base)]
        documents = (find_document(facts, path) for path in said if path)
        triples = [triple for document in documents if document for triple in document.triples]
        return serialize(facts, Document(facts.base + found.path, triples), form)

    def _problem(self, found: Tombstone) -> Problem:
        base = self._facts.base
        said: dict[str, str | int | list[str]] = {
            "withdrawn": found.withdrawn,
            "by": found.by,
            "reason": found.note,
        }
        if found.revision:
            said["revision"] = found.revision
        if found.state:
            said["lastState"] = found.state
        if found.replaced_by:
            said["replacedBy"] = base + found.replaced_by
        return Problem(_KEY, sentence(found, base), said, self._headers(found))

    def _headers(self, found: Tombstone) -> dict[str, str]:
        links = header(self._said(found), self._links.path(found.path))
        return {**_CACHING, "Link": links} if links else dict(_CACHING)

    def _said(self, found: Tombstone) -> list[Link]:
        """Return the links to what became of it, and to what it was: all of its revisions."""
        base, links = self._facts.base, []
        page = self._links.path(found.path)
        if found.revision:
            links += [
                Link("latest-version", self._links.href(found.revision), page),
                *(
                    Link("predecessor-version", self._links.href(iri), page)
                    for iri in [found.state]
                    if iri
                ),
                Link("timegate", base + TIMEGATE + found.path, page),
                Link("timemap", base + TIMEMAP + found.path, page, "application/link-format"),
            ]
        if found.replaced_by:
            links.append(Link("successor-version", self._links.path(found.replaced_by), page))
        return links
