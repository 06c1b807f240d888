"""How to cite a paper, and how to cite the atlas's reading of it."""

import re
from dataclasses import dataclass
from functools import cache
from typing import cast
from urllib.parse import quote

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from pylatexenc.latexencode import (
    RULE_DICT,
    UnicodeToLatexConversionRule,
    UnicodeToLatexEncoder,
)

from server.notices import standing
from server.things import Thing

# Longer lists are cut here and end in "et al.", as the lists of a broken-off source do.
MOST_AUTHORS = 10
_NAMES = ("atlas:printedName", "schema:familyName", "schema:givenName")
# "221–27" is short for "221–227".
_SPAN = re.compile(r"([\w.]+)\s*[-–—]\s*([\w.]+)")
_IN_PATHS = "/:;()@!$&'*+,=~._-"
# BibTeX counts braces, escaped or not.
_LETTERS = {"{": r"{\textbraceleft}", "}": r"{\textbraceright}"}
_RULE = {ord(letter): latex for letter, latex in _LETTERS.items()}


@dataclass(frozen=True)
class Author:
    """A name in an author list; a corporate author has only `printed`."""

    printed: str
    family: str = ""
    given: str = ""

    @property
    def inverted(self) -> str:
        """Return "Family, Given", or the printed name where its parts are not known."""
        return ", ".join(part for part in (self.family, self.given) if part) or self.printed


@dataclass(frozen=True)
class Paper:
    """What a citation says of a paper; "" where it is not known.

    `notices` are the retraction and the expressions of concern that stand, in a few words each.
    """

    title: str
    authors: tuple[Author, ...] = ()
    is_complete: bool = True
    year: str = ""
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    issued: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    is_preprint: bool = False
    notices: tuple[str, ...] = ()

    @property
    def date(self) -> list[int]:
        """Return year, month and day of its publication, as many of them as are known."""
        return [int(part) for part in (self.issued or self.year).split("-") if part.isdigit()]

    @property
    def span(self) -> list[str]:
        """Return its first and last page, or the one thing that is printed for them."""
        found = _SPAN.fullmatch(self.pages)
        if found is None:
            return [self.pages] if self.pages else []
        first, last = found.groups()
        if first.isdigit() and last.isdigit() and len(last) < len(first):
            last = first[: -len(last)] + last
        return [first, last]

    @property
    def url(self) -> str:
        """Return the address of the paper, by DOI, else by PubMed, else ""."""
        if self.doi:
            return f"https://doi.org/{quote(self.doi, safe=_IN_PATHS)}"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else ""


def read_paper(thing: Thing) -> Paper:
    """Return the paper that `thing` describes."""
    journal = thing.one("schema:isPartOf")
    preprint = thing.facts.term("fabio:Preprint").value
    return Paper(
        title=thing.text("dcterms:title"),
        authors=tuple(
            Author(*(author.text(name) for name in _NAMES)) for author in thing.all("atlas:author")
        ),
        is_complete=thing.is_true("atlas:authorListComplete") is not False,
        year=thing.text("atlas:year"),
        journal=journal.label if journal else "",
        doi=thing.text("bibo:doi"),
        pmid=thing.text("bibo:pmid"),
        issued=thing.text("dcterms:issued"),
        volume=thing.text("bibo:volume"),
        issue=thing.text("bibo:issue"),
        pages=thing.text("bibo:pages"),
        is_preprint=preprint in thing.texts("rdf:type"),
        notices=tuple(notice.words for notice in standing(thing)),
    )  # fmt: skip


def primary(paper: Paper) -> str:
    """Return the citation of the paper itself, for research work."""
    parts = [
        f"{_names(paper)} ({paper.year or 'no year'}).",
        _sentence(paper.title),
        _sentence(paper.journal),
        paper.url,
        warning(paper),
    ]
    return " ".join(part for part in parts if part)


def warning(paper: Paper) -> str:
    """Return what stands against the paper, in brackets as behind a reference, else ""."""
    return f"[{'; '.join(paper.notices)}]" if paper.notices else ""


def cite_key(slug: str) -> str:
    """Return what the paper of an entry is called in bibliographies, the same in every format."""
    return f"mecfsatlas-{slug}"


def bibtex(paper: Paper, slug: str, entry_url: str) -> str:
    """Return the paper as a BibTeX entry, in ASCII where LaTeX has a name for the letter."""
    names = [_bibtex_name(author) for author in paper.authors]
    if names and not paper.is_complete:
        names.append("others")
    notes = [latex(notice) for notice in paper.notices]
    notes += ["Preprint"] if paper.is_preprint else []
    notes += [f"PubMed: {paper.pmid}"] if paper.pmid else []
    values = {
        "author": " and ".join(names),
        "title": latex(paper.title),
        "journal": latex(paper.journal),
        "year": paper.year,
        **{name: str(part) for name, part in zip(("month", "day"), paper.date[1:], strict=False)},
        "volume": latex(paper.volume),
        "number": latex(paper.issue),
        "pages": "--".join(latex(page) for page in paper.span),
        "doi": _raw(paper.doi),
        "note": ". ".join(notes),
        "url": _raw(entry_url),
    }
    fields = [Field(key, value) for key, value in values.items() if value]
    library = Library([Entry("article", cite_key(slug), fields)])
    return write_string(library).strip()


def snapshot(versions: list[str], state: str, day: str, url: str) -> str:
    """Return the reference to the atlas's reading on `day`, whose text `state` fixes."""
    parts = [
        "ME/CFS Atlas.",
        f"{' / '.join(versions)}." if versions else "",
        f"{state}.",
        f"Accessed {day}.",
        url,
    ]
    return " ".join(part for part in parts if part)


def _names(paper: Paper) -> str:
    names = [author.inverted for author in paper.authors[:MOST_AUTHORS]]
    if not names:
        return "Unknown authors"
    if not paper.is_complete or len(paper.authors) > MOST_AUTHORS:
        return f"{', '.join(names)}, et al."
    if len(names) < 3:
        return " & ".join(names)
    return f"{', '.join(names[:-1])}, & {names[-1]}"


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "?", "!", "…")) else f"{text}."


def _bibtex_name(author: Author) -> str:
    name = latex(author.inverted)
    return name if author.family else f"{{{name}}}"


@cache
def _encoder() -> UnicodeToLatexEncoder:
    rule = UnicodeToLatexConversionRule(RULE_DICT, _RULE)
    return UnicodeToLatexEncoder(
        conversion_rules=[rule, "defaults"],
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )


def latex(text: str) -> str:
    """Return `text` as BibTeX takes it, in ASCII where LaTeX has a name for the letter."""
    return cast(str, _encoder().unicode_to_latex(text))


def _raw(text: str) -> str:
    # Identifiers stay as they are, but a brace would end the field.
    return text.replace("{", "%7B").replace("}", "%7D")
