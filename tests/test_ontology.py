import re

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.paths import ONTOLOGY
from graph.prefixes import BASE, term
from graph.release import Release
from server.facts import Facts
from tests.test_definitions import count
from tests.test_pages import in_order, page


@pytest.fixture(scope="module")
def text(real_client: FlaskClient) -> str:
    return page(real_client, "/ontology")


def section(text: str, name: str) -> str:
    return text.partition(f'<section class="term" id="{name}">')[2].partition("</section>")[0]


def test_every_declared_term_has_a_place_with_label_and_definition(text: str) -> None:
    kinds = [term(name) for name in ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty")]
    quads = ox.parse(path=ONTOLOGY / "atlas.ttl", format=ox.RdfFormat.TURTLE)
    declared = {str(quad.subject.value) for quad in quads if quad.object in kinds}
    shown = re.findall(r'<section class="term" id="(\w+)">', text)
    assert len(shown) == len(declared) > 90
    assert {f"{BASE}/ontology#{name}" for name in shown} == declared
    for name in shown:
        assert re.search(r"<h3><a [^>]*>[^<]+</a>.*</h3>\n<p>[^<]+</p>", section(text, name)), name


def test_a_term_tells_its_relations_both_ways(text: str) -> None:
    in_order(
        section(text, "Conclusion"), ["narrower than", "#Text", "reached by", "#inferredConclusion"]
    )
    in_order(section(text, "Text"), ["wider than", "#Conclusion", "#Finding"])
    in_order(
        section(text, "appliedDefinition"),
        ["leads to", "#CaseDefinition", "inverse of", "#appliedIn"],
    )
    assert "atlas:inclusion / atlas:group / atlas:definition" in section(text, "appliedDefinition")
    some = "atlas:appliedDefinition some atlas:PemRequiringDefinition"
    assert some in section(text, "AppliesPemRequiringDefinition")


def test_a_term_tells_how_often_it_is_used(text: str, real_release: Release) -> None:
    facts = Facts(real_release)
    for name, pattern in (
        ("EvidenceEntry", "?e a atlas:EvidenceEntry"),
        ("inclusion", "?x atlas:inclusion ?e"),
        ("revises", "?e atlas:revises ?x"),
    ):
        assert f">{count(facts, pattern)} uses</a>" in section(text, name)
    assert "not used in this release" in section(text, "pemStudied")


def test_a_term_tells_what_is_checked_of_it(text: str, real_client: FlaskClient) -> None:
    assert "/shapes#CaseDefinition-pem-status" in section(text, "pemStatus")
    assert "Give one pem status" in section(text, "pemStatus")
    anchors = re.findall(r'href="/shapes#([\w-]+)"', text)
    assert len(anchors) > 95
    shapes = page(real_client, "/shapes")
    for anchor in set(anchors):
        assert f'id="{anchor}"' in shapes


def test_the_ontology_says_version_licence_and_prefixes(text: str) -> None:
    in_order(text, ["Namespace", "Licence", "publicdomain/zero", "Version", "0.1.0", "Classes ("])
    in_order(
        text, ["Prefixes and vocabularies of others", "<code>bibo:</code>", "<code>xsd:</code>"]
    )


@pytest.mark.parametrize(
    ("scheme", "facet", "prop"),
    [
        ("pem-requirement", "pem", "pemRequirement"),
        ("topic", "topic", "topic"),
        ("publication-type", "type", "publicationType"),
        ("evidence-level", "level", "evidenceLevel"),
    ],
)
def test_a_list_of_values_counts_the_entries_and_leads_to_them(
    scheme: str, facet: str, prop: str, real_release: Release, real_client: FlaskClient
) -> None:
    facts = Facts(real_release)
    text = page(real_client, f"/vocabulary/{scheme}")
    found = re.findall(rf'href="/evidence\?{facet}=([\w-]+)">(\d+) entr', text)
    assert found
    for key, number in found:
        assert int(number) == count(facts, f"?e atlas:{prop}/skos:notation '{key}'")
    assert sum(int(n) for _, n in found) == count(
        facts, f"?x atlas:{prop} ?v BIND(STR(?x) AS ?s) BIND(CONCAT(?s, STR(?v)) AS ?e)"
    )


def test_a_pem_status_counts_case_definitions(real_client: FlaskClient) -> None:
    text = page(real_client, "/vocabulary/pem-status")
    numbers = re.findall(r">(\d+) case definitions?</a> in this release", text)
    assert sum(map(int, numbers)) == 26
