"""A search of the evidence as an address says it: words, facets, years, order and page."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from graph.search_rows import FACETS
from server.problems import Extension, Problem

PAGE_SIZE = 50
MOST_ON_A_PAGE = 200
MOST_LETTERS = 1_000
SORTS = {
    "relevance": "best match first",
    "newest": "newest papers first",
    "oldest": "oldest papers first",
    "title": "by title",
}
UNDATED = "not-recorded"
ALL_JOURNALS = "journal"
_FACETS = {facet.key: facet for facet in FACETS}
_ONCE = ("q", "from", "to", "sort", "page", "per-page", "more", "format")
PARAMETERS = ("q", *_FACETS, "from", "to", "year", "sort", "page", "per-page", "more", "format")
# What other sites hang on addresses; it changes nothing here.
_HARMLESS = ("utm_", "_", "fbclid", "gclid")
Pairs = Sequence[tuple[str, str]]
Known = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Search:
    """What is searched for; the same search has one address, whatever order it was asked in.

    `chosen` are pairs of facet and value: of one facet any, of several all of them have to fit.
    `undated` adds entries without a year to those of the range, or asks for them alone.
    """

    words: str = ""
    chosen: tuple[tuple[str, str], ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    undated: bool = False
    sort: str = "newest"
    page: int = 1
    size: int = PAGE_SIZE
    more: str = ""

    def values(self, facet: str) -> tuple[str, ...]:
        """Return the values chosen of that facet."""
        return tuple(value for key, value in self.chosen if key == facet)

    @property
    def has_years(self) -> bool:
        """Return whether there is a range of years."""
        return self.first_year is not None or self.last_year is not None

    @property
    def is_narrowed(self) -> bool:
        """Return whether it asks for less than everything."""
        return bool(self.words or self.chosen or self.has_years or self.undated)

    @property
    def default_sort(self) -> str:
        """Return the order of who names none."""
        return "relevance" if self.words else "newest"

    @property
    def filters(self) -> "Search":
        """Return the search as far as it decides what is found, and not how that is shown."""
        return replace(self, sort="newest", page=1, size=PAGE_SIZE, more="")

    def pairs(self) -> list[tuple[str, str]]:
        """Return its parameters, in one order and without those that say nothing."""
        said: list[tuple[str, str | int | None]] = [("q", self.words), *self.chosen]
        said += [("from", self.first_year), ("to", self.last_year)]
        said += [("year", UNDATED if self.undated else "")]
        said += [("sort", self.sort if self.sort != self.default_sort else "")]
        said += [("per-page", self.size if self.size != PAGE_SIZE else "")]
        said += [("more", self.more), ("page", self.page if self.page != 1 else "")]
        return [(name, str(value)) for name, value in said if value not in {"", None}]

    @property
    def query_string(self) -> str:
        """Return what its address has after the path, "" or beginning with "?"."""
        pairs = self.pairs()
        return f"?{urlencode(pairs)}" if pairs else ""

    def at(self, page: int) -> "Search":
        """Return another page of it."""
        return replace(self, page=page)

    def within(self, first: int, last: int) -> "Search":
        """Return the search for papers of those years only."""
        return replace(self, first_year=first, last_year=last, undated=False, page=1)

    def with_all_journals(self) -> "Search":
        """Return the search with all journals to choose from."""
        return replace(self, more=ALL_JOURNALS)

    def without(self, name: str, value: str = "") -> "Search":
        """Return the search without that value, or without all that a parameter says."""
        wider = replace(self, page=1)
        if name in _FACETS:
            gone = [pair for pair in self.chosen if pair[0] == name and value in {"", pair[1]}]
            return replace(wider, chosen=tuple(p for p in self.chosen if p not in gone))
        if name == "q":
            sort = "newest" if self.sort == "relevance" else self.sort
            return replace(wider, words="", sort=sort)
        if name == "year":
            return replace(wider, undated=False)
        return replace(wider, first_year=None, last_year=None)


def read_search(pairs: Iterable[tuple[str, str]], known: Known) -> Search:
    """Return the search that the parameters `pairs` ask for; Problem says what cannot be.

    `known` has the values of each facet, that for none included. A parameter without a value is
    as good as none: that is how forms send what nobody filled in.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in PARAMETERS:
            if name.startswith(_HARMLESS):
                continue
            raise _refused(name, f"There is no parameter {name[:40]!r}", PARAMETERS)
        text = clean(value)
        if text and text not in given.setdefault(name, []):
            given[name].append(text)
    for name in _ONCE:
        if len(given.get(name, ())) > 1:
            raise _refused(name, f"The parameter {name!r} can be given once")
    one = {name: values[0] for name, values in given.items() if values}
    words = one.get("q", "")
    if len(words) > MOST_LETTERS:
        raise _refused("q", f"A search may have {MOST_LETTERS} characters, this has {len(words)}")
    search = Search(
        words=words,
        chosen=tuple(_chosen(given, known)),
        first_year=_year(one, "from"),
        last_year=_year(one, "to"),
        undated=_among(one, "year", (UNDATED,)) == UNDATED,
        page=_number(one, "page", 1),
        size=_number(one, "per-page", PAGE_SIZE, MOST_ON_A_PAGE),
        more=_among(one, "more", (ALL_JOURNALS,)),
    )
    sort = _among(one, "sort", tuple(SORTS)) or search.default_sort
    # Without words nothing is a better match than anything else.
    is_moot = sort == "relevance" and not words
    return replace(search, sort=search.default_sort if is_moot else sort)


def clean(text: str) -> str:
    """Return `text` composed (NFC), without control characters and with single spaces."""
    composed = unicodedata.normalize("NFC", text)
    kept = (" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in composed)
    return " ".join("".join(kept).split())


def _chosen(given: Mapping[str, list[str]], known: Known) -> Iterable[tuple[str, str]]:
    for facet in FACETS:
        possible = list(known[facet.key])
        for value in sorted(given.get(facet.key, ())):
            if value not in possible:
                detail = f"The facet {facet.key!r} has no value {value[:80]!r}"
                raise _refused(facet.key, detail, possible)
            yield facet.key, value


def _year(one: Mapping[str, str], name: str) -> int | None:
    text = one.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise _refused(name, f"The parameter {name!r} is a year, like 2011, and not {text[:40]!r}")
    return int(text) if text else None


def _number(one: Mapping[str, str], name: str, default: int, most: int = 0) -> int:
    text = one.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _refused(name, f"The parameter {name!r} is a number, and not {text[:40]!r}")
    if most and not 1 <= int(text) <= most:
        raise _refused(name, f"The parameter {name!r} is a number from 1 to {most}")
    return int(text)


def _among(one: Mapping[str, str], name: str, possible: Sequence[str]) -> str:
    value = one.get(name, "")
    if value and value not in possible:
        raise _refused(name, f"The parameter {name!r} cannot be {value[:80]!r}", possible)
    return value


def _refused(name: str, problem: str, possible: Sequence[str] = ()) -> Problem:
    # Of journals there may be thousands.
    shown = list(possible[:60])
    listed = f"; possible are {', '.join(shown)}" if shown else ""
    more = f" and {len(possible) - len(shown):,} more" if len(possible) > len(shown) else ""
    extensions: dict[str, Extension] = {"parameter": name, **({"possible": shown} if shown else {})}
    return Problem("bad-parameter", f"{problem}{listed}{more}.", extensions)
