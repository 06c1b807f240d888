"""What stands near an entry: papers it is tied to, and studies like it, never more than a few."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from server.facts import Facts, Row
from server.things import Thing

# As many of each kind are shown; the lists behind them have all.
MOST = 5
_FAR = 1000
# The entries of a value are the same for the whole life of a release, and read once.
_POOLS: WeakKeyDictionary[Facts, dict[tuple[str, str], list[Row]]] = WeakKeyDictionary()
# Property of the paper → what it is called from this end, and from the other.
_VERSIONS = {
    "dcterms:isReplacedBy": ("Replaced by", "This replaces", ""),
    "atlas:correctionOf": ("This is a notice that corrects", "Corrected by", ""),
    "atlas:preprintOf": (
        "This is a preprint. It was published as",
        "This is the journal version. Its preprint",
        "The two may differ, and each was read and judged by itself.",
    ),
}


@dataclass(frozen=True)
class Group:
    """Entries or papers that are near in one way, as rows with `entry`, `title` and what is known.

    `values` are what they share, of which the list of entries has all, by `parameter`; `is_cut`
    says that there are more.
    """

    heading: str
    rows: list[Row]
    values: list[Thing] = field(default_factory=list)
    parameter: str = ""
    is_cut: bool = False
    note: str = ""


def versions(paper: Thing) -> list[Group]:
    """Return what a reader must know before relying on `paper`: notices and other versions."""
    found: list[Group] = []
    for name, (forward, backward, note) in _VERSIONS.items():
        found.append(Group(forward, _rows(paper.all(name)), note=note))
        found.append(Group(backward, _rows(paper.pointing(name)), note=note))
    return [group for group in found if group.rows]


def related(facts: Facts, entry: Thing, paper: Thing) -> list[Group]:
    """Return what is near `entry`, in groups that are not empty; nothing stands in two of them."""
    definitions, topics = entry.all("atlas:appliedDefinition"), entry.all("atlas:topic")
    replicated = paper.all("atlas:replicates")
    cited = [thing for thing in paper.all("cito:cites") if thing not in replicated]
    citing = [Thing(facts, row["citing"]) for row in facts.rows("cited-by", paper=paper.node)]
    alike = _alike(facts, "same-definition", definitions, paper, {entry.iri})
    shown = {entry.iri} | {row["entry"] for row in alike}
    on_topic = _alike(facts, "same-topic", topics, paper, shown)
    groups = [
        Group("The same case definition", alike, definitions, "definition"),
        _cut("Replicates", replicated),
        _cut("Cites", cited),
        _cut("Cited by", citing),
        Group("The same topic", on_topic, topics, "topic"),
    ]
    return [group for group in groups if group.rows]


def _cut(heading: str, things: list[Thing]) -> Group:
    return Group(heading, _rows(things[:MOST]), is_cut=len(things) > MOST)


def _rows(things: list[Thing]) -> list[Row]:
    return [{"entry": thing.iri, "title": thing.label} for thing in things]


def _alike(
    facts: Facts, query: str, values: list[Thing], paper: Thing, without: set[str]
) -> list[Row]:
    """Return the entries that share most of `values`, and of these the nearest in time."""
    found = [row for value in values for row in _pool(facts, query, value)]
    shared = Counter(row["entry"] for row in found)
    by_entry = {row["entry"]: row for row in found if row["entry"] not in without}
    return sorted(by_entry.values(), key=_by_nearness(shared, paper.text("atlas:year")))[:MOST]


def _pool(facts: Facts, query: str, value: Thing) -> list[Row]:
    pools = _POOLS.setdefault(facts, {})
    key = (query, value.iri)
    if key not in pools:
        pools[key] = facts.rows(query, value=value.node)
    return pools[key]


def _by_nearness(shared: Counter[str], own: str) -> Callable[[Row], tuple[int, int, str]]:
    def key(row: Row) -> tuple[int, int, str]:
        year = row.get("year", "")
        away = abs(int(year) - int(own)) if own and year else _FAR
        return (-shared[row["entry"]], away, row["entry"])

    return key
