"""Fixtures with editorial notices, all made up: reinstated, replaced, a correction."""

import shutil
from pathlib import Path

RETRACTED, DOUBTED = "/evidence/fixture-2001-markup-title", "/evidence/fixture-2012-preprint"
JOURNAL_VERSION, CLEAN = (
    "/evidence/fixture-2013-groups-required",
    "/evidence/fixture-2002-bibliography-only",
)
REINSTATED, REPLACED = "/evidence/fixture-2007-reinstated", "/evidence/fixture-2008-replaced"
CORRECTION = "/evidence/fixture-2009-correction"
_ENTRY = """\
@base <https://www.mecfsatlas.com{path}> .
@prefix atlas: <https://www.mecfsatlas.com/ontology#> .
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fabio: <http://purl.org/spar/fabio/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<> a atlas:EvidenceEntry , atlas:BibliographicEntry ;
    dcterms:identifier "{slug}" ; rdfs:label "Fixture: {slug}"@en ;
    atlas:paper <#paper> ; atlas:recordedOn "2026-11-25"^^xsd:date ;
    atlas:topic </vocabulary/topic#autonomic> .
<#paper> a atlas:Paper , fabio:JournalArticle ; dcterms:title "Fixture: {slug}"@en ;
    dcterms:issued "2007"^^xsd:gYear ; atlas:year 2007 ;
    schema:isPartOf </journal/acta-physiol> ;
    dc:creator "A Dunn" ; atlas:author <#author-1> .
<#author-1> a atlas:Authorship ; schema:position 1 ; atlas:printedName "A Dunn" .
"""
RETRACTION = """
<#paper> atlas:retraction <#retraction> .
<#retraction> a atlas:Retraction ; dcterms:date "2008-02-03"^^xsd:date ;
    dc:publisher "A made-up publisher & <Sons>" ; dcterms:source <https://doi.org/10.5555/retraction> .
"""
LIFTED = """
<#retraction> atlas:liftedOn "2009-10"^^xsd:gYearMonth ;
    atlas:liftingNotice <https://doi.org/10.5555/reinstated> .
"""
CONCERN = """
<#paper> atlas:expressionOfConcern <#concern> .
<#concern> a atlas:ExpressionOfConcern ; dcterms:date "2026-02-01"^^xsd:date ;
    dcterms:source <https://doi.org/10.5555/concern> .
"""
_MORE = {
    REINSTATED: RETRACTION + LIFTED,
    REPLACED: f"{RETRACTION}<#paper> dcterms:isReplacedBy <{CLEAN}#paper> .\n",
    CORRECTION: f"<#paper> atlas:correctionOf <{REPLACED}#paper> .\n",
}


def noted_data(tiny: Path, folder: Path) -> Path:
    """Write the fixtures of the folder `tiny` and three more into `folder`; return its path."""
    data = shutil.copytree(tiny, folder / "data")
    for path, more in _MORE.items():
        slug = path.rpartition("/")[2]
        text = _ENTRY.format(path=path, slug=slug) + more
        (data / "evidence" / f"{slug}.ttl").write_text(text, encoding="utf-8")
    return data
