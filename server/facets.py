"""The facets of a search as a reader sees them: headings, values with their names, counts."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from graph.search_rows import FACETS, Facet
from server.charts import PEM
from server.facts import Facts
from server.finder import Counts
from server.search import ALL_JOURNALS, Known, Search

HEADINGS = {
    "pem": "Was PEM required?",
    "definition": "Case definition",
    "level": "Evidence level",
    "type": "Publication type",
    "topic": "Topic",
    "journal": "Journal",
}
_MISSING = {"not-judged": "not judged", "not-recorded": "not recorded"}
# Facets whose values have an order of their own; those of the rest come by their number.
_ORDERED = {"pem": [series.key for series in PEM], "level": []}
# Journals that are shown at first, and at most.
_FEW, _MANY = 10, 500


@dataclass(frozen=True)
class Option:
    """A value of a facet, and how many entries there are with it under the other filters."""

    key: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Choices:
    """The values of one facet to choose from; `hidden` counts those that are left out."""

    key: str
    heading: str
    options: list[Option]
    hidden: int = 0

    @property
    def chosen(self) -> int:
        """Return how many values are chosen."""
        return sum(option.is_chosen for option in self.options)


def read_values(facts: Facts) -> Known:
    """Return the values of each facet in `facts` with their names, in the order of these."""
    rows = facts.rows("facet-values")
    found = {}
    for facet in FACETS:
        space = facts.base + facet.space
        named = {
            row["value"].removeprefix(space): row["label"]
            for row in rows
            if row["value"].startswith(space)
        }
        found[facet.key] = named | {facet.missing: _MISSING[facet.missing]}
    return found


def choices(search: Search, known: Known, counts: Counts, everything: Counts) -> list[Choices]:
    """Return all facets with the values that occur in the release or were chosen."""
    return [_choices(facet, search, known, counts, everything) for facet in FACETS]


def _choices(
    facet: Facet, search: Search, known: Known, counts: Counts, everything: Counts
) -> Choices:
    chosen = search.values(facet.key)
    here = counts.by_facet[facet.key]
    options = [
        Option(key, known[facet.key].get(key, key), here.get(key, 0), key in chosen)
        for key in {*everything.by_facet[facet.key], *chosen}
    ]
    found = Choices(facet.key, HEADINGS[facet.key], sorted(options, key=_order(facet)))
    return _shortened(found, search) if facet.key == "journal" else found


def _shortened(journals: Choices, search: Search) -> Choices:
    most = _MANY if search.more == ALL_JOURNALS else _FEW
    first, rest = journals.options[:most], journals.options[most:]
    kept = [option for option in rest if option.is_chosen]
    return replace(journals, options=[*first, *kept], hidden=len(rest) - len(kept))


def _order(facet: Facet) -> Callable[[Option], tuple[bool, int, str, str]]:
    order = _ORDERED.get(facet.key)

    def key(option: Option) -> tuple[bool, int, str, str]:
        is_missing = option.key == facet.missing
        if order is None:
            return is_missing, -option.count, option.label.casefold(), option.key
        return is_missing, order.index(option.key) if order else 0, option.key, ""

    return key
