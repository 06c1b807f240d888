"""The one table of representations: Accept, suffixes, `?format=`, links and errors all read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyoxigraph as ox

from server.negotiation import choose


class Kind(StrEnum):
    """What there is to represent: a document about a thing, or one of the kinds of answers."""

    ENTITY = "entity"
    SELECT = "select"
    ASK = "ask"
    GRAPH = "graph"


@dataclass(frozen=True)
class Format:
    """One representation; `alias` is another media type that may be asked for by name.

    `writer` is None where a template writes it; `iri` names the format in a service description.
    """

    key: str
    media_type: str
    label: str
    kinds: frozenset[Kind]
    parameters: str = ""
    alias: str = ""
    iri: str = ""
    writer: ox.RdfFormat | ox.QueryResultsFormat | None = None

    @property
    def suffix(self) -> str:
        """Return what a path ends with to name this representation."""
        return f".{self.key}"

    @property
    def names(self) -> set[str]:
        """Return what `?format=` may call it: clients say "json", "turtle" or a media type."""
        short = self.alias.rpartition("/")[2]
        return {self.key, self.media_type, self.label.lower(), self.alias, short} - {""}


@dataclass(frozen=True)
class Choice:
    """A format together with the Content-Type to answer with."""

    format: Format
    content_type: str


_RDF = frozenset({Kind.ENTITY, Kind.GRAPH})
_ROWS = frozenset({Kind.SELECT})
_W3C = "http://www.w3.org/ns/formats/"

FORMATS = (
    Format("html", "text/html", "HTML", frozenset(Kind), "charset=utf-8"),
    Format(
        "ttl", "text/turtle", "Turtle", _RDF, iri=f"{_W3C}Turtle", writer=ox.RdfFormat.TURTLE
    ),
    Format(
        "jsonld", "application/ld+json", "JSON-LD", _RDF, alias="application/json",
        iri=f"{_W3C}JSON-LD", writer=ox.RdfFormat.JSON_LD,
    ),
    Format(
        "nt", "application/n-triples", "N-Triples", _RDF,
        iri=f"{_W3C}N-Triples", writer=ox.RdfFormat.N_TRIPLES,
    ),
    Format(
        "srj", "application/sparql-results+json", "SPARQL JSON", _ROWS | {Kind.ASK},
        alias="application/json", iri=f"{_W3C}SPARQL_Results_JSON",
        writer=ox.QueryResultsFormat.JSON,
    ),
    Format(
        "csv", "text/csv", "CSV", _ROWS, "charset=utf-8; header=present",
        iri=f"{_W3C}SPARQL_Results_CSV", writer=ox.QueryResultsFormat.CSV,
    ),
)  # fmt: skip
BY_KEY = {row.key: row for row in FORMATS}


def offers(kind: Kind) -> list[Format]:
    """Return the formats of `kind`, the default first: HTML for things, data for answers."""
    rows = [row for row in FORMATS if kind in row.kinds]
    return rows if kind is Kind.ENTITY else sorted(rows, key=lambda row: row.key == "html")


def pick(kind: Kind, accept: str | None, among: Sequence[Format] | None = None) -> Choice | None:
    """Return what the Accept header `accept` prefers of a `kind`, None where nothing will do."""
    rows = offers(kind) if among is None else among
    types = {row.media_type: row for row in rows}
    for row in rows:
        if row.alias:
            types.setdefault(row.alias, row)
    chosen = choose(accept, list(types))
    return None if chosen is None else content_type(types[chosen], chosen)


def content_type(row: Format, media_type: str = "") -> Choice:
    """Return the choice of `row`, named by `media_type` where that is its alias."""
    if media_type and media_type == row.alias:
        return Choice(row, media_type)
    return Choice(row, "; ".join(part for part in (row.media_type, row.parameters) if part))


def named(kind: Kind, name: str) -> Choice | None:
    """Return the format of `kind` that `?format=` calls by that name, None where it has none."""
    found = [row for row in offers(kind) if name.lower() in row.names]
    return content_type(found[0]) if found else None


def is_known(name: str) -> bool:
    """Return whether any kind has a format of that name."""
    return any(name.lower() in row.names for row in FORMATS)


def split_suffix(path: str) -> tuple[str, Format | None]:
    """Return `path` without the suffix of a representation of things, and that format.

    Only known suffixes are cut off: `/scanner/v1.4` is a thing.
    """
    for row in offers(Kind.ENTITY):
        if path.endswith(row.suffix) and not path.endswith("/" + row.suffix):
            return path.removesuffix(row.suffix), row
    return path, None
