"""The words of one release: what its prefixes, classes, properties and listed values are called."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property

import pyoxigraph as ox

from server.facts import Facts, text

_PROPERTIES = {"owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty"}
_PROPERTY, _CLASS = "property", "class"


@dataclass(frozen=True)
class Word:
    """A term that the release uses: `name` is how a query writes it.

    `count` says how many triples or things have it, None for what is not counted.
    """

    iri: str
    name: str
    kind: str
    count: int | None
    label: str


class Lexicon:
    """The words of the release in `facts`, read once."""

    def __init__(self, facts: Facts) -> None:
        """Read nothing yet."""
        self._facts = facts

    @cached_property
    def words(self) -> list[Word]:
        """Return the words: case definitions, classes, properties, values; each kind by IRI."""
        found: dict[str, Word] = {}
        for row in self._facts.rows("lexicon"):
            iri, count = row["iri"], row.get("count")
            short = self._facts.shorten(iri)
            name = f"<{iri}>" if short == iri else short
            word = Word(iri, name, row["kind"], int(count) if count else None, row.get("label", ""))
            found.setdefault(iri, word)
        return list(found.values())

    @cached_property
    def document(self) -> dict[str, object]:
        """Return what an editor completes from."""
        return {
            "release": self._facts.release.id,
            "prefixes": self._facts.prefixes,
            "terms": [asdict(word) for word in self.words],
        }

    @cached_property
    def locals(self) -> dict[str, dict[str, Word]]:
        """Return namespace → what follows it in an IRI → the word."""
        found: dict[str, dict[str, Word]] = {}
        for word in self.words:
            space = self.namespace(word.iri)
            if space is not None:
                found.setdefault(space, {})[word.iri.removeprefix(space)] = word
        return found

    @cached_property
    def _namespaces(self) -> list[str]:
        return sorted(self._facts.prefixes.values(), key=len, reverse=True)

    def namespace(self, iri: str) -> str | None:
        """Return the namespace that `iri` is in, None where this release knows none such.

        Our own things are in the folder or the document that their IRI names.
        """
        for space in self._namespaces:
            if iri.startswith(space) and iri != space:
                return space
        if not iri.startswith(f"{self._facts.base}/"):
            return None
        start, mark, _ = iri.rpartition("#" if "#" in iri else "/")
        return start + mark

    def unused(self, iri: str) -> str | None:
        """Return what `iri` is not used as in any graph, None where it is used.

        That is "property" or "class" for what the ontology declares as one, else "".
        """
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return None
        if next(self._uses(node), None):
            return None
        kinds = self._facts.store.quads_for_pattern(node, self._facts.term("rdf:type"), None, None)
        names = {self._facts.shorten(text(quad.object)) for quad in kinds}
        if names & _PROPERTIES:
            return _PROPERTY
        if "owl:Class" in names:
            return _CLASS
        is_subject = next(self._facts.store.quads_for_pattern(node, None, None, None), None)
        is_object = next(self._facts.store.quads_for_pattern(None, None, node, None), None)
        return None if is_subject or is_object else ""

    def _uses(self, node: ox.NamedNode) -> Iterator[ox.Quad]:
        store = self._facts.store
        yield from store.quads_for_pattern(None, node, None, None)
        yield from store.quads_for_pattern(None, self._facts.term("rdf:type"), node, None)
        yield from store.quads_for_pattern(None, None, None, node)
