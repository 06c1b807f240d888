"""Finds entries in the search index of one release, and counts them by facet."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import tantivy

from graph.release import Release
from graph.search_index import open_index, open_rows
from graph.search_rows import FACETS, SearchRow
from server.search import Search
from server.spelling import Spelling
from server.word_queries import WordQueries, any_term
from server.words import read_words

# Counts that are kept: readers go through pages and formats of the same search.
_KEPT = 64
# More values than a facet will ever have; the index would else leave out the rare ones.
_ALL_VALUES = 60_000
_ORDERS = {"newest": "newest", "oldest": "oldest", "title": "by_title"}
_FACETS = tuple(facet.key for facet in FACETS)
_YEARS = "year"
# Every entry has a place in the orders; those that have a year have one.
_PLACE = "newest"
_NUMBERS = {"entries": _PLACE, "dated": _YEARS}
_MUST, _MUST_NOT, _SHOULD = tantivy.Occur.Must, tantivy.Occur.MustNot, tantivy.Occur.Should


@dataclass(frozen=True)
class Counts:
    """How many entries a search finds; `exact` of them have its words just as they were written.

    The counts of a facet, and those of the years, are those of the search without what was
    chosen there.
    """

    total: int
    exact: int
    by_facet: dict[str, dict[str, int]]
    by_year: dict[int, int]
    undated: int


@dataclass(frozen=True)
class _Counted:
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
        self._all = open_rows(release.index_path)
        self._spelling = Spelling(release)
        self._kept = lru_cache(_KEPT)(self._count)

    def count(self, search: Search) -> Counts:
        """Return how many entries all pages of `search` have together."""
        return self._kept(search.filters)

    def rows(self, search: Search) -> list[SearchRow]:
        """Return the entries on the page of `search`, in its order."""
        return list(self._rows(search, search.size, (search.page - 1) * search.size))

    def all_rows(self, search: Search, most: int) -> Iterator[SearchRow]:
        """Yield the entries of all pages of `search`, in its order, `most` of them."""
        return self._rows(search, most, 0)

    def _rows(self, search: Search, limit: int, offset: int) -> Iterator[SearchRow]:
        field = _ORDERS.get(search.sort)
        order = tantivy.Order.Asc if field else tantivy.Order.Desc
        query = self._query(search, is_ranked=field is None)
        found = self._searcher.search(
            query, limit, count=False, order_by_field=field, offset=offset, order=order
        )
        addresses = [address for _, address in found.hits]
        places = self._searcher.fast_field_values(_PLACE, addresses)
        return (self._all.row(int(place or 0)) for place in places)

    def _count(self, search: Search) -> Counts:
        here = self._counted(self._query(search), *_FACETS, _YEARS)
        by_facet = dict.fromkeys(_FACETS, here)
        for name in {name for name, _ in search.chosen}:
            by_facet[name] = self._counted(self._query(search.without(name)), name)
        years = here
        if search.has_years or search.undated:
            years = self._counted(self._query(search.without("from").without("year")), _YEARS)
        return Counts(
            total=here.entries,
            exact=self._exact(search, here.entries),
            by_facet={
                name: {str(key): number for key, number in found.values[name].items()}
                for name, found in by_facet.items()
            },
            by_year={int(key): number for key, number in years.values[_YEARS].items()},
            undated=years.entries - years.dated,
        )

    def _exact(self, search: Search, total: int) -> int:
        words = self._words(search)
        if not words.has_guesses:
            return total
        narrowed = self._query(search.without("q"))
        both = tantivy.Query.boolean_query([(_MUST, narrowed), (_MUST, words.exact())])
        return self._counted(both).entries

    def _counted(self, query: tantivy.Query, *names: str) -> _Counted:
        asked = {name: {"terms": {"field": name, "size": _ALL_VALUES}} for name in names}
        numbers = {
            f"#{name}": {"value_count": {"field": field}} for name, field in _NUMBERS.items()
        }
        found = self._searcher.aggregate(query, {**asked, **numbers})
        entries, dated = (int(found[f"#{name}"]["value"]) for name in _NUMBERS)
        values = {
            name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]}
            for name in names
        }
        return _Counted(entries, dated, values)

    def _query(self, search: Search, *, is_ranked: bool = False) -> tantivy.Query:
        wanted = [
            any_term(self._schema, facet.key, values)
            for facet in FACETS
            if (values := search.values(facet.key))
        ]
        if years := self._years(search):
            wanted.append(years)
        narrowing = [(_MUST, tantivy.Query.const_score_query(query, 0.0)) for query in wanted]
        if search.words:
            words = self._words(search)
            narrowing.append((_MUST, words.ranked() if is_ranked else words.alike()))
        return tantivy.Query.boolean_query(narrowing) if narrowing else tantivy.Query.all_query()

    def _words(self, search: Search) -> WordQueries:
        return WordQueries(read_words(search.words), self._schema, self._spelling)

    def _years(self, search: Search) -> tantivy.Query | None:
        every = tantivy.Query.all_query()
        dated = tantivy.Query.exists_query(_YEARS)
        undated = tantivy.Query.boolean_query([(_MUST, every), (_MUST_NOT, dated)])
        if not search.has_years:
            return undated if search.undated else None
        kind = tantivy.FieldType.Unsigned
        within = tantivy.Query.range_query(
            self._schema, _YEARS, kind, search.first_year, search.last_year
        )
        if not search.undated:
            return within
        return tantivy.Query.boolean_query([(_SHOULD, within), (_SHOULD, undated)])
