"""What changed between two contents of a document: the triples, and the same by meaning."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox

from graph.kept import noun_of
from graph.paths import ONTOLOGY
from graph.prefixes import BASE, shorten, term, value
from graph.sources import document_of

_SHOWN = 120


@dataclass(frozen=True)
class Difference:
    """The triples that one content has and another has not; without blank nodes it is exact."""

    removed: frozenset[ox.Triple]
    added: frozenset[ox.Triple]

    def __bool__(self) -> bool:
        """Say whether anything changed."""
        return bool(self.removed or self.added)

    @property
    def reversed(self) -> "Difference":
        """Return the way back."""
        return Difference(removed=self.added, added=self.removed)


@dataclass(frozen=True)
class Change:
    """One property of one part: what it no longer says (`old`) and what it says now (`new`).

    `part` is "" for the document itself, else its fragment; `property` is the property's label;
    values that stayed are in neither list.
    """

    part: str
    property: str
    old: tuple[str, ...]
    new: tuple[str, ...]

    def __str__(self) -> str:
        """Return the change as a sentence for people."""
        about = f"#{self.part} {self.property}" if self.part else self.property
        old, new = ", ".join(self.old), ", ".join(self.new)
        if old and new:
            return f"{about}: {old} → {new}"
        return f"{about}: added {new}" if new else f"{about}: removed {old}"


def compare(old: Iterable[ox.Triple], new: Iterable[ox.Triple]) -> Difference:
    """Return what has to be removed from `old` and added to it to make `new`."""
    before, after = frozenset(old), frozenset(new)
    return Difference(removed=before - after, added=after - before)


def patch(triples: Iterable[ox.Triple], difference: Difference) -> frozenset[ox.Triple]:
    """Return `triples` after `difference`; ValueError where they are not what it starts from."""
    before = frozenset(triples)
    if not difference.removed <= before or difference.added & before:
        raise ValueError("this difference starts from other triples")
    return (before - difference.removed) | difference.added


def changes(difference: Difference) -> list[Change]:
    """Return `difference` by meaning: one change for each property of each part, in their order."""
    values: defaultdict[tuple[str, str], tuple[list[str], list[str]]]
    values = defaultdict(lambda: ([], []))
    for side, triples in enumerate((difference.removed, difference.added)):
        for triple in sorted(triples, key=str):
            key = value(triple.subject), triple.predicate.value
            values[key][side].append(_shown(triple.object, key[0]))
    return [
        Change(subject.partition("#")[2], label(predicate), tuple(old), tuple(new))
        for (subject, predicate), (old, new) in sorted(values.items())
    ]


def rdf_patch(difference: Difference) -> str:
    """Return `difference` as an RDF Patch: first what is deleted (D), then what is added (A)."""
    return "".join(_rows("D", difference.removed)) + "".join(_rows("A", difference.added))


def label(predicate: str) -> str:
    """Return the name of a property for people: its label where it is ours, else its own name."""
    known = _labels().get(predicate)
    return known or shorten(predicate).strip("<>").rpartition(":")[2]


@cache
def _labels() -> dict[str, str]:
    named = term("rdfs:label")
    quads = ox.parse(path=str(ONTOLOGY / "atlas.ttl"))
    return {value(q.subject): value(q.object) for q in quads if q.predicate == named}


def _rows(mark: str, triples: Iterable[ox.Triple]) -> Iterator[str]:
    return (f"{mark} {line} .\n" for line in sorted(map(str, triples)))


def _shown(node: object, subject: str) -> str:
    """Return a value as people read it: text as it is, our own things by the end of their IRI."""
    text = value(node)
    if isinstance(node, ox.Literal):
        language = f" ({node.language})" if node.language not in {None, "en"} else ""
        return (text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…") + language
    own = document_of(subject)
    if document_of(text) == own:
        return text.removeprefix(own) or f"the {noun_of(own)}"
    return text.removeprefix(f"{BASE}/").removeprefix("vocabulary/")
