"""The facts of one release, as the web process reads them: fixed queries and single things."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache, cached_property, lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph.prefixes import BASE, prefixes, shorten, term
from graph.release import Release

_FOLDER = Path(__file__).parent
Row = dict[str, str]
Term = ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple
# Property → its values, English ones first, then by their text.
Properties = Mapping[str, list[ox.NamedNode | ox.Literal]]
# Subjects kept in memory: values, journals and rules are asked for by every page.
_SUBJECTS = 8192


@cache
def read_query(name: str) -> str:
    """Return the text of the fixed query `name`."""
    return (_FOLDER / "queries" / f"{name}.rq").read_text(encoding="utf-8")


class Facts:
    """One release, opened read-only; own IRIs are under the base of its manifest."""

    def __init__(self, release: Release) -> None:
        """Open the store of `release`."""
        self.release = release
        self.base = release.manifest.base
        self.store = ox.Store.read_only(str(release.store_path))
        self._properties: Callable[[str], Properties] = lru_cache(_SUBJECTS)(self._read)
        self._terms: dict[str, ox.NamedNode] = {}

    def rebase(self, text: str) -> str:
        """Return `text` with the project's own origin replaced by that of this release."""
        return text if self.base == BASE else text.replace(BASE, self.base)

    def term(self, curie: str) -> ox.NamedNode:
        """Return the node that `curie` names in this release."""
        found = self._terms.get(curie)
        if found is None:
            found = self._terms[curie] = ox.NamedNode(self.rebase(term(curie).value))
        return found

    def shorten(self, iri: str) -> str:
        """Return `iri` as a CURIE where a prefix fits, else unchanged."""
        own = BASE + iri.removeprefix(self.base) if iri.startswith(f"{self.base}/") else iri
        short = shorten(own)
        return iri if short.startswith("<") else short

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Return prefix → namespace as this release writes them."""
        return {prefix: self.rebase(namespace) for prefix, namespace in prefixes().items()}

    def rows(self, query: str, **terms: Term) -> list[Row]:
        """Run the fixed query of that name; bind its variables to `terms`, which it projects.

        A row maps variable names to text; what is unbound is missing.
        """
        found = self.store.query(
            self.rebase(read_query(query)),
            substitutions={ox.Variable(name): value for name, value in terms.items()},
        )
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        return [{name: text(row[name]) for name in names if row[name]} for row in found]

    def triples(self, subject: ox.NamedNode) -> list[ox.Triple]:
        """Return what the default graph says of `subject`."""
        quads = self.store.quads_for_pattern(subject, None, None, ox.DefaultGraph())
        return [quad.triple for quad in quads]

    def about(self, iri: str) -> Properties:
        """Return what the default graph says of the node `iri`, by property."""
        return self._properties(iri)

    def _read(self, iri: str) -> Properties:
        found: dict[str, list[ox.NamedNode | ox.Literal]] = {}
        for triple in self.triples(ox.NamedNode(iri)):
            value = triple.object
            if isinstance(value, ox.NamedNode | ox.Literal):
                found.setdefault(triple.predicate.value, []).append(value)
        for values in found.values():
            values.sort(key=_order)
        return found

    @cached_property
    def fingerprint(self) -> str:
        """Return a digest of all that decides what pages and documents look like."""
        manifest = self.release.manifest
        digest = hashlib.sha256(f"{manifest.digest} {manifest.id} {self.base}".encode())
        for path in sorted(_FOLDER.rglob("*")):
            if path.suffix in {".py", ".html", ".css", ".rq"}:
                digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


def text(value: object) -> str:
    """Return the text of an RDF term: the IRI, or the literal without type and language."""
    return value.value if isinstance(value, ox.NamedNode | ox.Literal) else str(value)


def _order(value: ox.NamedNode | ox.Literal) -> tuple[bool, str]:
    is_foreign = isinstance(value, ox.Literal) and value.language not in {None, "en"}
    return is_foreign, value.value
