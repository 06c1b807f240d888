"""What the search index says of an entry, read from the store of a release."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph as ox

from graph.prefixes import BASE, value

_EVIDENCE = f"{BASE}/evidence/"
_QUERIES = Path(__file__).parent / "queries" / "search"
# Entries that are asked for at once.
_BATCH = 500


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


_KEYED = (*FACETS, *_BADGES)
_PATHS = " UNION ".join(
    f'{{ ?entry {"/".join(facet.path)} ?value BIND("{facet.key}" AS ?facet) }}' for facet in _KEYED
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

    def to_json(self) -> str:
        """Return the text from which `from_json` makes the same row."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> "SearchRow":
        """Return the row that `to_json` wrote."""
        fields = json.loads(text)
        fields["authors"] = tuple(fields["authors"])
        fields["keys"] = {key: tuple(found) for key, found in fields["keys"].items()}
        # An index of an earlier version may say more.
        return cls(**{name: fields[name] for name in cls.__dataclass_fields__})


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
    solutions = store.query((_QUERIES / "entries.rq").read_text(encoding="utf-8"))
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


def read_rows(store: ox.Store) -> Iterator[tuple[Sorted, SearchRow, list[str]]]:
    """Yield each entry of `store` with its places, its row and its texts, the newest first."""
    entries = sort_entries(store)
    for start in range(0, len(entries), _BATCH):
        batch = entries[start : start + _BATCH]
        said = _Said(store, [entry.node for entry in batch])
        for entry in batch:
            iri = entry.node.value
            yield entry, said.row(iri), said.texts[iri]


class _Said:
    """What the default graph says of a few entries: asking for each alone takes twice as long."""

    def __init__(self, store: ox.Store, entries: list[ox.NamedNode]) -> None:
        self._store = store
        self._these = f"VALUES ?entry {{ {' '.join(map(str, entries))} }}"
        self._papers: dict[str, ox.QuerySolution] = {}
        self._authors: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._days: dict[str, str] = defaultdict(str)
        self._keys: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.texts: dict[str, list[str]] = defaultdict(list)
        for row in self._ask("papers"):
            self._papers.setdefault(value(row["entry"]), row)
        for row in self._ask("authors"):
            author = int(value(row["position"])), value(row["value"])
            self._authors[value(row["entry"])].append(author)
        for row in self._ask("texts"):
            self.texts[value(row["entry"])].append(value(row["value"]))
        for row in self._ask("days"):
            iri, day = value(row["entry"]), value(row["value"])
            self._days[iri] = max(self._days[iri], day)
        spaces = {facet.key: BASE + facet.space for facet in _KEYED}
        for row in self._ask("keys"):
            key = value(row["facet"])
            found = value(row["value"]).removeprefix(spaces[key])
            self._keys[value(row["entry"]), key].add(found)

    def _ask(self, name: str) -> ox.QuerySolutions:
        text = (_QUERIES / f"{name}.rq").read_text(encoding="utf-8")
        text = text.replace("# entries\n", f"{self._these}\n").replace("# facets\n", f"{_PATHS}\n")
        found = self._store.query(text)
        assert isinstance(found, ox.QuerySolutions)
        return found

    def row(self, iri: str) -> SearchRow:
        """Return the row of the entry that has the IRI `iri`."""
        paper = self._papers[iri]
        title = paper["title"]

        def said(name: str) -> str:
            return value(paper[name]) if paper[name] else ""

        return SearchRow(
            slug=iri.removeprefix(_EVIDENCE),
            title=value(title),
            language=title.language or "" if isinstance(title, ox.Literal) else "",
            authors=tuple(name for _, name in sorted(self._authors[iri])),
            is_complete=said("isComplete") != "false",
            year=int(said("year")) if said("year") else None,
            journal=said("journal"),
            doi=said("doi"),
            pmid=said("pmid"),
            keys={facet.key: tuple(sorted(self._keys[iri, facet.key])) for facet in _KEYED},
            updated=self._days[iri],
            has_texts=not said("isBare"),
        )
