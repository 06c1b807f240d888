"""What the tests of nanopublications share: samples, and how the library reads them."""

from base64 import b64decode
from collections.abc import Iterator

import pyoxigraph as ox
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import PKCS1_v1_5
from flask.testing import FlaskClient
from nanopub.nanopub import Nanopub as LibraryNanopub
from nanopub.trustyuri.rdf.RdfHasher import normalize_quads
from nanopub.trustyuri.rdf.RdfUtils import get_quads
from rdflib import ConjunctiveGraph

from graph.prefixes import BASE
from server.facts import Facts
from tests.small import ENTRY

JUDGED = 224
GROUPS = "/evidence/fixture-2013-groups-required"
PAGE = f"{GROUPS}/nanopub/1"
CORRECTED = f"/evidence/{ENTRY}/nanopub/correction-1"
REVISED = f"/evidence/{ENTRY}/nanopub/1"
CORRECTION = f"""
<#correction-1> a atlas:PemAssessment ;
    atlas:pemValue <{BASE}/vocabulary/pem-requirement#required> ;
    atlas:pemReason <{BASE}/vocabulary/pem-reason#stated> ;
    <http://purl.org/dc/terms/date> "2026-11-24"^^<http://www.w3.org/2001/XMLSchema#date> ;
    <http://www.w3.org/ns/prov#wasAttributedTo> <{BASE}/dataset#editors> ;
    <http://www.w3.org/ns/prov#wasRevisionOf> <#pem-1> ;
    rdfs:comment "The methods name malaise after exertion."@en .
"""
NP = "http://www.nanopub.org/nschema#"
NPX = "http://purl.org/nanopub/x/"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"


def read(client: FlaskClient, path: str) -> set[ox.Quad]:
    response = client.get(path)
    assert response.status_code == 200, path
    return set(ox.parse(response.data, format=ox.RdfFormat.TRIG))


def library(text: bytes | str) -> LibraryNanopub:
    graph = ConjunctiveGraph()
    graph.parse(data=text, format="trig")
    return LibraryNanopub(rdf=graph)


def has_signature(nanopub: LibraryNanopub) -> bool:
    """Check what was signed: the library's own check says yes to everything."""
    # These two functions of the library have no types.
    found = get_quads(nanopub.rdf)  # type: ignore[no-untyped-call]
    quads = [quad for quad in found if str(quad[2]) != f"{NPX}hasSignature"]
    base = str(nanopub.metadata.namespace)
    text = normalize_quads(quads, baseuri=base, hashstr=" ")  # type: ignore[no-untyped-call]
    key = RSA.import_key(b64decode(nanopub.metadata.public_key))
    signature = b64decode(nanopub.metadata.signature)
    return bool(PKCS1_v1_5.new(key).verify(SHA256.new(text.encode()), signature))


def said(quads: set[ox.Quad], iri: str, graph: str) -> set[tuple[str, str, str]]:
    return {
        (str(quad.subject), quad.predicate.value, str(quad.object))
        for quad in quads
        if str(quad.graph_name) == f"<{iri}#{graph}>"
    }


def judgements(facts: Facts) -> Iterator[str]:
    kind = facts.term("rdf:type"), facts.term("atlas:PemAssessment")
    for quad in facts.store.quads_for_pattern(None, *kind, ox.DefaultGraph()):
        assert isinstance(quad.subject, ox.NamedNode)
        yield quad.subject.value
