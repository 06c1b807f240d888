"""The citation of a paper as a file that reference managers read."""

import json
from collections.abc import Callable, Iterator

from server.citations import Author, Paper, bibtex, cite_key

# Neither format can say it of a list of authors.
_BROKEN_OFF = "The list of authors is not complete."
_PUBMED = "PubMed"


def ris(paper: Paper, slug: str, entry_url: str) -> str:
    """Return the paper in RIS."""
    lines = [(tag, " ".join(value.split())) for tag, value in _ris(paper, slug, entry_url)]
    lines = [(tag, value) for tag, value in lines if value]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in [*lines, ("ER", "")])


def csl(paper: Paper, slug: str, entry_url: str) -> str:
    """Return the paper as an item of CSL-JSON, alone as doi.org gives it."""
    values = {
        "id": cite_key(slug),
        "type": "article" if paper.is_preprint else "article-journal",
        "title": paper.title,
        "author": [_csl_name(author) for author in paper.authors],
        "issued": {"date-parts": [paper.date]} if paper.date else None,
        "container-title": paper.journal,
        "volume": paper.volume,
        "issue": paper.issue,
        "page": "-".join(paper.span),
        "DOI": paper.doi,
        "PMID": paper.pmid,
        "URL": entry_url,
        "note": _note(paper),
    }
    known = {name: value for name, value in values.items() if value}
    return json.dumps(known, ensure_ascii=False, indent=1) + "\n"


CITATION_FILES: dict[str, Callable[[Paper, str, str], str]] = {
    "bib": lambda paper, slug, entry_url: bibtex(paper, slug, entry_url) + "\n",
    "ris": ris,
    "csl": csl,
}


def _ris(paper: Paper, slug: str, entry_url: str) -> Iterator[tuple[str, str]]:
    yield "TY", "UNPB" if paper.is_preprint else "JOUR"
    yield "ID", cite_key(slug)
    yield "TI", paper.title
    for author in paper.authors:
        yield "AU", author.inverted
    yield "PY", paper.year
    if paper.date[1:]:
        # Always three slashes: year, month, day, and words of which there are none.
        parts = [f"{part:02}" for part in paper.date]
        yield "DA", "/".join([*parts, "", "", ""][:4])
    yield "T2", paper.journal
    yield "VL", paper.volume
    yield "IS", paper.issue
    yield from zip(("SP", "EP"), paper.span, strict=False)
    yield "DO", paper.doi
    yield "AN", paper.pmid
    yield "DB", _PUBMED if paper.pmid else ""
    yield "UR", entry_url
    yield "N1", _note(paper)


def _csl_name(author: Author) -> dict[str, str]:
    if not author.family:
        return {"literal": author.printed}
    return {"family": author.family} | ({"given": author.given} if author.given else {})


def _note(paper: Paper) -> str:
    broken_off = [_BROKEN_OFF] if paper.authors and not paper.is_complete else []
    return " ".join([*(f"{notice}." for notice in paper.notices), *broken_off])
