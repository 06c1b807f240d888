"""The page of an evidence entry, in the atlas's order of fields."""

from dataclasses import dataclass
from math import ceil

from graph.kept import ENTRY
from server import citations
from server.citation_files import CITATION_FILES
from server.citation_styles import Wanted
from server.documents import Document
from server.facts import Facts
from server.highwire import meta_tags
from server.making import making
from server.notices import notices, standing
from server.pages import Page
from server.problems import Problem
from server.reasoning import Reasoning, own_query, reasoning
from server.references import reference
from server.related import related, versions
from server.revisions import Revision, revisions
from server.snapshots import snapshot_reference
from server.terms import thing_page
from server.things import Thing

_WORDS_A_MINUTE = 200
# Kind of text → heading, property, whether it is a list; in the order of the page.
SECTIONS = (
    ("quick-summary", "Quick summary", "atlas:quickSummary"),
    ("why-it-matters", "Why it matters", "atlas:whyItMatters"),
    ("findings", "Observed findings", "atlas:observedFinding"),
    ("conclusions", "Inferred conclusions", "atlas:inferredConclusion"),
    ("questions", "Remaining questions", "atlas:remainingQuestion"),
    ("does-not-prove", "What this study does not prove", "atlas:doesNotProve"),
    ("advanced-summary", "Advanced summary", "atlas:advancedSummary"),
    ("strengths", "Methodological strengths", "atlas:methodologicalStrength"),
    ("limitations", "Limitations", "atlas:limitation"),
)
_LISTS = {"findings", "conclusions", "questions"}
_DEPTHS = (("Quick read", SECTIONS[:1]), ("Standard", SECTIONS[:6]), ("Deep dive", SECTIONS))
_VERSIONS = ("atlas:generatorVersion", "atlas:scannerVersion", "atlas:policyVersion")
BADGES = (
    ("Evidence level", "atlas:evidenceLevel"),
    ("Confidence", "atlas:confidence"),
    ("PEM", "atlas:pemRequirement"),
    ("Publication type", "atlas:publicationType"),
    ("Peer review", "atlas:peerReview"),
)


@dataclass(frozen=True)
class Badge:
    """One badge: what it is about, and its value, None where nothing is recorded."""

    kind: str
    value: Thing | None

    @property
    def words(self) -> str:
        """Return what the badge says."""
        if self.value:
            return self.value.label
        return "PEM not judged" if self.kind == "PEM" else "not recorded"


@dataclass(frozen=True)
class Section:
    """The texts of one kind, in their order."""

    key: str
    heading: str
    texts: list[Thing]

    @property
    def is_list(self) -> bool:
        """Return whether the texts are points of a list."""
        return self.key in _LISTS


def entry_page(facts: Facts, document: Document) -> Page:
    """Return the page of the entry that `document` describes."""
    entry = Thing(facts, document.iri)
    thing = entry.one("atlas:paper")
    if thing is None:
        return thing_page(facts, document)
    why = reasoning(entry)
    sections = [Section(key, heading, entry.all(name)) for key, heading, name in SECTIONS]
    texts = [text for section in sections for text in section.texts]
    paper = citations.read_paper(thing)
    past = revisions(facts, entry.iri)
    values: dict[str, object] = {
        "entry": entry,
        "badges": [Badge(kind, entry.one(name)) for kind, name in BADGES],
        "depths": _depths(sections),
        "thing": thing,
        "paper": paper,
        "meta_tags": meta_tags(paper),
        "authors": thing.all("atlas:author"),
        "journal": thing.one("schema:isPartOf"),
        "sections": sections,
        "has_texts": bool(texts),
        "is_machine_drafted": any(text.is_true("atlas:machineDrafted") for text in texts),
        "generators": _distinct(texts, "atlas:generatorVersion"),
        "why": why,
        "notices": notices(thing),
        "standing": standing(thing),
        "made": making((row.heading, text) for row in sections for text in row.texts),
        "type_basis": entry.one("atlas:publicationTypeBasis"),
        "other_versions": versions(thing),
        "related": related(facts, entry, thing),
        "query": own_query("entry", entry),
        "snapshot": entry.one("atlas:badgesFrom"),
        "versions_then": _versions_then(entry),
        "noun": ENTRY.noun,
        "revisions": past,
        **_citations(entry, paper, why, past[-1] if past else None),
    }
    return Page("entry.html", values)


def entry_citation(facts: Facts, document: Document, key: str) -> bytes:
    """Return the paper of the entry that `document` describes, in the citation format `key`."""
    entry = Thing(facts, document.iri)
    paper, slug = citations.read_paper(_paper_of(entry)), entry.text("dcterms:identifier")
    return CITATION_FILES[key](paper, slug, entry.iri).encode()


def entry_reference(facts: Facts, document: Document, wanted: Wanted) -> bytes:
    """Return the reference to the paper of the entry that `document` describes, in that style."""
    entry = Thing(facts, document.iri)
    paper = citations.read_paper(_paper_of(entry))
    return reference(paper, entry.text("dcterms:identifier"), wanted).encode() + b"\n"


def _paper_of(entry: Thing) -> Thing:
    thing = entry.one("atlas:paper")
    if thing is None:
        raise Problem("not-found", "This entry names no paper that could be cited.")
    return thing


def _depths(sections: list[Section]) -> list[tuple[str, str, str]]:
    by_key = {section.key: section for section in sections}
    found: list[tuple[str, str, str]] = []
    known = 0
    for name, rows in _DEPTHS:
        shown = [by_key[key] for key, _, _ in rows if by_key[key].texts]
        words = sum(len(t.text("rdf:value").split()) for section in shown for t in section.texts)
        if words > known:
            new = next(section.key for section in shown if section.key not in str(found))
            found.append((name, _duration(words), new))
            known = words
    return found


def _duration(words: int) -> str:
    seconds = words * 60 / _WORDS_A_MINUTE
    if seconds <= 30:
        return "30 sec"
    return "1 min" if seconds <= 60 else f"{ceil(seconds / 60)} min"


def _distinct(texts: list[Thing], curie: str) -> list[Thing]:
    return list(dict.fromkeys(found for text in texts for found in text.all(curie)))


def _versions_then(entry: Thing) -> list[Thing]:
    """Return what the site's badges were made under, of which the site named a version."""
    seen = entry.one("atlas:badgesFrom")
    return [found for name in _VERSIONS if seen and (found := seen.one(name))]


def _citations(
    entry: Thing, paper: citations.Paper, why: Reasoning, current: Revision | None
) -> dict[str, object]:
    slug = entry.text("dcterms:identifier")
    labels = [version.label for version in _versions_then(entry)]
    if not labels and why.policy:
        labels = [why.policy.label]
    return {
        "primary": citations.primary(paper),
        "bibtex": citations.bibtex(paper, slug, entry.iri),
        "snapshot_reference": snapshot_reference(entry, labels, current),
    }
