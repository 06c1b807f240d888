"""Check a snapshot reference against a release: that what it cites is exactly what was read."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyoxigraph as ox

from graph.content import digest, triples_of
from graph.errors import AtlasError
from graph.kept import kept_at
from graph.prefixes import BASE, term, value
from graph.recall import recall, record_of

# Spaces and line breaks come and go when a reference is copied, so they are taken out first.
_SPACE = re.compile(r"[\s\u00ad\u200b\ufeff]+")
_REFERENCE = re.compile(
    r"ME/CFSAtlas\.(?:(?P<versions>.+?)\.)?Revision(?P<number>[1-9][0-9]*),"
    r"(?P<digest>sha256:[0-9a-f]{64})\.Accessed(?P<day>\d{4}-\d\d-\d\d)\."
    r"(?P<document>https?://.+?)/revision/(?P<in_url>[1-9][0-9]*)\.?",
    re.ASCII,
)
_BY_RELEASE = re.compile(r"ME/CFSAtlas\..*Release(?P<release>\S+?)\(sha256:")
_VERSIONS = tuple(
    term(f"atlas:{name}Version") for name in ("generator", "scanner", "classifier", "policy")
)
_PLAN, _LABEL = term("prov:hadPlan"), term("rdfs:label")


class ReferenceRefused(AtlasError):
    """A reference does not say what was read, or says it wrongly."""


@dataclass(frozen=True)
class Verified:
    """A reference that holds: the revision, its digest, and the size of its content in bytes."""

    iri: str
    digest: str
    size: int


@dataclass(frozen=True)
class _Cited:
    versions: tuple[str, ...]
    number: int
    digest: str
    day: date
    document: str


def verify(text: str, store: ox.Store, base: str = BASE) -> Verified:
    """Return what the reference `text` cites, which the release in `store` has as it was read.

    Every part of it is held to the release, the digest by working it out from the content anew;
    only of the day no more can be said than that it was possible. Raises ReferenceRefused, and
    ReleaseMissing where the release is damaged.
    """
    cited = _read(text)
    iri = f"{cited.document}/revision/{cited.number}"
    path = cited.document.removeprefix(base)
    if path == cited.document or kept_at(path) is None:
        raise ReferenceRefused(f"<{iri}> is no revision that is kept under {base}; use its atlas")
    try:
        content = recall(store, iri, base)
    except ValueError as error:
        raise ReferenceRefused(f"<{iri}> is no address; compare it with the page") from error
    if content is None:
        raise ReferenceRefused(
            f"this release has no <{iri}>; compare the reference with the page, or build the "
            "newest data"
        )
    found = digest(content)
    if found != cited.digest:
        raise ReferenceRefused(
            f"<{iri}> has the digest {found}, and the reference says {cited.digest}: it was "
            "altered, or is not of this atlas"
        )
    record = record_of(store, iri, base)
    _check_day(cited, record)
    _check_versions(cited, triples_of(content) | record, store, base)
    return Verified(iri, found, len(content))


def _read(text: str) -> _Cited:
    plain = _SPACE.sub("", text)
    found = _REFERENCE.fullmatch(plain)
    if found is None:
        by_release = _BY_RELEASE.search(plain)
        if by_release:
            raise ReferenceRefused(
                f"this reference is to release {by_release['release']}, which kept no revisions; "
                "`atlas release verify` checks a release"
            )
        raise ReferenceRefused(
            "this is no snapshot reference; copy all of it, from “ME/CFS Atlas.” to the address"
        )
    if found["number"] != found["in_url"]:
        raise ReferenceRefused(
            f"the reference says revision {found['number']}, and its address {found['in_url']}"
        )
    try:
        day = date.fromisoformat(found["day"])
    except ValueError as error:
        raise ReferenceRefused(f"{found['day']} is no day; compare it with the page") from error
    versions = tuple((found["versions"] or "").split("/")) if found["versions"] else ()
    return _Cited(versions, int(found["number"]), found["digest"], day, found["document"])


def _check_day(cited: _Cited, record: frozenset[ox.Triple]) -> None:
    created = next(value(t.object) for t in record if t.predicate == term("dcterms:created"))
    # The day of a reader is UTC; that of a clock that goes fast a little may be the next.
    if not created[:10] <= cited.day.isoformat() <= str(datetime.now(UTC).date() + timedelta(1)):
        raise ReferenceRefused(
            f"nobody can have read on {cited.day} what was recorded on {created[:10]}; compare "
            "the day with the page"
        )


def _check_versions(cited: _Cited, said: frozenset[ox.Triple], store: ox.Store, base: str) -> None:
    nodes = {value(t.object) for t in said if t.predicate in {*_VERSIONS, _PLAN}}
    names = {name for node in nodes for name in _labels(store, base + node.removeprefix(BASE))}
    for name in cited.versions:
        if name not in names:
            listed = ", ".join(sorted(names)) or "none"
            raise ReferenceRefused(
                f"{name} had no part in revision {cited.number}; those that had: {listed}"
            )


def _labels(store: ox.Store, iri: str) -> set[str]:
    """Return the names of a version, without spaces."""
    quads = store.quads_for_pattern(ox.NamedNode(iri), _LABEL, None, ox.DefaultGraph())
    return {_SPACE.sub("", value(quad.object)) for quad in quads}
