"""What passes between the web process and a query worker: a query, an answer, and their frames."""

import json
import struct
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import BinaryIO, Self

from server.formats import Kind

_SIZES = struct.Struct(">IQ")


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


@dataclass(frozen=True)
class Query:
    """A user's query, and the key of the format that would do for each kind of answer.

    A kind that is missing from `formats` is not acceptable to the client.
    """

    text: str
    formats: dict[Kind, str]
    default_graph: str | None = None
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


def send(stream: BinaryIO, header: bytes, body: bytes = b"") -> None:
    """Write one frame: both sizes, then the header, then the body."""
    stream.write(_SIZES.pack(len(header), len(body)) + header)
    stream.write(body)
    stream.flush()


def sizes(start: bytes) -> tuple[int, int]:
    """Return the sizes of header and body that the first HEAD bytes of a frame announce."""
    header, body = _SIZES.unpack(start)
    return int(header), int(body)


HEAD = _SIZES.size


def pack_query(query: Query) -> bytes:
    """Return `query` as the header of a frame."""
    return json.dumps(asdict(query)).encode()


def unpack_query(header: bytes) -> Query:
    """Return the query that `pack_query` wrote."""
    fields = json.loads(header)
    named = fields["named_graphs"]
    return Query(
        fields["text"],
        {Kind(kind): key for kind, key in fields["formats"].items()},
        fields["default_graph"],
        None if named is None else tuple(named),
    )


def pack_answer(answer: Answer) -> bytes:
    """Return all of `answer` but its body as the header of a frame."""
    fields = [answer.outcome, answer.kind, answer.detail, answer.line, answer.column]
    return json.dumps(fields).encode()


def unpack_answer(header: bytes, body: bytes) -> Answer:
    """Return the answer that `pack_answer` wrote, with its body."""
    outcome, kind, detail, line, column = json.loads(header)
    return Answer(Outcome(outcome), Kind(kind) if kind else None, detail, line, column, body)


@dataclass
class Capped:
    """A file to serialise into that refuses to grow beyond `limit` bytes."""

    limit: int
    body: bytearray
    is_full: bool = False

    @classmethod
    def of(cls, limit: int) -> Self:
        """Return an empty one."""
        return cls(limit, bytearray())

    def write(self, part: bytes) -> int:
        """Take `part`; OSError, and `is_full`, where that would be too much."""
        if len(self.body) + len(part) > self.limit:
            self.is_full = True
            raise OSError("the answer is larger than the limit")
        self.body += part
        return len(part)

    def flush(self) -> None:
        """Do nothing: all is in memory."""
