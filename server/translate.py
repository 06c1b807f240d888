"""Read what a remote engine answered, and write it in the format asked for; in a worker process.

Nothing that a remote engine says is believed to be whole or well formed.
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

import pyoxigraph as ox

from graph.prefixes import prefixes, term
from server.evaluate import WriteAs, complete, ending
from server.formats import BY_KEY, Kind
from server.limits import Limits
from server.query import Answer, Found, Outcome, Query
from server.results.faults import TooManyRows, Unsayable
from server.results.graphs import write_graph
from server.results.write import kind_of, write

Rows = ox.QuerySolutions | ox.QueryBoolean
JSON = BY_KEY["srj"].media_type
N_TRIPLES = BY_KEY["nt"].media_type
# What engines call these two, and Turtle, of which N-Triples is a part.
_ROWS = {JSON, "application/json"}
_GRAPHS = {
    N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    "text/plain": ox.RdfFormat.N_TRIPLES,
    BY_KEY["ttl"].media_type: ox.RdfFormat.TURTLE,
}
_NOT_WHOLE = "The engine behind this server did not give a whole answer."
# Virtuoso answers ASK by a table with this column.
_VIRTUOSO_ASK = ["__ASK_RETVAL"]
# Oxigraph writes this behind a part of an answer, after its 200.
_CANCELLED = re.compile(rb"operation has been cancelled\s*\Z")
_TAIL = 100
_BOOLEAN = term("xsd:boolean").value
_WORDS = {"0": "false", "1": "true"}


def translate(found: Found, query: Query, limits: Limits) -> Answer:
    """Return the answer to `query` that `found` is, or the outcome that says why it is none."""
    try:
        write_as = _writer(found, limits)
        return complete(found.kind, query, limits, write_as)
    except (MemoryError, Unsayable, TooManyRows) as error:
        return ending(error)
    except (SyntaxError, RecursionError, ValueError, KeyError, TypeError, AttributeError):
        if _CANCELLED.search(found.body[-_TAIL:]):
            detail = "The engine behind this server ended it at a deadline of its own."
            return Answer(Outcome.TIMEOUT, detail=detail)
        return Answer(Outcome.UNREACHABLE, detail=_NOT_WHOLE)


def _writer(found: Found, limits: Limits) -> WriteAs:
    if found.kind is Kind.GRAPH and found.media_type in _GRAPHS:

        def write_triples(key: str, target: BinaryIO) -> None:
            write_graph(_triples(found), key, target, prefixes(), limits.rows)

        return write_triples
    if found.media_type not in _ROWS:
        raise ValueError(found.media_type)
    rows = _yes_or_no(found.body) if found.kind is Kind.ASK else _solutions(found.body)
    if kind_of(rows) is not found.kind:
        raise ValueError(found.kind)

    def write_rows(key: str, target: BinaryIO) -> None:
        write(rows, key, target, prefixes(), limits.rows)

    return write_rows


def _triples(found: Found) -> Iterator[ox.Triple]:
    for quad in ox.parse(found.body, format=_GRAPHS[found.media_type]):
        yield quad.triple


def _solutions(body: bytes) -> Rows:
    if b'"bnode"' in body or _BOOLEAN.encode() in body:
        body = _mend(body)
    return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)


def _mend(body: bytes) -> bytes:
    """Return `body` without habits of Virtuoso: IRIs as names of blank nodes, booleans as 0, 1."""
    document = json.loads(body)
    names: dict[str, str] = {}
    for row in document["results"]["bindings"]:
        for value in row.values():
            if value["type"] == "bnode":
                value["value"] = names.setdefault(value["value"], f"b{len(names)}")
            elif value.get("datatype") == _BOOLEAN:
                value["value"] = _WORDS.get(value["value"], value["value"])
    return json.dumps(document).encode()


def _yes_or_no(body: bytes) -> Rows:
    # The engine's parser stops at the word; what follows may be an error.
    document = json.loads(body)
    value = document.get("boolean")
    if value is None and document["head"]["vars"] == _VIRTUOSO_ASK:
        rows = document["results"]["bindings"]
        value = bool(rows) and rows[0][_VIRTUOSO_ASK[0]]["value"] == "1"
    if not isinstance(value, bool):
        raise ValueError(value)
    text = json.dumps({"head": {}, "boolean": value})
    return ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
