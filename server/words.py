"""The words of a search, as a reader typed them: words, phrases in quotes, or an identifier."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

import idutils

from graph.identifiers import doi
from graph.search_index import analyzer

_PIECE = re.compile(r'"([^"]+)"|([^\s"]+)')
_PMID = re.compile(r"(?:pmid|pubmed)\s*:?\s*(?=\d)", re.IGNORECASE)
_SLUG = re.compile(r"(?:.*/evidence/)?([a-z0-9]+(?:-[a-z0-9]+)+)/?")
# Letters from which a word may be misspelled in one place, and in two; how much begins a word.
_ONE_EDIT, _TWO_EDITS, _BEGINNING = 4, 7, 3


@dataclass(frozen=True)
class Phrase:
    """Words that have to stand side by side, or a single one.

    `folded` is what the index knows them by, `plain` how they were written, in lower case.
    A quoted one is found only as it is.
    """

    folded: tuple[str, ...]
    plain: str
    is_quoted: bool = False

    @property
    def edits(self) -> int:
        """Return in how many places it may be misspelled: numbers and short words in none."""
        (word, *others) = self.folded
        if self.is_quoted or others or any(letter.isdigit() for letter in word):
            return 0
        return (len(word) >= _ONE_EDIT) + (len(word) >= _TWO_EDITS)

    @property
    def may_go_on(self) -> bool:
        """Return whether it may be the beginning of a longer word, where it is the last."""
        (word, *others) = self.folded
        return not self.is_quoted and not others and word.isalpha() and len(word) >= _BEGINNING


@dataclass(frozen=True)
class Words:
    """What was typed: the phrases, all of which are wanted, and what it may be an identifier of."""

    phrases: tuple[Phrase, ...]
    identifiers: tuple[tuple[str, str], ...]

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing that could be found: neither a letter nor a digit."""
        return not self.phrases and not self.identifiers


def read_words(text: str) -> Words:
    """Return what `text`, as a reader typed it, asks for."""
    plain, folded = analyzer(is_folded=False), analyzer()
    found: list[Phrase] = []
    for quoted, bare in _PIECE.findall(normalize("NFC", text)):
        words = plain.analyze(quoted or bare)
        if quoted and words:
            tokens = tuple(token for word in words for token in folded.analyze(word))
            found.append(Phrase(tokens, " ".join(quoted.lower().split()), is_quoted=True))
        elif not quoted:
            found += [Phrase(tuple(folded.analyze(word)), word) for word in words]
    return Words(tuple(dict.fromkeys(found)), tuple(_identifiers(text)))


def _identifiers(text: str) -> Sequence[tuple[str, str]]:
    found = []
    if bare := doi(text):
        found.append(("doi", bare))
    if idutils.is_pmid(number := _PMID.sub("", text)):
        found.append(("pmid", str(idutils.normalize_pmid(number)).lstrip("0")))
    if slug := _SLUG.fullmatch(text):
        found.append(("slug", slug[1]))
    return found
