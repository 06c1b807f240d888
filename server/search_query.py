"""A search of the evidence as SPARQL, for who wants to go on from there."""

from collections.abc import Iterator

import pyoxigraph as ox

from graph.search_rows import FACETS, Facet
from server.facts import Facts, read_query
from server.search import Search
from server.words import Words, read_words

_TEXTS = "(atlas:paper/(dcterms:title|(atlas:author/atlas:printedName)))|(atlas:text/rdf:value)"
_IDENTIFIERS = {
    "doi": "atlas:paper/bibo:doi",
    "pmid": "atlas:paper/bibo:pmid",
    "slug": "dcterms:identifier",
}
_ORDERS = {
    "newest": "DESC(?year) LCASE(STR(?title)) ?entry",
    "oldest": "(!BOUND(?year)) ?year LCASE(STR(?title)) ?entry",
    "title": "LCASE(STR(?title)) ?entry",
}
_MARK = "  # filters\n"


def search_query(facts: Facts, search: Search) -> str:
    """Return the query for the entries on all pages of `search`.

    For facets and years they are the same ones, in the same order. Words it can only look for as
    they are written: likeness and relevance are the index's, and so it orders by age then.
    """
    lines = "".join(f"  {line}\n" for line in _lines(facts, search))
    order = _ORDERS.get(search.sort, _ORDERS["newest"])
    return facts.rebase(read_query("evidence")).replace(_MARK, lines) + f"ORDER BY {order}\n"


def _lines(facts: Facts, search: Search) -> Iterator[str]:
    for facet in FACETS:
        if values := search.values(facet.key):
            yield _facet(facts, facet, values)
    if search.has_years or search.undated:
        yield f"FILTER({_years(search)})"
    if search.words:
        yield from _words(read_words(search.words))


def _facet(facts: Facts, facet: Facet, values: tuple[str, ...]) -> str:
    nodes = [
        str(ox.NamedNode(facts.base + facet.space + value))
        for value in values
        if value != facet.missing
    ]
    name = f"?{facet.key}"
    pattern = f"?entry {'/'.join(facet.path)} {name}"
    if facet.missing not in values:
        return f"{pattern} . VALUES {name} {{ {' '.join(nodes)} }}"
    if not nodes:
        return f"FILTER NOT EXISTS {{ {pattern} }}"
    return f"OPTIONAL {{ {pattern} }} FILTER(!BOUND({name}) || {name} IN ({', '.join(nodes)}))"


def _years(search: Search) -> str:
    bounds = ((">=", search.first_year), ("<=", search.last_year))
    within = " && ".join(f"?year {sign} {year}" for sign, year in bounds if year is not None)
    parts = ["!BOUND(?year)"] if search.undated else []
    return " || ".join([*parts, within] if within else parts)


def _words(words: Words) -> Iterator[str]:
    """Yield the lines that look for words, or else for what the words may identify."""
    lines = [_word(number, phrase.plain) for number, phrase in enumerate(words.phrases, 1)]
    if not words.identifiers:
        yield from lines or ["FILTER(false)"]
        return
    ways = [
        f"?entry {_IDENTIFIERS[field]} {ox.Literal(value)}" for field, value in words.identifiers
    ]
    ways += [" ".join(lines)] if lines else []
    yield " UNION ".join(f"{{ {way} }}" for way in ways)


def _word(number: int, text: str) -> str:
    name = f"?text{number}"
    return f"?entry {_TEXTS} {name} . FILTER(CONTAINS(LCASE(STR({name})), {ox.Literal(text)}))"
