"""Every URL that pages and headers contain is made here; those of our own things are relative."""

from functools import cached_property
from urllib.parse import quote, urlencode, urlsplit

from server.asking import Manner
from server.facts import Facts
from server.formats import BY_KEY, Format, Kind, kind_at, offers
from server.linkset import (
    LINKSET,
    LINKSET_JSON,
    PROVENANCE,
    Entry,
    Link,
    Variant,
    alternates,
    entry_links,
)
from server.memento import LINK_FORMAT
from server.nanopubs import nanopub_address
from server.profiles import SCHEMA_ORG, View, view_url
from server.revisions import TIMEGATE, TIMEMAP
from server.things import Thing

_SAFE = "/:@!$&'()*+,;=-._~%"
# Schemes a reader may be sent to; anything else in the data (javascript:, data:) is only text.
_SCHEMES = {"http", "https"}
_DOI = "https://doi.org/"
CATALOG = "/.well-known/api-catalog"
_LINKSETS = {LINKSET, LINKSET_JSON}
_JSON_LD = BY_KEY["jsonld"].media_type
_TRIG = BY_KEY["trig"].media_type


class Links:
    """Links of one release, as Jinja and the headers use them."""

    def __init__(self, facts: Facts) -> None:
        """Map IRIs under the base of `facts` to paths of this site."""
        self._facts = facts

    def path(self, path: str, /, **parameters: str | int) -> str:
        """Return the URL of a path of this site, which starts with "/"."""
        escaped = quote(path, safe=_SAFE + "#")
        return f"{escaped}?{urlencode(parameters)}" if parameters else escaped

    def href(self, iri: str) -> str:
        """Return where a reader is sent for `iri`: relative for our own, "" for no web address."""
        if iri == self._facts.base or iri.startswith(f"{self._facts.base}/"):
            return self.path(iri.removeprefix(self._facts.base) or "/")
        return iri if urlsplit(iri).scheme in _SCHEMES else ""

    def query(self, text: str, form: str = "") -> str:
        """Return the permanent link to a query, in the format of that key."""
        parameters = {"query": text} | ({"format": form} if form else {})
        return self.path("/sparql", **parameters)

    def formats(self, path: str) -> list[tuple[Format, str]]:
        """Return each format of the document at `path` for readers, with the URL that names it."""
        rows = [row for row in offers(kind_at(path)) if row.media_type not in _LINKSETS]
        return [(row, self.location(path, Manner(row.key))) for row in rows]

    def location(self, path: str, manner: Manner) -> str:
        """Return the URL at which the document at `path` has that manner for everybody."""
        if path == "/" and manner == Manner("html"):
            return self.path(path)
        stem = "/dataset" if path == "/" else path
        row = BY_KEY[manner.form]
        url = self.path(stem + row.suffix)
        if manner.profile == SCHEMA_ORG:
            return view_url(url, SCHEMA_ORG, row.media_type)
        return f"{url}?{urlencode(manner.parameters)}" if manner.parameters else url

    def views(self, path: str) -> list[View]:
        """Return the profiles and formats of the document at `path`, the default first."""
        rows = self.formats(path)
        native = [View(url, row.media_type, Manner(row.key).profile) for row, url in rows]
        if kind_at(path) in {Kind.REVISION, Kind.CHANGES}:
            return native
        data = [Manner(row.key, SCHEMA_ORG) for row, _ in rows if row.writer]
        return native + [
            View(self.location(path, manner), BY_KEY[manner.form].media_type, SCHEMA_ORG)
            for manner in data
        ]

    def all(self, path: str) -> list[Link]:
        """Return what links the document at `path` to its formats and to what it is about.

        An entry has the signposts of FAIR Signposting, levels 1 and 2.
        """
        page = self.path(path)
        iri = self._facts.base + path
        paper = Thing(self._facts, iri).one("atlas:paper")
        if paper is None:
            variants = self._variants(path)
            found = [Link("canonical", iri, page), *alternates(page, variants)]
            found += self._times(path, page)
            if path.startswith("/release/") and kind_at(path) is not Kind.COMPARISON:
                # With it come the build, its inputs and programs.
                data = [row for row in variants if row.is_data][:1]
                found += [Link(PROVENANCE, row.url, page, row.media_type) for row in data]
            return [*found, Link("api-catalog", self.path(CATALOG), page)] if path == "/" else found
        related = tuple(iri for iri in paper.texts("schema:sameAs") if iri.startswith(_DOI))
        linkset = self.path(f"{path}.linkset")
        entry = Entry(page, iri, self._license, linkset, related)
        found = entry_links(entry, self._variants(path))
        return [*found, *self._times(path, page), *self._nanopubs(iri, page)]

    def _times(self, path: str, page: str) -> list[Link]:
        """Return the links to what the document at `path` was before: absolute, for old clients."""
        base = self._facts.base
        if not Thing(self._facts, base + path).text("pav:hasCurrentVersion"):
            return []
        return [
            Link("timegate", f"{base}{TIMEGATE}{path}", page),
            Link("timemap", f"{base}{TIMEMAP}{path}", page, LINK_FORMAT),
        ]

    def _nanopubs(self, entry: str, page: str) -> list[Link]:
        """Return the links to the judgements by themselves, each of which tells how it was made."""
        judgements = Thing(self._facts, entry).texts("atlas:pemAssessment")
        found = [(judgement, nanopub_address(judgement)) for judgement in judgements]
        known = [
            (self.href(judgement), self.href(address)) for judgement, address in found if address
        ]
        return [
            *(Link("item", address, page, _TRIG) for _, address in known),
            *(Link(PROVENANCE, address, judgement, _TRIG) for judgement, address in known),
        ]

    def _variants(self, path: str) -> list[Variant]:
        found = [
            Variant(url, row.media_type, is_data=row.writer is not None)
            for row, url in self.formats(path)
        ]
        if path.startswith("/evidence/") and kind_at(path) is not Kind.REVISION:
            url = self.location(path, Manner("jsonld", SCHEMA_ORG))
            found.append(Variant(url, _JSON_LD, is_data=True, profile=SCHEMA_ORG.iri))
        return found

    @cached_property
    def _license(self) -> str:
        return Thing(self._facts, f"{self._facts.base}/dataset").text("dcterms:license")
