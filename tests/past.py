"""A data folder with a past, for tests: revised, withdrawn and merged entries, all made up."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from graph.revise import Order, revise
from tests.small import edit

REVISED = "fixture-2001-markup-title"
JUDGED = "fixture-2013-groups-required"
WITHDRAWN = "fixture-2005-no-study"
MERGED = "fixture-2006-same-paper"
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


def past_data(present: Path, folder: Path) -> Path:
    """Write the fixtures of the folder `present` with a past into `folder`; return its path.

    `REVISED` and `JUDGED` have three revisions, of January, February and March; in April
    `WITHDRAWN` is withdrawn, and in May `MERGED` gives way to `JUDGED`.
    """
    data = shutil.copytree(present, folder / "data")
    evidence = data / "evidence"
    source, judged = evidence / f"{REVISED}.ttl", evidence / f"{JUDGED}.ttl"
    for slug, pmid in ((WITHDRAWN, "99999998"), (MERGED, "99999997")):
        text = _ENTRY.format(slug=slug, pmid=pmid)
        (evidence / f"{slug}.ttl").write_text(text, encoding="utf-8")
    revise(data, Order("first-record", "Recorded.", created=first_of(1)))
    edit(source, "& nothing more", "& little more")
    edit(judged, "clinic patients", "patients of a clinic")
    revise(data, Order("correction", "It says <little> more.", created=first_of(2)))
    edit(judged, "atlas:demandsPem true", "atlas:demandsPem false")
    edit(source, "atlas:year 2001 ;", 'atlas:year 2001 ; bibo:pages "1–9" ;')
    revise(data, Order("edit", "Pages.", editor="A. Reader", created=first_of(3)))
    (evidence / f"{WITHDRAWN}.ttl").unlink()
    order = Order("withdrawal", "It is no study.", created=first_of(4), slugs=(WITHDRAWN,))
    revise(data, order)
    (evidence / f"{MERGED}.ttl").unlink()
    note = "The same paper twice."
    revise(data, Order("withdrawal", note, "editors", "", first_of(5), (MERGED,), JUDGED))
    return data


def first_of(month: int) -> datetime:
    """Return the noon of the first day of a month."""
    return datetime(2026, month, 1, 12, tzinfo=UTC)
