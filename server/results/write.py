"""Write the answer to a query in any format of the table, whole or not at all."""

import io
from collections.abc import Callable
from typing import BinaryIO

import pyoxigraph as ox

from server.formats import BY_KEY, Kind
from server.results.faults import Unsayable
from server.results.graphs import write_graph
from server.results.rows import write_csv, write_json, write_tsv, write_xml
from server.results.tables import write_arrow, write_parquet

Answer = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

_ROW_OF_EVERY_TYPE = (
    "SELECT (1 AS ?a) (1.5 AS ?b) (1e0 AS ?c) (true AS ?d) (NOW() AS ?e) ('f' AS ?f) {}"
)
_ANSWERS = {"srj": write_json, "srx": write_xml}
_SOLUTIONS: dict[str, Callable[[ox.QuerySolutions, BinaryIO, int], None]] = {
    "csv": write_csv,
    "tsv": write_tsv,
    "arrow": write_arrow,
    "parquet": write_parquet,
}


def kind_of(found: Answer) -> Kind:
    """Return which kind of answer `found` is."""
    if isinstance(found, ox.QuerySolutions):
        return Kind.SELECT
    return Kind.ASK if isinstance(found, ox.QueryBoolean) else Kind.GRAPH


def write(found: Answer, key: str, sink: BinaryIO, prefixes: dict[str, str], rows: int) -> None:
    """Write `found` to `sink`, of which only `write` is used, in the format of that key.

    `prefixes` shorten graphs; at most `rows` solutions or triples, any number where that is 0.
    Raises Unsayable or TooManyRows, or what `sink` raises; what was written by then is worthless.
    """
    if kind_of(found) not in BY_KEY[key].kinds or key == "html":
        raise Unsayable(f"{BY_KEY[key].label} has no form for this kind of answer.")
    if isinstance(found, ox.QueryTriples):
        write_graph(found, key, sink, prefixes, rows)
    elif key in _ANSWERS:
        _ANSWERS[key](found, sink, rows)
    else:
        assert isinstance(found, ox.QuerySolutions)
        _SOLUTIONS[key](found, sink, rows)


def warm() -> None:
    """Pay for what the first answers would, so that processes forked from this one need not."""
    for key in (*_ANSWERS, *_SOLUTIONS):
        found = ox.Store().query(_ROW_OF_EVERY_TYPE)
        assert isinstance(found, ox.QuerySolutions)
        write(found, key, io.BytesIO(), {}, 0)
