import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from graph.release import Release
from server.facts import Facts
from server.messages import Request
from server.page_cache import PageCache, key_of, today
from server.prepare import FORMS, prepare
from server.prepared import prepared_path
from server.settings import Settings
from server.site import Site
from server.stamp import MARK
from tests.conftest import SEED
from tests.site import serve, wait_until_prepared

PAGE = f"/evidence/{SEED}"
BROWSER = b"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


def scope(
    path: str = PAGE, method: str = "GET", query: bytes = b"", **headers: bytes
) -> dict[str, object]:
    said = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return {"method": method, "path": path, "query_string": query, "headers": said}


def asked(path: str, accept: str) -> Request:
    return Request("GET", path, b"", [(b"accept", accept.encode())], "127.0.0.1", "1")


@pytest.fixture(scope="module")
def prepared_site(release: Release) -> Site:
    prepare(release)
    site = Site(Facts(release))
    site.prepared.open(prepared_path(release, site.facts.fingerprint))
    return site


@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_what_was_prepared_is_what_would_be_made(
    accept: str, prepared_site: Site, release: Release
) -> None:
    fresh = Site(Facts(release)).resources
    paths = prepared_paths(release)
    assert len(paths) == 5 + 26 + 1
    for path in paths:
        ready = prepared_site.resources.ready(asked(path, accept))
        assert fresh.ready(asked(path, accept)) is None
        assert ready is not None
        assert ready == fresh.answer(asked(path, accept))
        assert MARK.encode() not in ready.body


def prepared_paths(release: Release) -> list[str]:
    facts = Facts(release)
    found = [row["entry"] for row in facts.rows("entries")]
    found += [row["definition"] for row in facts.rows("definitions")]
    return ["/", *(iri.removeprefix(facts.base) for iri in found)]


def test_what_was_not_prepared_is_made(prepared_site: Site) -> None:
    request = asked(PAGE, "application/x-bibtex")
    assert prepared_site.resources.ready(request) is None
    assert prepared_site.resources.answer(request).body.startswith(b"@article")


def test_what_another_release_looked_like_is_removed(release: Release) -> None:
    old = prepared_path(release, "0123456789abcdef")
    old.parent.mkdir(exist_ok=True)
    old.touch()
    prepare(release)
    assert not old.exists()
    (left,) = old.parent.iterdir()
    with sqlite3.connect(left) as connection:
        (count,) = connection.execute("SELECT count(*) FROM representation").fetchone()
    connection.close()
    assert count == len(prepared_paths(release)) * len(FORMS)


def test_a_preparation_that_fails_says_why_and_leaves_nothing(
    release: Release, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    releases.mkdir()
    (releases / release.id).symlink_to(release.folder)
    (releases / ".prepared").write_text("in the way")
    command = [sys.executable, "-m", "server.prepare", str(releases / release.id)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert "not prepared" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_prepares_and_answers_the_same_before_and_after(
    settings: Settings, tmp_path: Path
) -> None:
    with serve(replace(settings, prepare=0, page_cache=0), tmp_path) as site:
        before = httpx.get(site.address + PAGE, headers={"Accept": "text/html"})
    with serve(settings, tmp_path) as site:
        wait_until_prepared(site)
        for _ in range(3):
            after = httpx.get(site.address + PAGE, headers={"Accept": "text/html"})
            assert after.content == before.content
            assert set(after.headers) == set(before.headers)
            assert after.headers["ETag"] == before.headers["ETag"]


def test_the_cache_tells_apart_what_clients_get_differently() -> None:
    keys = [
        key_of(scope(accept=BROWSER)),
        key_of(scope(accept=b"text/turtle")),
        key_of(scope(accept=b"text/turtle", accept_encoding=b"gzip")),
        key_of(scope(query=b"format=ttl")),
        key_of(scope("/evidence/other")),
        key_of(scope()),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of(scope(accept=BROWSER, user_agent=b"x")) == keys[0]


@pytest.mark.parametrize("name", ["if-none-match", "if-match", "range", "if-modified-since"])
def test_who_says_what_he_has_is_answered_apart(name: str) -> None:
    knowing = scope()
    knowing["headers"] = [(name.encode(), b'"x"')]
    assert key_of(knowing) is None
    assert key_of(scope(method="HEAD")) is None


def test_two_lines_of_a_header_are_not_the_last_one() -> None:
    twice = scope()
    twice["headers"] = [(b"accept", b"text/html;q=0.1"), (b"accept", b"text/turtle")]
    assert key_of(twice) == key_of(scope(accept=b"text/html;q=0.1, text/turtle"))


def test_a_kept_page_is_not_given_on_another_day(prepared_site: Site) -> None:
    cache, key = PageCache(1 << 20), key_of(scope(accept=b"text/html"))
    assert key is not None
    response = prepared_site.resources.answer(asked(PAGE, "text/html"))
    cache.put(key, response, today() - 1)
    assert cache.get(key) is None
    cache.put(key, response, today())
    kept = cache.get(key)
    assert kept is not None
    assert kept.body == response.body
    assert (cache.hits, cache.misses) == (1, 1)


def test_a_cache_of_nothing_keeps_nothing(prepared_site: Site) -> None:
    cache, key = PageCache(0), key_of(scope())
    assert key is not None
    cache.put(key, prepared_site.resources.answer(asked(PAGE, "text/html")), today())
    assert cache.get(key) is None


@pytest.mark.parametrize("headers", [{}, {"Accept": "text/turtle"}, {"Accept-Encoding": "gzip"}])
def test_asking_again_gives_the_same(headers: dict[str, str], web: httpx.Client) -> None:
    first, again = (web.get(PAGE, headers=headers) for _ in range(2))
    head = web.head(PAGE, headers=headers)
    names = set(first.headers)
    assert names == set(again.headers) == set(head.headers)
    moving = {"x-request-id", "date"}
    for name in names - moving:
        assert first.headers[name] == again.headers[name] == head.headers[name], name
    assert first.content == again.content
    assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]


def test_a_problem_of_a_thing_is_told_and_not_kept(web: httpx.Client) -> None:
    for _ in range(2):
        missing = web.get("/evidence/none", headers={"Accept": "application/json"})
        assert missing.status_code == 404
        assert missing.json()["instance"] == f"urn:request:{missing.headers['X-Request-Id']}"
    refused = web.get(PAGE, headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert web.post(PAGE).status_code == 405
    assert web.options(PAGE).status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        *("/evidence/%00", "/evidence/%2e%2e%2fetc%2fpasswd", "/evidence/a%20b%3C%3E"),
        *("/evidence/%ff%fe", "/journal/%0d%0aX-Evil:1", "/vocabulary/" + "x" * 10_000),
    ],
)
def test_a_hostile_address_is_nothing(path: str, web: httpx.Client) -> None:
    response = web.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "X-Evil" not in response.headers
    assert len(response.content) < 5000


def test_who_takes_the_packing_gets_what_others_would_have_unpacked(web: httpx.Client) -> None:
    for form in ("ttl", "html"):
        packed, plain = (
            web.get(f"{PAGE}.{form}", headers={"Accept-Encoding": coding, "If-None-Match": '"x"'})
            for coding in ("zstd", "identity")
        )
        assert packed.content == plain.content
        assert packed.headers["Content-Encoding"] == "zstd"


def test_a_stamped_page_has_the_bytes_of_one_that_is_made_now(
    prepared_site: Site, release: Release
) -> None:
    headers = [(b"accept", b"text/html"), (b"accept-encoding", b"zstd")]
    request = Request("GET", PAGE, b"", headers, "127.0.0.1", "1")
    ready = prepared_site.resources.ready(request)
    assert ready is not None
    assert ready.headers["Content-Encoding"] == "zstd"
    assert ready == Site(Facts(release)).resources.answer(request)
