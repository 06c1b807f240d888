"""Finds entries in the search index of one release, and counts them by facet."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import tantivy

from graph.release import Release
from graph.search_index import open_index
from graph.search_rows import FACETS, SearchRow
from server.search import Search
from server.words import exact_query, ranked_query, read_words

# Counts that are kept: readers go through pages and formats of the same search.
_KEPT = 256
# More values than a facet will ever have; the index would else leave out the rare ones.
_ALL_VALUES = 60_000
_ORDERS = {"newest": "newest", "oldest": "oldest", "title": "by_title"}
_YEARS = "year"
_FACETS = tuple(facet.key for facet in FACETS)
_NUMBERS = {"number of entries": "newest", "number of dated": _YEARS}
_MUST = tantivy.Occur.Must


@dataclass(frozen=True)
class Counts:
    """How many entries a search finds; `exact` of them have its words just as they were written.

    The counts of a facet are those of the search without what was chosen of that facet.
    """

    total: int
    exact: int
    by_facet: dict[str, dict[str, int]]
    by_year: dict[int, int]
    undated: int


@dataclass(frozen=True)
class _Counted:
    """How many entries, and with a year, a query finds, and by the values of some fields."""

    entries: int
    dated: int
    values: dict[str, dict[str | float, int]]


class Finder:
    """The search index of one release."""

    def __init__(self, release: Release) -> None:
        """Open the index; ReleaseMissing where the release has none."""
        index = open_index(release.index_path)
        self._schema = index.schema
        self._searcher = index.searcher()
        self.count = lru_cache(_KEPT)(self._count)

    def rows(self, search: Search) -> list[SearchRow]:
        """Return the entries on the page of `search`, in its order."""
        return list(self._rows(search, search.size, (search.page - 1) * search.size))

    def all_rows(self, search: Search, most: int) -> Iterator[SearchRow]:
        """Yield the entries of all pages of `search`, in its order, `most` of them."""
        return self._rows(search, most, 0)

    def _rows(self, search: Search, limit: int, offset: int) -> Iterator[SearchRow]:
        order = _ORDERS.get(search.sort)
        query = self._query(search)
        ascending = tantivy.Order.Asc if order else tantivy.Order.Desc
        found = self._searcher.search(
            query, limit, count=False, order_by_field=order, offset=offset, order=ascending
        )
        for _, address in found.hits:
            row = self._searcher.doc(address).get_first("row")
            yield SearchRow.from_json(bytes(row or b"").decode())

    def _count(self, search: Search) -> Counts:
        query = self._query(search)
        here = self._counted(query, *_FACETS)
        for name in {name for name, _ in search.chosen}:
            here.values |= self._counted(self._query(search.without(name)), name).values
        years = self._counted(self._query(search.without("from").without("year")), _YEARS)
        return Counts(
            total=here.entries,
            exact=self._exact(search) if search.words else here.entries,
            by_facet={name: {str(key): n for key, n in here.values[name].items()} for name in _FACETS},
            by_year={int(key): n for key, n in years.values[_YEARS].items()},
            undated=years.entries - years.dated,
        )

    def _exact(self, search: Search) -> int:
        words = exact_query(read_words(search.words), self._schema)
        narrowed = self._query(search.without("q"))
        return self._counted(tantivy.Query.boolean_query([(_MUST, narrowed), (_MUST, words)])).entries

    def _counted(self, query: tantivy.Query, *names: str) -> _Counted:
        asked = {name: {"terms": {"field": name, "size": _ALL_VALUES}} for name in names}
        # Every entry has a place in the orders, and those that have a year have one.
        numbers = {name: {"value_count": {"field": field}} for name, field in _NUMBERS.items()}
        found = self._searcher.aggregate(query, {**asked, **numbers})
        entries, dated = (int(found[name]["value"]) for name in _NUMBERS)
        values = {
            name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]}
            for name in names
        }
        return _Counted(entries, dated, values)

se dated

