from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL

from graph.constructs import is_builtin
from graph.errors import AtlasError
from graph.prefixes import BASE, prefixes
from graph.reason import infer

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
RESTRICTION = "a owl:Restriction ; owl:onProperty atlas:p"
# What an ontology says, and the words with which it is refused.
UNSUPPORTED = {
    "transitive": ("atlas:p a owl:TransitiveProperty .", "TransitiveProperty"),
    "symmetric": ("atlas:p a owl:SymmetricProperty .", "SymmetricProperty"),
    "functional": ("atlas:p a owl:FunctionalProperty .", "FunctionalProperty"),
    "same": ("atlas:x owl:sameAs atlas:y .", "sameAs"),
    "disjoint": ("atlas:A owl:disjointWith atlas:B .", "disjointWith"),
    "union": ("atlas:A owl:equivalentClass [ owl:unionOf ( atlas:B ) ] .", "unionOf|restriction"),
    "all values": (
        f"atlas:A rdfs:subClassOf [ {RESTRICTION} ; owl:allValuesFrom atlas:B ] .",
        "allValuesFrom",
    ),
    "a nested class": (
        f"atlas:A owl:equivalentClass [ {RESTRICTION} ; "
        f"owl:someValuesFrom [ {RESTRICTION} ; owl:hasValue atlas:x ] ] .",
        "someValuesFrom that is no IRI",
    ),
    "a literal value": (
        f"atlas:A owl:equivalentClass [ {RESTRICTION} ; owl:hasValue true ] .",
        "hasValue that is no IRI",
    ),
    "a nameless class below": (
        f"[ {RESTRICTION} ; owl:hasValue atlas:x ] rdfs:subClassOf atlas:A .",
        "neither an IRI nor a restriction",
    ),
    "an undeclared property": (
        "atlas:A owl:equivalentClass "
        "[ a owl:Restriction ; owl:onProperty atlas:q ; owl:hasValue atlas:x ] .",
        "not declared as a property",
    ),
    "a long chain": (
        "atlas:p owl:propertyChainAxiom ( atlas:a atlas:b atlas:c atlas:d ) .",
        "chain of other than 2 or 3",
    ),
    "an inverse in a chain": (
        "atlas:p owl:propertyChainAxiom ( [ owl:inverseOf atlas:a ] atlas:b ) .",
        "chain of other than 2 or 3",
    ),
    "a nameless domain": ("atlas:p rdfs:domain [ a owl:Class ] .", "domain that is no IRI"),
}


@pytest.mark.parametrize("construct", UNSUPPORTED)
def test_a_construct_that_no_rule_works_out_is_refused(construct: str, tmp_path: Path) -> None:
    said, words = UNSUPPORTED[construct]
    text = f"{PREFIXES} atlas:p a owl:ObjectProperty . {said}"
    (tmp_path / "small.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError, match=words):
        infer(ox.Store(), tmp_path)


@pytest.mark.parametrize(
    "axiom",
    [
        "owl:sameAs <http://example.org/x>",
        "rdfs:subClassOf atlas:Text",
        "rdfs:domain atlas:Text",
        "owl:inverseOf atlas:paper",
        "a owl:TransitiveProperty",
    ],
)
def test_an_axiom_among_the_data_is_refused(axiom: str) -> None:
    store = ox.Store()
    store.load(f"{PREFIXES} <{BASE}/x> {axiom} .", format=ox.RdfFormat.TURTLE)
    with pytest.raises(AtlasError, match="only the ontology may say"):
        infer(store)


def test_an_rdflib_iri_of_the_language_is_known_as_builtin() -> None:
    assert is_builtin(OWL.Thing)
    assert not is_builtin(f"{BASE}/ontology#Text")
