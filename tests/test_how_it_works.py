import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from graph.release import Release
from graph.rule_set import read_rule_set
from server.facts import Facts
from tests.test_definitions import count
from tests.test_pages import HTML, in_order, page


@pytest.fixture(scope="module")
def facts(real_release: Release) -> Facts:
    return Facts(real_release)


@pytest.fixture(scope="module")
def text(real_client: FlaskClient) -> str:
    return page(real_client, "/how-it-works")


def test_the_rules_are_shown_as_they_are_written(text: str) -> None:
    rules = read_rule_set("v0.2").rules
    assert len(rules) == 23
    in_order(unescape(text), [rule.sentence for rule in rules])
    shown = re.findall(r"<pre tabindex=\"0\"><code>(# .*?)</code>", text, re.DOTALL)
    assert [unescape(one).strip() for one in shown[: len(rules)]] == [
        r.query.strip() for r in rules
    ]


def test_the_reasons_are_counted(facts: Facts, text: str) -> None:
    rows = re.findall(
        r'/vocabulary/pem-reason#([a-z-]+)">.*?pem-(required|not-required|unclear)".*?</td><td>(\d+)<',
        text,
    )
    assert len(rows) > 5
    for reason, pem, number in rows:
        pattern = "?e atlas:currentAssessment ?a . ?a atlas:pemReason/skos:notation '{}' ; "
        pattern += "atlas:pemValue/skos:notation '{}'"
        assert int(number) == count(facts, pattern.format(reason, pem))
    assert sum(int(number) for *_, number in rows) == count(facts, "?e atlas:currentAssessment ?a")


def test_the_limits_are_computed(facts: Facts, text: str, client: FlaskClient) -> None:
    needed = count(facts, "?e atlas:pemStatusSourceNeeded true")
    assert f"<strong>{needed} of 26</strong> PEM statuses need a source" in text
    every = count(facts, "?e a atlas:EvidenceEntry")
    judged = count(facts, "?e atlas:pemRequirement ?pem")
    assert f"<strong>{every - judged} of {every}</strong> entries have no PEM judgement" in text
    assert "<strong>3 of 5</strong> entries have no DOI on record" in page(client, "/how-it-works")


def test_badges_and_versions_are_explained_and_counted(facts: Facts, text: str) -> None:
    in_order(text, ["Evidence level", "E0 Consensus", "Confidence", "PEM required", "Peer review"])
    for pem in ("required", "not-required", "unclear"):
        number = count(facts, f"?e atlas:pemRequirement/skos:notation '{pem}'")
        assert f'/evidence?pem={pem}">{number} entries</a>' in text
    in_order(text, ["Classifier, version unknown", "not known", "gen.v1.2026-04-16", "sha256:"])
    in_order(text, ["policy v0.1", "digest not known", "Something is wrong?"])


def test_the_page_is_linked_from_everywhere_and_is_only_a_page(client: FlaskClient) -> None:
    assert 'href="/how-it-works"' in page(client, "/")
    assert client.head("/how-it-works", headers=HTML).status_code == 200
    assert client.get("/how-it-works", headers={"Accept": "text/turtle"}).status_code == 406
    assert client.post("/how-it-works").status_code == 405
