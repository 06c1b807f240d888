import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.paths import DATA, ONTOLOGY, ROOT, SHAPES
from graph.prefixes import ATLAS, BASE, term, vocabulary

SCHEMES = {
    "case-definition": 0, "condition": 1, "confidence": 3, "evidence-level": 4, "join-rule": 3,
    "peer-review": 2, "pem-reason": 9, "pem-requirement": 3, "pem-status": 4,
    "publication-type": 23, "publication-type-basis": 5, "revision-aspect": 12, "revision-reason": 7,
    "scan-severity": 2, "symptom": 15, "text-read": 3, "topic": 15,
}  # fmt: skip
MATCHES = {"exact": 30, "close": 6, "related": 24, "broad": 6, "narrow": 11}
SEED = DATA / "evidence" / "daniels-2011-socialization-model.ttl"
NAMING_TERMS = {
    "code": [*ROOT.glob("graph/**/*.py"), *ROOT.glob("server/**/*.py")],
    "queries": [*ROOT.glob("graph/**/*.rq"), *ROOT.glob("server/**/*.rq")],
    "shapes": [*SHAPES.rglob("*.ttl")],
    "data": [*DATA.rglob("*.ttl"), *ROOT.glob("graph/rules/*/*.ttl")],
}


def load(*paths: Path) -> ox.Store:
    store = ox.Store()
    for path in paths:
        store.bulk_load(path=str(path), base_iri=f"{BASE}/")
    return store


def instances(store: ox.Store, kind: str) -> list[ox.NamedNode]:
    quads = store.quads_for_pattern(None, term("rdf:type"), term(kind))
    return [quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode)]


def values(store: ox.Store, subject: ox.NamedNode, name: str) -> list[str]:
    quads = store.quads_for_pattern(subject, term(name), None)
    return [
        quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode | ox.Literal)
    ]


def languages(store: ox.Store, subject: ox.NamedNode, name: str) -> list[str | None]:
    quads = store.quads_for_pattern(subject, term(name), None)
    return [quad.object.language for quad in quads if isinstance(quad.object, ox.Literal)]


def vocabularies() -> ox.Store:
    return load(*sorted((ONTOLOGY / "vocabulary").glob("*.ttl")))


def definitions() -> ox.Store:
    return load(DATA / "case-definitions.ttl")


def own_terms() -> set[str]:
    store = load(ONTOLOGY / "atlas.ttl")
    found = {quad.subject.value for quad in store if isinstance(quad.subject, ox.NamedNode)}
    return {iri for iri in found if iri.startswith(ATLAS)}


def mentions(path: Path) -> set[str]:
    if path.suffix == ".ttl":
        quads = list(ox.parse(path=str(path), base_iri=f"{BASE}/"))
        nodes = {node for quad in quads for node in quad.triple if isinstance(node, ox.NamedNode)}
        return {node.value for node in nodes if node.value.startswith(ATLAS)} - {ATLAS}
    return {
        ATLAS + name
        for name in re.findall(r"(?<!:)\batlas:(\w+)", path.read_text(encoding="utf-8"))
    }


def test_each_file_holds_the_scheme_it_is_named_for() -> None:
    files = sorted((ONTOLOGY / "vocabulary").glob("*.ttl"))
    assert {path.stem for path in files} == set(SCHEMES)
    for path in files:
        store = load(path)
        scheme = ox.NamedNode(f"{BASE}/vocabulary/{path.stem}")
        assert instances(store, "skos:ConceptScheme") == [scheme]
        assert languages(store, scheme, "skos:prefLabel") == ["en"]
        assert languages(store, scheme, "skos:definition") == ["en"]
        assert len(instances(store, "skos:Concept")) == SCHEMES[path.stem], path.stem


def test_each_concept_is_labelled_defined_and_noted_under_its_key() -> None:
    store = vocabularies()
    concepts = instances(store, "skos:Concept")
    assert len(concepts) == sum(SCHEMES.values()) == 111
    for concept in concepts:
        scheme, _, key = concept.value.partition("#")
        assert values(store, concept, "skos:notation") == [key], concept
        assert values(store, concept, "skos:inScheme") == [scheme], concept
        assert languages(store, concept, "skos:prefLabel") == ["en"], concept
        assert languages(store, concept, "skos:definition") == ["en"], concept


def test_labels_are_unique_within_a_scheme() -> None:
    store = vocabularies()
    labels = Counter(
        (concept.value.partition("#")[0], label)
        for concept in instances(store, "skos:Concept")
        for name in ("skos:prefLabel", "skos:altLabel")
        for label in values(store, concept, name)
    )
    assert len(labels) > sum(SCHEMES.values())
    assert labels.most_common(1)[0][1] == 1


def test_top_concepts_are_named_from_both_sides() -> None:
    store = vocabularies()
    down = [
        (q.subject, q.object)
        for q in store.quads_for_pattern(None, term("skos:hasTopConcept"), None)
    ]
    up = [
        (q.object, q.subject)
        for q in store.quads_for_pattern(None, term("skos:topConceptOf"), None)
    ]
    assert len(down) == 109
    assert set(down) == set(up)


def test_no_evidence_level_claims_a_replication() -> None:
    store = vocabularies()
    for key in ("e0", "e1", "e2", "e3"):
        (text,) = values(store, vocabulary("evidence-level", key), "skos:definition")
        assert "no claim that a result was replicated" in text


def test_alignments_speak_of_our_concepts_and_one_thing_matches_exactly_one() -> None:
    store, concepts = load(ONTOLOGY / "alignments.ttl"), instances(vocabularies(), "skos:Concept")
    assert {quad.subject for quad in store} <= set(concepts)
    for strength, count in MATCHES.items():
        quads = list(store.quads_for_pattern(None, term(f"skos:{strength}Match"), None))
        assert len(quads) == count, strength
        assert not [quad for quad in quads if BASE in str(quad.object)]
        if strength == "exact":
            assert len({quad.object for quad in quads}) == count


def test_an_identifier_with_an_agreed_iri_is_never_only_a_notation() -> None:
    store = load(ONTOLOGY / "alignments.ttl")
    quads = store.quads_for_pattern(None, term("skos:notation"), None)
    prefixes = Counter(str(quad.object).strip('"').partition(":")[0] for quad in quads)
    assert prefixes == {
        "UMLS": 2, "ICD11": 2, "GARD": 1, "medgen": 1, "MedDRA": 1,
        "ICD10": 1, "ICD10CM": 1, "ICD9CM": 1,
    }  # fmt: skip


@pytest.mark.parametrize("place", NAMING_TERMS)
def test_each_atlas_term_in_use_is_declared(place: str) -> None:
    declared, used = own_terms(), {path: mentions(path) for path in NAMING_TERMS[place]}
    assert any(used.values())
    stray = {
        str(path): sorted(found - declared) for path, found in used.items() if found - declared
    }
    assert not stray, "declare them in ontology/atlas.ttl, or mend the spelling"


def test_each_term_of_the_ontology_is_labelled_and_defined() -> None:
    store, terms = load(ONTOLOGY / "atlas.ttl"), own_terms()
    assert len(terms) >= 90
    for iri in terms:
        assert languages(store, ox.NamedNode(iri), "rdfs:label") == ["en"], iri
        assert languages(store, ox.NamedNode(iri), "skos:definition") == ["en"], iri


def test_each_concept_that_data_name_exists() -> None:
    known = {node.value for node in instances(vocabularies(), "skos:Concept")}
    known |= {f"{BASE}/vocabulary/{scheme}" for scheme in SCHEMES}
    quads = [*load(*DATA.glob("*.ttl"), *DATA.glob("evidence/*.ttl"))]
    named = {quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)}
    used = {iri for iri in named if iri.startswith(f"{BASE}/vocabulary/")}
    assert len(used) >= 11
    assert used <= known


def test_the_26_case_definitions_have_a_source_for_their_pem_status_or_ask_for_one() -> None:
    store = definitions()
    found = instances(store, "atlas:CaseDefinition")
    assert len(found) == 26
    sourced = [node for node in found if values(store, node, "atlas:pemStatusSource")]
    asking = [
        node for node in found if values(store, node, "atlas:pemStatusSourceNeeded") == ["true"]
    ]
    assert len(sourced) == 5
    assert sorted(map(str, sourced + asking)) == sorted(map(str, found))


def test_case_definitions_count_as_their_pem_status_says() -> None:
    quads = definitions().quads_for_pattern(None, term("atlas:pemStatus"), None)
    counts = Counter(str(quad.object).rstrip(">").partition("#")[2] for quad in quads)
    assert counts == {"uncertain": 15, "required": 7, "optional": 2, "not-required": 2}


def test_no_two_case_definitions_share_a_name() -> None:
    store = definitions()
    quads = [
        quad
        for name in ("skos:prefLabel", "skos:altLabel")
        for quad in store.quads_for_pattern(None, term(name), None)
    ]
    names = Counter(str(quad.object).casefold() for quad in quads)
    assert len(names) >= 100
    assert names.most_common(1)[0][1] == 1


def test_a_definition_revises_only_definitions_that_exist() -> None:
    store = definitions()
    quads = list(store.quads_for_pattern(None, term("atlas:revises"), None))
    assert len(quads) == 9
    assert {quad.object for quad in quads} <= set(instances(store, "atlas:CaseDefinition"))


def test_no_waiting_period_is_zero_and_an_unknown_one_is_absent() -> None:
    store = definitions()
    months = "atlas:minimumDurationMonthsAdult"
    assert values(store, ox.NamedNode(f"{BASE}/case-definition/icc2011"), months) == ["0"]
    assert values(store, ox.NamedNode(f"{BASE}/case-definition/hoyen1990"), months) == []


def test_the_texts_of_the_seed_entry_are_ours_and_derived_from_its_snapshot() -> None:
    store, entry = load(SEED), f"{BASE}/evidence/{SEED.stem}"
    texts = [quad.subject for quad in store.quads_for_pattern(None, term("rdf:value"), None)]
    assert len(texts) == 9
    for text in texts:
        assert isinstance(text, ox.NamedNode)
        assert languages(store, text, "rdf:value") == ["en"]
        assert values(store, text, "atlas:machineDrafted") == ["false"]
        assert values(store, text, "prov:wasAttributedTo") == [f"{BASE}/dataset#editors"]
        assert values(store, text, "prov:wasDerivedFrom") == [f"{entry}#snapshot-1"]
