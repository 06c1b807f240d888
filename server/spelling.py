"""Which words of the entries are spelled like a given one, or begin with it."""

from functools import lru_cache

import tantivy

from graph.release import Release
from graph.search_index import open_words

# Words that are kept with their likenesses, and of likenesses the most that are looked for.
_KEPT = 512
_MOST = 500
_FIELD = "word"


class Spelling:
    """The words of one release; to look there once costs less than in each field of the entries."""

    def __init__(self, release: Release) -> None:
        """Open the list; ReleaseMissing where the release has none."""
        index = open_words(release.index_path)
        self._schema = index.schema
        self._searcher = index.searcher()
        self.alike = lru_cache(_KEPT)(self._alike)
        self.going_on = lru_cache(_KEPT)(self._going_on)

    def _alike(self, word: str, edits: int) -> tuple[str, ...]:
        """Return other words so few edits away; that neighbours change places is one edit."""
        near = tantivy.Query.fuzzy_term_query(self._schema, _FIELD, word, edits)
        hits = self._searcher.search(near, _MOST, count=False).hits
        found = (self._searcher.doc(address).get_first(_FIELD) for _, address in hits)
        return tuple(sorted({str(other) for other in found} - {word}))

    def _going_on(self, beginning: str) -> tuple[str, ...]:
        """Return the longer words that begin so."""
        found = self._searcher.terms_with_prefix(_FIELD, beginning, limit=_MOST)
        return tuple(word for word, _ in found if word != beginning)
