import re

import httpx
import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE
from graph.release import Release
from server.comparison import MOST, comparison_path
from server.facts import Facts
from tests.test_definitions import APPLIED, count
from tests.test_pages import HTML, in_order, page

BOTH = ["ccc2003", "fukuda1994"]


@pytest.fixture(scope="module")
def facts(real_release: Release) -> Facts:
    return Facts(real_release)


def test_the_columns_are_the_chosen_ones_in_their_order(real_client: FlaskClient) -> None:
    text = page(real_client, comparison_path(["iom2015", "ccc2003", "iom2015"]))
    in_order(
        text,
        ["2 case definitions compared", "/case-definition/iom2015", "/case-definition/ccc2003"],
    )
    in_order(
        text, ["PEM", "Why", "Source needed.", "www.sbu.se", "Year", "Revises", "Names", "Studies"]
    )


def test_the_numbers_are_those_of_the_store(facts: Facts, real_client: FlaskClient) -> None:
    text = page(real_client, comparison_path(BOTH))
    one, other = (APPLIED % key for key in BOTH)
    for key in BOTH:
        number = count(facts, APPLIED % key)
        assert f'/evidence?definition={key}">{number}</a>' in text
        assert f'<span class="quiet">{number} in all</span>' in text
        required = count(
            facts, f"{APPLIED % key} . ?e atlas:pemRequirement/skos:notation 'required'"
        )
        assert f'definition={key}&amp;pem=required">{required}</a>' in text
    together = count(facts, f"{one} . {other}")
    assert text.count(f"<strong>{together}</strong>") == 2
    group = (
        "?e atlas:inclusion/atlas:group ?g . ?g atlas:definition <{0}ccc2003> , <{0}fukuda1994> ; "
    )
    group += "atlas:joinRule/skos:notation '{1}'"
    for rule, words in (
        ("all", "all had to be met"),
        ("any", "any sufficed"),
        ("unknown", "not known which"),
    ):
        number = count(facts, group.format(f"{BASE}/case-definition/", rule))
        assert text.count(f"<small>{words}: {number}</small>") == 2
    listed = text.partition("Studies that applied both</h2>")[2].partition("</ul>")[0]
    assert listed.count("<li>") == together


def test_the_small_release_knows_which_groups_had_both(client: FlaskClient) -> None:
    text = page(client, comparison_path(BOTH))
    assert (
        text.count(
            "<strong>1</strong> <small>all had to be met: 1</small> <small>different groups: 1</small>"
        )
        == 2
    )
    assert "Fixture of two groups" in text
    none = page(client, comparison_path(["oxford1991", "icc2011"]))
    assert "None here, as far as anybody has looked." in none


def test_all_charts_have_one_scale(real_client: FlaskClient) -> None:
    text = page(real_client, comparison_path([*BOTH, "iom2015"]))
    notes = re.findall(r">(\d+) of (\d+)</text>", text)
    third = len(notes) // 3
    wholes = [whole for _, whole in notes]
    assert wholes[:third] == wholes[third : 2 * third] == wholes[2 * third :]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Choose 2 to 8 of them."),
        ("?definition=", "Choose 2 to 8 of them."),
        ("?definition=ccc2003", "One definition is chosen so far."),
        ("?definition=ccc2003&definition=+ccc2003", "One definition is chosen so far."),
    ],
)
def test_too_few_get_a_form(query: str, said: str, client: FlaskClient) -> None:
    text = page(client, f"/compare{query}")
    assert said in text
    assert text.count('type="checkbox"') == 26
    assert text.count(" checked") == ("ccc2003" in query)


def test_unknown_keys_are_told_with_the_known_ones(client: FlaskClient) -> None:
    response = client.get(
        "/compare?definition=ccc2003&definition=<b>x</b>&definition=" + "y" * 9999
    )
    assert response.status_code == 400
    problem = response.get_json()
    assert problem["type"].endswith("/problems/bad-parameter")
    assert len(problem["definitions"]) == 26
    assert "'<b>x</b>'" in problem["detail"]
    assert len(problem["detail"]) < 1000
    text = page(client, "/compare?definition=<b>x</b>")
    assert "<b>x" not in text
    assert "ccc2003" in text


def test_too_many_are_refused(client: FlaskClient) -> None:
    known = client.get("/compare?definition=0").get_json()["definitions"]
    assert client.get(comparison_path(known[:MOST])).status_code == 200
    response = client.get(comparison_path(known[: MOST + 1]))
    assert (response.status_code, response.get_json()["detail"]) == (
        400,
        "Choose at most 8 definitions to compare.",
    )


def test_the_address_is_canonical_and_answers_as_a_page(client: FlaskClient) -> None:
    path = "/compare?definition=ccc2003&definition=ccc2003&definition=fukuda1994&other=1"
    whole = client.get(path, headers=HTML)
    assert whole.headers["Link"] == f'<{BASE}{comparison_path(BOTH)}>; rel="canonical"'
    head = client.head(path, headers=HTML)
    assert head.data == b""
    for name in ("Content-Type", "Content-Length", "ETag", "Link", "Vary"):
        assert head.headers[name] == whole.headers[name]
    again = client.get(path, headers={**HTML, "If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(path, headers={"Accept": "text/turtle"}).status_code == 406


def test_its_queries_run_at_the_endpoint(web: httpx.Client) -> None:
    text = page(web, comparison_path(BOTH))
    links = re.findall(r'href="(/sparql\?query=[^"]+format=csv)"', text)
    assert len(links) == 4
    for link in links:
        answer = web.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert len(answer.text.splitlines()) > 1


def test_studies_that_applied_all_three_are_listed(facts: Facts, real_client: FlaskClient) -> None:
    three = [*BOTH, "iom2015"]
    number = count(facts, " . ".join(APPLIED % key for key in three))
    assert number
    text = page(real_client, comparison_path(three))
    listed = text.partition("Studies that applied all of them</h2>")[2].partition("</ul>")[0]
    assert listed.count("<li>") == number
