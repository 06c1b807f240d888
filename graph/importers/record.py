"""What every bibliographic format is brought to, and what an import says of itself."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Author:
    """One name of an author list: in parts where the source has parts, else only as printed."""

    printed: str
    family: str | None = None
    given: str | None = None


@dataclass(frozen=True)
class Record:
    """One paper as a source gives it; None is unknown, never "no"."""

    id: str
    title: str
    year: int
    authors: tuple[Author, ...] = ()
    issued: str = ""
    journal: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    authors_complete: bool | None = None
    is_preprint: bool = False
    publication_type: str | None = None
    publication_type_basis: str | None = None
    is_review: bool = False
    topics: tuple[str, ...] = ()


@dataclass
class ImportReport:
    """What an import did: slugs written, records skipped and why, cleaned, and to be looked at."""

    written: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
