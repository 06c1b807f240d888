"""Every URL that pages and headers contain is made here; those of our own things are relative."""

from functools import cached_property
from urllib.parse import quote, urlencode, urlsplit

from server.facts import Facts
from server.formats import FORMATS, Format, kind_at, offers
from server.things import Thing

_SAFE = "/:@!$&'()*+,;=-._~%"
# Schemes a reader may be sent to; anything else in the data (javascript:, data:) is only text.
_SCHEMES = {"http", "https"}
_DOI = "https://doi.org/"
CATALOG = "/.well-known/api-catalog"
# What an entry is: a page about something, and by our ontology a work of its own.
_ENTRY_TYPES = ("https://schema.org/AboutPage", "https://schema.org/CreativeWork")


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
        """Return each format of the document at `path` with the URL that names it."""
        stem = "/dataset" if path == "/" else path
        return [
            (row, self.path(path if row.key == "html" and path == "/" else stem + row.suffix))
            for row in offers(kind_at(path))
        ]

    def alternates(self, path: str) -> str:
        """Return the Link header of a document: its identity, and its other formats."""
        links = [f'<{self._facts.base}{quote(path, safe=_SAFE)}>; rel="canonical"']
        for row, url in self.formats(path):
            links.append(f'<{url}>; rel="alternate"; type="{row.media_type}"')
        return ", ".join(links)

    def signposts(self, path: str, key: str) -> list[str]:
        """Return further links of the document at `path` in the format of that key.

        An entry has those of FAIR Signposting, level 1: its page is described by its RDF, and
        that, like every other format, describes the entry.
        """
        if path == "/":
            return [f'<{self.path(CATALOG)}>; rel="api-catalog"']
        own = self._facts.base + quote(path, safe=_SAFE)
        paper = Thing(self._facts, self._facts.base + path).one("atlas:paper")
        if paper is None:
            return []
        related = [iri for iri in paper.texts("schema:sameAs") if iri.startswith(_DOI)]
        links = [("cite-as", own), ("license", self._license)]
        links += [("related", quote(iri, safe=_SAFE)) for iri in related]
        if key == "html":
            links += [("type", iri) for iri in _ENTRY_TYPES]
        found = [f'<{target}>; rel="{relation}"' for relation, target in links]
        if key != "html":
            return [*found, f'<{own}>; rel="describes"']
        data = [(row, url) for row, url in self.formats(path) if row.writer]
        return found + [f'<{url}>; rel="describedby"; type="{row.media_type}"' for row, url in data]

    @cached_property
    def _license(self) -> str:
        return Thing(self._facts, f"{self._facts.base}/dataset").text("dcterms:license")


def format_keys() -> str:
    """Return the keys of all formats, for messages."""
    return ", ".join(row.key for row in FORMATS)
