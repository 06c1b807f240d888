"""The SPARQL endpoint: an operation of the protocol in, a complete answer or a problem out."""

import asyncio
import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus

from server.cache import AnswerCache, Kept
from server.encodings import LEAST, choose_coding, compress
from server.engine import Engine, deadline
from server.formats import FORMATS, Choice, Kind, format_keys, is_known, named, offers, pick
from server.forms import is_volatile, query_form
from server.messages import Request, Response
from server.problems import Problem
from server.protocol import Operation
from server.query import Answer, Outcome, Query
from server.refusals import refuse
from server.settings import MEBIBYTE, Settings

_ANSWERS = (Kind.SELECT, Kind.ASK, Kind.GRAPH)
# What the page for people is made from.
_BEHIND_HTML = {Kind.SELECT: "srj", Kind.ASK: "srj", Kind.GRAPH: "ttl"}
VARY = {"Vary": "Accept, Accept-Encoding"}
_CACHING = {"Cache-Control": "no-cache"}
# Above this, compressing would keep other requests waiting.
_LARGE = 1 << 18


@dataclass(frozen=True)
class Choices:
    """The format for each kind of answer that the client takes, and what follows from that.

    `written` names those that a worker writes; `types` are the content types in order.
    """

    by_kind: dict[Kind, Choice]
    written: dict[Kind, str]
    types: tuple[str, ...]
    has_page: bool

    @classmethod
    def of(cls, by_kind: dict[Kind, Choice]) -> "Choices":
        """Return what follows from the format for each kind."""
        keys = {kind: choice.format.key for kind, choice in by_kind.items()}
        written = {k: _BEHIND_HTML[k] if key == "html" else key for k, key in keys.items()}
        types = tuple(choice.content_type for choice in by_kind.values())
        return cls(by_kind, written, types, "html" in keys.values())


@dataclass(frozen=True)
class Asked:
    """An operation with all that decides what its answer looks like."""

    operation: Operation
    text: str
    choices: "Choices"
    coding: str
    client: str
    if_none_match: str = ""

    @property
    def query(self) -> Query:
        """Return what the engine is asked."""
        operation = self.operation
        formats = self.choices.written
        return Query(self.text, formats, operation.default_graphs, operation.named_graphs)

    @property
    def key(self) -> Hashable:
        """Return what two operations have in common whose answers are the same bytes."""
        operation = self.operation
        graphs = (operation.default_graphs, operation.named_graphs)
        return self.text, self.choices.types, graphs, self.coding


@dataclass
class Endpoint:
    """Answers operations over one release; `version` names its data in ETags."""

    engine: Engine
    settings: Settings
    version: str
    cache: AnswerCache = field(init=False)

    def __post_init__(self) -> None:
        """Make an empty cache."""
        self.cache = AnswerCache(self.settings.cache_size * MEBIBYTE)

    async def answer(self, asked: Asked) -> Response:
        """Return the answer in a format for programs; a Problem says why there is none."""
        is_stable = not is_volatile(asked.text)
        if is_stable and self._is_known(asked):
            return self._respond(asked, None)
        kept = self.cache.get(asked.key) if is_stable else None
        if kept is None:
            kept = await self._ask(asked, is_stable=is_stable)
            if is_stable:
                self.cache.put(asked.key, kept)
        return self._respond(asked, kept)

    async def run(self, asked: Asked) -> Answer:
        """Return the complete answer as the engine gave it; a Problem says why there is none."""
        answer = await self.engine.run(asked.query, asked.client, asked.operation.seconds)
        if answer.outcome is Outcome.NOT_ACCEPTABLE:
            raise not_acceptable(answer.kind)
        refuse(answer, self.settings, self.seconds(asked))
        return answer

    def seconds(self, asked: Asked) -> float:
        """Return the deadline that is used."""
        return deadline(self.settings.query_timeout, asked.operation.seconds)

    async def _ask(self, asked: Asked, *, is_stable: bool) -> Kept:
        answer = await self.run(asked)
        assert answer.kind is not None
        choice = asked.choices.by_kind[answer.kind]
        body, coding = answer.body, asked.coding if len(answer.body) >= LEAST else ""
        if coding:
            body = (
                await asyncio.to_thread(compress, body, coding)
                if len(body) > _LARGE
                else compress(body, coding)
            )
        etag = self._etag(asked, answer.kind) if is_stable else ""
        return Kept(answer.kind, body, choice.content_type, etag, coding)

    def _is_known(self, asked: Asked) -> bool:
        """Say whether the client has the answer already: then nobody need be asked."""
        kind = query_form(asked.text) if asked.if_none_match else None
        if kind not in asked.choices.by_kind or kind is None:
            return False
        return self._etag(asked, kind) in asked.if_none_match

    def _etag(self, asked: Asked, kind: Kind) -> str:
        operation = asked.operation
        parts = [
            *(self.version, asked.text, asked.choices.by_kind[kind].content_type, asked.coding),
            *("d", *(operation.default_graphs or ()), str(operation.default_graphs is None)),
            *("n", *(operation.named_graphs or ())),
        ]
        digest = hashlib.blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=16)
        return f'"{digest.hexdigest()}"'

    def _respond(self, asked: Asked, kept: Kept | None) -> Response:
        headers = {**VARY, **_CACHING}
        if asked.operation.seconds is not None:
            headers["X-Query-Timeout-Ms"] = str(round(self.seconds(asked) * 1000))
        if kept is None:
            kind = query_form(asked.text)
            assert kind is not None
            headers["ETag"] = self._etag(asked, kind)
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        if kept.etag:
            headers["ETag"] = kept.etag
        if kept.coding:
            headers["Content-Encoding"] = kept.coding
        return Response(kept.body, kept.content_type, headers=headers)


def read_asked(request: Request, operation: Operation, *, has_pages: bool = True) -> Asked:
    """Return `operation` together with what the headers of `request` say about its answer."""
    assert operation.query is not None
    return Asked(
        operation,
        operation.query,
        choices(operation.formats, request.header("accept"), has_pages=has_pages),
        choose_coding(request.header("accept-encoding")),
        request.client,
        request.header("if-none-match") or "",
    )


# Clients say the same few things again and again; what is returned is never changed.
@lru_cache(1024)
def choices(names: tuple[str, ...], accept: str | None, *, has_pages: bool) -> Choices:
    """Return the format for each kind of answer, by `?format=` or else by the Accept header.

    Of several names the first known one counts; HTML only where there are pages. Raises the
    Problem that no name is known, or that no format will do.
    """
    known = [name for name in names if is_known(name)]
    if names and not known:
        problem = f"There is no format {names[0]!r}; use one of {format_keys()}."
        raise Problem("unknown-format", problem)
    chosen: dict[Kind, Choice] = {}
    for kind in _ANSWERS:
        rows = [row for row in offers(kind) if has_pages or row.key != "html"]
        choice = named(kind, known[0]) if known else pick(kind, accept, rows)
        if choice and choice.format in rows:
            chosen[kind] = choice
    if not chosen:
        raise not_acceptable(None)
    return Choices.of(chosen)


def not_acceptable(kind: Kind | None) -> Problem:
    """Return the problem that no format will do, for one kind of answer or for all."""
    kinds = [kind] if kind else list(_ANSWERS)
    rows = [row for row in FORMATS if row.key != "html" and not row.kinds.isdisjoint(kinds)]
    formats = [row.media_type for row in rows]
    detail = f"This answer is available as {', '.join(formats)}."
    return Problem("not-acceptable", detail, {"formats": formats}, dict(VARY))
