"""Typed links (RFC 8288) as one list, and the four ways of saying it: a header, two linksets, HTML.

All of FAIR Signposting, levels 1 and 2, is written from that list, so that they cannot disagree.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from urllib.parse import quote, urljoin

LINKSET_JSON, LINKSET = "application/linkset+json", "application/linkset"
# Proxies refuse longer ones; what does not fit is in the linkset.
MOST_HEADER = 8_000
# All that RFC 3986 lets stand in a URI, and the percent sign, for what is escaped already.
_SAFE = "!#$%&'()*+,/:;=?@~"
_SCHEMA = "https://schema.org/"
# What an entry is: a page about something, and by our ontology a work of its own.
ENTRY_TYPES = (f"{_SCHEMA}AboutPage", f"{_SCHEMA}CreativeWork")
PROVENANCE = "http://www.w3.org/ns/prov#has_provenance"
# What is true of a page is true of each of its formats.
_SHARED = {"cite-as", "license", "related", "linkset"}
# So are the ways to its other formats and its other times.
_VARIANTS = {"canonical", "alternate", "timegate", "timemap"}


@dataclass(frozen=True)
class Link:
    """One link from `anchor`, with what else is said of its target.

    Addresses are as they come, even IRIs: `href` is what may be written. Relative ones belong
    to this site. `parameters` are those that no standard has a place for.
    """

    relation: str
    target: str
    anchor: str
    media_type: str = ""
    profile: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def href(self) -> str:
        """Return the target as a URI reference, which no sign in it can end."""
        return quote(self.target, safe=_SAFE)

    def at(self, base: str) -> "Link":
        """Return the link with absolute addresses."""
        anchor, target = quote(self.anchor, safe=_SAFE), self.href
        return replace(self, anchor=urljoin(f"{base}/", anchor), target=urljoin(f"{base}/", target))


@dataclass(frozen=True)
class Variant:
    """One format of a document: where it is, and whether it is data that describe the document."""

    url: str
    media_type: str
    is_data: bool = False
    profile: str = ""


@dataclass(frozen=True)
class Entry:
    """What the links of an entry say: the addresses of its page and of the linkset are relative."""

    page: str
    iri: str
    license: str
    linkset: str
    related: tuple[str, ...] = ()


def entry_links(entry: Entry, variants: Sequence[Variant]) -> list[Link]:
    """Return all links of an entry and of its formats, the most useful first.

    The page is described by the data in each format, and they describe it. It is cited as itself,
    never as the paper, to which it is related.
    """
    page, data = entry.page, [variant for variant in variants if variant.is_data]
    own = [
        Link("canonical", entry.iri, page),
        Link("cite-as", entry.iri, page),
        *(Link("type", iri, page) for iri in ENTRY_TYPES),
        *(Link("license", iri, page) for iri in [entry.license] if iri),
        Link("linkset", f"{entry.linkset}.json", page, LINKSET_JSON),
        Link("linkset", entry.linkset, page, LINKSET),
        *(Link("describedby", row.url, page, row.media_type, row.profile) for row in data),
        *(Link("related", iri, page) for iri in entry.related),
        # With the judgements come who made them, and by which rules.
        *(Link(PROVENANCE, row.url, page, row.media_type) for row in data[:1]),
        *alternates(page, variants),
    ]
    shared = [link for link in own if link.relation in _SHARED]
    for row in variants:
        if row.url != page and row.media_type != "text/html":
            own.append(Link("describes", entry.iri, row.url))
            own += [replace(link, anchor=row.url) for link in shared]
    return own


def alternates(page: str, variants: Iterable[Variant]) -> list[Link]:
    """Return the links from a page to its formats."""
    return [Link("alternate", row.url, page, row.media_type, row.profile) for row in variants]


def said_of(links: Iterable[Link], anchor: str, page: str = "") -> list[Link]:
    """Return the links of `anchor`, and, where it is a format of `page`, the ways on from there."""
    return [
        replace(link, anchor=anchor)
        for link in links
        if link.anchor == anchor or (link.anchor == page and link.relation in _VARIANTS)
    ]


def header(links: Iterable[Link], context: str, most: int = MOST_HEADER) -> str:
    """Return the value of a Link header that comes with what has the address `context`.

    Links beyond `most` bytes are left out, so those without which one does not find the rest
    come first.
    """
    made, size = [], 0
    for link in links:
        value = _value(link) if link.anchor == context else _anchored(link)
        size += len(value) + 2
        if size > most:
            break
        made.append(value)
    return ", ".join(made)


def elements(links: Iterable[Link], context: str) -> list[tuple[str, str, str]]:
    """Return relation, address and media type of the `link` elements of the page `context`.

    HTML has no place for a profile there, nor for links from elsewhere.
    """
    own = (link for link in links if link.anchor == context)
    return [(link.relation, link.href, link.media_type) for link in own]


def linkset(links: Iterable[Link], base: str) -> bytes:
    """Return the links as `application/linkset` (RFC 9264), with absolute addresses."""
    rows = (link.at(base) for link in links)
    return ",\n".join(_anchored(row) for row in rows).encode() + b"\n"


def linkset_json(links: Iterable[Link], base: str) -> bytes:
    """Return the links as `application/linkset+json` (RFC 9264), with absolute addresses."""
    contexts = []
    rows = sorted((link.at(base) for link in links), key=attrgetter("anchor"))
    for anchor, about in groupby(rows, key=attrgetter("anchor")):
        context: dict[str, object] = {"anchor": anchor}
        by_relation = sorted(about, key=attrgetter("relation"))
        for relation, group in groupby(by_relation, key=attrgetter("relation")):
            context[relation] = [_target(link) for link in group]
        contexts.append(context)
    return json.dumps({"linkset": contexts}, indent=1).encode() + b"\n"


def _value(link: Link) -> str:
    parameters = [
        ("rel", link.relation),
        ("type", link.media_type),
        ("profile", link.profile),
        *link.parameters,
    ]
    return f"<{link.href}>" + "".join(
        f"; {name}={_quoted(value)}" for name, value in parameters if value
    )


def _anchored(link: Link) -> str:
    return f"{_value(link)}; anchor={_quoted(link.anchor)}"


def _target(link: Link) -> dict[str, object]:
    # RFC 9264 would have an array for the profile; those who read signposts want one text.
    said: dict[str, object] = {"href": link.href, "type": link.media_type, "profile": link.profile}
    said |= {name: [value] for name, value in link.parameters}
    return {name: value for name, value in said.items() if value}


def _quoted(text: str) -> str:
    # A quoted-string (RFC 9110) has no control characters, and ours are ASCII.
    plain = quote(text, safe=_SAFE + ' "\\<>^`{|}')
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
