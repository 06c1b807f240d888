"""Which case definition came of which: the ones before and after one of them, as a small tree."""

from collections import defaultdict
from dataclasses import dataclass, field

from server.facts import Facts
from server.things import Thing


@dataclass(frozen=True)
class Branch:
    """A case definition and those of the same line that revise it."""

    thing: Thing
    year: str
    is_own: bool
    later: list["Branch"] = field(default_factory=list)


def revised(facts: Facts) -> dict[str, list[Thing]]:
    """Return what each case definition revises, by its IRI."""
    found: dict[str, list[Thing]] = defaultdict(list)
    for row in facts.rows("revisions"):
        found[row["later"]].append(Thing(facts, row["earlier"]))
    return dict(found)


def lineages(facts: Facts, own: str) -> list[Branch]:
    """Return the line of `own` from each of its first ancestors on; none where it stands alone."""
    earlier, later = defaultdict(set), defaultdict(set)
    for row in facts.rows("revisions"):
        earlier[row["later"]].add(row["earlier"])
        later[row["earlier"]].add(row["later"])
    ancestors = _reached(own, earlier)
    line = _Line(facts, own, frozenset(ancestors | _reached(own, later)), later)
    if len(line.members) == 1:
        return []
    first = sorted(iri for iri in ancestors if not earlier[iri]) or [own]
    return [line.branch(iri) for iri in first]


@dataclass(frozen=True)
class _Line:
    facts: Facts
    own: str
    members: frozenset[str]
    later: dict[str, set[str]]

    def branch(self, iri: str, above: frozenset[str] = frozenset()) -> Branch:
        # Data in which two definitions revise each other must not send us round for ever.
        above |= {iri}
        thing = Thing(self.facts, iri)
        following = [self.branch(one, above) for one in (self.later[iri] & self.members) - above]
        following.sort(key=lambda branch: (branch.year, branch.thing.label))
        return Branch(thing, thing.text("atlas:year"), iri == self.own, following)


def _reached(start: str, steps: dict[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = steps[waiting.pop()] - found
        found |= new
        waiting += new
    return found
