"""The three ways to cite: the paper in words, the paper as BibTeX, and the atlas's own reading."""

from datetime import UTC, datetime

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.middlewares import LatexEncodingMiddleware
from bibtexparser.model import Entry, Field

from server.view import Thing

_MANY = 7


def primary(entry: Thing) -> str:
    """Return the citation of the paper in words, as research work should give it."""
    paper = _paper(entry)
    title = str(paper.one("dcterms:title")).rstrip(".")
    end = "" if title.endswith(("?", "!")) else "."
    journal, doi = paper.one("schema:isPartOf"), paper.one("bibo:doi")
    parts = [f"{_names(paper)} ({paper.one('atlas:year')}). {title}{end}"]
    parts += [f"{str(journal).rstrip('.')}."] if journal else []
    parts += [f"https://doi.org/{doi}"] if doi else []
    return " ".join(parts)


def bibtex(entry: Thing) -> str:
    """Return the paper as one BibTeX record, its signs escaped for LaTeX."""
    paper = _paper(entry)
    facts = {
        "author": " and ".join(_authors(paper)),
        "title": str(paper.one("dcterms:title")),
        "journal": str(paper.one("schema:isPartOf") or ""),
        "year": str(paper.one("atlas:year")),
        "volume": str(paper.one("bibo:volume") or ""),
        "doi": str(paper.one("bibo:doi") or ""),
        "note": f"PubMed: {pmid}" if (pmid := paper.one("bibo:pmid")) else "",
    }
    fields = [Field(key, text) for key, text in facts.items() if text]
    library = Library([Entry("article", f"mecfsatlas-{entry.key}", fields)])
    text = write_string(library, prepend_middleware=[LatexEncodingMiddleware()])
    return str(text).rstrip()


def snapshot(entry: Thing, release: str) -> str:
    """Return the reference to the atlas's reading of the paper, in this release, as read today."""
    page = entry.one("atlas:snapshot")
    versions = ["atlas:generatorVersion", "atlas:scannerVersion", "atlas:policyVersion"]
    found = [page.one(name) for name in versions] if isinstance(page, Thing) else []
    named = " / ".join(str(version) for version in found if version)
    today = datetime.now(UTC).date().isoformat()
    made = f"{named}. " if named else ""
    return f"ME/CFS Atlas. {made}Release {release}. Accessed {today}. {entry.iri}"


def _paper(entry: Thing) -> Thing:
    paper = entry.one("atlas:paper")
    assert isinstance(paper, Thing)
    return paper


def _authors(paper: Thing) -> list[str]:
    found = [one for one in paper.all("atlas:author") if isinstance(one, Thing)]
    return [str(one.one("atlas:printedName")) for one in found]


def _names(paper: Thing) -> str:
    names = _authors(paper)
    if not names:
        return "Unknown authors"
    if len(names) > _MANY or str(paper.one("atlas:authorListComplete")) == "false":
        return f"{', '.join(names[:_MANY])}, et al."
    return ", & ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 2 else " & ".join(names)
