"""The history of a document: its recorded revisions, as data/history/ holds them."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyoxigraph as ox

from graph.content import content_of, digest, triples_of
from graph.errors import SourceError
from graph.kept import CURRENT_REVISION, REVISION, document_in, history_files
from graph.prefixes import BASE, term
from graph.sources import parse_file
from graph.trig import write_trig

WITHDRAWAL = "withdrawal"
_MEND = "restore the file from version control; only `atlas revise` writes there"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# Property → its values, as text.
Said = defaultdict[str, list[str]]


@dataclass(frozen=True)
class Revision:
    """One recorded revision: what is said of it (`record`), and what the document then said.

    `number` counts from 1; `reason` is a key of the value list `revision-reason`; the content of a
    withdrawal is empty.
    """

    iri: str
    number: int
    digest: str
    created: datetime
    reason: str
    record: frozenset[ox.Triple]
    content: bytes


@dataclass(frozen=True)
class History:
    """The revisions of `document`, oldest first; there is at least one."""

    document: str
    file: Path
    revisions: tuple[Revision, ...]

    @property
    def last(self) -> Revision:
        """Return the current revision."""
        return self.revisions[-1]

    @property
    def is_withdrawn(self) -> bool:
        """Say whether the document was withdrawn, so that its IRI is never used again."""
        return self.last.reason == WITHDRAWAL

    def current(self) -> list[ox.Quad]:
        """Return what the default graph says: all records, and which revision is current."""
        said = [ox.Quad(*triple) for revision in self.revisions for triple in revision.record]
        link = ox.NamedNode(self.document), CURRENT_REVISION, ox.NamedNode(self.last.iri)
        return [*said, ox.Quad(*link)]

    def earlier_lines(self) -> list[bytes]:
        """Return the contents of all earlier revisions as N-Quads, each in the graph of its IRI."""
        return [
            line[:-2] + f"<{revision.iri}> .\n".encode()
            for revision in self.revisions[:-1]
            for line in revision.content.splitlines(keepends=True)
        ]

    def line_of(self, revision: Revision) -> int | None:
        """Return the line on which the record of `revision` starts."""
        return _line_of(self.file, revision.iri)


def revision_iri(document: str, number: int) -> str:
    """Return the IRI of a revision of `document`."""
    return f"{document}/revision/{number}"


def read_histories(data: Path) -> dict[str, History]:
    """Read all files of data/history/, of whatever kind; return each history by its document."""
    return {history.document: history for history in map(read_history, history_files(data))}


def read_history(path: Path) -> History:
    """Read a file of data/history/; a SourceError says where it is not as it was recorded."""
    document = document_in(path)
    records: defaultdict[str, set[ox.Triple]] = defaultdict(set)
    graphs: defaultdict[str, set[ox.Triple]] = defaultdict(set)
    for quad in parse_file(path):
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs[quad.graph_name.value].add(quad.triple)
        else:
            records[str(quad.subject).strip("<>")].add(quad.triple)
    iris = [revision_iri(document, number) for number in range(1, len(records) + 1)]
    for stray in sorted({*records, *graphs} - set(iris)):
        raise _fault(path, stray, _what_is_stray(document, stray, len(records)))
    if not records:
        raise _fault(path, "", "records no revision")
    revisions: list[Revision] = []
    for number, iri in enumerate(iris, 1):
        revision = _revision(path, document, number, records[iri], graphs[iri])
        _follow(path, revisions[-1] if revisions else None, revision)
        revisions.append(revision)
    return History(document, path, tuple(revisions))


def write_history(history: History) -> None:
    """Write `history` to its file, whole or not at all, and safely to the disk."""
    rows = ((r.iri, r.record, triples_of(r.content)) for r in history.revisions)
    new = history.file.with_name(f".{history.file.name}.new")
    with new.open("w", encoding="utf-8") as file:
        file.write(write_trig(history.document, rows))
        file.flush()
        os.fsync(file.fileno())
    new.replace(history.file)
    folder = os.open(history.file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _revision(
    path: Path, document: str, number: int, record: Iterable[ox.Triple], graph: set[ox.Triple]
) -> Revision:
    iri, said = revision_iri(document, number), defaultdict[str, list[str]](list)
    for triple in record:
        said[triple.predicate.value].append(str(getattr(triple.object, "value", triple.object)))
    created = _moment(path, iri, _one(path, iri, said, "dcterms:created"))
    previous = said[term("prov:wasRevisionOf").value]
    if previous != [revision_iri(document, number - 1)] * (number > 1):
        raise _fault(path, iri, f"names {previous or 'nothing'} as the one before it")
    if _one(path, iri, said, "schema:version") != str(number):
        raise _fault(path, iri, "has another number than its IRI")
    content, known = content_of(document, graph), _one(path, iri, said, "atlas:contentDigest")
    if len(content.splitlines()) != len(graph):
        raise _fault(path, iri, f"says something of another thing than <{document}>")
    if digest(content) != known:
        missing = "has lost its graph" if not graph else "has a graph that its digest does not fit"
        raise _fault(path, iri, missing)
    reason = _one(path, iri, said, "atlas:revisionReason").rpartition("#")[2]
    return Revision(iri, number, known, created, reason, frozenset(record), content)


def _moment(path: Path, iri: str, text: str) -> datetime:
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise _fault(path, iri, f"was made at {text!r}, which is no moment as 2026-11-25T09:30:00Z")


def _follow(path: Path, before: Revision | None, revision: Revision) -> None:
    """Raise a SourceError where `revision` cannot come after `before`."""
    if before and revision.created < before.created:
        raise _fault(path, revision.iri, "is dated before the one that it follows")
    if before and before.reason == WITHDRAWAL:
        raise _fault(path, revision.iri, "follows a withdrawal, which is for good")
    if bool(revision.content) == (revision.reason == WITHDRAWAL):
        raise _fault(path, revision.iri, "is withdrawn or empty, and only both go together")


def _one(path: Path, iri: str, said: Said, curie: str) -> str:
    found = said[term(curie).value]
    if len(found) != 1:
        raise _fault(path, iri, f"has {len(found)} values of {curie} instead of one")
    return found[0]


def _what_is_stray(document: str, iri: str, count: int) -> str:
    match = REVISION.fullmatch(iri)
    if match is None or match[1] != document:
        return f"says something of <{iri}>, which is no revision of <{document}>"
    if int(match[2]) > count:
        return f"has {count} records, but one of revision {match[2]}; one is missing, or its record"
    return "has a graph without a record"


def _fault(path: Path, iri: str, problem: str) -> SourceError:
    number = iri.rpartition("/revision/")[2] if "/revision/" in iri else ""
    about = f"revision {number} " if number else ""
    return SourceError(str(path), f"{about}{problem}; {_MEND}", _line_of(path, iri))


def _line_of(path: Path, iri: str) -> int | None:
    start = f"<{iri.removeprefix(BASE)}> "
    with path.open(encoding="utf-8") as lines:
        return next((n for n, line in enumerate(lines, 1) if line.startswith(start)), None)
