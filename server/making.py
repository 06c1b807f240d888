"""How the texts of an entry were made: who or what wrote them, and which scans went over them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from server.things import Thing

T = TypeVar("T")


@dataclass(frozen=True)
class Origin:
    """Texts that were made alike: by a generator, else by the people they are attributed to.

    `headings` are those under which the page has them; `sources` what they were derived from.
    """

    generator: Thing | None
    drafting: Thing | None
    association: Thing | None
    day: str
    used: list[Thing]
    makers: list[Thing]
    sources: list[Thing]
    headings: list[str]


@dataclass(frozen=True)
class Scan:
    """One run of a scanner: which version, on which day, over which texts, and what it found."""

    run: Thing
    association: Thing | None
    scanner: Thing | None
    day: str
    headings: list[str]
    findings: list[tuple[Thing, str, Thing]]


@dataclass(frozen=True)
class Making:
    """How texts were made; `unscanned` heads the drafts that no recorded run went over."""

    origins: list[Origin]
    scans: list[Scan]
    unscanned: list[str]


def making(texts: Iterable[tuple[str, Thing]]) -> Making:
    """Return how `texts`, each with the heading that the page has for it, were made."""
    headings = {text: heading for heading, text in texts}
    runs = _distinct(run for text in headings for run in text.pointing("atlas:scannedText"))
    scanned = {text for run in runs for text in run.all("atlas:scannedText")}
    drafts = [text for text in headings if text.is_true("atlas:machineDrafted")]
    found = [_scan(run, headings) for run in runs]
    return Making(
        origins=[_origin(alike, headings) for alike in _alike(headings)],
        scans=sorted(found, key=lambda scan: scan.run.text("prov:endedAtTime"), reverse=True),
        unscanned=_distinct(headings[text] for text in drafts if text not in scanned),
    )


def _alike(texts: Iterable[Thing]) -> Iterable[list[Thing]]:
    found: dict[tuple[str, ...], list[Thing]] = {}
    for text in texts:
        drafting = text.texts("prov:wasGeneratedBy")
        said = ("atlas:generatorVersion", "prov:wasAttributedTo", "prov:wasDerivedFrom")
        key = drafting or [value for curie in said for value in text.texts(curie)]
        found.setdefault(tuple(key), []).append(text)
    return found.values()


def _origin(texts: list[Thing], headings: dict[Thing, str]) -> Origin:
    first = texts[0]
    drafting = first.one("prov:wasGeneratedBy")
    return Origin(
        generator=first.one("atlas:generatorVersion"),
        drafting=drafting,
        association=drafting.one("prov:qualifiedAssociation") if drafting else None,
        day=drafting.text("prov:endedAtTime")[:10] if drafting else "",
        used=drafting.all("prov:used") if drafting else [],
        makers=first.all("prov:wasAttributedTo"),
        sources=_distinct(source for text in texts for source in text.all("prov:wasDerivedFrom")),
        headings=_distinct(headings[text] for text in texts),
    )


def _scan(run: Thing, headings: dict[Thing, str]) -> Scan:
    association = run.one("prov:qualifiedAssociation")
    findings = [
        (finding, headings.get(text, text.label), text)
        for finding in run.pointing("prov:wasGeneratedBy")
        for text in finding.all("atlas:foundIn")
    ]
    return Scan(
        run=run,
        association=association,
        scanner=association.one("prov:agent") if association else None,
        day=run.text("prov:endedAtTime")[:10],
        headings=_distinct(headings.get(text, text.label) for text in run.all("atlas:scannedText")),
        findings=findings,
    )


def _distinct(things: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(things))
