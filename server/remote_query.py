"""Ask a remote SPARQL 1.1 endpoint one query, and believe only an answer that came whole."""

from collections.abc import Iterable
from http import HTTPStatus

import httpx

from server.formats import Kind
from server.query import Answer, Found, Outcome
from server.remote_errors import explain
from server.translate import JSON, N_TRIPLES

_CONNECT_SECONDS = 5.0
_ERROR_SIZE = 1 << 14
_ACCEPT = {Kind.SELECT: JSON, Kind.ASK: JSON, Kind.GRAPH: N_TRIPLES}
_UNREACHABLE = "The engine behind this server does not answer."
_BROKEN = "The engine behind this server did not give a whole answer."
# Virtuoso says so where it has cut an answer: at its number of rows, or at its deadline.
_CUTS = {
    "x-sparql-maxrows": Outcome.TOO_MANY,
    "x-sparql-anytime": Outcome.TIMEOUT,
    "x-sql-state": Outcome.TIMEOUT,
    "x-sql-message": Outcome.TIMEOUT,
}
_DETAILS = {Outcome.TIMEOUT: "The engine behind this server ended it at a deadline of its own."}
Form = Iterable[tuple[str, str]]


class Refused(Exception):
    """There is no answer; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        """Keep `answer`."""
        super().__init__(answer.detail)
        self.answer = answer


class Remote:
    """An endpoint at an address; only parameters of queries are ever sent to it."""

    def __init__(self, address: str) -> None:
        """Prepare to ask the endpoint at `address`."""
        self._address = address
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            # An idle connection may be closed just as it is used again, and a query is sent once;
            # it also holds a thread of Virtuoso.
            limits=httpx.Limits(max_keepalive_connections=0),
            # Neither a proxy nor a password by chance.
            trust_env=False,
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def ask(self, kind: Kind, text: str, graphs: Form, most: int, accept: str = "") -> Found:
        """Return what the endpoint answers to `text`, at most so many bytes; Refused if nothing.

        Cancelling closes the connection, which is how an engine learns that nobody waits.
        """
        # By a form: Virtuoso never answers to a query that is the body itself.
        fields: dict[str, list[str]] = {"query": [text]}
        for name, graph in graphs:
            fields.setdefault(name, []).append(graph)
        headers = {"Accept": accept or _ACCEPT[kind], "Accept-Encoding": "identity"}
        try:
            async with self._client.stream(
                "POST", self._address, data=fields, headers=headers
            ) as response:
                if response.status_code != HTTPStatus.OK:
                    raise Refused(explain(response.status_code, await _read_error(response)))
                _check(response)
                return Found(kind, _media_type(response), await _read(response, kind, most))
        except httpx.ConnectError as error:
            raise Refused(Answer(Outcome.UNREACHABLE, detail=_UNREACHABLE)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Refused(Answer(Outcome.UNREACHABLE, detail=_BROKEN)) from error


def _check(response: httpx.Response) -> None:
    """Raise Refused where the answer is cut, or where one could not tell that it is."""
    for name, outcome in _CUTS.items():
        if name in response.headers:
            raise Refused(Answer(outcome, detail=_DETAILS.get(outcome, "")))
    codings = response.headers.get("transfer-encoding", "").lower()
    is_framed = "content-length" in response.headers or "chunked" in codings
    if not is_framed or "content-encoding" in response.headers:
        raise Refused(Answer(Outcome.UNREACHABLE, detail=_BROKEN))


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


async def _read(response: httpx.Response, kind: Kind, most: int) -> bytes:
    found = bytearray()
    async for part in response.aiter_raw():
        found += part
        if len(found) > most:
            raise Refused(Answer(Outcome.TOO_LARGE, kind))
    return bytes(found)


async def _read_error(response: httpx.Response) -> str:
    found = bytearray()
    async for part in response.aiter_raw():
        found += part
        if len(found) > _ERROR_SIZE:
            break
    return found.decode("utf-8", "replace")
