import json
import os
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from graph.release import Release
from server.settings import Settings
from tests.site import Site, serve

DIRECT = "application/sparql-query"
HEAD = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {DIRECT}\r\n".encode()
ALIVE = "ASK { ?s ?p ?o }"
PAIRS = "?a ?b ?c . ?d ?e ?f"
DEEP = 10_000


@dataclass(frozen=True)
class Bomb:
    """A small query that is ruinous to answer, and the ends that are clean ones."""

    query: str
    ends: tuple[str, ...]


SLOW = ("query-timeout", "query-crashed")
LARGE = ("query-timeout", "query-crashed", "result-too-large", "too-many-rows")
NESTED = ("query-crashed", "query-timeout", "syntax-error", "query-failed")
DOUBLING = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
BOMBS = {
    "cross-product count": Bomb(f"SELECT (COUNT(*) AS ?n) {{ {PAIRS} . ?g ?h ?i }}", SLOW),
    "closure": Bomb("SELECT (COUNT(*) AS ?n) { ?a (!<x:y>)* ?b . ?b (!<x:y>)* ?c . ?c (!<x:y>)* ?d }", SLOW),
    "stacked closures": Bomb("SELECT * { ?a ((((!<x:a>)*)*)*)* ?b . ?b (!<x:a>)* ?c }", LARGE),
    "huge ORDER BY": Bomb(f"SELECT * {{ {PAIRS} }} ORDER BY ?a ?f", LARGE),
    "huge DISTINCT": Bomb(f"SELECT DISTINCT ?a ?f ?c ?d {{ {PAIRS} }}", LARGE),
    "huge GROUP BY": Bomb(f"SELECT ?a ?f (COUNT(*) AS ?n) {{ {PAIRS} . ?g ?h ?i }} GROUP BY ?a ?f", LARGE),
    "GROUP_CONCAT": Bomb(f"SELECT (GROUP_CONCAT(?a) AS ?n) {{ {PAIRS} . ?g ?h ?i }}", SLOW),
    "string doubling": Bomb(f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("aaaaaaaaaaaaaaaa" AS ?x0) {DOUBLING} }}', SLOW),
    "regex backtracking": Bomb(f'SELECT (COUNT(*) AS ?n) {{ {PAIRS} FILTER(REGEX(CONCAT(STR(?c), "{"a" * 99}!"), "^(a+)+$")) }}', ("ok", *SLOW)),
    "parentheses": Bomb(f"SELECT ({'(' * DEEP}1{')' * DEEP} AS ?a) {{}}", NESTED),
    "groups": Bomb(f"SELECT * {{ {'{' * DEEP}{'}' * DEEP} }}", NESTED),
    "negations": Bomb(f"SELECT ({'!' * DEEP}true AS ?a) {{}}", NESTED),
    "function calls": Bomb(f"SELECT ({'STR(' * DEEP}1{')' * DEEP} AS ?a) {{}}", NESTED),
    "lists": Bomb(f"SELECT * {{ ?s ?p {'(' * DEEP}1{')' * DEEP} }}", NESTED),
    "blank nodes": Bomb(f"SELECT * {{ ?s ?p {'[ ?p ' * DEEP}1{']' * DEEP} }}", NESTED),
    "EXISTS": Bomb(f"ASK {{ {'FILTER EXISTS { ' * DEEP}{'}' * DEEP} }}", NESTED),
    "a long sum": Bomb(f"SELECT ({'+'.join(['1'] * 100_000)} AS ?a) {{}}", NESTED),
    "many unions": Bomb(f"SELECT * {{ {' UNION '.join(['{?s ?p ?o}'] * 20_000)} }}", LARGE),
    "many patterns": Bomb(f"SELECT * {{ {' . '.join(f'?s{i} ?p{i} ?o{i}' for i in range(20_000))} }}", LARGE),
    "many OPTIONALs": Bomb(f"SELECT * {{ ?s ?p ?o {' '.join(f'OPTIONAL {{ ?s ?p{i} ?o{i} }}' for i in range(5000))} }}", LARGE),
    "a long path": Bomb(f"SELECT * {{ ?s {'/'.join(['<x:p>'] * 20_000)} ?o }}", NESTED),
    "many VALUES": Bomb(f"SELECT * {{ VALUES ?x {{ {' '.join(f'<x:{i:030}>' for i in range(28_000))} }} ?x ?p ?o }}", ("ok", *SLOW)),
    "5 MB of VALUES": Bomb(f"SELECT * {{ VALUES ?x {{ {' '.join(f'<x:{i:030}>' for i in range(140_000))} }} }}", ("content-too-large",)),
    "too many rows": Bomb(f"SELECT * {{ {PAIRS} }} LIMIT 9001", ("too-many-rows", "result-too-large")),
    "too many bytes": Bomb(f"SELECT (CONCAT(STR(?c), '{'x' * 9000}') AS ?x) {{ {PAIRS} }} LIMIT 9000", ("result-too-large",)),
    "a deep comment": Bomb("#" * 900_000 + "\nASK {}", ("ok",)),
    "SERVICE": Bomb("SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }", ("service-refused",)),
    "SERVICE after a name": Bomb("SELECT * { ?s ?p ?o.SERVICE <http://127.0.0.1:1/> {} }", ("service-refused",)),
    "a variable SERVICE": Bomb("SELECT * { ?s ?p ?x SERVICE ?x { ?s ?p ?o } }", ("service-refused",)),
    "LOAD": Bomb("LOAD <http://127.0.0.1:1/>", ("syntax-error",)),
}  # fmt: skip


def post(web: httpx.Client, query: str) -> httpx.Response:
    return web.post("/sparql", content=query.encode(), headers={"Content-Type": DIRECT})


def end(response: httpx.Response) -> str:
    """Return how a query ended, "ok" or the key of its problem."""
    if response.status_code == 200:
        return "ok"
    assert response.headers["Content-Type"] == "application/problem+json"
    return str(response.json()["type"]).rpartition("/")[2]


def test_the_bombs_are_all_there() -> None:
    assert len(BOMBS) == 30


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_cleanly_and_the_next_query_is_answered(name: str, web: httpx.Client) -> None:
    bomb = BOMBS[name]
    assert end(post(web, bomb.query)) in bomb.ends
    assert post(web, ALIVE).json()["boolean"] is True


def test_from_reaches_neither_files_nor_the_network(web: httpx.Client) -> None:
    for name in ("file:///etc/passwd", "http://127.0.0.1:1/"):
        found = post(web, f"SELECT * FROM <{name}> {{ ?s ?p ?o }}").json()
        assert found["results"]["bindings"] == []


def test_eight_bombs_at_once_do_not_disturb_a_bystander(release: Release, tmp_path: Path) -> None:
    settings = Settings(releases=release.folder.parent, query_timeout=5)
    with serve(settings, tmp_path) as site:
        bomb = BOMBS["cross-product count"].query
        ends: list[str] = []

        def throw(number: int) -> None:
            transport = httpx.HTTPTransport(local_address=f"127.0.0.{number + 2}")
            with httpx.Client(base_url=site.address, timeout=60, transport=transport) as attacker:
                ends.append(end(post(attacker, bomb)))

        threads = [threading.Thread(target=throw, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        with httpx.Client(base_url=site.address, timeout=60) as bystander:
            asked = 0
            while any(thread.is_alive() for thread in threads):
                assert post(bystander, ALIVE).json()["boolean"] is True
                asked += 1
        for thread in threads:
            thread.join()
        assert ends == ["query-timeout"] * 8
        assert asked > 8


def test_one_client_cannot_hold_all_workers(release: Release, tmp_path: Path) -> None:
    settings = Settings(
        releases=release.folder.parent,
        query_timeout=10, query_workers=2, slow_workers=0, client_queries=1, query_wait=30,
    )  # fmt: skip
    with serve(settings, tmp_path) as site, ExitStack() as stack:
        for _ in range(5):
            text = request(BOMBS["cross-product count"].query)
            stack.enter_context(connected(site, text))
        transport = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(base_url=site.address, timeout=60, transport=transport) as other:
            assert post(other, ALIVE).json()["boolean"] is True


def test_behind_a_proxy_each_of_its_clients_is_one(release: Release, tmp_path: Path) -> None:
    settings = Settings(
        releases=release.folder.parent, query_timeout=300, query_workers=2, slow_workers=0,
        client_queries=1, client_header="X-Forwarded-For", query_wait=30,
    )  # fmt: skip
    with serve(settings, tmp_path) as site, httpx.Client(base_url=site.address, timeout=60) as web:
        bomb = request(BOMBS["cross-product count"].query)
        greedy = bomb.replace(b"Host: x", b"Host: x\r\nX-Forwarded-For: 10.9.9.9, 10.0.0.1")
        with connected(site, greedy), connected(site, greedy):
            while not _numbers(web)["atlas_queries_waiting"]:
                pass
            other = {"Content-Type": DIRECT, "X-Forwarded-For": "10.0.0.1, 10.0.0.2"}
            assert web.post("/sparql", content=ALIVE, headers=other).json()["boolean"] is True


@contextmanager
def connected(site: Site, text: bytes) -> Iterator[socket.socket]:
    """Send `text` and do not wait for an answer."""
    host, _, port = site.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(text)
        yield connection


def request(query: str) -> bytes:
    """Return a whole request that asks `query`."""
    return HEAD + f"Content-Length: {len(query)}\r\n\r\n{query}".encode()


def _numbers(web: httpx.Client) -> dict[str, float]:
    lines = web.get("/metrics").text.splitlines()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")
    }


@pytest.fixture(scope="module")
def patient(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a server that would let a query run for minutes."""
    settings = Settings(releases=release.folder.parent, query_timeout=300, query_workers=1)
    with serve(settings, tmp_path_factory.mktemp("patient")) as site:
        yield site


def test_a_client_that_goes_away_cancels_its_query(patient: Site) -> None:
    with httpx.Client(base_url=patient.address, timeout=30) as web:
        with connected(patient, request(BOMBS["cross-product count"].query)):
            while not _numbers(web)["atlas_queries_running"]:
                pass
        while _numbers(web)["atlas_queries_running"]:
            pass
        assert _numbers(web)['atlas_queries_total{outcome="gone"}'] == 1
        assert post(web, ALIVE).json()["boolean"] is True


def test_a_slow_reader_does_not_hold_a_worker(patient: Site) -> None:
    query = request("SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 50000")
    with httpx.Client(base_url=patient.address, timeout=30) as web, ExitStack() as stack:
        readers = [stack.enter_context(connected(patient, query)) for _ in range(3)]
        # They read no further; each answer has more bytes than the sockets hold.
        assert all(reader.recv(100).startswith(b"HTTP/1.1 200") for reader in readers)
        assert _numbers(web)["atlas_queries_running"] == 0
        assert post(web, ALIVE).json()["boolean"] is True


def test_half_a_request_line_holds_nothing(patient: Site) -> None:
    with httpx.Client(base_url=patient.address, timeout=30) as web, ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connected(patient, b"GET /sparql?query=ASK"))
        assert post(web, ALIVE).json()["boolean"] is True


def test_a_body_of_200_mb_is_refused_when_it_is_announced(patient: Site) -> None:
    with connected(patient, HEAD + b"Content-Length: 200000000\r\n\r\n") as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_chunked_body_without_end_is_refused(patient: Site) -> None:
    chunk = b"%x\r\n" % (1 << 20) + b"#" * (1 << 20) + b"\r\n"
    with connected(patient, HEAD + b"Transfer-Encoding: chunked\r\n\r\n") as connection:
        sent = 0
        with suppress(BrokenPipeError, ConnectionResetError):
            while sent < 200:
                connection.sendall(chunk)
                sent += 1
        assert sent < 200


def test_when_the_server_is_killed_its_workers_end_too(release: Release, tmp_path: Path) -> None:
    settings = Settings(releases=release.folder.parent, query_timeout=300)
    bomb = request(BOMBS["cross-product count"].query)
    with serve(settings, tmp_path) as site, connected(site, bomb):
        with httpx.Client(base_url=site.address, timeout=30) as web:
            while not _numbers(web)["atlas_queries_running"]:
                pass
        family = _descendants(site.process.pid)
        assert len(family) >= 4
        os.kill(site.process.pid, 9)
        for pid in family:
            _wait_for_end(pid)


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found[1:]


def _wait_for_end(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return

    try:
        assert select.select([handle], [], [], 30)[0], f"process {pid} lives on"
    finally:
        os.close(handle)


def test_problems_carry_what_to_do(web: httpx.Client) -> None:
    found = post(web, BOMBS["too many rows"].query)
    document = json.loads(found.content)
    assert document["limit"]
    assert document["title"]
