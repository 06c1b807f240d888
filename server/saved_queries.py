"""The pages of the saved queries: one for each, and the list of all by topic."""

from collections import Counter

from graph.examples import read_examples
from graph.kept import QUERY
from graph.saved_queries import SavedQuery
from server.documents import Document
from server.facts import Facts
from server.formats import Kind
from server.pages import Page
from server.query_page import data_formats, is_long
from server.revisions import revisions
from server.snapshots import snapshot_reference
from server.snippets import snippets
from server.things import Thing

_KINDS = {"ASK": Kind.ASK, "SELECT": Kind.SELECT, "CONSTRUCT": Kind.GRAPH, "DESCRIBE": Kind.GRAPH}
# A keyword that fewer queries have is no topic.
_FEWEST = 3
_OTHER = "other"
# So many others are named on the page of a query.
_MOST_NEAR = 6


def saved_query_page(facts: Facts, document: Document) -> Page:
    """Return the page of one saved query: the question, the SPARQL, and ways to its answer."""
    queries = read_examples(facts.store, facts.base)
    (query,) = (row for row in queries if _iri(facts, row) == document.iri)
    place, thing = queries.index(query), Thing(facts, document.iri)
    past = revisions(facts, document.iri)
    values: dict[str, object] = {
        "saved": query,
        "query": query.text,
        "is_long": is_long(query.text),
        "formats_of_answer": data_formats(_KINDS[query.form]),
        "snippets": snippets(f"{facts.base}/sparql", query.text),
        "noun": QUERY.noun,
        "revisions": past,
        "snapshot_reference": snapshot_reference(thing, [], past[-1] if past else None),
        "before": queries[place - 1] if place else None,
        "after": queries[place + 1] if place + 1 < len(queries) else None,
        "near": _near(query, queries),
    }
    return Page("query.html", values)


def saved_queries_page(facts: Facts) -> Page:
    """Return the page that lists all saved queries, each once, under its topic."""
    queries = read_examples(facts.store, facts.base)
    return Page("queries.html", {"count": len(queries), "topics": by_topic(queries)})


def saved_text(facts: Facts, document: Document) -> bytes:
    """Return the text of the saved query that `document` describes, as it is run."""
    queries = read_examples(facts.store, facts.base)
    return next(row.text for row in queries if _iri(facts, row) == document.iri).encode()


def by_topic(queries: list[SavedQuery]) -> dict[str, list[SavedQuery]]:
    """Return `queries` by the first of their keywords that several have, the rest at the end."""
    counts = Counter(word for query in queries for word in query.keywords)
    found: dict[str, list[SavedQuery]] = {}
    for query in queries:
        topics = (word for word in query.keywords if counts[word] >= _FEWEST)
        found.setdefault(next(topics, _OTHER), []).append(query)
    return {**{topic: rows for topic, rows in found.items() if topic != _OTHER}, **_rest(found)}


def _rest(found: dict[str, list[SavedQuery]]) -> dict[str, list[SavedQuery]]:
    return {_OTHER: found[_OTHER]} if _OTHER in found else {}


def _near(query: SavedQuery, queries: list[SavedQuery]) -> list[SavedQuery]:
    """Return other `queries` with keywords of `query`, those with most of them first."""
    shared = {row.name: len({*row.keywords} & {*query.keywords}) for row in queries if row != query}
    near = [row for row in queries if shared.get(row.name)]
    return sorted(near, key=lambda row: -shared[row.name])[:_MOST_NEAR]


def _iri(facts: Facts, query: SavedQuery) -> str:
    return f"{facts.base}/query/{query.name}"
