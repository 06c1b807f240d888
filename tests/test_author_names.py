import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.prefixes import BASE
from graph.release import Release
from server.author_names import find_name, initials, name_path
from server.facts import Facts
from server.problems import Problem
from tests.test_pages import HTML, in_order, page


@pytest.fixture(scope="module")
def facts(real_release: Release) -> Facts:
    return Facts(real_release)


def printed(facts: Facts) -> list[str]:
    names = facts.store.query(
        f"SELECT DISTINCT ?name {{ ?p <{BASE}/ontology#author>/<{BASE}/ontology#printedName> ?name }}"
    )
    assert isinstance(names, ox.QuerySolutions)
    return sorted(str(row["name"].value) for row in names)


def test_every_printed_name_leads_to_its_page(facts: Facts, real_client: FlaskClient) -> None:
    names = printed(facts)
    assert len(names) > 2900
    odd = [name for name in names if re.search(r"[^A-Za-z ,.-]", name)]
    assert len(odd) > 100
    for name in names:
        assert find_name(facts, name) == name
    for name in odd[::8]:
        response = real_client.get(name_path(name), headers=HTML)
        assert response.status_code == 200, name
        assert f"<h1>{name}</h1>" in unescape(response.text)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_an_address_says_the_name_back(name: str) -> None:
    path = name_path(name)
    assert path.isascii()
    parts = urlsplit(path)
    assert (parts.path, parts.fragment) == ("/author-name", "")
    assert parse_qs(parts.query, keep_blank_values=True)["name"] == [name]


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
def test_any_words_get_a_page_or_a_problem(client: FlaskClient, name: str) -> None:
    response = client.get(name_path(name), headers=HTML)
    assert response.status_code in {200, 404}
    assert "<main" in response.text


def test_the_page_counts_what_prints_the_name(facts: Facts, real_client: FlaskClient) -> None:
    text = page(real_client, name_path("Maes, M"))
    number = len(facts.rows("name-entries", name=ox.Literal("Maes, M")))
    assert number == 10
    in_order(
        text,
        [
            "A printed name is not claimed to be one person",
            f"{number} papers here print exactly this name",
            "The same family name and initials, written otherwise",
            "Perhaps the same person, perhaps not.",
            "Maes, M.</a>: 8 papers",
            "behind this page",
        ],
    )
    assert "Maes, S" not in text
    assert text.partition("written otherwise")[0].count('<a href="/evidence/') == number


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Ann Löhn", "Ann Löhn"),
        ("Löhn, Ann", "Ann Löhn"),
        ("  Löhn,   Ann ", "Ann Löhn"),
        ("Lo\u0308hn, Ann", "Ann Löhn"),
        ("Bo & Co Group", "Bo & Co Group"),
    ],
)
def test_a_name_is_found_as_printed_and_inverted(
    asked: str, name: str, release: Release, client: FlaskClient
) -> None:
    assert find_name(Facts(release), asked) == name
    response = client.get(name_path(asked), headers=HTML)
    assert response.headers["Link"] == f'<{BASE}{name_path(name)}>; rel="canonical"'
    head = client.head(name_path(asked), headers=HTML)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == response.headers["ETag"]


def test_an_unknown_name_gets_near_ones(facts: Facts, real_client: FlaskClient) -> None:
    response = real_client.get(name_path("Maes, Q"))
    problem = response.get_json()
    assert response.status_code == 404
    assert "No paper here prints “Maes, Q”" in problem["detail"]
    assert "Maes, M; " in problem["detail"]
    assert name_path("Maes, M") in problem["alternates"]
    for path in problem["alternates"]:
        assert real_client.get(path, headers=HTML).status_code == 200
    with pytest.raises(Problem) as none:
        find_name(facts, "Zzyzx")
    assert none.value.extensions["alternates"] == []


def test_hostile_names_show_as_text(client: FlaskClient) -> None:
    for name in ("<script>alert(1)</script>", "\0", "x" * 10_000, '" } DROP', "../../etc"):
        response = client.get(name_path(name), headers=HTML)
        assert response.status_code == 404
        assert "<script" not in response.text
        assert len(response.text) < 5000
    assert "Papers by an author’s name" in page(client, "/author-name?name=+")


@pytest.mark.parametrize(
    ("given", "letters"),
    [
        ("Ann B.", "ab"),
        ("A.-B.", "ab"),
        ("AB", "ab"),
        ("A. B.", "ab"),
        ("Jo", "j"),
        ("Émile", "e"),
        ("Ø", "ø"),
        ("JVL", "jvl"),
        ("", ""),
    ],
)
def test_initials_are_read_from_every_way_to_write_them(given: str, letters: str) -> None:
    assert initials(given) == tuple(letters)
