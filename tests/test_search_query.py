import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.release import Release
from graph.search_rows import FACETS
from server.facets import read_values
from server.facts import Facts, text
from server.finder import Finder
from server.search import MOST_LETTERS, Known, Search
from server.search_query import search_query

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
YEARS = st.none() | st.integers(1985, 2030)


class Both:
    """One release, asked by its index and by SPARQL."""

    def __init__(self, release: Release) -> None:
        self.facts, self.finder = Facts(release), Finder(release)
        self.known: Known = read_values(self.facts)

    def by_index(self, search: Search) -> list[str]:
        rows = self.finder.all_rows(search, 10_000)
        return [f"{self.facts.base}/evidence/{row.slug}" for row in rows]

    def by_query(self, search: Search) -> list[str]:
        found = self.facts.store.query(search_query(self.facts, search))
        assert isinstance(found, ox.QuerySolutions)
        return [text(row["entry"]) for row in found]


@pytest.fixture(scope="module")
def both(real_release: Release) -> Both:
    return Both(real_release)


@FEW
@given(st.data())
def test_facets_and_years_find_the_same_in_the_same_order(both: Both, data: st.DataObject) -> None:
    search = Search(
        chosen=tuple(
            (facet.key, value)
            for facet in FACETS
            for value in sorted(
                data.draw(st.sets(st.sampled_from(sorted(both.known[facet.key])), max_size=3))
                if data.draw(st.integers(0, 3)) == 0
                else ()
            )
        ),
        first_year=data.draw(YEARS),
        last_year=data.draw(YEARS),
        undated=data.draw(st.booleans()),
        sort=data.draw(st.sampled_from(["newest", "oldest", "title"])),
    )
    found = both.by_query(search)
    assert found == both.by_index(search)
    assert len(found) == both.finder.count(search).total


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.key)
def test_the_count_of_a_value_is_what_choosing_it_gives(facet: object, both: Both) -> None:
    key = getattr(facet, "key")  # noqa: B009
    narrowed = Search(chosen=(("pem", "unclear"),), first_year=2000)
    counts = both.finder.count(narrowed).by_facet[key]
    assert counts
    others = tuple(pair for pair in narrowed.chosen if pair[0] != key)
    for value, number in counts.items():
        search = Search(chosen=(*others, (key, value)), first_year=2000)
        assert len(both.by_query(search)) == number, value


def test_the_counts_of_a_facet_ignore_what_is_chosen_there(both: Both) -> None:
    every = both.finder.count(Search()).by_facet["pem"]
    assert set(every) == {"required", "not-required", "unclear", "not-judged"}
    assert both.finder.count(Search(chosen=(("pem", "required"),))).by_facet["pem"] == every
    both_values = Search(chosen=(("pem", "required"), ("pem", "not-judged")))
    assert both.finder.count(both_values).total == every["required"] + every["not-judged"]


@pytest.mark.parametrize("words", ["immune", "sleep", "montoya", '"immune signatures"', "nkcell"])
def test_words_in_sparql_find_at_least_those_that_stand_there(words: str, both: Both) -> None:
    quoted = Search(words=words if words.startswith('"') else f'"{words}"')
    found = both.by_query(Search(words=words))
    assert set(both.by_index(quoted)) <= set(found)
    assert len(found) == len(set(found))


def test_an_identifier_is_one_in_sparql_too(both: Both) -> None:
    seed = f"{both.facts.base}/evidence/daniels-2011-socialization-model"
    for words in ("https://doi.org/10.1017/S1352465810000792", "PMID: 21092360", seed):
        assert both.by_query(Search(words=words)) == both.by_index(Search(words=words)) == [seed]


HOSTILE = [
    '"', '""', "'", "\\", '\\"', "\\u0022", "*", "AND", "title:x", "a} UNION { ?s ?p ?o", "# x",
    "<script>alert(1)</script>", "?entry", '"@en . ?a ?b ?c . FILTER("', "\n}", "%00", "🦠", "“”",
    '") || true || CONTAINS("x", "', "10.1234/\") } DROP ALL #", "x" * MOST_LETTERS, "- - -",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: words[:12])
def test_no_words_become_sparql(words: str, both: Both) -> None:
    found = both.by_query(Search(words=words))
    assert len(found) < both.finder.count(Search()).total


@FEW
@given(st.text(max_size=80))
def test_any_text_gives_a_query_that_is_one(both: Both, words: str) -> None:
    search = Search(words=words)
    both.finder.count(search)
    query = search_query(both.facts, search).replace("WHERE {", "WHERE { VALUES ?entry {}", 1)
    assert list(both.facts.store.query(query)) == []  # type: ignore[arg-type]
