"""Queries of the index for words; what a reader typed is never read as a syntax."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tantivy

from graph.search_index import TEXT_FIELDS
from server.spelling import Spelling
from server.words import Phrase, Words

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
_FEW_TERMS = 30
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should
Worth = dict[str, float]


@dataclass(frozen=True)
class WordQueries:
    """The queries for `words` in an index of that schema, with the spellings it knows."""

    words: Words
    schema: tantivy.Schema
    spelling: Spelling

    @property
    def has_guesses(self) -> bool:
        """Return whether there are other words that may stand for one of these."""
        return any(self._instead(phrase) for phrase in self.words.phrases)

    def exact(self) -> tantivy.Query:
        """Return the query for entries that have all of the words as they were written."""
        return self._any_of([self._matching(phrase, ()) for phrase in self.words.phrases])

    def alike(self) -> tantivy.Query:
        """Return the query for entries that have all of the words, or others instead of them."""
        each = [self._matching(phrase, self._instead(phrase)) for phrase in self.words.phrases]
        return self._any_of(each)

    def ranked(self) -> tantivy.Query:
        """Return the query that finds what `alike` finds, and gives points for it.

        What is identified comes first; then the more of the words stand there as written, and
        the more of those in the title, then among the authors, then in the texts.
        """
        bonus = []
        if len(self.words.phrases) > 1:
            row = [token for phrase in self.words.phrases for token in phrase.folded]
            in_a_row = tantivy.Query.phrase_query(self.schema, "title", list(row))
            bonus.append((_SHOULD, _worth(in_a_row, _IN_A_ROW)))
        return self._any_of([self._ranked(phrase) for phrase in self.words.phrases], bonus)

    def _any_of(
        self,
        each: list[tantivy.Query],
        bonus: Sequence[tuple[tantivy.Occur, tantivy.Query]] = (),
    ) -> tantivy.Query:
        found = [
            _worth(tantivy.Query.term_query(self.schema, field, value), _IDENTIFIED)
            for field, value in self.words.identifiers
        ]
        if each:
            wanted = [(_MUST, query) for query in each]
            found.append(tantivy.Query.boolean_query([*wanted, *bonus]))
        if not found:
            return tantivy.Query.empty_query()
        return tantivy.Query.boolean_query([(_SHOULD, query) for query in found])

    def _matching(
        self, phrase: Phrase, others: Sequence[tuple[Sequence[str], Worth]]
    ) -> tantivy.Query:
        words = [*phrase.folded, *(word for alike, _ in others for word in alike)]
        fields = [
            any_term(self.schema, field, words)
            if len(phrase.folded) == 1
            else self._standing(phrase, field)
            for field in TEXT_FIELDS
        ]
        return tantivy.Query.boolean_query([(_SHOULD, query) for query in fields])

    def _ranked(self, phrase: Phrase) -> tantivy.Query:
        kinds = [_worth(self._standing(phrase, field), points) for field, points in _EXACT.items()]
        kinds += [
            _worth(any_term(self.schema, field, words), points)
            for words, worth in self._instead(phrase)
            for field, points in worth.items()
        ]
        best = tantivy.Query.disjunction_max_query(kinds)
        # Of equal points, the entry comes first in whose title the word weighs more.
        often = self._standing(phrase, "title"), self._standing(phrase, "texts")
        return tantivy.Query.boolean_query([(_MUST, best), *((_SHOULD, query) for query in often)])

    def _instead(self, phrase: Phrase) -> list[tuple[Sequence[str], Worth]]:
        """Return the words that may stand for `phrase`, the better kinds first."""
        return [(words, worth) for words, worth in self._others(phrase) if words]

    def _others(self, phrase: Phrase) -> Iterator[tuple[Sequence[str], Worth]]:
        if len(self.words.phrases) > _MOST_GUESSED:
            return
        if phrase == self.words.phrases[-1] and phrase.may_go_on:
            yield self.spelling.going_on(phrase.folded[0]), _BEGUN
        for edits in range(1, phrase.edits + 1):
            yield self.spelling.alike(phrase.folded[0], edits), _ALIKE[edits]

    def _standing(self, phrase: Phrase, field: str) -> tantivy.Query:
        if len(phrase.folded) == 1:
            return tantivy.Query.term_query(self.schema, field, phrase.folded[0], "freq")
        return tantivy.Query.phrase_query(self.schema, field, list(phrase.folded))


def any_term(schema: tantivy.Schema, field: str, terms: Sequence[str]) -> tantivy.Query:
    """Return the query for entries that have one of `terms` in that field."""
    # The index goes through a set of terms beforehand: of a few that takes three times as long.
    if len(terms) > _FEW_TERMS:
        return tantivy.Query.term_set_query(schema, field, terms)
    each = [tantivy.Query.term_query(schema, field, term, "basic") for term in terms]
    return tantivy.Query.boolean_query([(_SHOULD, query) for query in each])


def _worth(query: tantivy.Query, points: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, points)
