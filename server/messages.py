"""What passes between the web process and a query worker."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One query, with the key of the format to answer in for each form of query, or None."""

    query: str
    formats: dict[str, str | None]
    limit: int


@dataclass(frozen=True)
class Answer:
    """What came of a query: an error's key and words, or a format's key and the whole body."""

    error: str = ""
    detail: str = ""
    line: int = 0
    column: int = 0
    format: str = ""
    body: bytes = b""
