from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph import shacl
from graph.prefixes import prefixes
from graph.sources import read_sources
from tests.small import ENTRY, edit, small_data

# Shape that must be tripped → the edit of a valid entry that trips it.
FAULTS: dict[str, tuple[str, str]] = {
    "Entry-identifier": ("dcterms:identifier", "dcterms:title"),
    "Entry-slug": (f'identifier "{ENTRY}"', 'identifier "other-2020-name"'),
    "Entry-label": ('rdfs:label "Synthetic', 'rdfs:label "One more"@en , "Synthetic'),
    "Entry-topic": ("topic#", "topic#no-"),
    "Entry-recorded-on": ("atlas:topic", 'atlas:recordedOn "2026-13-45"^^xsd:date ; atlas:topic'),
    "Entry-text": ("<#quick-summary> a atlas:Text", "<#quick-summary> a schema:Text"),
    "Entry-bibliographic": (
        "a atlas:EvidenceEntry",
        "a atlas:EvidenceEntry , atlas:BibliographicEntry",
    ),
    "Paper-title": ("dcterms:title", "dcterms:alternative"),
    "Paper-doi": ('bibo:doi "10.', 'bibo:doi "https://doi.org/10.'),
    "Paper-pmid": ("bibo:pages", 'bibo:pmid "PMID 12" ; bibo:pages'),
    "Paper-issued": ("dcterms:issued", "dcterms:date"),
    "Paper-year-agrees": ("atlas:year ", "atlas:year 1"),
    "Paper-journal": (
        "bibo:pages",
        "schema:isPartOf <https://www.mecfsatlas.com/journal/no> ; bibo:pages",
    ),
    "Paper-author-gap": (
        "schema:position 2 ;\n    atlas:printed",
        "schema:position 9 ;\n    atlas:printed",
    ),
    "Paper-doi-link": ("schema:sameAs", "schema:url"),
    "Authorship-printed-name": ("atlas:printedName", "schema:name"),
    "Inclusion-text-read": ("text-read#full-text", "text-read#half"),
    "Inclusion-not-applicable": ("<#inclusion> a", "<#inclusion> atlas:hasParticipants false ; a"),
    "PatientGroup-definition": ("case-definition/", "case-definition/no"),
    "PatientGroup-join": ("atlas:joinRule", "schema:rule"),
    "PatientGroup-subset-only": ("atlas:subsetOnly false", "atlas:subsetOnly 7"),
    "Text-value": ('."@en ;\n    atlas:machineDrafted', '." ;\n    atlas:machineDrafted'),
    "Text-draft": ("atlas:generatorVersion", "schema:version"),
    "Text-generator": ("/generator/v1", "/generator/v9"),
}


def faulty(folder: Path, old: str, new: str) -> ox.Store:
    data = small_data(folder)
    edit(data / "evidence" / f"{ENTRY}.ttl", old, new)
    sources = read_sources(data)
    assert not sources.errors
    return sources.store


def found(
    engine: Callable[[ox.Store, shacl.Stage], list[shacl.Violation]], store: ox.Store
) -> set[str]:
    return {violation.shape.partition("#")[2] for violation in engine(store, "sources")}


def test_a_valid_entry_passes_by_both_engines(tmp_path: Path) -> None:
    store = read_sources(small_data(tmp_path)).store
    assert shacl.validate(store, "sources") == []
    assert shacl.reference(store, "sources") == []


def test_all_faults_are_tried() -> None:
    assert len(FAULTS) == 24


@pytest.mark.parametrize("shape", FAULTS)
def test_a_fault_trips_its_shape_and_pyshacl_agrees(shape: str, tmp_path: Path) -> None:
    store = faulty(tmp_path, *FAULTS[shape])
    by_query = found(shacl.validate, store)
    assert shape in by_query
    # pySHACL names the node shape where a SPARQL constraint fails, we name the constraint.
    names = {name.partition("-")[0] for name in by_query}
    assert {name.partition("-")[0] for name in found(shacl.reference, store)} == names


def test_both_stages_compile_and_every_check_says_what_to_repair() -> None:
    checks = [*shacl.checks("sources"), *shacl.checks("judged")]
    assert len(checks) > 200
    assert all(check.message for check in checks)


def test_a_shape_that_is_not_compiled_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
    shape = (
        "<urn:s> sh:targetClass atlas:Paper ; sh:property <urn:p> . <urn:p> sh:path dcterms:title ;"
    )
    (tmp_path / "odd.ttl").write_text(
        f'{head}{shape} sh:message "x"@en ; sh:lessThan dcterms:date .'
    )
    monkeypatch.setattr(shacl, "SHAPES", tmp_path)
    shacl.checks.cache_clear()
    with pytest.raises(shacl.UnsupportedShape, match="lessThan"):
        shacl.checks("sources")
    shacl.checks.cache_clear()
