"""Evaluate one query over a store: to a complete answer, or to the outcome that says why not."""

import re
import textwrap
from collections.abc import Callable
from typing import BinaryIO, cast

import pyoxigraph as ox

from graph.prefixes import prefixes
from graph.tokens import calls_service
from server.clauses import dataset_clauses
from server.formats import Kind
from server.limits import Limits
from server.query import Answer, Outcome, Query
from server.results.faults import TooManyRows, Unsayable
from server.results.write import kind_of, write

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_UNKNOWN_FUNCTION = re.compile(
    r"custom (?:aggregate )?function <?([^<>\s]+)>? is not supported", re.IGNORECASE
)
_NAME_AT_END = re.compile(r"([\w.-]*):[\w.:%\\-]*\Z")
# The parser lists all that it would have taken; a reader needs the beginning.
_LONGEST = 200
_MOST_FUNCTIONS = 20
Found = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Functions = dict[ox.NamedNode, Callable[..., Term | None]]
WriteAs = Callable[[str, BinaryIO], None]
Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


class Capped(bytearray):
    """A file to serialise into that refuses to grow beyond `limit` bytes."""

    limit: int = 0
    is_full = False

    def write(self, part: bytes) -> int:
        """Take `part`; OSError, and `is_full`, where that would be too much."""
        if len(self) + len(part) > self.limit:
            self.is_full = True
            raise OSError("the answer is larger than the limit")
        self += part
        return len(part)

    def flush(self) -> None:
        """Do nothing: all is in memory."""


def run(store: ox.Store, query: Query, limits: Limits, base: str = "") -> Answer:
    """Return the complete answer to `query`, or the outcome that says why there is none.

    Its relative IRIs are resolved against `base`; where that is "", they are a mistake.
    """
    if calls_service(query.text):
        return Answer(Outcome.SERVICE)
    try:
        return _answer(store, query, limits, base)
    except SyntaxError as error:
        return _syntax(str(error.msg), query.text)
    except (MemoryError, Unsayable, TooManyRows, RuntimeError, ValueError, OSError) as error:
        return ending(error)


def ending(error: Exception) -> Answer:
    """Return the answer that there is none, because of `error`."""
    outcome = next(end for kind, end in _ENDS.items() if isinstance(error, kind))
    return Answer(outcome, detail=_DETAILS.get(outcome) or str(error))


def complete(kind: Kind, query: Query, limits: Limits, write_as: WriteAs) -> Answer:
    """Return the answer of a `kind` that `write_as` writes in the format that `query` wants."""
    key = query.formats.get(kind)
    if key is None:
        return Answer(Outcome.NOT_ACCEPTABLE, kind)
    target = Capped()
    target.limit = limits.size
    try:
        write_as(key, cast(BinaryIO, target))
    except OSError:
        if target.is_full:
            return Answer(Outcome.TOO_LARGE, kind)
        raise
    return Answer(Outcome.OK, kind, body=bytes(target))


# The first that fits decides.
_ENDS = {
    MemoryError: Outcome.CRASHED,
    Unsayable: Outcome.UNSAYABLE,
    TooManyRows: Outcome.TOO_MANY,
    Exception: Outcome.FAILED,
}
_DETAILS = {Outcome.CRASHED: "It needs more memory than a query may have."}


def _answer(store: ox.Store, query: Query, limits: Limits, base: str) -> Answer:
    functions: Functions = {}
    while True:
        try:
            return _serialize(_evaluate(store, query, functions, base), query, limits)
        except (RuntimeError, ValueError) as error:
            # To SPARQL an unknown function is an error of the expression, not of the query.
            unknown = _UNKNOWN_FUNCTION.search(str(error))
            if unknown is None or len(functions) == _MOST_FUNCTIONS:
                raise
            name = ox.NamedNode(unknown[1])
            if name in functions:
                raise
            functions[name] = lambda *_: None


def _evaluate(store: ox.Store, query: Query, functions: Functions, base: str) -> Found:
    default, named = query.default_graphs, query.named_graphs
    if default is None and named is None:
        # To the engine a union of graphs has a triple as often as it stands in one of them.
        clauses = dataset_clauses(query.text, base)
        if clauses is None or len(clauses[0]) < 2:
            return store.query(query.text, base_iri=base or None, custom_functions=functions)
        default, named = map(tuple, clauses)
    names: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(name) for name in named or ()]
    graphs: list[Graph] = [ox.NamedNode(name) for name in default or ()]
    if len(graphs) > 1:
        store, graphs = _merge(store, graphs, names), [ox.DefaultGraph()]
    return store.query(
        query.text,
        base_iri=base or None,
        default_graph=graphs,
        named_graphs=names,
        custom_functions=functions,
    )


def _merge(
    store: ox.Store, graphs: list[Graph], named: list[ox.NamedNode | ox.BlankNode]
) -> ox.Store:
    merged = ox.Store()
    for graph in graphs:
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.bulk_extend(ox.Quad(*quad.triple) for quad in quads)
    for graph in named:
        merged.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return merged


def _serialize(found: Found, query: Query, limits: Limits) -> Answer:
    def write_as(key: str, target: BinaryIO) -> None:
        write(found, key, target, prefixes(), limits.rows)

    return complete(kind_of(found), query, limits, write_as)


def _syntax(message: str, query: str) -> Answer:
    match = _PLACE.match(message)
    if match is None:
        return Answer(Outcome.SYNTAX, detail=message)
    line, column = int(match[1]), int(match[2])
    detail = textwrap.shorten(match[3], _LONGEST, placeholder=" …")
    if "Prefix not found" in match[3]:
        # The parser stops behind the name whose prefix it does not know.
        before = query.splitlines()[line - 1][: column - 1] if line else ""
        name = _NAME_AT_END.search(before)
        prefix = name[1] if name else ""
        detail = f"The prefix of {prefix}: is not declared; begin with PREFIX {prefix}: <…>."
    return Answer(Outcome.SYNTAX, None, detail, line, column)
