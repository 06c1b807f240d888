"""Content negotiation by profile (W3C, draft): the views of one document, and what says so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import pyoxigraph as ox

from graph.prefixes import term
from server.linkset import Link
from server.problems import Problem

PROFILE_KEY, TYPE_KEY, ALL = "_profile", "_mediatype", "alt"
_PROFILE = "http://www.w3.org/ns/dx/prof/Profile"
_ALTR = "http://www.w3.org/ns/dx/connegp/altr#"
_ELEMENT = re.compile(r'\s*(?:<([^<>"\s]*)>|([\w.*-]+))\s*((?:;[^,<>]*)?)(?:,|$)')
_WEIGHTED = re.compile(r";\s*q\s*=", re.IGNORECASE)
_WEIGHT = re.compile(
    r";\s*q\s*=\s*(0(?:\.\d*)?|1(?:\.0*)?|\.\d+)\s*(?:;|$)", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True)
class Profile:
    """One view of a document: its token, its IRI, and what a client may call it besides.

    `iri` is a path where the profile is our own. `is_data`: it is a view of the data, so that
    pages and citations are not written in it.
    """

    token: str
    iri: str
    label: str
    aliases: tuple[str, ...] = ()
    is_data: bool = False

    def at(self, base: str) -> str:
        """Return the IRI of the profile in a release with that base."""
        return base + self.iri if self.iri.startswith("/") else self.iri

    def names(self, base: str) -> set[str]:
        """Return all that a client may call it."""
        return {self.token, self.at(base), *self.aliases}


# The default first. Our own is what the shapes ask for.
NATIVE = Profile("native", "/shapes", "The atlas's own vocabulary")
SCHEMA_ORG = Profile(
    "schema.org", "https://schema.org/", "schema.org",
    ("schemaorg", "schema", "https://schema.org", "http://schema.org/", "http://schema.org"),
    is_data=True,
)  # fmt: skip
PROFILES = (NATIVE, SCHEMA_ORG)


@dataclass(frozen=True)
class View:
    """A document as there is one: in a profile and a format, under an address of its own."""

    url: str
    media_type: str
    profile: Profile


def named(name: str, base: str, among: Sequence[Profile] = PROFILES) -> Profile:
    """Return the profile that `?_profile=` calls by token or IRI. Problem: there is none."""
    for profile in among:
        if name.strip() in profile.names(base):
            return profile
    raise _none(f"There is no profile {name[:80]!r}", "unknown-profile", base, among)


def ranked(accept: str | None, base: str, among: Sequence[Profile] = PROFILES) -> list[Profile]:
    """Return the profiles that an Accept-Profile header takes, the one it prefers first.

    Ours is the order among equals. Who names profiles takes no others, but for `*`; who only
    rules some out takes the rest. No header, or one of which nothing can be read, takes all.
    Problem: none is left.
    """
    wanted = _read(accept or "")
    if not wanted:
        return list(among)
    rest = wanted.get("*", 0.0 if any(wanted.values()) else 1.0)
    weights = {
        profile: max((wanted[name] for name in profile.names(base) & wanted.keys()), default=rest)
        for profile in among
    }
    found = sorted((row for row in among if weights[row]), key=weights.__getitem__, reverse=True)
    if not found:
        raise _none("None of these profiles is one of ours", "not-acceptable", base, among)
    return found


def view_url(url: str, profile: Profile, media_type: str) -> str:
    """Return the address of a document in that profile and format, by query string alone."""
    return f"{url}?{urlencode({PROFILE_KEY: profile.token, TYPE_KEY: media_type}, safe='/')}"


def view_links(page: str, base: str, views: Sequence[View], shown: View) -> list[Link]:
    """Return the links of a response that shows one of the `views` of a page.

    The first of them is the default. Each profile is declared with its token.
    """
    links = [Link("profile", shown.profile.at(base), page)]
    for row in views:
        relation = "canonical" if row == views[0] else "alternate"
        formats = (("formats", row.profile.at(base)),)
        links.append(Link(relation, row.url, page, row.media_type, parameters=formats))
    for profile in dict.fromkeys(row.profile for row in views):
        token = (("token", profile.token),)
        links.append(Link("type", _PROFILE, profile.at(base), parameters=token))
    return links


def content_profile(profile: Profile, base: str) -> str:
    """Return the value of the header Content-Profile."""
    return f"<{profile.at(base)}>"


def view_triples(iri: str, base: str, views: Sequence[View]) -> list[ox.Triple]:
    """Return what `?_profile=alt` says: which views there are of `iri`, the first by default."""
    node, said = ox.NamedNode(iri), []
    for row in views:
        name = "hasDefaultRepresentation" if row == views[0] else "hasRepresentation"
        view = ox.NamedNode(row.url if "://" in row.url else base + row.url)
        said += [
            ox.Triple(node, ox.NamedNode(_ALTR + name), view),
            ox.Triple(view, term("dcterms:format"), ox.Literal(row.media_type)),
            ox.Triple(view, term("dcterms:conformsTo"), ox.NamedNode(row.profile.at(base))),
        ]
    return said


def _read(accept: str) -> dict[str, float]:
    """Return each profile of the header with its weight, leaving out what is malformed."""
    found: dict[str, float] = {}
    place = 0
    while place < len(accept):
        match = _ELEMENT.match(accept, place)
        if match is None:
            place = accept.find(",", place) + 1 or len(accept)
            continue
        place = match.end()
        iri, token, parameters = match.groups()
        weight = _WEIGHT.search(parameters)
        if weight or not _WEIGHTED.search(parameters):
            name = token if iri is None else iri
            found[name] = max(float(weight[1]) if weight else 1.0, found.get(name, 0.0))
    return found


def _none(reason: str, key: str, base: str, among: Sequence[Profile]) -> Problem:
    known = [f"{row.token} <{row.at(base)}>" for row in among]
    return Problem(key, f"{reason}. There are {', '.join(known)}.", {"profiles": known})
