"""That PROV-O leads from judgements back to facts, rules, policies and papers, and never says too much."""

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE, prefixes
from graph.release import Release
from tests.conftest import SEED
from tests.test_links import read_links

STEPS = (
    "prov:wasGeneratedBy|prov:used|prov:wasAssociatedWith|prov:wasInfluencedBy|prov:wasDerivedFrom"
)
HAS_PROVENANCE = "http://www.w3.org/ns/prov#has_provenance"
JUDGED = "/evidence/hornig-2015-distinct-plasma"


@pytest.fixture(scope="module")
def store(real_release: Release) -> ox.Store:
    return ox.Store.read_only(str(real_release.store_path))


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(query, prefixes=prefixes())
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(str(value.value) for value in row) for row in found]


# What a judgement by rules has to reach, as who knows our own terms would look for it.
REACHED = {
    "its rule set": "?judgement prov:wasGeneratedBy/prov:qualifiedAssociation/prov:agent ?thing",
    "the policy": "?judgement prov:wasGeneratedBy/prov:qualifiedAssociation/prov:hadPlan ?thing",
    "its rule": "?judgement atlas:rule ?thing",
    "the facts read": "?entry atlas:inclusion ?thing",
    "the groups": "?entry atlas:inclusion/atlas:group ?thing",
    "the definitions": "?entry atlas:inclusion/atlas:group/atlas:definition ?thing",
    "the rules of its groups": "?judgement atlas:groupOutcome/atlas:rule ?thing",
    "the paper": "?entry atlas:paper ?thing . ?entry atlas:inclusion/atlas:group ?group",
}


@pytest.mark.parametrize("what", REACHED)
def test_a_walk_by_prov_alone_reaches(what: str, store: ox.Store) -> None:
    wanted = (
        "?entry atlas:pemAssessment ?judgement . ?judgement prov:wasGeneratedBy ?made . "
        + REACHED[what]
    )
    known = rows(store, f"SELECT DISTINCT ?judgement ?thing {{ {wanted} }}")
    assert len(known) >= 80, what
    walk = f"SELECT DISTINCT ?judgement ?thing {{ {wanted} . ?judgement ({STEPS})+ ?thing }}"
    assert set(rows(store, walk)) == set(known)


def test_the_pem_status_that_was_used_is_reached(store: ox.Store) -> None:
    query = f"SELECT ?status {{ <{BASE}{JUDGED}#pem-2> ({STEPS})+/atlas:pemStatus ?status }}"
    found = {iri.partition("#")[2] for (iri,) in rows(store, query)}
    assert {"required", "optional"} <= found


def test_a_source_is_named_only_where_one_was_read(store: ox.Store) -> None:
    query = "SELECT ?thing ?paper {{ ?thing {} ?paper }}"
    read = rows(store, query.format("prov:hadPrimarySource"))
    assert len(read) == 41
    full = "atlas:textRead <https://www.mecfsatlas.com/vocabulary/text-read#full-text>"
    groups = f"SELECT DISTINCT ?i ?p {{ ?e atlas:inclusion ?i ; atlas:paper ?p . ?i {full} }}"
    assert set(read) == set(rows(store, groups))
    assert set(read) <= set(rows(store, query.format("prov:wasDerivedFrom")))
    no = "SELECT ?i { ?i atlas:hasParticipants false ; prov:wasDerivedFrom ?any }"
    assert rows(store, no) == []


def test_of_entries_only_the_one_with_badges_comes_from_a_page(store: ox.Store) -> None:
    query = "SELECT ?entry ?from { ?entry a atlas:EvidenceEntry ; prov:wasDerivedFrom ?from }"
    entry = f"{BASE}/evidence/{SEED}"
    assert rows(store, query) == [(entry, f"{entry}#snapshot-1")]


def test_nobody_is_said_to_have_drafted_or_scanned_what_nobody_recorded(store: ox.Store) -> None:
    for kind in ("Drafting", "ScannerRun", "ScanFinding"):
        assert rows(store, f"SELECT ?x {{ ?x a atlas:{kind} }}") == []


def provenance(client: FlaskClient, path: str) -> list[str]:
    header = client.get(path).headers["Link"]
    return [link.target for link in read_links(header) if link.relation == HAS_PROVENANCE]


def test_entry_judgement_and_release_say_where_their_provenance_is(
    real_client: FlaskClient, real_release: Release
) -> None:
    places = {
        JUDGED: f"{JUDGED}.ttl",
        f"{JUDGED}/nanopub/2": f"{JUDGED}/nanopub/2.trig",
        f"/release/{real_release.id}": f"/release/{real_release.id}.ttl",
    }
    for path, place in places.items():
        assert provenance(real_client, path) == [place]
        response = real_client.get(place)
        assert response.status_code == 200
        assert prefixes()["prov"] in response.text
    assert provenance(real_client, "/case-definition/fukuda1994") == []


def test_the_linkset_leads_from_each_judgement_to_its_own_provenance(
    real_client: FlaskClient,
) -> None:
    found = real_client.get(f"{JUDGED}.linkset.json").get_json(force=True)["linkset"]
    places = {
        row["anchor"]: [link["href"] for link in row[HAS_PROVENANCE]]
        for row in found
        if HAS_PROVENANCE in row
    }
    for number in (1, 2):
        anchor = f"{BASE}{JUDGED}#pem-{number}"
        assert places[anchor] == [f"{BASE}{JUDGED}/nanopub/{number}"]
