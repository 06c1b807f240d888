"""The documents of which revisions are kept, by kind: what they are called, where their past is."""

import re
from dataclasses import dataclass
from pathlib import Path

from graph.prefixes import BASE, term


@dataclass(frozen=True)
class Kept:
    """One kind of document: the first part of its path, and its word for people.

    `folder` has its histories, a file for each document; it is in data/history/, "" is that itself.
    `graph` is the path of the named graph that says what such a document says now, "" for the
    default graph; records stand in that whatever the kind.
    """

    key: str
    noun: str
    folder: str
    graph: str = ""

    @property
    def space(self) -> str:
        """Return what the IRIs of its documents begin with."""
        return f"{BASE}/{self.key}/"


ENTRY = Kept("evidence", "entry", "")
DEFINITION = Kept("case-definition", "case definition", "case-definition")
QUERY = Kept("query", "saved query", "query", "/.well-known/sparql-examples")
# The one table of what is kept: an editor's name for a document, its file and its routes follow.
KEPT = (ENTRY, DEFINITION, QUERY)
REVISION = re.compile(
    rf"({re.escape(BASE)}/(?:{'|'.join(kept.key for kept in KEPT)})/[^/#]+)/revision/([1-9][0-9]*)"
)
# Said by the build of a document, from its history.
CURRENT_REVISION = term("pav:hasCurrentVersion")


def kept_at(path: str) -> Kept | None:
    """Return of which kind the document at `path` is, None where no revisions of it are kept."""
    key = path.removeprefix("/").partition("/")[0]
    return next((kept for kept in KEPT if kept.key == key and path != f"/{key}"), None)


def kept_of(iri: str) -> Kept | None:
    """Return of which kind the document `iri` is, None where no revisions of it are kept."""
    return kept_at(iri.removeprefix(BASE)) if iri.startswith(f"{BASE}/") else None


def is_beside(iri: str) -> bool:
    """Say whether what the document `iri` says now stands in a graph of its own."""
    kept = kept_of(iri)
    return kept is not None and kept.graph != ""


def noun_of(iri: str) -> str:
    """Return what people call a document of that kind."""
    kept = kept_of(iri)
    return kept.noun if kept else "document"


def name_of(iri: str) -> str:
    """Return how editors call a document: an entry by its slug, any other by its path."""
    return iri.removeprefix(ENTRY.space).removeprefix(f"{BASE}/")


def document_named(name: str) -> str:
    """Return the IRI of the document that editors call `name`."""
    return f"{BASE}/{name}" if "/" in name else ENTRY.space + name


def is_revision(iri: str) -> bool:
    """Say whether `iri` is that of a revision, or of a part of it."""
    return "/revision/" in iri and REVISION.fullmatch(iri.partition("#")[0]) is not None


def history_folder(data: Path) -> Path:
    """Return the folder under `data` that holds a file of revisions for each document, if any."""
    return data / "history"


def history_files(data: Path, *kinds: Kept) -> list[Path]:
    """Return the files under `data` that hold the revisions of one document each, by path.

    Only those of `kinds`, where any are named.
    """
    folders = [history_folder(data) / kept.folder for kept in kinds or KEPT]
    return sorted(path for folder in folders for path in folder.glob("*.trig"))


def history_file(folder: Path, document: str) -> Path:
    """Return the file for the revisions of `document`, in the folder of histories."""
    kept = kept_of(document)
    assert kept
    return folder / kept.folder / f"{document.removeprefix(kept.space)}.trig"


def document_in(file: Path) -> str:
    """Return the IRI of the document whose revisions a file of histories holds."""
    kept = next((kept for kept in KEPT if kept.folder == file.parent.name), ENTRY)
    return kept.space + file.stem
