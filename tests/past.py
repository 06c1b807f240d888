"""A data folder with a past, for tests: entries and definitions revised, withdrawn and merged."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from graph.revise import Order, revise
from tests.small import edit

REVISED = "fixture-2001-markup-title"
JUDGED = "fixture-2013-groups-required"
WITHDRAWN = "fixture-2005-no-study"
MERGED = "fixture-2006-same-paper"
DEFINED = "case-definition/dowsett1990"
UNDEFINED = "case-definition/fixture2005"
REDEFINED = "case-definition/fixture2006"
# Entries to which nothing else links.
_ENTRY = """\
@base <https://www.mecfsatlas.com/evidence/{slug}> .
@prefix atlas: <https://www.mecfsatlas.com/ontology#> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fabio: <http://purl.org/spar/fabio/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<> a atlas:EvidenceEntry , atlas:BibliographicEntry ;
    dcterms:identifier "{slug}" ; rdfs:label "Fixture that is gone"@en ;
    atlas:paper <#paper> ; atlas:recordedOn "2026-01-01"^^xsd:date .
<#paper> a atlas:Paper , fabio:JournalArticle ; dcterms:title "Fixture that is gone"@en ;
    dcterms:issued "2005"^^xsd:gYear ; atlas:year 2005 ; bibo:pmid "{pmid}" .
"""
# Case definitions that nobody applied. The second has the identifier of a paper.
_DEFINITION = """
<{name}> a atlas:CaseDefinition , skos:Concept ; skos:inScheme <vocabulary/case-definition> ;
    skos:notation "{key}" ; skos:prefLabel "Fixture that is gone"@en ; atlas:year 2005 ;
    atlas:publishedIn "Nowhere" ; bibo:pmid "{pmid}" ;
    atlas:pemStatus <vocabulary/pem-status#required> ; atlas:pemStatusSourceNeeded true ;
    atlas:pemStatusReason "Made up."@en .
"""


def past_data(present: Path, folder: Path) -> Path:
    """Write the fixtures of the folder `present` with a past into `folder`; return its path.

    `REVISED` and `JUDGED` have three revisions, of January, February and March; in April
    `WITHDRAWN` is withdrawn, and in May `MERGED` gives way to `JUDGED`. `DEFINED` has three
    revisions too, `UNDEFINED` is withdrawn in April, and in May `REDEFINED` gives way to `DEFINED`.
    """
    data = shutil.copytree(present, folder / "data")
    evidence = data / "evidence"
    definitions = data / "case-definitions.ttl"
    source, judged = evidence / f"{REVISED}.ttl", evidence / f"{JUDGED}.ttl"
    for slug, pmid in ((WITHDRAWN, "99999998"), (MERGED, "99999997")):
        text = _ENTRY.format(slug=slug, pmid=pmid)
        (evidence / f"{slug}.ttl").write_text(text, encoding="utf-8")
    for name, pmid in ((UNDEFINED, "99999996"), (REDEFINED, "99999997")):
        text = _DEFINITION.format(name=name, key=name.partition("/")[2], pmid=pmid)
        with definitions.open("a", encoding="utf-8") as file:
            file.write(text)
    revise(data, Order("first-record", "Recorded.", created=first_of(1)))
    edit(source, "& nothing more", "& little more")
    edit(judged, "clinic patients", "patients of a clinic")
    edit(definitions, "which resembles PEM without naming it", "which it does not call PEM")
    revise(data, Order("correction", "It says <little> more.", created=first_of(2)))
    edit(judged, "atlas:demandsPem true", "atlas:demandsPem false")
    edit(source, "atlas:year 2001 ;", 'atlas:year 2001 ; bibo:pages "1–9" ;')
    edit(definitions, '"Dowsett 1990"@en', '"Dowsett & Ramsay <1990>"@en')
    revise(data, Order("edit", "Pages.", editor="A. Reader", created=first_of(3)))
    (evidence / f"{WITHDRAWN}.ttl").unlink()
    text = definitions.read_text(encoding="utf-8")
    definitions.write_text(text[: text.index(f"<{UNDEFINED}>")], encoding="utf-8")
    gone = (WITHDRAWN, UNDEFINED)
    revise(data, Order("withdrawal", "It is no study.", created=first_of(4), slugs=gone))
    (evidence / f"{MERGED}.ttl").unlink()
    for name, instead in ((REDEFINED, DEFINED), (MERGED, JUDGED)):
        note = "The same paper twice."
        revise(data, Order("withdrawal", note, "editors", "", first_of(5), (name,), instead))
    return data


def first_of(month: int) -> datetime:
    """Return the noon of the first day of a month."""
    return datetime(2026, month, 1, 12, tzinfo=UTC)
