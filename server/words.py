"""The words of a search: what a reader typed becomes queries of the index, never their syntax."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

import idutils
import tantivy

from graph.identifiers import doi
from graph.search_index import TEXT_FIELDS, analyzer
from server.spelling import Spelling

_PIECE = re.compile(r'"([^"]+)"|([^\s"]+)')
_PMID = re.compile(r"(?:pmid|pubmed)\s*:?\s*(?=\d)", re.IGNORECASE)
_SLUG = re.compile(r"(?:.*/evidence/)?([a-z0-9]+(?:-[a-z0-9]+)+)/?")
# Letters from which a word may be misspelled in one place, and in two; how much begins a word.
_ONE_EDIT, _TWO_EDITS, _BEGINNING = 4, 7, 3
# Points for a word as it is, for one that begins so, and by edits for one that is spelled alike:
# those for the better kind of match and the more telling field no frequency makes up for.
_EXACT = dict(zip(TEXT_FIELDS, (300.0, 200.0, 100.0), strict=True))
_BEGUN = dict(zip(TEXT_FIELDS, (36.0, 24.0, 12.0), strict=True))
_ALIKE = {
    1: dict(zip(TEXT_FIELDS, (30.0, 20.0, 10.0), strict=True)),
    2: dict(zip(TEXT_FIELDS, (6.0, 4.0, 2.0), strict=True)),
}
_IN_A_ROW = 50.0
# Of longer searches, as of a title that was pasted, every word is taken as it is.
_MOST_GUESSED = 12
_IDENTIFIED = 100_000.0
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


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


def exact_query(words: Words, schema: tantivy.Schema) -> tantivy.Query:
    """Return the query for entries that have all of `words` as they were written."""
    return _any_of(_all_of([_matching(phrase, schema) for phrase in words.phrases]), words, schema)


def ranked_query(words: Words, schema: tantivy.Schema, spelling: Spelling) -> tantivy.Query:
    """Return the query for entries that have all of `words` or such as `spelling` has for them.

    What is identified comes first; then the more of the words stand there as written, and the
    more of those in the title, then among the authors, then in the texts.
    """
    last = len(words.phrases) - 1
    if last >= _MOST_GUESSED:
        return exact_query(words, schema)
    each = [
        _ranked(phrase, schema, spelling, is_last=place == last)
        for place, phrase in enumerate(words.phrases)
    ]
    bonus = []
    if last > 0:
        row = [token for phrase in words.phrases for token in phrase.folded]
        in_a_row = tantivy.Query.phrase_query(schema, "title", list(row))
        bonus.append((_SHOULD, _worth(in_a_row, _IN_A_ROW)))
    return _any_of(_all_of(each, bonus), words, schema)


def _any_of(matching: tantivy.Query | None, words: Words, schema: tantivy.Schema) -> tantivy.Query:
    found = [
        _worth(tantivy.Query.term_query(schema, field, value), _IDENTIFIED)
        for field, value in words.identifiers
    ]
    wanted = [*found, matching] if matching else found
    if not wanted:
        return tantivy.Query.empty_query()
    return tantivy.Query.boolean_query([(_SHOULD, query) for query in wanted])


def _all_of(
    wanted: list[tantivy.Query], bonus: Sequence[tuple[tantivy.Occur, tantivy.Query]] = ()
) -> tantivy.Query | None:
    if not wanted:
        return None
    return tantivy.Query.boolean_query([*((_MUST, query) for query in wanted), *bonus])


def _matching(phrase: Phrase, schema: tantivy.Schema) -> tantivy.Query:
    fields = [_standing(phrase, field, schema) for field in TEXT_FIELDS]
    return tantivy.Query.boolean_query([(_SHOULD, query) for query in fields])


def _ranked(
    phrase: Phrase, schema: tantivy.Schema, spelling: Spelling, *, is_last: bool
) -> tantivy.Query:
    kinds = [_worth(_standing(phrase, field, schema), points) for field, points in _EXACT.items()]
    for edits in range(1, phrase.edits + 1):
        kinds += _instead(spelling.alike(phrase.folded[0], edits), _ALIKE[edits], schema)
    if is_last and phrase.may_go_on:
        kinds += _instead(spelling.going_on(phrase.folded[0]), _BEGUN, schema)
    best = tantivy.Query.disjunction_max_query(kinds)
    # Of equal points, the entry comes first in whose title the word weighs more.
    often = _standing(phrase, "title", schema), _standing(phrase, "texts", schema)
    return tantivy.Query.boolean_query([(_MUST, best), *((_SHOULD, query) for query in often)])


def _instead(
    words: Sequence[str], worth: dict[str, float], schema: tantivy.Schema
) -> list[tantivy.Query]:
    return [
        _worth(tantivy.Query.term_set_query(schema, field, words), points)
        for field, points in worth.items()
        if words
    ]


def _standing(phrase: Phrase, field: str, schema: tantivy.Schema) -> tantivy.Query:
    if len(phrase.folded) == 1:
        return tantivy.Query.term_query(schema, field, phrase.folded[0], "freq")
    return tantivy.Query.phrase_query(schema, field, list(phrase.folded))


def _worth(query: tantivy.Query, points: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, points)
