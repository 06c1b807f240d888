"""Made-up entries whose texts were drafted and scanned in all combinations, for tests."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from graph.paths import DATA

_AGENTS = """
<generator/v2> a atlas:GeneratorVersion ; rdfs:label "Generator v2, made up"@en ;
    atlas:fullVersion "gen.v2" ; dcterms:issued "2026-06-01"^^xsd:date .
<scanner/v1.3> a atlas:ScannerVersion ; rdfs:label "Scanner v1.3, made up"@en ;
    atlas:fullVersion "v1.3" ; dcterms:issued "2026-03-01"^^xsd:date .
<scanner/v1.10> a atlas:ScannerVersion ; rdfs:label "Scanner v1.10, made up"@en ;
    atlas:fullVersion "v1.10" ; dcterms:issued "2026-07-01"^^xsd:date .
<scanner/v1.4.1> a atlas:ScannerVersion ; rdfs:label "Scanner v1.4.1, made up"@en ;
    atlas:fullVersion "v1.4.1" ; dcterms:issued "2026-04-17"^^xsd:date ;
    prov:wasRevisionOf <scanner/v1.4> .
<scanner/v9> a atlas:ScannerVersion ; rdfs:label "Scanner v9 of a day unknown, made up"@en ;
    atlas:fullVersion "v9" .
"""
_ENTRY = """\
@base <https://www.mecfsatlas.com/evidence/{slug}> .
@prefix atlas: <https://www.mecfsatlas.com/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fabio: <http://purl.org/spar/fabio/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<> a atlas:EvidenceEntry ;
    dcterms:identifier "{slug}" ; rdfs:label "Made up"@en ;
    atlas:paper <#paper> ; atlas:quickSummary <#quick-summary> ;
    atlas:recordedOn "2026-11-23"^^xsd:date .
<#paper> a atlas:Paper , fabio:JournalArticle ; dcterms:title "Made up"@en ;
    dcterms:issued "2014"^^xsd:gYear ; atlas:year 2014 .
<#quick-summary> a atlas:Text ; rdf:value "Made up."@en ;
    atlas:machineDrafted {drafted} ; prov:wasAttributedTo </dataset#editors> .
"""


@dataclass(frozen=True)
class Case:
    """One entry: which generator drafted its text, "" for people, and the scans that followed.

    A scan is the scanner's version and the severity of what it found, "" for nothing.
    """

    slug: str
    generator: str
    scans: tuple[tuple[str, str], ...] = ()
    is_passed: bool = True

    @property
    def text(self) -> str:
        """Return the Turtle of the entry; a later scan is a day later."""
        made = _ENTRY.format(slug=self.slug, drafted=str(bool(self.generator)).lower())
        if self.generator:
            made += f"<#quick-summary> atlas:generatorVersion </generator/{self.generator}> .\n"
        return made + "".join(
            scan(number, version, severity, f"2026-08-{number:02}T10:00:00Z")
            for number, (version, severity) in enumerate(self.scans, 1)
        )


def scan(number: int, version: str, severity: str, ended: str, text: str = "quick-summary") -> str:
    """Return the Turtle of a scanner run, with a finding of that severity, "" for none."""
    run = (
        f"<#scan-{number}> a atlas:ScannerRun ; atlas:scannedText <#{text}> ;\n"
        f"    prov:qualifiedAssociation <#scan-{number}-association> ;\n"
        f'    prov:endedAtTime "{ended}"^^xsd:dateTime .\n'
        f"<#scan-{number}-association> a prov:Association ; prov:agent </scanner/{version}> .\n"
    )
    if not severity:
        return run
    return run + (
        f"<#scan-{number}-finding> a atlas:ScanFinding ; prov:wasGeneratedBy <#scan-{number}> ;\n"
        f"    atlas:foundIn <#{text}> ; atlas:severity </vocabulary/scan-severity#{severity}> .\n"
    )


BELOW, CRITICAL = "below-critical", "critical"
CASES = (
    Case("draft-2001-never-scanned", "v1"),
    Case("draft-2002-scanned-earlier", "v1", (("v1.3", ""),)),
    Case("draft-2003-scanned-same", "v1", (("v1.4", ""),)),
    # As a text, "v1.10" comes before "v1.4".
    Case("draft-2004-scanned-later", "v1", (("v1.10", BELOW),)),
    Case("draft-2005-scanned-revision", "v1", (("v1.4.1", ""),)),
    Case("draft-2006-scanned-unknown", "v1", (("v9", ""),)),
    Case("draft-2007-scanned-both", "v1", (("v1.3", ""), ("v1.10", ""))),
    Case("draft-2008-other-generator", "v2"),
    Case("draft-2009-by-people", ""),
    Case("draft-2010-critical-once", "v1", (("v1.4", CRITICAL), ("v1.4", BELOW))),
    Case("draft-2011-critical-last", "v1", (("v1.4", ""), ("v1.4", CRITICAL)), is_passed=False),
    Case("draft-2012-critical-alone", "v2", (("v1.3", CRITICAL),), is_passed=False),
    Case("draft-2013-people-critical", "", (("v1.4", CRITICAL),)),
)


def drafts_data(folder: Path, cases: tuple[Case, ...]) -> Path:
    """Write a data folder with an entry for each of the `cases`; return its path."""
    data = folder / "data"
    (data / "evidence").mkdir(parents=True)
    for path in DATA.glob("*.ttl"):
        shutil.copy(path, data)
    with (data / "agents.ttl").open("a", encoding="utf-8") as agents:
        agents.write(_AGENTS)
    for case in cases:
        path = data / "evidence" / f"{case.slug}.ttl"
        path.write_text(case.text, encoding="utf-8")
    return data
