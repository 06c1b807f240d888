"""What passes between the web process and a query worker: a query, an answer, and their frames."""

import json
import struct
from dataclasses import dataclass
from enum import StrEnum

from server.formats import Kind

_SIZE = struct.Struct(">I")
_SIZES = struct.Struct(">IQ")
HEAD = _SIZES.size


class Outcome(StrEnum):
    """How a query ended; all but OK are problems, each with a page of its own."""

    OK = "ok"
    BUSY = "busy"
    CRASHED = "query-crashed"
    FAILED = "query-failed"
    NOT_ACCEPTABLE = "not-acceptable"
    SERVICE = "service-refused"
    SYNTAX = "syntax-error"
    TIMEOUT = "query-timeout"
    TOO_LARGE = "result-too-large"
    TOO_MANY = "too-many-rows"
    UNREACHABLE = "engine-unreachable"
    UNSAYABLE = "format-cannot-say"


@dataclass(frozen=True)
class Query:
    """A user's query, and the key of the format that would do for each kind of answer.

    A kind that is missing from `formats` is not acceptable to the client. The graphs are those of
    the protocol; None leaves the choice to the query, and failing that to the dataset.
    """

    text: str
    formats: dict[Kind, str]
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Answer:
    """The end of a query: complete, or an outcome that says why not; places count from 1."""

    outcome: Outcome
    kind: Kind | None = None
    detail: str = ""
    line: int | None = None
    column: int | None = None
    body: bytes = b""


def pack_query(query: Query) -> bytes:
    """Return `query` as a frame: its size, then JSON."""
    fields = [query.text, query.formats, query.default_graphs, query.named_graphs]
    text = json.dumps(fields).encode()
    return _SIZE.pack(len(text)) + text


def query_size(start: bytes) -> int:
    """Return the size of the JSON that the first four bytes of a query's frame announce."""
    return int(_SIZE.unpack(start)[0])


def unpack_query(text: bytes) -> Query:
    """Return the query whose frame held `text`."""
    query, formats, default, named = json.loads(text)
    return Query(
        query,
        {Kind(kind): key for kind, key in formats.items()},
        None if default is None else tuple(default),
        None if named is None else tuple(named),
    )


def pack_answer(answer: Answer) -> bytes:
    """Return the head of the frame of `answer`: two sizes and all but the body, which follows."""
    fields = [answer.outcome, answer.kind, answer.detail, answer.line, answer.column]
    header = json.dumps(fields).encode()
    return _SIZES.pack(len(header), len(answer.body)) + header


def answer_sizes(start: bytes | bytearray) -> tuple[int, int]:
    """Return the sizes of header and body that the first HEAD bytes of an answer announce."""
    header, body = _SIZES.unpack_from(start)
    return int(header), int(body)


def unpack_answer(header: bytes, body: bytes) -> Answer:
    """Return the answer that `pack_answer` wrote, with its body."""
    outcome, kind, detail, line, column = json.loads(header)
    return Answer(Outcome(outcome), Kind(kind) if kind else None, detail, line, column, body)
