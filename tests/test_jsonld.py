import json
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.plugins.shared.jsonld import context as rdflib_context

from graph.prefixes import BASE, prefixes, term
from graph.release import Release
from server.context import compaction, context, context_url
from server.documents import find_document
from server.facts import Facts
from server.jsonld import write
from server.problems import Problem
from tests.conftest import SEED

PAGE = f"/evidence/{SEED}"
PATHS = [
    PAGE, "/evidence/fixture-2001-markup-title", "/evidence/fixture-2013-groups-required",
    "/case-definition/fukuda1994", "/vocabulary/pem-reason", "/journal/plos-one", "/scanner/v1.4",
    "/dataset", "/graph/inferred", "/.well-known/void", "/.well-known/sparql-examples",
    "/query/saved-queries",
]  # fmt: skip
IRIS = st.sampled_from(
    ["https://a.example/x", "urn:x:y", f"{BASE}/ontology#paper", f"{BASE}/ontology#Paper", "mailto:a",
     *(term(name).value for name in ("dcterms:title", "atlas:accessed", "atlas:author",
       "schema:position", "rdf:type", "xsd:date", "skos:altLabel", "bibo:doi", "atlas:hasParticipants")),
     "http://purl.org/dc/terms/", "http://purl.org/dc/terms/a.b", "https://a.example/%3C(1);é"]
).map(ox.NamedNode)  # fmt: skip
KINDS = st.sampled_from(["xsd:date", "xsd:integer", "xsd:boolean", "xsd:decimal", "xsd:gYear", "xsd:anyURI"])  # fmt: skip
LEXICAL = st.text(max_size=8) | st.sampled_from(["1", "-5", "007", "true", "false", "0", "1" * 30, "2001-02-03", "1.0"])  # fmt: skip
LITERALS = st.one_of(
    st.text(max_size=20).map(ox.Literal),
    st.builds(lambda text, kind: ox.Literal(text, datatype=term(kind)), LEXICAL, KINDS),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), st.text(max_size=8), st.sampled_from(["en", "de", "en-gb"])),
)  # fmt: skip
TRIPLES = st.lists(st.builds(ox.Triple, IRIS, IRIS, IRIS | LITERALS), max_size=12)


@pytest.fixture(scope="module")
def facts(release: Release) -> Facts:
    return Facts(release)


def read(text: bytes, facts: Facts) -> set[ox.Triple]:
    """Read a document; of a context that it only names, put in our context document."""
    document = json.loads(text)
    if document["@context"] == context_url(facts):
        document["@context"] = json.loads(context(facts))["@context"]
    made = json.dumps(document)
    return {quad.triple for quad in ox.parse(made, format=ox.RdfFormat.JSON_LD)}


@settings(max_examples=200, deadline=None)
@given(triples=TRIPLES)
def test_any_triples_come_back_from_both_writings(facts: Facts, triples: list[ox.Triple]) -> None:
    ordered = sorted(set(triples), key=lambda triple: str(triple.subject))
    for inline in (True, False):
        assert read(write(facts, ordered, inline=inline), facts) == set(ordered)


@pytest.mark.parametrize("path", PATHS)
def test_every_kind_of_document_comes_back_from_both_writings(path: str, facts: Facts) -> None:
    document = find_document(facts, path)
    assert document is not None
    assert document.triples
    for inline in (True, False):
        assert read(write(facts, document.triples, inline=inline), facts) == set(document.triples)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_rdflib_fetches_the_context_and_reads_the_same(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fetch(source: str, *_: object) -> tuple[object, object]:
        asked.append(source)
        return json.loads(context(facts)), None

    monkeypatch.setattr(rdflib_context, "source_to_json", fetch)
    document = find_document(facts, PAGE)
    assert document is not None
    graphs = [
        rdflib.Graph().parse(
            data=write(facts, document.triples, inline=inline).decode(), format="json-ld"
        )
        for inline in (True, False)
    ]
    assert asked == [context_url(facts)]
    assert len(graphs[0]) == len(document.triples)
    assert set(graphs[0]) == set(graphs[1])


def test_a_document_is_written_in_short_names_and_plain_values(facts: Facts) -> None:
    document = find_document(facts, PAGE)
    assert document is not None
    made = json.loads(write(facts, document.triples))
    nodes = {row["@id"].rpartition("#")[2]: row for row in made["@graph"]}
    assert made["@graph"][0]["@id"] == facts.base + PAGE
    entry, paper = made["@graph"][0], nodes["paper"]
    assert entry["paper"] == f"{facts.base}{PAGE}#paper"
    assert entry["recordedOn"] == "2026-11-23"
    assert "EvidenceEntry" in entry["@type"]
    assert paper["title"].startswith("Socialization")
    assert (paper["year"], paper["doi"]) == (2011, "10.1017/s1352465810000792")
    assert paper["authorListComplete"] is True
    assert nodes["author-1"]["position"] == 1
    assert nodes["finding-1"]["value"].startswith("Where")
    assert set(made["@context"]) & prefixes().keys() <= {"atlas", "bibo", "dc", "dcterms", "fabio", "foaf", "prov", "rdf", "rdfs", "schema", "xsd"}  # fmt: skip


def test_what_there_may_be_several_of_is_a_list_everywhere(facts: Facts) -> None:
    for path in PATHS:
        document = find_document(facts, path)
        assert document is not None
        for row in json.loads(write(facts, document.triples))["@graph"]:
            for name in ("author", "observedFinding", "definition", "altLabel", "@type"):
                assert isinstance(row.get(name, []), list)
            for name in ("paper", "title", "doi", "year", "position"):
                assert not isinstance(row.get(name, ""), list)


def test_the_context_document_has_every_name_that_data_use(facts: Facts) -> None:
    names = json.loads(context(facts))["@context"]
    assert names["definition"] == {"@id": "atlas:definition", "@type": "@id", "@container": "@set"}
    assert names["EvidenceEntry"] == "atlas:EvidenceEntry"
    assert names["title"] == {"@id": "dcterms:title", "@language": "en"}
    for path in PATHS:
        document = find_document(facts, path)
        assert document is not None
        made = json.loads(write(facts, document.triples))
        assert made["@context"].items() <= names.items()
        for row in made["@graph"]:
            for key in row:
                assert key.startswith("@") or key.partition(":")[0] in names, key


def test_the_address_of_the_context_changes_with_it(facts: Facts) -> None:
    address = urlsplit(context_url(facts))
    assert address.path == "/context.jsonld"
    assert address.query == f"version={compaction(facts).version}"
    other = Facts.__new__(Facts)
    other.base = "https://atlas.example"
    assert compaction(other).version != compaction(facts).version
    assert b"mecfsatlas.com" not in context(other)


def test_an_iri_that_would_be_read_as_another_is_refused(facts: Facts) -> None:
    strange = ox.NamedNode("prov:thing")
    with pytest.raises(Problem, match="format-cannot-say"):
        write(facts, [ox.Triple(strange, term("rdf:type"), strange)])
