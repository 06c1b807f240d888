import re

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.release import Release
from server.asked import Asked, ask, ask_of_each, ask_text, bind
from server.definitions import definition_page
from server.documents import find_document
from server.facts import Facts, read_query
from server.pages import Page

WRITTEN = "SELECT ?name WHERE {\n}"
VIEWS = {
    "alterations": "definition",
    "definition-years": "definition",
    "family-names": "family",
    "journal-entries": "journal",
    "journal-years": "journal",
    "name-entries": "name",
    "name-parts": "name",
    "rules": "set",
    "source-paper": "definition",
    "studies": "definition",
    "values": "scheme",
    "ways": "definition",
}


@pytest.fixture(scope="module")
def facts(real_release: Release) -> Facts:
    return Facts(real_release)


def asked(page: Page) -> list[Asked]:
    found = page.values["asked"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("query", VIEWS)
def test_a_shown_query_gives_the_rows_of_the_page_and_differs_by_term(
    query: str, facts: Facts
) -> None:
    name = VIEWS[query]
    everything = facts.rows(query)
    terms = list(dict.fromkeys(row[name] for row in everything))[:2]
    assert terms
    for term in terms:
        is_text = name in {"name", "family"}
        made = ask(facts, query, **{name: ox.Literal(term) if is_text else ox.NamedNode(term)})
        assert made.rows == ask_text(facts, query, made.text).rows
        assert made.rows
        assert {row[name] for row in made.rows} == {term}
        own = [row for row in everything if row[name] == term]
        assert sorted(map(str, made.rows)) == sorted(map(str, own))


def test_one_query_asks_of_several_terms(facts: Facts) -> None:
    keys = ("ccc2003", "fukuda1994")
    nodes = [ox.NamedNode(f"{facts.base}/case-definition/{key}") for key in keys]
    both = ask_of_each(facts, "studies", "definition", nodes)
    for node in nodes:
        own = [row for row in both.rows if row["definition"] == node.value]
        assert own == facts.rows("studies", definition=node)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_term_never_leaves_its_place(words: str) -> None:
    text = bind(WRITTEN, "name", [ox.Literal(words)])
    found = ox.Store().query(text)
    assert isinstance(found, ox.QuerySolutions)
    literal = next(iter(found))["name"]
    assert isinstance(literal, ox.Literal)
    assert literal.value == words


def test_every_query_of_a_page_says_what_it_asks(facts: Facts) -> None:
    document = find_document(facts, "/case-definition/ccc2003")
    assert document
    queries = asked(definition_page(facts, document))
    assert len(queries) == 5
    for one in queries:
        assert one.question.endswith(("?", "."))
        assert not re.search(r"\bPREFIX\b", one.question)
        assert one.text.startswith(f"# {one.question}")
    assert "VALUES" not in read_query("studies")
