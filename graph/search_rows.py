"""What the search index says of an entry, read from the store of a release."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph as ox

from graph.prefixes import BASE, term, value

_About = dict[str, list[ox.NamedNode | ox.Literal]]
_EVIDENCE = f"{BASE}/evidence/"
_TERMS = (ox.NamedNode, ox.Literal)
_QUERY = Path(__file__).parent / "queries" / "entries.rq"


@dataclass(frozen=True)
class Facet:
    """A way to narrow a search, by what `path` leads to from an entry.

    A value is called by what follows `space` in the path of its IRI, an entry without one is
    found under `missing`: that nobody has looked is a value, too.
    """

    key: str
    path: tuple[str, ...]
    space: str
    missing: str = "not-recorded"


FACETS = (
    Facet("pem", ("atlas:pemRequirement",), "/vocabulary/pem-requirement#", "not-judged"),
    Facet(
        "definition",
        ("atlas:inclusion", "atlas:group", "atlas:definition"),
        "/case-definition/",
    ),
    Facet("level", ("atlas:evidenceLevel",), "/vocabulary/evidence-level#"),
    Facet("type", ("atlas:publicationType",), "/vocabulary/publication-type#"),
    Facet("topic", ("atlas:topic",), "/vocabulary/topic#"),
    Facet("journal", ("atlas:paper", "schema:isPartOf"), "/journal/"),
)
# What a row repeats of an entry beside its facets.
_BADGES = (
    Facet("confidence", ("atlas:confidence",), "/vocabulary/confidence#"),
    Facet("peer-review", ("atlas:peerReview",), "/vocabulary/peer-review#"),
)


@dataclass(frozen=True)
class SearchRow:
    """One entry in a list; "" and None for what is not recorded, `keys` by facet and badge.

    `updated` is the day of its last fact, as ISO 8601; `language` that of the title.
    """

    slug: str
    title: str
    language: str
    authors: tuple[str, ...]
    is_complete: bool
    year: int | None
    journal: str
    doi: str
    pmid: str
    keys: dict[str, tuple[str, ...]]
    updated: str
    has_texts: bool
    is_retracted: bool

    def to_json(self) -> str:
        """Return the text from which `from_json` makes the same row."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "SearchRow":
        """Return the row that `to_json` wrote."""
        fields = json.loads(text)
        fields["authors"] = tuple(fields["authors"])
        fields["keys"] = {key: tuple(found) for key, found in fields["keys"].items()}
        return cls(**fields)


@dataclass(frozen=True)
class Sorted:
    """An entry with its places among all, from 0, by each order that a list can have."""

    node: ox.NamedNode
    newest: int
    oldest: int
    by_title: int


def sort_entries(store: ox.Store) -> list[Sorted]:
    """Return the entries of `store`, the newest papers first, those without a year last."""
    found: dict[str, tuple[str, int | None]] = {}
    solutions = store.query(_QUERY.read_text(encoding="utf-8"))
    assert isinstance(solutions, ox.QuerySolutions)
    for row in solutions:
        year = int(value(row["year"])) if row["year"] else None
        found.setdefault(value(row["entry"]), (value(row["title"]).lower(), year))
    by_title = sorted(found, key=lambda iri: (found[iri][0], iri))
    place = {iri: number for number, iri in enumerate(by_title)}

    def places(sign: int) -> dict[str, int]:
        def key(iri: str) -> tuple[bool, int, int]:
            year = found[iri][1]
            return year is None, sign * (year or 0), place[iri]

        return {iri: number for number, iri in enumerate(sorted(found, key=key))}

    newest, oldest = places(-1), places(1)
    return [Sorted(ox.NamedNode(iri), newest[iri], oldest[iri], place[iri]) for iri in newest]


class RowReader:
    """Reads what the default graph of `store` says of one entry after the other."""

    def __init__(self, store: ox.Store) -> None:
        """Read nothing yet."""
        self._store = store
        self._known: dict[ox.NamedNode, _About] = {}
        self._labels: dict[ox.NamedNode, str] = {}

    def read(self, entry: ox.NamedNode) -> tuple[SearchRow, list[str]]:
        """Return the row of `entry`, and its texts."""
        self._known.clear()
        (title,) = self._walk(entry, "atlas:paper", "dcterms:title")[:1]
        authors = [
            (int(self._text(node, "schema:position") or 0), self._text(node, "atlas:printedName"))
            for node in self._nodes(entry, "atlas:paper", "atlas:author")
        ]
        journals = self._nodes(entry, "atlas:paper", "schema:isPartOf")
        days = [*self._walk(entry, "atlas:recordedOn")]
        days += self._walk(entry, "atlas:inclusion", "atlas:recordedOn")
        year = self._text(entry, "atlas:paper", "atlas:year")
        row = SearchRow(
            slug=entry.value.removeprefix(_EVIDENCE),
            title=title.value,
            language=title.language or "" if isinstance(title, ox.Literal) else "",
            authors=tuple(name for _, name in sorted(authors)),
            is_complete=self._text(entry, "atlas:paper", "atlas:authorListComplete") != "false",
            year=int(year) if year else None,
            journal=self._label(journals[0]) if journals else "",
            doi=self._text(entry, "atlas:paper", "bibo:doi"),
            pmid=self._text(entry, "atlas:paper", "bibo:pmid"),
            keys={facet.key: self._keys(entry, facet) for facet in (*FACETS, *_BADGES)},
            updated=max((day.value for day in days), default=""),
            has_texts=term("atlas:BibliographicEntry") not in self._walk(entry, "rdf:type"),
            is_retracted=bool(self._walk(entry, "atlas:paper", "atlas:retraction")),
        )
        return row, [text.value for text in self._walk(entry, "atlas:text", "rdf:value")]

    def _keys(self, entry: ox.NamedNode, facet: Facet) -> tuple[str, ...]:
        space = BASE + facet.space
        found = {node.value.removeprefix(space) for node in self._nodes(entry, *facet.path)}
        return tuple(sorted(found))

    def _text(self, node: ox.NamedNode, *path: str) -> str:
        return next((found.value for found in self._walk(node, *path)), "")

    def _nodes(self, node: ox.NamedNode, *path: str) -> list[ox.NamedNode]:
        return [found for found in self._walk(node, *path) if isinstance(found, ox.NamedNode)]

    def _walk(self, node: ox.NamedNode, *path: str) -> list[ox.NamedNode | ox.Literal]:
        found: list[ox.NamedNode | ox.Literal] = [node]
        for curie in path:
            name = term(curie).value
            nodes = [here for here in found if isinstance(here, ox.NamedNode)]
            found = [there for here in nodes for there in self._about(here).get(name, ())]
        return found

    def _about(self, node: ox.NamedNode) -> _About:
        about = self._known.get(node)
        if about is None:
            about = self._known[node] = defaultdict(list)
            for quad in self._store.quads_for_pattern(node, None, None, ox.DefaultGraph()):
                if isinstance(quad.object, _TERMS):
                    about[quad.predicate.value].append(quad.object)
        return about

    def _label(self, node: ox.NamedNode) -> str:
        if node not in self._labels:
            self._labels[node] = self._text(node, "rdfs:label")
        return self._labels[node]


def read_rows(store: ox.Store) -> Iterator[tuple[Sorted, SearchRow, list[str]]]:
    """Yield each entry of `store` with its places, its row and its texts, the newest first."""
    reader = RowReader(store)
    for entry in sort_entries(store):
        yield entry, *reader.read(entry.node)
