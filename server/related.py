"""What stands near an entry: papers it is tied to, and studies like it, never more than a few."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from server.facts import Facts
from server.things import Thing

# As many of each kind are shown; the lists behind them have all.
MOST = 5
_FAR = 1000
# Property of the paper → what it is called from this end, and from the other.
_VERSIONS = {
    "atlas:correctionOf": ("This is a notice that corrects", "Corrected by"),
    "atlas:preprintOf": ("This is a preprint of", "Preprint of this paper"),
}


@dataclass(frozen=True)
class Group:
    """Things that are near in one way.

    `values` are what they share, of which the list of entries has all, by `parameter`; `is_cut`
    says that there are more things.
    """

    heading: str
    things: list[Thing]
    values: list[Thing] = field(default_factory=list)
    parameter: str = ""
    is_cut: bool = False


def versions(facts: Facts, paper: Thing) -> list[Group]:
    """Return what a reader must know before relying on `paper`: notices and other versions."""
    found: list[Group] = []
    for name, (forward, backward) in _VERSIONS.items():
        quads = facts.store.quads_for_pattern(None, facts.term(name), paper.node)
        pointing = {str(quad.subject.value) for quad in quads}  # type: ignore[union-attr]
        found.append(Group(forward, paper.all(name)))
        found.append(Group(backward, [Thing(facts, iri) for iri in sorted(pointing)]))
    return [group for group in found if group.things]


def related(facts: Facts, entry: Thing, paper: Thing) -> list[Group]:
    """Return what is near `entry`, in groups that are not empty; nothing stands in two of them."""
    definitions, topics = entry.all("atlas:appliedDefinition"), entry.all("atlas:topic")
    replicated = paper.all("atlas:replicates")
    cited = [thing for thing in paper.all("cito:cites") if thing not in replicated]
    citing = [Thing(facts, row["citing"]) for row in facts.rows("cited-by", paper=paper.node)]
    alike = _alike(facts, "same-definition", definitions, paper, [entry])
    on_topic = _alike(facts, "same-topic", topics, paper, [entry, *alike])
    groups = [
        Group("The same case definition", alike, definitions, "definition"),
        _cut("Replicates", replicated),
        _cut("Cites", cited),
        _cut("Cited by", citing),
        Group("The same topic", on_topic, topics, "topic"),
    ]
    return [group for group in groups if group.things]


def _cut(heading: str, things: list[Thing]) -> Group:
    return Group(heading, things[:MOST], is_cut=len(things) > MOST)


def _alike(
    facts: Facts, query: str, values: list[Thing], paper: Thing, without: list[Thing]
) -> list[Thing]:
    """Return the entries that share most of `values`, and of these the nearest in time."""
    shared: Counter[str] = Counter()
    years: dict[str, str] = {}
    for value in values:
        for row in facts.rows(query, value=value.node):
            shared[row["entry"]] += 1
            years[row["entry"]] = row.get("year", "")
    for known in without:
        shared.pop(known.iri, None)
    order = _by_nearness(shared, years, paper.text("atlas:year"))
    return [Thing(facts, iri) for iri in sorted(shared, key=order)[:MOST]]


def _by_nearness(
    shared: Counter[str], years: dict[str, str], own: str
) -> Callable[[str], tuple[int, int, str]]:
    def key(iri: str) -> tuple[int, int, str]:
        is_dated = own and years[iri]
        return (-shared[iri], abs(int(years[iri]) - int(own)) if is_dated else _FAR, iri)

    return key
