import shutil
import socket
import threading
from pathlib import Path

import httpx
import pytest

from graph.build import build
from server.settings import Settings
from tests.site import Site, serve
from tests.small import edit


def test_it_says_that_it_is_alive_and_ready(web: httpx.Client) -> None:
    release = web.get("/healthz").json()["release"]
    ready = web.get("/readyz")
    assert ready.json() == {"status": "ready", "release": release}
    assert ready.headers["Cache-Control"] == "no-store"
    assert web.head("/readyz").content == b""


def test_metrics_count_queries_by_outcome_and_tell_no_query(web: httpx.Client) -> None:
    def counted(outcome: str) -> float:
        name = f'atlas_queries_total{{outcome="{outcome}"}} '
        lines = web.get("/metrics").text.splitlines()
        return next((float(n.split()[-1]) for n in lines if n.startswith(name)), 0.0)

    before = counted("ok"), counted("syntax-error")
    web.get("/sparql", params={"query": "ASK { <urn:secret> ?p ?o }"})
    web.get("/sparql", params={"query": "SELECT secret"})
    assert (counted("ok"), counted("syntax-error")) == (before[0] + 1, before[1] + 1)
    text = web.get("/metrics").text
    assert "secret" not in text
    for name in ("atlas_query_seconds_bucket", "atlas_queries_waiting", "atlas_worker_kills"):
        assert name in text


def test_a_problem_can_be_found_in_the_log(site: Site, web: httpx.Client) -> None:
    response = web.get("/sparql", params={"query": "SELECT secret"})
    request = response.json()["instance"].removeprefix("urn:request:")
    (line,) = [line for line in site.lines if line.get("request") == request]
    assert (line["outcome"], line["status"]) == ("syntax-error", 400)
    assert "secret" not in str(line)


def test_a_problem_on_a_page_is_logged_and_counted_as_one(site: Site, web: httpx.Client) -> None:
    bad = {"query": "SELECT secret"}
    for path, given, outcome in (("/sparql", bad, "syntax-error"), ("/nowhere", {}, "problem")):
        page = web.get(path, params=given, headers={"Accept": "text/html"})
        assert page.status_code >= 400
        name, lines = page.headers["X-Request-Id"], list[dict[str, object]]()
        # The answer of a page is on its way before the line is.
        while not lines:
            lines = [line for line in site.lines if line.get("request") == name]
        assert [line["outcome"] for line in lines] == [outcome]
        assert "secret" not in str(lines)


def test_a_request_id_of_the_client_is_kept_if_it_is_a_plain_one(web: httpx.Client) -> None:
    for given, is_kept in (("trace-1.a_b", True), ("x" * 65, False), ("a b", False), ('"', False)):
        response = web.get("/sparql?query=ASK", headers={"X-Request-Id": given})
        assert (response.headers["X-Request-Id"] == given) is is_kept
        document = web.get("/nowhere", headers={"X-Request-Id": given}).json()
        assert (document["instance"] == f"urn:request:{given}") is is_kept


@pytest.mark.parametrize("path", ["/", "/sparql", "/healthz", "/nowhere", "/static/atlas.css"])
def test_every_answer_may_be_read_by_a_page_of_another_site(path: str, web: httpx.Client) -> None:
    assert web.get(path).headers["Access-Control-Allow-Origin"] == "*"


def test_a_new_release_is_picked_up_without_dropping_a_request(
    tiny_data: Path, tmp_path: Path
) -> None:
    data, releases = tmp_path / "data", tmp_path / "releases"
    shutil.copytree(tiny_data, data)
    first = build(releases, data)
    with serve(Settings(releases=releases), tmp_path) as site:
        problems: list[object] = []
        seen: set[str] = set()
        is_done = threading.Event()

        def read() -> None:
            with httpx.Client(base_url=site.address, timeout=30) as web:
                while not is_done.is_set():
                    for path in ("/sparql?query=ASK%7B%7D", "/", "/readyz"):
                        answer = web.get(path)
                        if answer.status_code != 200:
                            problems.append((path, answer.text))
                        if path == "/readyz":
                            seen.add(answer.json()["release"])

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        journals = data / "journals.ttl"
        edit(journals, 'rdfs:label "', 'rdfs:label "New ')
        second = build(releases, data)
        while second.id not in seen and not problems:
            pass
        is_done.set()
        for thread in threads:
            thread.join()
        assert problems == []
        assert seen == {first.id, second.id}


def test_the_pages_read_bodies_and_odd_addresses(web: httpx.Client) -> None:
    query = "SELECT * { ?s <x:y> ?o }"
    found = web.post("/sparql/lint", data={"query": query})
    assert (found.status_code, found.json()) == (200, {"remarks": []})
    host, port = web.base_url.host, int(web.base_url.port or 0)
    with socket.create_connection((host, port), timeout=30) as connection:
        text = "GET /evidence?q=\u00e9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        connection.sendall(text.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert web.post("/sparql/lint", content=b"x" * 9_000_000).status_code == 413
