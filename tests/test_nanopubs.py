import re

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE
from graph.release import Release
from server.app import create_app
from server.facts import Facts
from server.nanopubs import nanopub_address
from server.signing import Signer
from server.site import Site
from tests.nanopublications import (
    CORRECTED,
    DCTERMS,
    GROUPS,
    JUDGED,
    NPX,
    PAGE,
    PROV,
    REVISED,
    has_signature,
    judgements,
    library,
    read,
    said,
)
from tests.small import ENTRY

# The library still uses what rdflib gives up, and so does rdflib.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning"),
    pytest.mark.usefixtures("nanopub_library"),
]


def test_every_judgement_of_the_real_data_is_a_valid_nanopublication(
    real_client: FlaskClient, real_release: Release
) -> None:
    found = sorted(judgements(Facts(real_release)))
    assert len(found) == JUDGED
    for judgement in found:
        address = nanopub_address(judgement)
        assert address
        nanopub = library(real_client.get(address.removeprefix(BASE)).data)
        assert nanopub.is_valid, judgement
        assert str(nanopub.metadata.np_uri) == address
        assert nanopub.metadata.signature is None
        assert len(nanopub.assertion) >= 2


def test_every_judgement_of_the_real_data_can_be_signed(
    real_release: Release, signer: Signer
) -> None:
    facts = Facts(real_release)
    client = create_app(facts, Site(facts, signer)).test_client()
    seen = set()
    for judgement in judgements(facts):
        path = str(nanopub_address(judgement)).removeprefix(BASE)
        nanopub = library(client.get(path).data)
        assert nanopub.is_valid, judgement
        assert nanopub.has_valid_trusty, judgement
        assert nanopub.has_valid_signature, judgement
        assert has_signature(nanopub), judgement
        assert str(nanopub.signed_with_public_key) == signer.public_key
        iri = str(nanopub.metadata.np_uri)
        assert re.fullmatch(re.escape(BASE + path) + r"/RA[\w-]{43}", iri)
        seen.add(iri)
    assert len(seen) == JUDGED


def test_the_claim_is_what_the_paper_required(real_client: FlaskClient) -> None:
    entry = f"{BASE}/evidence/hornig-2015-distinct-plasma"
    iri = f"{entry}/nanopub/1"
    quads = read(real_client, iri.removeprefix(BASE))
    assert said(quads, iri, "assertion") == {
        (f"<{entry}>", f"{BASE}/ontology#paper", f"<{entry}#paper>"),
        (
            f"<{entry}>",
            f"{BASE}/ontology#pemRequirement",
            f"<{BASE}/vocabulary/pem-requirement#unclear>",
        ),
        (
            f"<{entry}#paper>",
            "https://schema.org/sameAs",
            "<https://doi.org/10.1126/sciadv.1400121>",
        ),
    }


def test_the_provenance_says_what_it_rests_on_and_by_which_rule(client: FlaskClient) -> None:
    quads, entry, iri = read(client, PAGE), BASE + GROUPS, BASE + PAGE
    about = said(quads, iri, "provenance")
    claim, judgement = f"<{iri}#assertion>", f"<{entry}#pem-1>"
    for fact in (f"{entry}#inclusion", f"{entry}#group-2", f"{BASE}/case-definition/ccc2003"):
        assert (claim, f"{PROV}wasDerivedFrom", f"<{fact}>") in about
    assert (claim, f"{PROV}wasGeneratedBy", f"<{entry}#pem-1-judging>") in about
    for subject, name, value in (
        (judgement, "atlas:rule", "/rule-set/v0.1#group-stated"),
        (f"<{entry}#pem-1-association>", "prov:agent", "/rule-set/v0.1"),
        (f"<{entry}#pem-1-association>", "prov:hadPlan", "/policy/v0.1"),
        (f"<{entry}#inclusion>", "atlas:textRead", "/vocabulary/text-read#full-text"),
        (f"<{BASE}/case-definition/ccc2003>", "atlas:pemStatus", "/vocabulary/pem-status#required"),
    ):
        prefix, _, local = name.partition(":")
        space = f"{BASE}/ontology#" if prefix == "atlas" else PROV
        assert (subject, space + local, f"<{BASE}{value}>") in about
    assert any(name == f"{BASE}/ontology#demandsPem" for _, name, _ in about)


def test_a_nanopublication_says_only_what_the_release_says(
    client: FlaskClient, release: Release
) -> None:
    facts = Facts(release)
    quads = [
        quad for quad in read(client, PAGE) if not str(quad.subject).startswith(f"<{BASE + PAGE}")
    ]
    assert len(quads) > 20
    for quad in quads:
        assert ox.Quad(quad.subject, quad.predicate, quad.object) in facts.store, quad


def test_rules_are_credited_with_their_judgement_and_people_with_theirs(corrected: Facts) -> None:
    client = create_app(corrected).test_client()
    for number, maker, day in (
        (1, "/rule-set/v0.1", None),
        ("correction-1", "/dataset#editors", "2026-11-24"),
    ):
        iri = f"{BASE}/evidence/{ENTRY}/nanopub/{number}"
        quads = read(client, iri.removeprefix(BASE))
        about = said(quads, iri, "pubinfo")
        creators = {value for _, name, value in about if name == f"{DCTERMS}creator"}
        assert creators == {f"<{BASE}{maker}>"}
        licences = {value for _, name, value in about if name == f"{DCTERMS}license"}
        assert licences == {"<https://creativecommons.org/publicdomain/zero/1.0/>"}
        days = {value for _, name, value in about if name == f"{DCTERMS}created"}
        assert len(days) == 1
        assert day is None or day in str(days)


def test_a_correction_supersedes_and_gives_its_grounds(corrected: Facts) -> None:
    client = create_app(corrected).test_client()
    iri = BASE + CORRECTED
    quads = read(client, CORRECTED)
    earlier = f"<{BASE}{REVISED}>"
    assert (f"<{iri}>", f"{NPX}supersedes", earlier) in said(quads, iri, "pubinfo")
    assert "The methods name malaise after exertion." in str(said(quads, iri, "provenance"))
    assert f"{NPX}supersedes" not in str(read(client, REVISED))
    assert library(client.get(CORRECTED).data).is_valid


def test_a_signed_correction_supersedes_the_signed_nanopublication(
    corrected: Facts, signer: Signer
) -> None:
    client = create_app(corrected, Site(corrected, signer)).test_client()
    earlier = library(client.get(REVISED).data)
    later = library(client.get(CORRECTED).data)
    assert has_signature(later)
    assert later.has_valid_trusty
    named = [str(value) for _, name, value in later.pubinfo if str(name) == f"{NPX}supersedes"]
    assert named == [str(earlier.metadata.np_uri)]
    assert client.get(named[0].removeprefix(BASE)).status_code == 200
