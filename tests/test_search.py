from collections.abc import Sequence
from random import Random
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.problems import Problem
from server.search import (
    MOST_LETTERS,
    MOST_ON_A_PAGE,
    PARAMETERS,
    SORTS,
    UNDATED,
    Search,
    clean,
    read_search,
)

Pairs = st.SearchStrategy[list[tuple[str, str]]]
KNOWN = {
    "pem": {"required": "PEM required", "unclear": "PEM unclear", "not-judged": "not judged"},
    "definition": {"ccc2003": "CCC", "fukuda1994": "Fukuda", "not-recorded": "not recorded"},
    "level": {"e1": "E1", "not-recorded": "not recorded"},
    "type": {"rct": "RCT", "not-recorded": "not recorded"},
    "topic": {f"topic-{number}": "T" for number in range(100)},
    "journal": {"plos-one": "PLOS ONE", "not-recorded": "not recorded"},
}
REFUSED = {
    "an unknown parameter": ([("definitions", "ccc2003")], "definitions", "possible are q, pem,"),
    "an unknown value": ([("pem", "maybe")], "pem", "possible are required, unclear, not-judged"),
    "a label for a key": ([("pem", "PEM required")], "pem", "required"),
    "a value of another facet": ([("pem", "ccc2003")], "pem", "required"),
    "one of a hundred": ([("topic", "x")], "topic", "topic-59 and 40 more"),
    "two words": ([("q", "a"), ("q", "b")], "q", "once"),
    "two pages": ([("page", "1"), ("page", "2")], "page", "once"),
    "a page that is no number": ([("page", "x")], "page", "number"),
    "a negative page": ([("page", "-1")], "page", "number"),
    "a page in other digits": ([("page", "²")], "page", "number"),
    "a page without end": ([("page", "9" * 5000)], "page", "number"),
    "too many on a page": ([("per-page", str(MOST_ON_A_PAGE + 1))], "per-page", "1 to 200"),
    "none on a page": ([("per-page", "0")], "per-page", "1 to 200"),
    "a year that is none": ([("from", "last")], "from", "like 2011"),
    "a year too long": ([("to", "20111")], "to", "like 2011"),
    "a year for a checkbox": ([("year", "2011")], "year", UNDATED),
    "an unknown order": ([("sort", "random")], "sort", "relevance, newest, oldest, title"),
    "too many letters": ([("q", "x" * (MOST_LETTERS + 1))], "q", "1000 characters"),
}


@pytest.mark.parametrize(("pairs", "name", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_is_refused_with_what_can(
    pairs: Sequence[tuple[str, str]], name: str, words: str
) -> None:
    with pytest.raises(Problem) as caught:
        read_search(pairs, KNOWN)
    assert (caught.value.key, caught.value.extensions["parameter"]) == ("bad-parameter", name)
    assert words in caught.value.detail
    assert len(caught.value.detail) < 1_500


def test_what_says_nothing_asks_for_everything() -> None:
    empty = [(name, "") for name in PARAMETERS]
    harmless = [("utm_source", "x"), ("fbclid", "y"), ("_profile", "z"), ("q", " \x00\u202e ")]
    for pairs in ([], empty, harmless, [("page", "1"), ("per-page", "50"), ("sort", "newest")]):
        search = read_search(pairs, KNOWN)
        assert (search, search.query_string, search.is_narrowed) == (Search(), "", False)


def test_the_best_match_needs_words() -> None:
    assert read_search([("sort", "relevance")], KNOWN).sort == "newest"
    assert read_search([("q", "a")], KNOWN).sort == "relevance"
    assert read_search([("q", "a"), ("sort", "newest")], KNOWN).query_string == "?q=a&sort=newest"
    assert read_search([("q", "a")], KNOWN).without("q") == Search()


def test_one_search_has_one_address() -> None:
    first = [("to", "2015"), ("pem", "unclear"), ("q", " sleep  \t apnea "), ("pem", "required")]
    second = [("q", "sleep apnea"), ("pem", "required"), ("pem", "unclear"), ("to", "2015")]
    wanted = "?q=sleep+apnea&pem=required&pem=unclear&to=2015"
    assert {read_search(pairs, KNOWN).query_string for pairs in (first, second)} == {wanted}


def test_without_takes_away_just_that_and_goes_to_the_first_page() -> None:
    pairs = [("q", "x"), ("pem", "required"), ("pem", "unclear"), ("from", "1999"), ("page", "3")]
    search = read_search([*pairs, ("year", UNDATED)], KNOWN)
    rest = "&from=1999&year=not-recorded"
    assert search.without("pem").query_string == f"?q=x{rest}"
    assert search.without("pem", "required").query_string == f"?q=x&pem=unclear{rest}"
    assert search.without("year").query_string == "?q=x&pem=required&pem=unclear&from=1999"
    assert search.without("from").query_string == "?q=x&pem=required&pem=unclear&year=not-recorded"


def test_letters_that_nobody_sees_are_gone() -> None:
    assert clean("a\x00b\u202ec\r\nd\u200be\ufefff") == "a b c d e f"
    assert clean("Lo\u0308hn") == "Löhn"


def some(name: str, values: st.SearchStrategy[object], most: int = 1) -> Pairs:
    return st.lists(values.map(lambda value: (name, str(value))), max_size=most, unique=True)


PAIRS = st.tuples(
    some("q", st.text(max_size=60)),
    *(some(key, st.sampled_from(list(values)), 3) for key, values in KNOWN.items()),
    some("from", st.integers(0, 9999)),
    some("to", st.integers(0, 9999)),
    some("year", st.just(UNDATED)),
    some("sort", st.sampled_from(list(SORTS))),
    some("page", st.integers(0, 10**9 - 1)),
    some("per-page", st.integers(1, MOST_ON_A_PAGE)),
).map(lambda groups: [pair for group in groups for pair in group])


@given(PAIRS, st.randoms())
def test_the_address_of_a_search_asks_for_that_search(
    pairs: list[tuple[str, str]], chance: Random
) -> None:
    search = read_search(pairs, KNOWN)
    again = read_search(parse_qsl(search.query_string.removeprefix("?")), KNOWN)
    chance.shuffle(pairs)
    assert again == search == read_search(pairs, KNOWN)
    assert {pair for pair in pairs if pair[0] in KNOWN} == set(search.chosen)
