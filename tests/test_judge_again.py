"""That the published rules over the published facts give the published judgements, by SPARQL alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pyoxigraph as ox
import pytest

from graph.prefixes import BASE, term, value
from graph.release import Release
from server.settings import Settings
from tests.site import serve
from tests.test_saved_queries import QUERIES

PREFIXES = """
PREFIX atlas: <https://www.mecfsatlas.com/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX schema: <https://schema.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
"""
ASSERTED = """
CONSTRUCT { ?s ?p ?o } WHERE {
  ?s ?p ?o FILTER NOT EXISTS { GRAPH <https://www.mecfsatlas.com/graph/inferred> { ?s ?p ?o } }
}
"""
# The nodes that rules made: judgements, what they said of each group, who judged by which plan.
JUDGED = """
SELECT DISTINCT ?node WHERE {
  { ?node a atlas:PemAssessment ; atlas:rule ?rule }
  UNION { ?judgement atlas:groupOutcome ?node }
  UNION { ?judgement prov:wasGeneratedBy ?node . ?judgement atlas:pemValue ?value }
  UNION { ?judgement prov:wasGeneratedBy/prov:qualifiedAssociation ?node }
}
"""
# All rules in their order, as one runs who knows of one rule set only.
ALL_OF = """
SELECT ?construct WHERE {
  <https://www.mecfsatlas.com/rule-set/%s> atlas:policyRule ?rule .
  ?rule schema:position ?place ; sh:construct ?construct .
} ORDER BY ?place
"""
REPEATED = {term("atlas:currentAssessment"), term("atlas:pemRequirement")}
Triples = frozenset[ox.Triple]


@dataclass(frozen=True)
class Published:
    """What the endpoint of the real data says: facts, judgements, and the rules to run."""

    facts: Triples
    judged: Triples
    again: list[str]
    alone: dict[str, list[str]]


@pytest.fixture(scope="module")
def published(
    real_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    settings = Settings(releases=real_release.folder.parent)
    with (
        serve(settings, tmp_path_factory.mktemp("again")) as site,
        httpx.Client(base_url=site.address, timeout=60) as web,
    ):
        said = ask(web, ASSERTED, "application/n-triples")
        triples = {q.triple for q in ox.parse(said, format=ox.RdfFormat.N_TRIPLES)}
        nodes = {row["node"] for row in select(web, JUDGED)}
        judged = frozenset(t for t in triples if is_judged(t, nodes))
        (saved,) = [row for row in QUERIES if row.name == "what-to-run-to-judge-again"]
        alone = {v: constructs(select(web, ALL_OF % v)) for v in ("v0.1", "v0.2")}
        again = constructs(select(web, saved.text))
        yield Published(frozenset(triples - judged), judged, again, alone)


def ask(web: httpx.Client, query: str, accept: str) -> bytes:
    form = {"query": query if "PREFIX" in query else PREFIXES + query}
    answer = web.post("/sparql", data=form, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    return answer.content


def select(web: httpx.Client, query: str) -> list[dict[str, str]]:
    said = ask(web, query, "application/sparql-results+json")
    found = ox.parse_query_results(said, format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    return [{v.value: value(row[v]) for v in found.variables} for row in found]


def constructs(rows: list[dict[str, str]]) -> list[str]:
    return [row["construct"] for row in rows]


def is_judged(triple: ox.Triple, nodes: set[str]) -> bool:
    ends = {value(triple.subject)}
    if not value(triple.subject).startswith(f"{BASE}/rule-set/"):
        ends.add(getattr(triple.object, "value", ""))
    return bool(ends & nodes) or triple.predicate in REPEATED


def judge_again(facts: Triples, rules: list[str]) -> Triples:
    """Run `rules` one after the other, each over the facts and what those before it said."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in facts)
    for rule in rules:
        made = store.query(rule)
        assert isinstance(made, ox.QueryTriples)
        store.extend([ox.Quad(*triple) for triple in made])
    return frozenset(quad.triple for quad in store) - facts


def of(judgements: Triples, number: int) -> Triples:
    """Return what is said of the judgements of one rule set, but for which they judged anew."""
    named = f"#pem-{number}"
    anew = term("prov:wasRevisionOf")
    return frozenset(t for t in judgements if named in value(t.subject) and t.predicate != anew)


def test_the_published_rules_over_the_published_facts_give_the_published_judgements(
    published: Published,
) -> None:
    ends = {node for t in published.facts for node in t if isinstance(node, ox.NamedNode)}
    assert not [node for node in ends if "/evidence/" in node.value and "#pem-" in node.value]
    assert len(published.again) == 22 + 23 - 1
    assert len([t for t in published.judged if t.object == term("atlas:PemAssessment")]) == 2 * 112
    assert judge_again(published.facts, published.again) == published.judged


@pytest.mark.parametrize(("version", "number"), [("v0.1", 1), ("v0.2", 2)])
def test_a_rule_set_alone_judges_as_it_does_beside_others(
    version: str, number: int, published: Published
) -> None:
    alone = judge_again(published.facts, published.alone[version])
    assert of(alone, number) == of(published.judged, number)
    assert len(of(alone, number)) > 1500
    assert not of(alone, 3 - number)
    current = {t.object for t in alone if t.predicate == term("atlas:currentAssessment")}
    assert len(current) == 112
    assert all(value(node).endswith(f"#pem-{number}") for node in current)


def test_another_rule_or_another_fact_would_be_noticed(published: Published) -> None:
    fewer = [rule for rule in published.again if "one of them does not require" not in rule]
    assert len(fewer) == len(published.again) - 1
    assert judge_again(published.facts, fewer) != published.judged
    status = term("atlas:pemStatus")
    facts = frozenset(t for t in published.facts if t.predicate != status)
    assert judge_again(facts, published.again) != published.judged
