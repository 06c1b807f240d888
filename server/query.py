"""What passes between the web process and a query worker: queries, answers, and their frames."""

import json
import struct
from dataclasses import dataclass
from enum import StrEnum

from server.formats import Kind

_SIZES = struct.Struct(">IQ")
HEAD = _SIZES.size
_KINDS = {kind.encode(): kind for kind in Kind}


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
class Found:
    """What a remote engine answered to a query whose answer has to be of a `kind`."""

    kind: Kind
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Answer:
    """The end of a query: complete, or an outcome that says why not; places count from 1."""

    outcome: Outcome
    kind: Kind | None = None
    detail: str = ""
    line: int | None = None
    column: int | None = None
    body: bytes = b""


def pack_query(query: Query, found: Found | None = None) -> bytes:
    """Return the head of the frame of `query`: two sizes and JSON; the body of `found` follows."""
    about = [found.kind, found.media_type] if found else None
    fields = [query.text, query.formats, query.default_graphs, query.named_graphs, about]
    text = json.dumps(fields).encode()
    return _SIZES.pack(len(text), len(found.body) if found else 0) + text


def query_sizes(start: bytes) -> tuple[int, int]:
    """Return the sizes of JSON and body that the first HEAD bytes of a query's frame announce."""
    text, body = _SIZES.unpack(start)
    return int(text), int(body)


def unpack_query(text: bytes, body: bytes = b"") -> tuple[Query, Found | None]:
    """Return the query whose frame held `text`, and what was found for it, if anything was."""
    words, formats, default, named, about = json.loads(text)
    found = Found(Kind(about[0]), about[1], body) if about else None
    query = Query(
        words,
        {Kind(kind): key for kind, key in formats.items()},
        None if default is None else tuple(default),
        None if named is None else tuple(named),
    )
    return query, found


def pack_answer(answer: Answer) -> bytes:
    """Return the head of the frame of `answer`: two sizes and all but the body, which follows."""
    if answer.outcome is Outcome.OK and answer.kind:
        header = answer.kind.encode()
        return _SIZES.pack(len(header), len(answer.body)) + header
    fields = [answer.outcome, answer.kind, answer.detail, answer.line, answer.column]
    header = json.dumps(fields).encode()
    return _SIZES.pack(len(header), len(answer.body)) + header


def answer_sizes(start: bytes | bytearray) -> tuple[int, int]:
    """Return the sizes of header and body that the first HEAD bytes of an answer announce."""
    header, body = _SIZES.unpack_from(start)
    return int(header), int(body)


def unpack_answer(header: bytes, body: bytes) -> Answer:
    """Return the answer that `pack_answer` wrote, with its body."""
    kind = _KINDS.get(header)
    if kind:
        return Answer(Outcome.OK, kind, body=body)
    outcome, kind, detail, line, column = json.loads(header)
    return Answer(Outcome(outcome), Kind(kind) if kind else None, detail, line, column, body)
