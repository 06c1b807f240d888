"""Turn records into evidence entries: one Turtle file each, and their journals."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from graph.identifiers import doi_iri
from graph.importers.record import Author, ImportReport, Record
from graph.journals import Journals
from graph.prefixes import BASE, term, value, vocabulary
from graph.slugs import fold, slug
from graph.sources import entry_files, parse_file
from graph.turtle import write_turtle

_DATATYPES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}
Progress = Callable[[int, int], None]


class Known:
    """The entries that are there already, by DOI, by PMID, and by folded title and year."""

    def __init__(self, data: Path) -> None:
        """Read the entry files under `data`."""
        self.slugs: set[str] = set()
        self._found: dict[str, str] = {}
        for path in entry_files(data):
            self.slugs.add(path.stem)
            facts: dict[str, str] = {}
            for quad in parse_file(path):
                if value(quad.subject).endswith("#paper"):
                    facts[quad.predicate.value] = value(quad.object)
            year = facts.get(term("atlas:year").value, "")
            title = facts.get(term("dcterms:title").value, "")
            marks = (facts.get(term(f"bibo:{n}").value) for n in ("doi", "pmid"))
            self.note(path.stem, title, year, *marks)

    def find(self, title: str, year: object, *identifiers: str | None) -> str | None:
        """Return the slug of the entry that reads this paper, or None."""
        marks = (*filter(None, identifiers), f"{fold(title)} {year}")
        return next((self._found[mark] for mark in marks if mark in self._found), None)

    def note(self, name: str, title: str, year: object, *identifiers: str | None) -> None:
        """Remember the entry `name`."""
        self.slugs.add(name)
        for mark in (*filter(None, identifiers), f"{fold(title)} {year}"):
            self._found.setdefault(mark, name)


def write_entries(
    records: list[Record], data: Path, day: date, report: ImportReport, progress: Progress
) -> None:
    """Write an entry for each record that is not there yet, then the journals."""
    known, journals = Known(data), Journals(data / "journals.ttl")
    planned: dict[str, list[ox.Triple]] = {}
    for done, record in enumerate(records, 1):
        there = known.find(record.title, record.year, record.doi, record.pmid)
        if there:
            report.skipped.append((record.id, f"already there as {there}"))
        else:
            name, triples = _plan(record, day, known, journals, report)
            planned[name] = triples
        progress(done, len(records))
    (data / "evidence").mkdir(parents=True, exist_ok=True)
    for name, triples in planned.items():
        write_turtle(data / "evidence" / f"{name}.ttl", triples, f"{BASE}/evidence/{name}")
    report.written.extend(planned)
    write_turtle(data / "journals.ttl", journals.triples())


def _plan(
    record: Record, day: date, known: Known, journals: Journals, report: ImportReport
) -> tuple[str, list[ox.Triple]]:
    title, journal = record.title, record.journal
    if journal:
        words, journal = journals.unglue(journal)
        if words:
            report.notes.append(f"{record.id}: title: its end {words!r} stood in the journal field")
            title = f"{title}: {words}" if title[-1].isalnum() else f"{title} {words}"
    first = record.authors[0] if record.authors else None
    family = (first.family or first.printed.split()[0]) if first else None
    name = slug(family, record.year, title, known.slugs)
    known.note(name, record.title, record.year, record.doi, record.pmid)
    entry = f"{BASE}/evidence/{name}"
    place = journals.find(journal) if journal else None
    return name, [*_entry(entry, name, title, record, day), *_paper(entry, title, record, place)]


def _entry(entry: str, name: str, title: str, record: Record, day: date) -> Iterator[ox.Triple]:
    yield _iri(entry, "rdf:type", term("atlas:EvidenceEntry"))
    yield _iri(entry, "rdf:type", term("atlas:BibliographicEntry"))
    yield _text(entry, "dcterms:identifier", name)
    yield _words(entry, "rdfs:label", title)
    yield _iri(entry, "atlas:paper", ox.NamedNode(f"{entry}#paper"))
    for topic in record.topics:
        yield _iri(entry, "atlas:topic", vocabulary("topic", topic))
    if record.publication_type:
        kind = vocabulary("publication-type", record.publication_type)
        yield _iri(entry, "atlas:publicationType", kind)
    if record.publication_type_basis:
        basis = vocabulary("publication-type-basis", record.publication_type_basis)
        yield _iri(entry, "atlas:publicationTypeBasis", basis)
    if record.is_preprint:
        yield _iri(entry, "atlas:peerReview", vocabulary("peer-review", "preprint"))
    if record.is_review:
        yield _iri(entry, "atlas:inclusion", ox.NamedNode(f"{entry}#inclusion"))
    yield _typed(entry, "atlas:recordedOn", day.isoformat(), "xsd:date")
    if record.is_review:
        part = f"{entry}#inclusion"
        yield _iri(part, "rdf:type", term("atlas:Inclusion"))
        yield _typed(part, "atlas:hasParticipants", "false", "xsd:boolean")
        yield _typed(part, "atlas:recordedOn", day.isoformat(), "xsd:date")


def _paper(
    entry: str, title: str, record: Record, journal: ox.NamedNode | None
) -> Iterator[ox.Triple]:
    paper = f"{entry}#paper"
    kind = "fabio:Preprint" if record.is_preprint else "fabio:JournalArticle"
    yield _iri(paper, "rdf:type", term("atlas:Paper"))
    yield _iri(paper, "rdf:type", term(kind))
    if record.is_review:
        yield _iri(paper, "rdf:type", term("fabio:ReviewArticle"))
    yield _words(paper, "dcterms:title", title)
    yield _typed(paper, "dcterms:issued", record.issued, _DATATYPES[len(record.issued)])
    yield _typed(paper, "atlas:year", str(record.year), "xsd:integer")
    if journal:
        yield _iri(paper, "schema:isPartOf", journal)
    strings = {
        "bibo:volume": record.volume,
        "bibo:issue": record.issue,
        "bibo:pages": record.pages,
        "bibo:doi": record.doi,
        "bibo:pmid": record.pmid,
        "fabio:hasPubMedCentralId": record.pmcid,
    }
    for predicate, string in strings.items():
        if string:
            yield _text(paper, predicate, string)
    if record.doi:
        yield _iri(paper, "schema:sameAs", ox.NamedNode(doi_iri(record.doi)))
    for printed in dict.fromkeys(author.printed for author in record.authors):
        yield _text(paper, "dc:creator", printed)
    if record.authors_complete is not None:
        complete = str(record.authors_complete).lower()
        yield _typed(paper, "atlas:authorListComplete", complete, "xsd:boolean")
    for number in range(1, len(record.authors) + 1):
        yield _iri(paper, "atlas:author", ox.NamedNode(f"{entry}#author-{number}"))
    for number, author in enumerate(record.authors, 1):
        yield from _authorship(f"{entry}#author-{number}", number, author)


def _authorship(node: str, number: int, author: Author) -> Iterator[ox.Triple]:
    yield _iri(node, "rdf:type", term("atlas:Authorship"))
    yield _typed(node, "schema:position", str(number), "xsd:integer")
    yield _text(node, "atlas:printedName", author.printed)
    if author.family:
        yield _text(node, "schema:familyName", author.family)
    if author.given:
        yield _text(node, "schema:givenName", author.given)


def _iri(subject: str, predicate: str, value: ox.NamedNode) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), term(predicate), value)


def _text(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), term(predicate), ox.Literal(value))


def _words(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), term(predicate), ox.Literal(value, language="en"))


def _typed(subject: str, predicate: str, value: str, datatype: str) -> ox.Triple:
    literal = ox.Literal(value, datatype=term(datatype))
    return ox.Triple(ox.NamedNode(subject), term(predicate), literal)
