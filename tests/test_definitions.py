import re

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE
from graph.release import Release
from server.facts import Facts, Row, Term
from server.lineage import Branch, lineages
from tests.test_pages import in_order, page

ATLAS = f"PREFIX atlas: <{BASE}/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
APPLIED = f"?e atlas:inclusion/atlas:group/atlas:definition <{BASE}/case-definition/%s>"


@pytest.fixture(scope="module")
def facts(real_release: Release) -> Facts:
    return Facts(real_release)


def count(facts: Facts, pattern: str) -> int:
    found = facts.store.query(f"{ATLAS} SELECT (COUNT(DISTINCT ?e) AS ?n) {{ {pattern} }}")
    assert isinstance(found, ox.QuerySolutions)
    number = next(iter(found))["n"]
    assert isinstance(number, ox.Literal)
    return int(number.value)


@pytest.mark.parametrize("key", ["ccc2003", "fukuda1994", "iom2015", "australian1990"])
def test_the_numbers_are_those_of_the_store(
    key: str, facts: Facts, real_client: FlaskClient
) -> None:
    text = page(real_client, f"/case-definition/{key}")
    applied = APPLIED % key
    total = count(facts, applied)
    known = count(facts, "?e atlas:inclusion/atlas:group/atlas:definition ?any")
    assert (
        f"Of the {known} studies here whose case definitions are recorded, {total} applied it."
    ) in text
    for pem in ("required", "not-required", "unclear"):
        number = count(facts, f"{applied} . ?e atlas:pemRequirement/skos:notation '{pem}'")
        shown = re.search(rf'<strong>(\d+)</strong> <a href="#{pem}">', text)
        assert int(shown[1] if shown else 0) == number
        listed = re.search(rf'<h3 id="{pem}">[^:]*: (\d+)', text)
        assert int(listed[1] if listed else 0) == number
    assert f"applied it: {total}" in text
    alone = (
        f"?e atlas:inclusion/atlas:group ?g . ?g atlas:definition <{BASE}/case-definition/{key}>"
    )
    alone += f" FILTER NOT EXISTS {{ ?g atlas:definition ?o FILTER(?o != <{BASE}/case-definition/{key}>) }}"
    number = count(facts, alone)
    assert (f"on its own</th><td>{number} of {total}" in text) == bool(number)


def test_shares_over_time_add_up(real_client: FlaskClient) -> None:
    text = page(real_client, "/case-definition/ccc2003")
    rows = re.findall(
        r"<th scope=\"row\">(\d{4}–\d\d)</th><td>(\d+)</td><td>(\d+)</td><td>(\d+)", text
    )
    assert len(rows) == 8
    for span, part, rest, whole in rows:
        assert int(part) + int(rest) == int(whole)
        if int(whole):
            assert f">{part} of {whole}</text>" in text, span
    assert "%" not in re.sub(r'href="[^"]*"|<pre.*?</pre>', "", text, flags=re.DOTALL)


def test_a_definition_tells_names_source_paper_line_and_additions(real_client: FlaskClient) -> None:
    text = page(real_client, "/case-definition/fukuda1994")
    in_order(
        text,
        [
            "Source needed",
            "Its paper in this atlas",
            "/evidence/fukuda-1994-chronic-fatigue",
            "10.7326/0003-4819-121-12-199412150-00009",
            "What it revises, and what revises it",
            '<ul class="lineage">',
            "Holmes",
            "<strong>CDC 1994 research definition (Fukuda)</strong>",
            "Reeves",
            "Names it goes by",
            "CDC-1994",
            "Search among these 15 studies",
            "How it was applied",
            "plus “post-exertional malaise”, which demands PEM",
            "The queries behind this page",
        ],
    )
    assert "/evidence?definition=fukuda1994" in text
    sourced = page(real_client, "/case-definition/ccc2003")
    assert "Source needed" not in sourced
    assert "www.sbu.se" in sourced


def test_a_definition_that_nobody_applied_says_so(client: FlaskClient) -> None:
    text = page(client, "/case-definition/ramsay1986")
    assert "None in this atlas, as far as anybody has looked." in text
    assert "No other definition is recorded that it revises" in text
    assert "<svg" not in text


def test_the_list_leads_to_a_comparison(facts: Facts, real_client: FlaskClient) -> None:
    text = page(real_client, "/case-definition")
    boxes = re.findall(r'<input type="checkbox" name="definition" value="(\w+)"', text)
    assert len(boxes) == len(set(boxes)) == count(facts, "?e a atlas:CaseDefinition") == 26
    numbers = re.findall(r"<td>(\d+)</td></tr>", text)
    assert len(numbers) == 26
    assert [int(n) for n in numbers] == [count(facts, APPLIED % key) for key in boxes]
    assert "revises CDC working case definition 1988 (Holmes)" in text


class Circular(Facts):
    """A release in which two definitions say that they revise each other."""

    def rows(self, query: str, **terms: Term) -> list[Row]:
        both = [f"{self.base}/case-definition/{key}" for key in ("ccc2003", "icc2011")]
        circle = [{"later": both[0], "earlier": both[1]}, {"later": both[1], "earlier": both[0]}]
        return circle if query == "revisions" else super().rows(query, **terms)


def test_a_circle_of_revisions_ends(release: Release) -> None:
    own = f"{BASE}/case-definition/ccc2003"
    assert keys(lineages(Circular(release), own)) == ["ccc2003", ["icc2011"]]


def keys(branches: list[Branch]) -> list[object]:
    found: list[object] = []
    for branch in branches:
        found.append(branch.thing.iri.rpartition("/")[2])
        if branch.later:
            found.append(keys(branch.later))
    return found


def test_a_line_has_those_before_and_after_but_no_side_lines(facts: Facts) -> None:
    own = f"{BASE}/case-definition/"
    assert keys(lineages(facts, f"{own}fukuda1994")) == [
        "holmes1988",
        ["fukuda1994", ["reeves2005"]],
    ]
    assert keys(lineages(facts, f"{own}ccc2003")) == ["ccc2003", ["rccc2010", "icc2011"]]
    assert keys(lineages(facts, f"{own}oxford1991")) == []
