"""A query worker: the process that parses and runs users' queries, and may be killed any time."""

import re
import resource
import signal
import sys
import textwrap
from typing import BinaryIO, cast

import pyoxigraph as ox

from graph.prefixes import prefixes
from server.formats import BY_KEY, Kind
from server.query import (
    HEAD,
    Answer,
    Capped,
    Outcome,
    Query,
    pack_answer,
    send,
    sizes,
    unpack_query,
)
from server.tokens import calls_service

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
# The parser lists all that it would have taken; a reader needs the beginning.
_LONGEST = 200
# An orphan, whose web process was killed, ends itself this long after its deadline.
_GRACE = 5


def main(store_path: str, memory: str, deadline: str, size: str) -> None:
    """Answer the queries on standard input, one at a time, until it is closed.

    `memory` and `size` are bytes, `deadline` is seconds.
    """
    store = ox.Store.read_only(store_path)
    prefixes()  # reads a file, which cannot be opened later
    # The second wall beside the refusal of SERVICE: no further file or socket can be opened.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while len(start := source.read(HEAD)) == HEAD:
        query = unpack_query(source.read(sizes(start)[0]))
        signal.setitimer(signal.ITIMER_REAL, float(deadline) + _GRACE)
        answer = run(store, query, int(size))
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(target, pack_answer(answer), answer.body)


def run(store: ox.Store, query: Query, size: int) -> Answer:
    """Return the complete answer to `query`, or the outcome that says why there is none."""
    if calls_service(query.text):
        return Answer(Outcome.SERVICE)
    try:
        return _serialize(_evaluate(store, query), query, size)
    except SyntaxError as error:
        return _syntax(str(error.msg))
    except MemoryError:
        return Answer(Outcome.CRASHED, detail="It needs more memory than a query may have.")
    except (RuntimeError, ValueError, OSError) as error:
        return Answer(Outcome.FAILED, detail=str(error))


def _evaluate(
    store: ox.Store, query: Query
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    default, named = query.default_graph, query.named_graphs
    return store.query(
        query.text,
        default_graph=None if default is None else ox.NamedNode(default),
        named_graphs=None if named is None else [ox.NamedNode(name) for name in named],
    )


def _serialize(
    found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, query: Query, size: int
) -> Answer:
    kind = _kind(found)
    key = query.formats.get(kind)
    if key is None:
        return Answer(Outcome.NOT_ACCEPTABLE, kind)
    target = Capped.of(size)
    writer = BY_KEY[key].writer
    try:
        if isinstance(found, ox.QueryTriples):
            assert isinstance(writer, ox.RdfFormat)
            ox.serialize(found, cast(BinaryIO, target), format=writer, prefixes=prefixes())
        else:
            assert isinstance(writer, ox.QueryResultsFormat)
            found.serialize(cast(BinaryIO, target), format=writer)
    except OSError:
        if target.is_full:
            return Answer(Outcome.TOO_LARGE, kind)
        raise
    return Answer(Outcome.OK, kind, body=bytes(target.body))


def _kind(found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> Kind:
    if isinstance(found, ox.QuerySolutions):
        return Kind.SELECT
    return Kind.ASK if isinstance(found, ox.QueryBoolean) else Kind.GRAPH


def _syntax(message: str) -> Answer:
    match = _PLACE.match(message)
    if match is None:
        return Answer(Outcome.SYNTAX, detail=message)
    detail = textwrap.shorten(match[3], _LONGEST, placeholder=" …")
    return Answer(Outcome.SYNTAX, None, detail, int(match[1]), int(match[2]))


if __name__ == "__main__":
    main(*sys.argv[1:5])
