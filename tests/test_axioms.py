from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.axioms import axioms
from graph.constructs import is_builtin
from graph.judge import judge
from graph.paths import DATA, ONTOLOGY
from graph.prefixes import BASE, prefixes, term, vocabulary
from graph.reason import INFERRED, RULES, infer, reference
from graph.sources import parse_file, read_sources

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
EVERYTHING = f"""{PREFIXES} @base <{BASE}/evidence/full> .
<> a atlas:EvidenceEntry ; atlas:paper <#paper> ; atlas:inclusion <#inclusion> ;
    atlas:topic </vocabulary/topic#sleep> ; atlas:evidenceLevel </vocabulary/evidence-level#e1> ;
    atlas:quickSummary <#quick-summary> ; atlas:observedFinding <#finding-1> ;
    atlas:inferredConclusion <#conclusion-1> ; atlas:remainingQuestion <#question-1> ;
    atlas:snapshot <#snapshot-1> ; atlas:badgesFrom <#snapshot-1> ; atlas:pemStudied true ;
    atlas:recordedOn "2026-11-23"^^xsd:date .
<#paper> a fabio:JournalArticle ; dcterms:issued "2011"^^xsd:gYear ; atlas:year 2011 ;
    dcterms:modified "2026-11-23T10:00:00+00:00"^^xsd:dateTime ; dc:creator "A B" ;
    schema:isPartOf </journal/j> ; atlas:author <#author-1> ; atlas:replicates <other#paper> ;
    atlas:preprintOf <other#paper> ; atlas:retraction <#retraction> .
<#retraction> dcterms:issued "2012-03"^^xsd:gYearMonth .
<#author-1> atlas:printedName "A B" ; schema:position 1 .
<#inclusion> atlas:group <#group-1>, <#group-2> ; atlas:recordedOn "2026-11-23"^^xsd:date ;
    atlas:textRead </vocabulary/text-read#full-text> .
<#group-1> schema:position 1 ; atlas:joinRule </vocabulary/join-rule#any> ;
    atlas:definition </case-definition/fukuda1994>, </case-definition/ccc2003> .
<#group-2> schema:position 2 ; atlas:alteration "changed"@en ; atlas:subsetOnly true ;
    atlas:extraCriterion <#group-2-criterion-1> ; atlas:definition </case-definition/oxford1991> .
<#group-2-criterion-1> atlas:demandsPem false .
<#quick-summary> rdf:value "Text"@en ; atlas:machineDrafted true ;
    atlas:generatorVersion </generator/v1> ; prov:wasDerivedFrom <#snapshot-1> .
<#snapshot-1> atlas:accessed "2026-05-30"^^xsd:date ; atlas:scannerVersion </scanner/v1.4> .
"""
# Entries of different kinds, by what they have.
KINDS = {
    "texts": "?e atlas:quickSummary ?x",
    "definitions": "?e atlas:inclusion/atlas:group/atlas:definition ?x",
    "a demand for PEM": "?e atlas:inclusion/atlas:group/atlas:extraCriterion ?x",
    "no participants": "?e atlas:inclusion/atlas:hasParticipants false",
    "a preprint": "?e atlas:paper/a fabio:Preprint",
    "bibliography only": "?e a atlas:BibliographicEntry MINUS { ?e atlas:inclusion ?x }",
}
# An ontology that uses every construct, and data on which every rule has work to do.
SMALL = f"""{PREFIXES}
atlas:v a owl:ObjectProperty . atlas:two a owl:ObjectProperty .
atlas:three a owl:ObjectProperty .
atlas:A rdfs:subClassOf atlas:B . atlas:B rdfs:subClassOf atlas:C .
atlas:E owl:equivalentClass atlas:F .
atlas:p rdfs:subPropertyOf atlas:q ; rdfs:domain atlas:A ; rdfs:range atlas:G .
atlas:e owl:equivalentProperty atlas:f .
atlas:q rdfs:range atlas:D . atlas:year rdfs:range xsd:integer ; rdfs:domain atlas:Y .
atlas:q owl:inverseOf atlas:back . atlas:mirror owl:inverseOf atlas:mirror .
atlas:two owl:propertyChainAxiom ( atlas:p atlas:q ) .
atlas:three owl:propertyChainAxiom ( atlas:p atlas:q atlas:two ) .
atlas:Holds owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty atlas:v ; owl:hasValue atlas:x ] .
atlas:Must rdfs:subClassOf [ a owl:Restriction ; owl:onProperty atlas:v ; owl:hasValue atlas:x ] .
atlas:Some owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty atlas:two ; owl:someValuesFrom atlas:Holds ] .
atlas:Any owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty atlas:three ; owl:someValuesFrom owl:Thing ] .
"""
SMALL_DATA = f"""{PREFIXES} @base <{BASE}/x> .
<#1> atlas:p <#2> . <#2> atlas:q <#3> . <#3> atlas:p <#4> . <#4> atlas:q <#5> .
<#5> atlas:back <#6> . <#3> a atlas:Must . <#5> atlas:v atlas:x . <#7> a atlas:Holds, atlas:F .
<#1> atlas:q "a literal" . <#8> atlas:year 2011 . <#8> atlas:e <#9> . <#9> atlas:f <#1> .
<#9> atlas:mirror <#1> . <#1> atlas:p <#1> .
"""


def files(*names: str) -> list[ox.Quad]:
    return [quad for name in names for quad in parse_file(DATA / name)]


def default(store: ox.Store) -> list[ox.Triple]:
    quads = store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    return [quad.triple for quad in quads]


def inferred(store: ox.Store) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED)}


def entries_of(pattern: str, store: ox.Store) -> list[str]:
    query = f"SELECT DISTINCT ?e WHERE {{ {pattern} }} ORDER BY ?e"
    found = store.query(query, prefixes=prefixes())
    assert isinstance(found, ox.QuerySolutions)
    return [row["e"].value.rpartition("/")[2] for row in found]


def assert_like_owlrl(store: ox.Store, ontology: Path = ONTOLOGY) -> int:
    wanted = reference(default(store), ontology)
    count = infer(store, ontology)
    found = inferred(store)
    assert not wanted - found, "owlrl says more"
    assert not found - wanted, "owlrl says less"
    assert count == len(found)
    return count


@pytest.fixture(scope="module")
def real() -> ox.Store:
    return read_sources().store


@pytest.fixture
def everything() -> ox.Store:
    store = ox.Store()
    store.bulk_extend(files("case-definitions.ttl", "agents.ttl"))
    store.load(EVERYTHING, format=ox.RdfFormat.TURTLE)
    judge(store)
    return store


def test_an_entry_with_everything_gives_what_owlrl_gives(everything: ox.Store) -> None:
    assert assert_like_owlrl(everything) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_real_entry_gives_what_owlrl_gives(kind: str, real: ox.Store) -> None:
    slug = entries_of(KINDS[kind], real)[0]
    store = ox.Store()
    store.bulk_extend(files("case-definitions.ttl", "agents.ttl", f"evidence/{slug}.ttl"))
    judge(store)
    assert assert_like_owlrl(store) > 50


def test_every_rule_file_has_work_and_gives_what_owlrl_gives(tmp_path: Path) -> None:
    (tmp_path / "small.ttl").write_text(SMALL, encoding="utf-8")
    used = {axiom.rule for axiom in axioms(tmp_path)}
    assert used == {path.stem for path in RULES.glob("*.rq")}
    assert len(used) == 12
    store = ox.Store()
    store.load(SMALL_DATA, format=ox.RdfFormat.TURTLE)
    assert assert_like_owlrl(store, tmp_path) > 40
    itself = ox.NamedNode(f"{BASE}/x#1")
    assert ox.Quad(itself, term("atlas:two"), itself) in store, "a link to itself is no noise"


@pytest.mark.parametrize("path", sorted(RULES.glob("*.rq")), ids=lambda path: path.stem)
def test_a_rule_names_itself_and_says_what_it_does(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith(f"# {path.stem.removesuffix('-2').removesuffix('-3')}: ")
    assert first.endswith(".")


def test_what_follows_is_new_legal_and_useful(everything: ox.Store) -> None:
    before = set(default(everything))
    infer(everything)
    found = inferred(everything)
    assert set(default(everything)) == before | found
    assert not before & found
    for subject, predicate, value in found:
        assert isinstance(subject, ox.NamedNode)
        assert not isinstance(value, ox.BlankNode)
        assert subject != value or not is_builtin(predicate.value)
        assert not is_builtin(subject.value)
        assert not (isinstance(value, ox.NamedNode) and is_builtin(value.value))
    assert {quad.graph_name for quad in everything} == {ox.DefaultGraph(), INFERRED}


def test_inferring_twice_adds_nothing(everything: ox.Store) -> None:
    infer(everything)
    before = set(everything)
    assert infer(everything) == 0
    assert set(everything) == before


def test_applying_a_requiring_definition_is_wider_than_requiring_pem(everything: ox.Store) -> None:
    infer(everything)
    entry = ox.NamedNode(f"{BASE}/evidence/full")
    applies = term("atlas:AppliesPemRequiringDefinition")
    assert ox.Quad(entry, term("rdf:type"), applies) in everything
    unclear = vocabulary("pem-requirement", "unclear")
    assert ox.Quad(entry, term("atlas:pemRequirement"), unclear) in everything
