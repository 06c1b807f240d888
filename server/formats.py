"""The one table of representations: Accept, suffixes, `?format=`, links and errors all read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyoxigraph as ox

from graph.kept import kept_at
from server.negotiation import choose


class Kind(StrEnum):
    """What there is to represent: a thing, an entry with its paper, a list, a kind of answer.

    A nanopublication has several graphs, which few formats have. A saved query can be had as its
    bare text. A revision can also be told by what changed; a time map lists the revisions. A
    comparison of two releases has JSON of its own beside its RDF. The log of changes is a feed, and
    a stream of members that are graphs.
    """

    ENTITY = "entity"
    ENTRY = "entry"
    LIST = "list"
    NANOPUB = "nanopub"
    QUERY = "query"
    REVISION = "revision"
    TIMEMAP = "timemap"
    COMPARISON = "comparison"
    CHANGES = "changes"
    SELECT = "select"
    ASK = "ask"
    GRAPH = "graph"


@dataclass(frozen=True)
class Format:
    """One representation; `aliases` are other media types that may be asked for by name.

    `writer` is None where the engine has none; `iri` names the format in a service description.
    `also` is what `?format=` may call it beyond its key, its label and its media types; `ending`
    is what ends a path that names it, where that is not its key.
    """

    key: str
    media_type: str
    label: str
    kinds: frozenset[Kind]
    parameters: str = ""
    aliases: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    iri: str = ""
    writer: ox.RdfFormat | ox.QueryResultsFormat | None = None
    ending: str = ""

    @property
    def suffix(self) -> str:
        """Return what a path ends with to name this representation."""
        return f".{self.ending or self.key}"

    @property
    def types(self) -> dict[str, str]:
        """Return each media type that may be asked for, with the Content-Type it is answered by."""
        whole = "; ".join(part for part in (self.media_type, self.parameters) if part)
        return {self.media_type: whole} | {alias.partition(";")[0]: alias for alias in self.aliases}

    @property
    def names(self) -> set[str]:
        """Return what `?format=` may call it: clients say "json", "turtle" or a media type."""
        short = {name.partition("/")[2] for name in self.types if name.startswith("application/")}
        return {self.key, self.label.lower(), *self.types, *short, *self.also}


@dataclass(frozen=True)
class Choice:
    """A format together with the Content-Type to answer with."""

    format: Format
    content_type: str


_DOCUMENT = frozenset(
    {
        *(Kind.ENTITY, Kind.ENTRY, Kind.LIST, Kind.QUERY, Kind.REVISION, Kind.COMPARISON),
        Kind.GRAPH,
    }
)
_QUADS = frozenset({Kind.NANOPUB})
_CHANGES = frozenset({Kind.CHANGES})
# N-Quads has no addresses relative to where it was read, by which a stream leads to its pages.
_GRAPHS = _QUADS | _CHANGES
_PAPER = frozenset({Kind.ENTRY})
_REVISION = frozenset({Kind.REVISION})
_TIMEMAP = frozenset({Kind.TIMEMAP})
_GRAPH = frozenset({Kind.GRAPH})
_LIST = frozenset({Kind.LIST})
_ROWS = frozenset({Kind.SELECT})
_ANSWER = frozenset({Kind.SELECT, Kind.ASK})
_XML = ("application/xml", "text/xml")
_W3C = "http://www.w3.org/ns/formats/"

FORMATS = (
    Format("html", "text/html", "HTML", frozenset(Kind) - _TIMEMAP, "charset=utf-8"),
    Format(
        "ttl", "text/turtle", "Turtle", _DOCUMENT, iri=f"{_W3C}Turtle",
        # Turtle is valid N3, which old clients ask for.
        aliases=(
            "application/turtle", "application/x-turtle", "text/n3", "text/rdf+n3",
            "application/n3",
        ),
        also=("n3",), writer=ox.RdfFormat.TURTLE,
    ),
    # Where JSON is of its own kind, no JSON-LD may be taken for it.
    Format("json", "application/json", "JSON", frozenset({Kind.COMPARISON, Kind.TIMEMAP})),
    Format(
        "feed", "application/feed+json", "JSON Feed", _CHANGES, aliases=("application/json",),
        also=("json",), ending="json",
    ),
    Format(
        "jsonld", "application/ld+json", "JSON-LD", (_DOCUMENT | _GRAPHS) - {Kind.COMPARISON},
        aliases=("application/json", "application/x-json+ld"),
        iri=f"{_W3C}JSON-LD", writer=ox.RdfFormat.JSON_LD,
    ),
    Format(
        "nt", "application/n-triples", "N-Triples", _DOCUMENT,
        # Their media type in RDF 1.0; without the parameter it would mean ASCII.
        aliases=("text/plain; charset=utf-8",), also=("ntriples",),
        iri=f"{_W3C}N-Triples", writer=ox.RdfFormat.N_TRIPLES,
    ),
    Format(
        "nq", "application/n-quads", "N-Quads", _GRAPH | _QUADS | _REVISION,
        aliases=("text/x-nquads",), also=("nquads",), iri=f"{_W3C}N-Quads",
        writer=ox.RdfFormat.N_QUADS,
    ),
    Format(
        "trig", "application/trig", "TriG", _DOCUMENT | _GRAPHS,
        aliases=("application/x-trig",), iri=f"{_W3C}TriG", writer=ox.RdfFormat.TRIG,
    ),
    Format(
        "rdf", "application/rdf+xml", "RDF/XML", _DOCUMENT, aliases=_XML,
        also=("rdfxml", "rdf-xml"), iri=f"{_W3C}RDF_XML", writer=ox.RdfFormat.RDF_XML,
    ),
    Format("rq", "application/sparql-query", "SPARQL", frozenset({Kind.QUERY})),
    Format("patch", "application/rdf-patch", "RDF Patch", _REVISION, also=("rdfp",)),
    Format("link-format", "application/link-format", "Links", _TIMEMAP, also=("link",)),
    Format(
        "srj", "application/sparql-results+json", "SPARQL JSON", _ANSWER,
        aliases=("application/json",),
        iri=f"{_W3C}SPARQL_Results_JSON", writer=ox.QueryResultsFormat.JSON,
    ),
    Format(
        "srx", "application/sparql-results+xml", "SPARQL XML", _ANSWER, aliases=_XML,
        iri=f"{_W3C}SPARQL_Results_XML", writer=ox.QueryResultsFormat.XML,
    ),
    Format(
        "csv", "text/csv", "CSV", _ROWS | _LIST, "charset=utf-8; header=present",
        iri=f"{_W3C}SPARQL_Results_CSV", writer=ox.QueryResultsFormat.CSV,
    ),
    Format(
        "tsv", "text/tab-separated-values", "TSV", _ROWS, "charset=utf-8",
        iri=f"{_W3C}SPARQL_Results_TSV", writer=ox.QueryResultsFormat.TSV,
    ),
    Format("arrow", "application/vnd.apache.arrow.stream", "Arrow", _ROWS),
    Format("parquet", "application/vnd.apache.parquet", "Parquet", _ROWS),
    Format("atom", "application/atom+xml", "Atom", _LIST | _CHANGES, "charset=utf-8"),
    # The media types under which doi.org gives citations.
    Format(
        "bib", "application/x-bibtex", "BibTeX", _PAPER, "charset=utf-8",
        aliases=("text/x-bibtex; charset=utf-8",),
    ),
    Format("ris", "application/x-research-info-systems", "RIS", _PAPER, "charset=utf-8"),
    Format(
        "csl", "application/vnd.citationstyles.csl+json", "CSL-JSON", _PAPER,
        also=("csl.json", "csljson"), ending="csl.json",
    ),
    Format(
        "ref", "text/x-bibliography", "Reference", _PAPER, "charset=utf-8", also=("bibliography",)
    ),
    Format(
        "linkset-json", "application/linkset+json", "Linkset JSON", _PAPER, ending="linkset.json"
    ),
    Format("linkset", "application/linkset", "Linkset", _PAPER),
)  # fmt: skip
BY_KEY = {row.key: row for row in FORMATS}
_EVIDENCE, _LOG = "/evidence", "/changes"
_NANOPUBS, _REVISIONS = "/nanopub/", "/revision/"
_RELEASES, _COMPARED = "/release/", "..."
_QUERIES = "/query/"
# What a kind is sent as by default; else it is the first format of the table that is no page.
_FIRST = {
    **dict.fromkeys((Kind.ENTITY, Kind.ENTRY, Kind.LIST, Kind.QUERY), "html"),
    **dict.fromkeys((Kind.REVISION, Kind.COMPARISON, Kind.CHANGES), "html"),
    Kind.NANOPUB: "trig",
    Kind.TIMEMAP: "link-format",
}


def offers(kind: Kind) -> list[Format]:
    """Return the formats of `kind`, the default first: HTML for things, data for answers."""
    rows = [row for row in FORMATS if kind in row.kinds]
    first = _FIRST.get(kind)
    return sorted(rows, key=lambda row: (row.key != first, row.key == "html"))


def kind_at(path: str) -> Kind:
    """Return what kind of document has the address `path`: only entries have a paper to cite."""
    if path.startswith(_RELEASES) and _COMPARED in path:
        return Kind.COMPARISON
    if _REVISIONS in path and kept_at(path):
        return Kind.REVISION
    if path.startswith(_QUERIES):
        return Kind.QUERY
    if path == _LOG or path.startswith((f"{_LOG}/", f"{_LOG}.")):
        return Kind.CHANGES
    if not path.startswith(f"{_EVIDENCE}/"):
        is_list = path == _EVIDENCE or path.startswith(f"{_EVIDENCE}.")
        return Kind.LIST if is_list else Kind.ENTITY
    return Kind.NANOPUB if _NANOPUBS in path else Kind.ENTRY


def pick(kind: Kind, accept: str | None, among: Sequence[Format] | None = None) -> Choice | None:
    """Return what the Accept header `accept` prefers of a `kind`, None where nothing will do."""
    rows = offers(kind) if among is None else among
    types = {row.media_type: row for row in rows}
    # After the proper names, so that a wildcard never means an alias.
    for row in rows:
        for name in row.types:
            types.setdefault(name, row)
    chosen = choose(accept, list(types))
    return None if chosen is None else content_type(types[chosen], chosen)


def content_type(row: Format, media_type: str = "") -> Choice:
    """Return the choice of `row`, named by `media_type` where that is its alias."""
    return Choice(row, row.types[media_type or row.media_type])


def named(kind: Kind, name: str) -> Choice | None:
    """Return the format of `kind` that `?format=` calls by that name, None where it has none."""
    found = [row for row in offers(kind) if _spelled(name) in row.names]
    return content_type(found[0]) if found else None


def is_known(name: str) -> bool:
    """Return whether any kind has a format of that name."""
    return any(_spelled(name) in row.names for row in FORMATS)


def split_suffix(path: str) -> tuple[str, Format | None]:
    """Return `path` without the suffix of a representation of things, and that format.

    Only known suffixes are cut off: `/scanner/v1.4` is a thing.
    """
    for row in offers(kind_at(path)):
        if path.endswith(row.suffix) and not path.endswith("/" + row.suffix):
            return path.removesuffix(row.suffix), row
    return path, None


def _spelled(name: str) -> str:
    # `?format=application/rdf+xml` arrives with a space where the client did not escape the plus.
    return name.lower().replace(" ", "+")


def format_keys() -> str:
    """Return the keys of all formats, for messages."""
    return ", ".join(row.key for row in FORMATS)
