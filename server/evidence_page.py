"""The page of a search for people: what was found, what narrowed it, and how to go on."""

from dataclasses import dataclass

from graph.search_rows import FACETS
from server.evidence_files import Listed, byline
from server.facets import HEADINGS, choices
from server.facts import Facts
from server.finder import Counts, Finder
from server.pages import Page
from server.search import (
    ALL_JOURNALS,
    MOST_LETTERS,
    SORTS,
    Known,
    Search,
)
from server.search_query import search_query
from server.words import read_words

NOUNS = {**HEADINGS, "pem": "PEM"}
_MISSING = {facet.key: facet.missing for facet in FACETS}
_DECADE = 10


@dataclass(frozen=True)
class Chip:
    """One filter in words, the search without it, and how many entries that finds."""

    words: str
    wider: Search
    total: int = 0


@dataclass(frozen=True)
class Decade:
    """Years of which entries were found, the search for them, and how many they are."""

    label: str
    search: Search
    count: int


def list_page(facts: Facts, finder: Finder, known: Known, listed: Listed) -> Page:
    """Return the page of a search."""
    search, counts = listed.search, finder.count(listed.search)
    everything = finder.count(Search())
    values: dict[str, object] = {
        "search": search,
        "listed": listed,
        "rows": listed.rows,
        "known": known,
        "nouns": NOUNS,
        "byline": byline,
        "start": (search.page - 1) * search.size,
        "counts": counts,
        "everything": everything.total,
        "facets": choices(search, known, counts, everything),
        "years": _years(everything),
        "decades": _decades(search, counts),
        "chips": list(_chips(search, known)),
        "wider": _wider(search, known, finder) if not counts.total else [],
        "has_words": not read_words(search.words).is_empty,
        "sorts": SORTS if search.words else {k: v for k, v in SORTS.items() if k != "relevance"},
        "most_letters": MOST_LETTERS,
        "all_journals": ALL_JOURNALS,
        "query": search_query(facts, search),
    }
    return Page("evidence.html", values)


def found_in_words(search: Search, known: Known) -> str:
    """Return what a search asks for, as a title."""
    said = [chip.words for chip in _chips(search, known)]
    page = f", page {search.page}" if search.page > 1 else ""
    return f"Evidence{': ' if said else ''}{', '.join(said)}{page}"


def _chips(search: Search, known: Known) -> list[Chip]:
    found = [Chip(f"“{search.words}”", search.without("q"))] if search.words else []
    for key, value in search.chosen:
        label = known[key].get(value, value)
        # "not recorded" alone would not say what.
        said = f"{NOUNS[key]} {label}" if value == _MISSING[key] else label
        found.append(Chip(said, search.without(key, value)))
    if search.has_years:
        found.append(Chip(_span(search), search.without("from")))
    if search.undated:
        found.append(Chip("year not recorded", search.without("year")))
    return found


def _span(search: Search) -> str:
    first, last = search.first_year, search.last_year
    if first is None:
        return f"until {last}"
    if last is None:
        return f"from {first}"
    return f"{first} to {last}" if first != last else str(first)


def _wider(search: Search, known: Known, finder: Finder) -> list[Chip]:
    found = [
        Chip(chip.words, chip.wider, finder.count(chip.wider).total)
        for chip in _chips(search, known)
    ]
    return [chip for chip in found if chip.total]


def _years(everything: Counts) -> tuple[int, int] | None:
    years = everything.by_year
    return (min(years), max(years)) if years else None


def _decades(search: Search, counts: Counts) -> list[Decade]:
    sums: dict[int, int] = {}
    for year, number in counts.by_year.items():
        decade = year - year % _DECADE
        sums[decade] = sums.get(decade, 0) + number
    return [
        Decade(f"{decade}s", search.within(decade, decade + _DECADE - 1), number)
        for decade, number in sorted(sums.items())
    ]
