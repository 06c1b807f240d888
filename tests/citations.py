"""Made-up papers, and readers of citations that share nothing with what writes them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from bibtexparser.entrypoint import parse_string
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from server.citations import Author, Paper, read_paper
from server.facts import Facts
from server.things import Thing

# How LaTeX prints the ASCII letters it has no plain form of.
_PRINTED = str.maketrans("”ˆ˜‐", '"^~-')
WORDS = st.text('aé{}%&_#$~^\\<>ßž –B()"', min_size=1, max_size=30).filter(
    lambda text: text == text.strip() and "  " not in text
)
PAPERS = st.builds(
    Paper,
    title=WORDS,
    authors=st.lists(
        st.one_of(
            st.builds(Author, WORDS),
            st.builds(Author, WORDS, st.text("aéö", min_size=1), st.text("bß", min_size=1)),
        ),
        max_size=4,
    ).map(tuple),
    is_complete=st.booleans(),
    year=st.integers(1900, 2100).map(str),
    journal=WORDS,
    doi=st.text("ab<>;()%_/", min_size=1).map(lambda tail: f"10.1234/{tail}"),
    is_preprint=st.booleans(),
)


@dataclass(frozen=True)
class Said:
    """What a citation says, as its reader understands it."""

    title: str
    authors: tuple[str, ...]
    year: str
    doi: str
    journal: str


def papers(facts: Facts) -> Iterator[tuple[str, Paper]]:
    """Return the slug and the paper of every entry."""
    for row in facts.rows("entries"):
        slug = row["entry"].rpartition("/")[2]
        yield slug, read_paper(Thing(facts, f"{row['entry']}#paper"))


def said_bib(text: str) -> Said:
    """Return what BibTeX says."""
    library = parse_string(text)
    assert not library.failed_blocks
    fields = {field.key: field.value for field in library.entries[0].fields}
    names = fields.get("author", "").split(" and ")
    authors = [unlatexed(name) for name in names if name not in {"", "others"}]
    return Said(
        unlatexed(fields["title"]),
        tuple(authors),
        fields["year"],
        squeezed(fields["doi"]),
        unlatexed(fields["journal"]),
    )


def ris_lines(text: str) -> list[tuple[str, str]]:
    """Read RIS by its definition: CRLF, two letters, two spaces, a dash and a space."""
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    found = [re.fullmatch(r"([A-Z][A-Z0-9])  - ([^\r\n]*)", line) for line in lines]
    pairs = [(match[1], match[2]) for match in found if match]
    assert len(pairs) == len(lines)
    assert (pairs[0][0], pairs[-1]) == ("TY", ("ER", ""))
    return pairs


def said_ris(text: str) -> Said:
    """Return what RIS says."""
    pairs = ris_lines(text)
    one = dict(pairs)
    authors = [squeezed(value) for tag, value in pairs if tag == "AU"]
    return Said(
        squeezed(one["TI"]), tuple(authors), one["PY"], squeezed(one["DO"]), squeezed(one["T2"])
    )


def said_csl(text: str) -> Said:
    """Return what an item of CSL-JSON says."""
    item = json.loads(text)
    authors = [
        squeezed(name.get("literal") or f"{name['family']}, {name['given']}")
        for name in item.get("author", [])
    ]
    return Said(
        squeezed(item["title"]),
        tuple(authors),
        str(item["issued"]["date-parts"][0][0]),
        squeezed(item["DOI"]),
        squeezed(item["container-title"]),
    )


class Head(HTMLParser):
    """The citation tags of a page, as Zotero looks for them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.in_head = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"head", "body"}:
            self.in_head = tag == "head"
        name = values.get("name") or ""
        if tag == "meta" and name.startswith("citation_"):
            assert self.in_head
            name = name.removeprefix("citation_")
            self.found.setdefault(name, []).append(values["content"] or "")


def unlatexed(text: str) -> str:
    """Return what LaTeX prints, squeezed."""
    # Its decoder does not know the names of braces, which LaTeX prints.
    plain = text.replace(r"{\textbraceleft}", r"\{").replace(r"{\textbraceright}", r"\}")
    return squeezed(LatexNodes2Text(keep_comments=True).latex_to_text(plain))


def squeezed(text: str) -> str:
    """Return `text` without what LaTeX and line ends may change."""
    return "".join(text.translate(_PRINTED).split())
