"""A list of entries as data: RDF, CSV and Atom."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import pyoxigraph as ox
from feedgen.feed import FeedGenerator

from graph.search_rows import FACETS, SearchRow
from server.documents import Document, serialize
from server.facts import Facts
from server.notices import KINDS, marks, notices
from server.search import Known, Search
from server.things import Thing

# Entries that a CSV may have; for more there is the endpoint.
MOST_ROWS = 50_000
_COLUMNS = (
    "entry", "slug", "title", "authors", "authors_complete", "year", "journal", "doi", "pmid",
    "pem", "definitions", "evidence_level", "confidence", "publication_type", "peer_review",
    "topics", "editorial_notices",
)  # fmt: skip
# Columns with keys of the value lists → what a row calls them.
_KEYS = {
    "pem": "pem", "definitions": "definition", "evidence_level": "level",
    "confidence": "confidence", "publication_type": "type", "peer_review": "peer-review",
    "topics": "topic",
}  # fmt: skip
_OF_ENTRY = ("rdf:type", "dcterms:identifier", "rdfs:label", "atlas:paper", "atlas:pemRequirement")
_OF_PAPER = ("dcterms:title", "atlas:year", "bibo:doi", "bibo:pmid", *KINDS)
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Listed:
    """One page of a search: its entries, how many there are in all, what it is called."""

    search: Search
    rows: list[SearchRow]
    total: int
    title: str

    @property
    def last(self) -> int:
        """Return the number of the last page."""
        return max(1, -(-self.total // self.search.size))

    @property
    def others(self) -> dict[str, Search]:
        """Return the pages that lead on from this one, by their relation to it."""
        page = self.search.page
        near = {"prev": page - 1, "next": page + 1}
        found = {name: number for name, number in near.items() if 1 <= number <= self.last}
        pages = {"first": 1, **found, "last": self.last}
        return {name: self.search.at(number) for name, number in pages.items()}


def page_iri(facts: Facts, search: Search) -> str:
    """Return the IRI of one page of a search."""
    return f"{facts.base}/evidence{search.query_string}"


def entry_iri(facts: Facts, row: SearchRow) -> str:
    """Return the IRI of the entry that `row` is about."""
    return f"{facts.base}/evidence/{row.slug}"


def write_rdf(facts: Facts, listed: Listed, key: str) -> bytes:
    """Return the page as a resource of its own, with what one wants to know of its members."""
    iri = page_iri(facts, listed.search)
    members = [ox.NamedNode(entry_iri(facts, row)) for row in listed.rows]
    about = chain.from_iterable(_member(facts, member) for member in members)
    return serialize(facts, Document(iri, [*_page(facts, listed, iri, members), *about]), key)


def _page(
    facts: Facts, listed: Listed, iri: str, members: list[ox.NamedNode]
) -> Iterator[ox.Triple]:
    page = ox.NamedNode(iri)

    def said(name: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(page, facts.term(name), value)

    yield said("rdf:type", facts.term("schema:ItemList"))
    yield said("rdf:type", facts.term("hydra:PartialCollectionView"))
    yield said("rdfs:label", ox.Literal(listed.title, language="en"))
    yield said("dcterms:isPartOf", ox.NamedNode(f"{facts.base}/dataset"))
    yield said("schema:numberOfItems", ox.Literal(listed.total))
    for name, other in listed.others.items():
        relation = {"prev": "previous"}.get(name, name)
        yield said(f"hydra:{relation}", ox.NamedNode(page_iri(facts, other)))
    start = (listed.search.page - 1) * listed.search.size + 1
    items = [ox.NamedNode(f"{iri}#item-{start + place}") for place in range(len(members))]
    for item in items:
        yield said("schema:itemListElement", item)
    for place, (item, member) in enumerate(zip(items, members, strict=True), start):
        yield ox.Triple(item, facts.term("rdf:type"), facts.term("schema:ListItem"))
        yield ox.Triple(item, facts.term("schema:position"), ox.Literal(place))
        yield ox.Triple(item, facts.term("schema:item"), member)


def _member(facts: Facts, entry: ox.NamedNode) -> Iterator[ox.Triple]:
    wanted = {facts.term(name) for name in _OF_ENTRY}
    about = [triple for triple in facts.triples(entry) if triple.predicate in wanted]
    yield from about
    wanted = {facts.term(name) for name in _OF_PAPER}
    for paper in (t.object for t in about if t.predicate == facts.term("atlas:paper")):
        if isinstance(paper, ox.NamedNode):
            yield from (triple for triple in facts.triples(paper) if triple.predicate in wanted)
            for notice in notices(Thing(facts, paper.value)):
                yield from facts.triples(notice.thing.node)


def write_csv(facts: Facts, rows: Iterable[SearchRow]) -> bytes:
    """Return all of `rows`, one a line; several values in one cell are parted by "; "."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(facts, row) for row in rows)
    return text.getvalue().encode()


def _cells(facts: Facts, row: SearchRow) -> list[str | int]:
    values: dict[str, str | int] = {
        "entry": entry_iri(facts, row),
        "slug": row.slug,
        "title": row.title,
        "authors": "; ".join(row.authors),
        "authors_complete": str(row.is_complete).lower(),
        "year": "" if row.year is None else row.year,
        "journal": row.journal,
        "doi": row.doi,
        "pmid": row.pmid,
        "editorial_notices": "; ".join(_marks(facts, row)).lower(),
        **{column: "; ".join(_keys(row, key)) for column, key in _KEYS.items()},
    }
    return [values[column] for column in _COLUMNS]


def _marks(facts: Facts, row: SearchRow) -> list[str]:
    return [kind.mark for kind in marks(facts, entry_iri(facts, row))]


def _keys(row: SearchRow, key: str) -> tuple[str, ...]:
    # "not judged" is said, for an empty cell may mean anything; so the facets have it.
    missing = {facet.key: facet.missing for facet in FACETS}
    return row.keys[key] or ((missing[key],) if key == "pem" else ())


def write_atom(facts: Facts, listed: Listed, known: Known) -> bytes:
    """Return the page as a feed: an entry's id is its IRI, its day that of its last fact."""
    feed = FeedGenerator()
    iri = page_iri(facts, listed.search)
    made = facts.release.manifest.created
    feed.id(iri)
    feed.title(_plain(f"ME/CFS Atlas: {listed.title}"))
    feed.author({"name": "ME/CFS Atlas", "uri": f"{facts.base}/"})
    feed.link(href=iri, rel="alternate", type="text/html")
    feed.link(href=f"{facts.base}/evidence.atom{listed.search.query_string}", rel="self")
    for name, other in listed.others.items():
        relation = {"prev": "previous"}.get(name, name)
        feed.link(href=f"{facts.base}/evidence.atom{other.query_string}", rel=relation)
    days = [_moment(row.updated) if row.updated else made for row in listed.rows]
    feed.updated(max(days, default=made))
    for row, day in zip(listed.rows, days, strict=True):
        entry = feed.add_entry(order="append")
        entry.id(entry_iri(facts, row))
        entry.title(_plain(": ".join([*_marks(facts, row), row.title])))
        entry.updated(day)
        entry.link(href=entry_iri(facts, row), rel="alternate", type="text/html")
        entry.summary(_plain(_summary(row, known)))
        for key in row.keys["pem"]:
            label = known["pem"][key]
            scheme = f"{facts.base}/vocabulary/pem-requirement"
            entry.category({"term": key, "scheme": scheme, "label": label})
    return bytes(feed.atom_str(pretty=True))


def _summary(row: SearchRow, known: Known) -> str:
    pem = [known["pem"][key] for key in row.keys["pem"]] or ["PEM not judged"]
    facts = [byline(row), row.journal, str(row.year or "year not recorded"), *pem]
    return "; ".join(part for part in facts if part)


def byline(row: SearchRow, most: int = 3) -> str:
    """Return the first authors, "et al." where there are more, "Unknown authors" for none."""
    if not row.authors:
        return "Unknown authors"
    names = list(row.authors[:most])
    if len(row.authors) > most or not row.is_complete:
        names.append("et al.")
    return ", ".join(names)


def _moment(day: str) -> str:
    return f"{day}T00:00:00+00:00"


def _plain(text: str) -> str:
    return _UNWRITABLE.sub(" ", text)
