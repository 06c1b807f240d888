import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace

import pytest

from graph.errors import AtlasError
from graph.release import Release
from server.facts import Facts
from server.formats import Kind
from server.marks import LOADING
from server.query import Answer, Outcome, Query
from server.remote import Held, RemoteEngine
from server.settings import Settings
from tests.fake_remote import JSON, FakeRemote, fake_remote, ok

Use = Callable[[RemoteEngine], Coroutine[object, object, None]]
Run = Callable[[Use], None]
SELECT = Query("SELECT ?s { ?s ?p ?o }", {Kind.SELECT: "csv", Kind.ASK: "srj", Kind.GRAPH: "ttl"})
ASK, GRAPH = replace(SELECT, text="ASK {}"), replace(SELECT, text="CONSTRUCT WHERE { ?s ?p ?o }")


@pytest.fixture(scope="module")
def held(release: Release) -> Held:
    return Held.of(Facts(release))


@pytest.fixture(scope="module")
def shared(release: Release) -> Iterator[FakeRemote]:
    with fake_remote(release) as found:
        yield found


@pytest.fixture
def fake(shared: FakeRemote) -> FakeRemote:
    """Return the fake as it was at first."""
    shared.reset()
    return shared


def settings(fake: FakeRemote) -> Settings:
    """Return settings under which one query at a time is asked of `fake`."""
    small = Settings(result_rows=9000, result_size=1, query_workers=1, slow_workers=0)
    return replace(small, engine=fake.address, query_timeout=20, query_wait=0.05)


@pytest.fixture(scope="module")
def run(shared: FakeRemote, held: Held) -> Iterator[Callable[[Use], None]]:
    """Return what runs a coroutine with the one engine over the fake."""
    with asyncio.Runner() as runner:
        engine = runner.run(RemoteEngine.start(held, settings(shared)))
        try:
            yield lambda use: runner.run(use(engine))
        finally:
            runner.run(engine.close())


def start(fake: FakeRemote, held: Held) -> None:
    """Start another engine, for a start that is expected to fail."""
    asyncio.run(RemoteEngine.start(held, settings(fake)))


ROWS = '{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"literal","value":"a"}}]}}'
TRIPLE = "<urn:a> <urn:b> <urn:c> .\n"
NT = "application/n-triples"


def status(code: int, text: str) -> bytes:
    body = text.encode()
    return f"HTTP/1.1 {code} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


BROKEN = {
    "a body shorter than announced": (SELECT, ok(ROWS)[:-9]),
    "a body of no known length": (SELECT, b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\n\r\n%b" % (JSON.encode(), ROWS.encode())),
    "chunks without an end": (GRAPH, f"HTTP/1.1 200 OK\r\nContent-Type: {NT}\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n{TRIPLE}\r\n".encode()),
    "a whole body without its last brace": (SELECT, ok(ROWS[:-1])),
    "an error behind the rows": (SELECT, ok(ROWS[:-2] + "something broke")),
    "an error behind all": (SELECT, ok(ROWS + "something broke")),
    "an error behind yes": (ASK, ok('{"head":{},"boolean":true}something broke')),
    "yes in quotes": (ASK, ok('{"head":{},"boolean":"true"}')),
    "an error behind triples": (GRAPH, ok(f"{TRIPLE}something broke", NT)),
    "an error in 200": (SELECT, ok("Virtuoso 42000 Error", "text/plain")),
    "a page": (SELECT, ok("<html></html>", "text/html")),
    "yes for rows": (SELECT, ok('{"head":{},"boolean":true}')),
    "rows for yes": (ASK, ok(ROWS)),
    "rows for a graph": (GRAPH, ok(ROWS)),
    "triples for rows": (SELECT, ok(TRIPLE, NT)),
    "quads": (GRAPH, ok("<urn:a> <urn:b> <urn:c> <urn:d> .\n", NT)),
    "a deep document": (ASK, ok("[" * 100_000)),
    "a lone surrogate": (SELECT, ok(ROWS.replace("a\"}}", "\\ud800\"}}"))),
    "no IRI": (SELECT, ok(ROWS.replace("literal", "uri"))),
    "a column that is not announced": (SELECT, ok(ROWS.replace('"s":', '"t":'))),
    "a coding": (SELECT, ok(ROWS, headers="Content-Encoding: gzip\r\n")),
    "half of the head": (SELECT, b"HTTP/1.1 200 OK\r\nContent-"),
    "another protocol": (SELECT, b"SSH-2.0-OpenSSH\r\n"),
    "nothing": (SELECT, b""),
    "206": (SELECT, status(206, ROWS)),
    "302": (SELECT, b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    "401": (SELECT, status(401, "")),
    "404": (SELECT, status(404, "syntax error")),
    "500": (SELECT, status(500, "<html>oops</html>")),
    "999": (SELECT, status(999, "")),
}  # fmt: skip
SAID = {
    "cut at its rows": (SELECT, ok(ROWS, headers="X-SPARQL-MaxRows: 10000\r\n"), Answer(Outcome.TOO_MANY)),
    "cut at its time": (SELECT, ok(ROWS, headers="X-SQL-State: S1TAT\r\n"), Outcome.TIMEOUT),
    "cancelled": (SELECT, ok(ROWS[:-2] + "The SPARQL operation has been cancelled"), Outcome.TIMEOUT),
    "cancelled triples": (GRAPH, ok(f"{TRIPLE}The SPARQL operation has been cancelled\n", NT), Outcome.TIMEOUT),
    "504": (SELECT, status(504, ""), Outcome.TIMEOUT),
    "500 at its time": (SELECT, status(500, "Virtuoso S1T00 Error SR171: Transaction timed out"), Outcome.TIMEOUT),
    "503": (SELECT, status(503, ""), Outcome.BUSY),
    "429": (SELECT, status(429, ""), Outcome.BUSY),
    "too large": (SELECT, ok("x" * 5_000_000), Answer(Outcome.TOO_LARGE, Kind.SELECT)),
    "syntax, Oxigraph": (SELECT, status(400, "error at 2:7: expected one of …"), Answer(Outcome.SYNTAX, None, "expected one of …", 2, 7)),
    "syntax, Jena": (SELECT, status(400, 'Parse error: Encountered "x" at line 1, column 9.'), Answer(Outcome.SYNTAX, None, 'Parse error: Encountered "x"', 1, 9)),
    "syntax, Virtuoso": (SELECT, status(400, "Virtuoso 37000 Error SP030: SPARQL compiler, line 3: syntax error at '}'\n\nSPARQL query:\nx"), Answer(Outcome.SYNTAX, None, "syntax error at '}'", 3)),
    "an opinion": (SELECT, status(500, "Virtuoso 37000 Error TR...: transitive start not given\n\nSPARQL query:\n"), Answer(Outcome.FAILED, detail="transitive start not given")),
    "400": (SELECT, status(400, "no"), Outcome.FAILED),
}  # fmt: skip


def test_the_cases_are_all_there() -> None:
    assert (len(BROKEN), len(SAID)) == (30, 14)


def test_what_is_not_a_whole_answer_is_none(fake: FakeRemote, run: Run) -> None:
    async def use(engine: RemoteEngine) -> None:
        for name, (query, says) in BROKEN.items():
            fake.says = says
            answer = await engine.run(query)
            assert answer.outcome is Outcome.UNREACHABLE, (name, answer)
            assert "engine behind" in answer.detail, name
            assert not answer.body, name
        fake.says = ok(ROWS)
        assert (await engine.run(SELECT)).body == b"s\r\na\r\n"

    run(use)


def test_what_an_engine_says_of_a_query_is_told(fake: FakeRemote, run: Run) -> None:
    async def use(engine: RemoteEngine) -> None:
        for name, (query, says, expected) in SAID.items():
            fake.says = says
            answer = await engine.run(query)
            if isinstance(expected, Outcome):
                assert answer.outcome is expected, (name, answer)
            else:
                assert answer == expected, name

    run(use)


def test_the_limits_hold_for_what_an_engine_sends(fake: FakeRemote, run: Run) -> None:
    row = '{"s":{"type":"literal","value":"a"}}'
    many = ROWS.replace(row, ",".join([row] * 9001))
    long = ROWS.replace('"a"', f'"{"a" * (1 << 20)}"')

    async def use(engine: RemoteEngine) -> None:
        for says, outcome in (
            (ok(many), Outcome.TOO_MANY),
            (ok(TRIPLE * 9001, NT), Outcome.TOO_MANY),
            (ok(long), Outcome.TOO_LARGE),
        ):
            fake.says = says
            query = GRAPH if NT.encode() in says else SELECT
            assert (await engine.run(query)).outcome is outcome

    run(use)


def test_habits_of_virtuoso_are_mended(fake: FakeRemote, run: Run) -> None:
    node = '{"type":"bnode","value":"nodeID://b10000"}'
    blank = ROWS.replace('{"type":"literal","value":"a"}', node)
    boolean = ROWS.replace('"a"}', '"1","datatype":"http://www.w3.org/2001/XMLSchema#boolean"}')
    one = '{"type":"typed-literal","value":"1"}'
    yes = '{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":[%s]}}'

    async def use(engine: RemoteEngine) -> None:
        for query, says, body in (
            (SELECT, blank, b"s\r\n_:b0\r\n"),
            (SELECT, boolean, b"s\r\ntrue\r\n"),
            (ASK, yes % f'{{"__ASK_RETVAL":{one}}}', b'{"head":{},"boolean":true}'),
            (ASK, yes % "", b'{"head":{},"boolean":false}'),
        ):
            fake.says = ok(says)
            assert (await engine.run(query)).body == body

    run(use)


def test_at_the_deadline_the_connection_is_closed(fake: FakeRemote, run: Run) -> None:
    async def use(engine: RemoteEngine) -> None:
        assert (await engine.run(SELECT, seconds=0.3)).outcome is Outcome.TIMEOUT
        assert await asyncio.to_thread(fake.closed.wait, 10)
        assert engine.running == 0

    run(use)


def test_when_the_client_goes_the_connection_is_closed(fake: FakeRemote, run: Run) -> None:
    async def use(engine: RemoteEngine) -> None:
        task = asyncio.create_task(engine.run(SELECT))
        assert await asyncio.to_thread(fake.got.wait, 10)
        assert (engine.running, engine.waiting) == (1, 0)
        task.cancel()
        assert await asyncio.to_thread(fake.closed.wait, 10)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert engine.running == 0
        fake.says = ok(ROWS)
        assert (await engine.run(SELECT)).outcome is Outcome.OK

    run(use)


def test_queries_wait_in_the_queue_and_are_refused_when_it_is_full(
    fake: FakeRemote, run: Run
) -> None:
    async def use(engine: RemoteEngine) -> None:
        task = asyncio.create_task(engine.run(SELECT, "a"))
        assert await asyncio.to_thread(fake.got.wait, 10)
        assert (await engine.run(SELECT, "b")).outcome is Outcome.BUSY
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(use)


def test_only_queries_are_sent_and_only_by_post(fake: FakeRemote, run: Run) -> None:
    async def use(engine: RemoteEngine) -> None:
        fake.says = ok(ROWS)
        for text in (
            "INSERT DATA { <a:a> <a:b> 1 }",
            "DROP ALL",
            "DEFINE sql:log-enable 2 SELECT * {}",
            "SELECT * { SERVICE <http://127.0.0.1:1/> {} }",
            "SELECT * FROM <relative> {}",
            "SELECT *",
        ):
            answer = await engine.run(replace(SELECT, text=text))
            assert answer.outcome in {Outcome.SYNTAX, Outcome.SERVICE, Outcome.FAILED}
        assert fake.asked == []
        query = replace(SELECT, text="SELECT * FROM <urn:a>\n{ ?s ?p ?o }", named_graphs=())
        assert (await engine.run(query)).outcome is Outcome.OK
        names = [name for fields in fake.asked for name, _ in fields]
        assert names == ["query", "default-graph-uri", "named-graph-uri"]
        assert fake.asked[0][0][1] == "SELECT *             \n{ ?s ?p ?o }"
        assert fake.methods == {"POST"}

    run(use)


def test_an_engine_without_this_release_is_not_used(fake: FakeRemote, run: Run, held: Held) -> None:
    good = fake.mark
    cases = {
        "holds no release; run `atlas publish`": replace(good, release=""),
        "holds the release '2001-01-01.1', and not": replace(good, release="2001-01-01.1"),
        f"and not {good.release}": replace(good, digest="sha256:0"),
        "is being published": replace(good, status=LOADING),
        "ATLAS_ENGINE_GRAPH has to be 'urn:g'": replace(good, default="urn:g"),
    }

    async def use(engine: RemoteEngine) -> None:
        fake.says = ok(ROWS)
        for words, mark in cases.items():
            fake.mark, fake.afterwards = good, mark
            answer = await engine.run(SELECT)
            assert (answer.outcome, answer.body) == (Outcome.UNREACHABLE, b"")
            assert words in answer.detail
            assert words in (await engine.run(SELECT)).detail
            fake.mark = good
            assert (await engine.run(SELECT)).outcome is Outcome.OK

    run(use)
    fake.mark = replace(good, status=LOADING)
    with pytest.raises(AtlasError, match="is being published"):
        start(fake, held)


def test_an_answer_from_before_and_after_a_publication_is_none(fake: FakeRemote, run: Run) -> None:
    async def use(engine: RemoteEngine) -> None:
        fake.says = ok(ROWS)
        fake.afterwards = replace(fake.mark, stamp="later")
        assert (await engine.run(SELECT)).outcome is Outcome.UNREACHABLE
        assert (await engine.run(SELECT)).outcome is Outcome.OK

    run(use)


def test_an_engine_that_gives_few_rows_is_not_used(fake: FakeRemote, held: Held) -> None:
    fake.rows = 9000
    with pytest.raises(AtlasError, match="cuts answers that have 9,001 rows"):
        start(fake, held)


def test_an_engine_that_is_not_there_is_told_at_the_start(fake: FakeRemote, held: Held) -> None:
    with pytest.raises(AtlasError, match="does not answer"):
        start(replace(fake, address="http://127.0.0.1:1/sparql"), held)
