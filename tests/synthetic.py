"""Make as many realistic entries as a benchmark wants; they are no data and never shipped."""

import random
from collections.abc import Iterator
from pathlib import Path

WORDS = ("immune", "sleep", "muscle", "oxygen", "gene", "blood", "nerve", "heat", "gut", "brain")
DEFINITIONS = ("fukuda1994", "ccc2003", "icc2011", "iom2015", "oxford1991", "nice2007")
FAMILIES = ("Sato", "Okafor", "Lindqvist", "Moreau", "Haddad", "Kowalska", "Reyes", "Novak")

HEAD = """@base <https://www.mecfsatlas.com/evidence/{slug}> .
@prefix atlas: <https://www.mecfsatlas.com/ontology#> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fabio: <http://purl.org/spar/fabio/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix voc: <https://www.mecfsatlas.com/vocabulary/> .
"""


def write_entries(data: Path, count: int, seed: int = 1) -> None:
    """Write `count` entries into `data`/evidence, each with authors, criteria and texts."""
    folder = data / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        slug, text = entry(number, _chance(number, seed))
        (folder / f"{slug}.ttl").write_text(text, encoding="utf-8")


def slug_of(number: int, seed: int = 1) -> str:
    """Return the slug of the entry `number` that `write_entries` writes."""
    return entry(number, _chance(number, seed))[0]


def _chance(number: int, seed: int) -> random.Random:
    return random.Random(seed * 1_000_003 + number)


def entry(number: int, chance: random.Random) -> tuple[str, str]:
    """Return slug and Turtle of the synthetic entry `number`; about 100 triples."""
    year = chance.randint(1988, 2026)
    names = [chance.choice(FAMILIES) for _ in range(chance.randint(2, 8))]
    slug = f"{names[0].lower()}-{year}-synthetic-study{number}"
    title = f"Synthetic {' and '.join(chance.sample(WORDS, 3))} study {number}"
    blocks = [
        HEAD.format(slug=slug),
        *_entry(slug, title, chance),
        *_paper(number, year, title, names),
        *_inclusion(chance),
        *_texts(title, chance),
    ]
    return slug, "\n".join(blocks) + "\n"


def _entry(slug: str, title: str, chance: random.Random) -> Iterator[str]:
    topic = chance.choice(("immunology", "imaging"))
    yield f"""<> a atlas:EvidenceEntry ;
    dcterms:identifier "{slug}" ; rdfs:label "{title}"@en ;
    atlas:paper <#paper> ; atlas:inclusion <#inclusion> ; atlas:quickSummary <#quick-summary> ;
    atlas:observedFinding <#finding-1> , <#finding-2> ; atlas:inferredConclusion <#conclusion-1> ;
    atlas:doesNotProve <#does-not-prove> ; atlas:recordedOn "2026-11-23"^^xsd:date ;
    atlas:topic <https://www.mecfsatlas.com/vocabulary/topic#{topic}> ."""


def _paper(number: int, year: int, title: str, names: list[str]) -> Iterator[str]:
    authors = ", ".join(f"<#author-{place}>" for place in range(1, len(names) + 1))
    creators = ", ".join(sorted({f'"{name} A"' for name in names}))
    doi = f"10.5555/synthetic.{number}"
    yield f"""<#paper> a atlas:Paper , fabio:JournalArticle ; dcterms:title "{title}"@en ;
    dcterms:issued "{year}"^^xsd:gYear ; atlas:year {year} ; bibo:volume "{number % 90 + 1}" ;
    bibo:pages "1-9" ; bibo:doi "{doi}" ; schema:sameAs <https://doi.org/{doi}> ;
    dc:creator {creators} ; atlas:author {authors} ; atlas:authorListComplete true ."""
    for place, name in enumerate(names, 1):
        yield f"""<#author-{place}> a atlas:Authorship ; schema:position {place} ;
    atlas:printedName "{name} A" ; schema:familyName "{name}" ; schema:givenName "A" ."""


def _inclusion(chance: random.Random) -> Iterator[str]:
    chosen = chance.sample(DEFINITIONS, chance.randint(1, 3))
    used = ", ".join(f"<https://www.mecfsatlas.com/case-definition/{key}>" for key in chosen)
    rule = chance.choice(("all", "any", "unknown"))
    voc = "https://www.mecfsatlas.com/vocabulary"
    yield f"""<#inclusion> a atlas:Inclusion ; atlas:textRead <{voc}/text-read#full-text> ;
    atlas:recordedOn "2026-11-23"^^xsd:date ; atlas:group <#group-1> .
<#group-1> a atlas:PatientGroup ; rdfs:label "patients"@en ; schema:position 1 ;
    atlas:definition {used} ; atlas:joinRule <{voc}/join-rule#{rule}> ; atlas:subsetOnly false ."""


def _texts(title: str, chance: random.Random) -> Iterator[str]:
    kinds = {
        "quick-summary": "Text", "does-not-prove": "Text", "finding-1": "Finding",
        "finding-2": "Finding", "conclusion-1": "Conclusion",
    }  # fmt: skip
    for name, kind in kinds.items():
        number = name.rpartition("-")[2]
        place = f"schema:position {number} ;" if number.isdigit() else ""
        words = " ".join(chance.choices(WORDS, k=25))
        yield f"""<#{name}> a atlas:{kind} ; {place} rdf:value "{title}: {words}."@en ;
    atlas:machineDrafted true ; atlas:generatorVersion <https://www.mecfsatlas.com/generator/v1> ;
    prov:wasAttributedTo <https://www.mecfsatlas.com/dataset#editors> ."""
