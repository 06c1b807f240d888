"""What those who published a paper announced of it: retractions and expressions of concern.

A notice stands until it is taken back. What stands marks the entry wherever it is listed.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from server.facts import Facts
from server.things import Thing


@dataclass(frozen=True)
class Kind:
    """A kind of notice: its mark in lists, what happened, and what a reader has to know of it."""

    key: str
    mark: str
    event: str
    meaning: str


KINDS = {
    "atlas:retraction": Kind(
        "retracted",
        "Retracted",
        "This paper was retracted",
        "Its findings must not be relied on.",
    ),
    "atlas:expressionOfConcern": Kind(
        "concern",
        "Expression of concern",
        "An expression of concern was issued about this paper",
        "Those who published it have doubts that are not settled. It is a warning, no retraction.",
    ),
}
_MARKS: WeakKeyDictionary[Facts, dict[str, tuple[Kind, ...]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Notice:
    """One notice about a paper; days are as precise as known."""

    kind: Kind
    thing: Thing

    @property
    def day(self) -> str:
        """Return when it was issued."""
        return self.thing.text("dcterms:date")

    @property
    def issuer(self) -> str:
        """Return who issued it, "" where that is not recorded."""
        return self.thing.text("dc:publisher")

    @property
    def sources(self) -> list[str]:
        """Return the IRIs of the notice, or of where it was seen."""
        return self.thing.texts("dcterms:source")

    @property
    def lifted_on(self) -> str:
        """Return when it was taken back, "" where it stands."""
        return self.thing.text("atlas:liftedOn")

    @property
    def lifting_sources(self) -> list[str]:
        """Return the IRIs of the announcement that it was taken back."""
        return self.thing.texts("atlas:liftingNotice")

    @property
    def words(self) -> str:
        """Return it in a few words, as a citation carries them."""
        return " ".join(part for part in (self.kind.mark, self.day, *self.sources[:1]) if part)


def notices(paper: Thing) -> list[Notice]:
    """Return the notices about `paper`, the gravest first, then the latest."""
    return [
        notice
        for name, kind in KINDS.items()
        for notice in sorted(
            (Notice(kind, thing) for thing in paper.all(name)),
            key=lambda notice: notice.day,
            reverse=True,
        )
    ]


def standing(paper: Thing) -> list[Notice]:
    """Return those notices about `paper` that nobody took back."""
    return [notice for notice in notices(paper) if not notice.lifted_on]


def marks(facts: Facts, iri: str) -> tuple[Kind, ...]:
    """Return the kinds of what stands against the entry `iri`, or that `iri` is a part of."""
    if facts not in _MARKS:
        _MARKS[facts] = _read(facts)
    return _MARKS[facts].get(iri.partition("#")[0], ())


def _read(facts: Facts) -> dict[str, tuple[Kind, ...]]:
    rows = facts.rows("standing")
    found: dict[str, tuple[Kind, ...]] = {}
    for curie, kind in KINDS.items():
        own = facts.term(curie).value
        for row in rows:
            if row["kind"] == own:
                found[row["entry"]] = (*found.get(row["entry"], ()), kind)
    return found
