from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from memento_client import MementoClient

from graph.build import build
from graph.prefixes import BASE
from server.settings import Settings
from tests.past import JUDGED, REVISED, WITHDRAWN
from tests.site import free_port, serve

PAGE = f"/evidence/{REVISED}"
GATE, MAP = f"/timegate{PAGE}", f"/timemap{PAGE}"
# A time → the revision that was the present one.
TIMES = {
    "Mon, 01 Dec 2025 00:00:00 GMT": 1,
    "Thu, 01 Jan 2026 12:00:00 GMT": 1,
    "Sun, 01 Feb 2026 11:59:59 GMT": 1,
    "Sun, 01 Feb 2026 12:00:00 GMT": 2,
    "Sat, 28 Feb 2026 00:00:00 GMT": 2,
    "Wed, 01 Jan 2031 00:00:00 GMT": 3,
}


@pytest.fixture(scope="module")
def origin(past: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the release with a past, served where its things say that they are."""
    folder, port = tmp_path_factory.mktemp("origin"), free_port()
    build(folder / "releases", past, f"http://127.0.0.1:{port}")
    with serve(Settings(releases=folder / "releases"), folder, port) as site:
        yield site.address.rstrip("/")


@pytest.mark.parametrize(("time", "number"), TIMES.items())
def test_a_time_leads_to_the_revision_of_then(
    time: str, number: int, past_client: FlaskClient
) -> None:
    response = past_client.get(GATE, headers={"Accept-Datetime": time})
    assert response.status_code == 302
    assert response.headers["Location"] == f"{PAGE}/revision/{number}"
    assert response.headers["Vary"].startswith("accept-datetime")
    assert f'<{BASE}{PAGE}>; rel="original"' in response.headers["Link"]
    assert 'rel="timemap"' in response.headers["Link"]


def test_the_format_comes_before_the_time(past_client: FlaskClient) -> None:
    then = {"Accept-Datetime": "Sat, 28 Feb 2026 00:00:00 GMT", "Accept": "text/turtle"}
    locations = {
        "": f"{PAGE}/revision/2",
        ".rdf": f"{PAGE}/revision/2.rdf",
        "?format=jsonld": f"{PAGE}/revision/2?format=jsonld",
    }
    for asked, location in locations.items():
        response = past_client.get(GATE + asked, headers=then)
        assert response.headers["Location"] == location
    found = past_client.get(GATE, headers=then, follow_redirects=True)
    assert found.mimetype == "text/turtle"
    assert past_client.get(f"{GATE}.bib").status_code == 406


def test_without_a_time_the_gate_leads_to_the_last(past_client: FlaskClient) -> None:
    assert past_client.get(GATE).headers["Location"] == f"{PAGE}/revision/3"


@pytest.mark.parametrize("time", ["", "now", "2026-02-28", "Sat, 28 Feb 2026 00:00:00 +0100"])
def test_a_time_that_is_none_is_a_problem(time: str, past_client: FlaskClient) -> None:
    response = past_client.get(GATE, headers={"Accept-Datetime": time})
    assert response.status_code == 400
    assert "GMT" in response.get_json(force=True)["detail"]


def test_what_has_no_history_has_neither_gate_nor_map(
    past_client: FlaskClient, client: FlaskClient
) -> None:
    for path in ("/evidence/none", "/evidence/a b", "/evidence/none.ttl"):
        assert past_client.get(f"/timegate{path}").status_code == 404
        assert past_client.get(f"/timemap{path}").status_code == 404
    assert client.get(GATE).status_code == client.get(MAP).status_code == 404
    assert "timegate" not in client.get(PAGE).headers["Link"]


def test_an_entry_names_its_gate_and_map_in_every_format(past_client: FlaskClient) -> None:
    for ending in ("", ".html", ".ttl", ".bib"):
        links = past_client.get(PAGE + ending).headers["Link"]
        assert f'<{BASE}{GATE}>; rel="timegate"' in links
        assert f'<{BASE}{MAP}>; rel="timemap"; type="application/link-format"' in links
    assert f"<{BASE}{GATE}>" in past_client.get(f"{PAGE}.linkset").text


def test_the_map_lists_all_revisions_as_links_and_as_json(past_client: FlaskClient) -> None:
    links = past_client.get(MAP)
    assert links.mimetype == "application/link-format"
    assert links.text.count("memento") == 3
    for asked, headers in (("?format=json", {}), ("", {"Accept": "application/json"})):
        found = past_client.get(MAP + asked, headers=headers)
        assert found.mimetype == "application/json"
        rows = found.get_json()["mementos"]["list"]
        assert [row["uri"] for row in rows] == [f"{BASE}{PAGE}/revision/{n}" for n in (1, 2, 3)]
    known = {"If-None-Match": links.headers["ETag"]}
    assert past_client.get(MAP, headers=known).status_code == 304


def test_the_map_comes_in_no_other_format(past_client: FlaskClient) -> None:
    assert past_client.get(MAP, headers={"Accept": "text/html;q=1, */*;q=0"}).status_code == 406
    assert past_client.get(f"{MAP}?format=ttl").status_code == 406
    assert past_client.get(f"{MAP}?format=nope").status_code == 400


def test_what_was_withdrawn_still_has_a_map(past_client: FlaskClient) -> None:
    found = past_client.get(f"/timemap/evidence/{WITHDRAWN}?format=json").get_json()
    assert len(found["mementos"]["list"]) == 2


def test_a_memento_client_walks_an_entry_through_time(origin: str) -> None:
    # Not one whose DOI has a semicolon: this client takes it for the end of the address.
    page = f"/evidence/{JUDGED}"
    client, seen = MementoClient(), []
    for month, day in ((1, 15), (2, 15), (3, 15)):
        info = client.get_memento_info(origin + page, datetime(2026, month, day))  # noqa: DTZ001
        assert info["original_uri"] == origin + page
        assert info["timegate_uri"] == f"{origin}/timegate{page}"
        mementos = info["mementos"]
        assert mementos["closest"]["http_status_code"] == 200
        assert mementos["closest"]["datetime"].month == month
        assert mementos["first"]["uri"] == [f"{origin}{page}/revision/1"]
        assert mementos["last"]["uri"] == [f"{origin}{page}/revision/3"]
        (address,) = mementos["closest"]["uri"]
        assert client.get_original_uri(address) == origin + page
        assert (
            f"recorded on 2026-0{month}-01"
            in httpx.get(address, headers={"Accept": "text/html"}).text
        )
        seen.append(address)
    assert seen == [f"{origin}{page}/revision/{n}" for n in (1, 2, 3)]


def test_the_real_server_answers_for_what_was(origin: str) -> None:
    first = httpx.get(f"{origin}{PAGE}/revision/1.nt")
    assert first.headers["Memento-Datetime"] == "Thu, 01 Jan 2026 12:00:00 GMT"
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    # Kept by the cache of pages, too.
    assert httpx.get(f"{origin}{PAGE}/revision/1.nt").content == first.content
    assert httpx.get(f"{origin}/evidence/{WITHDRAWN}").status_code == 410
    assert httpx.get(f"{origin}/evidence/{JUDGED}").status_code == 200
