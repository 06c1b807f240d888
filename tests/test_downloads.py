import hashlib
import re

import httpx
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.files import ReleaseFile
from graph.prefixes import BASE
from graph.release import Release
from server.app import create_app
from server.facts import Facts


@pytest.fixture
def dump(release: Release) -> str:
    return f"/release/{release.id}/atlas.nq"


@pytest.fixture(params=["atlas.nq", "atlas.ttl.gz", "entries.parquet", "ro-crate-metadata.json"])
def file(request: pytest.FixtureRequest, release: Release) -> ReleaseFile:
    (found,) = (file for file in release.manifest.files if file.name == request.param)
    return found


def test_a_file_is_sent_as_it_is(client: FlaskClient, release: Release, file: ReleaseFile) -> None:
    path, whole = f"/release/{release.id}/{file.name}", (release.folder / file.name).read_bytes()
    response = client.get(path, buffered=True)
    assert (response.status_code, response.mimetype) == (200, file.compression or file.media_type)
    assert response.data == whole
    assert response.content_length == len(whole) == file.size
    assert response.headers["ETag"] == f'"{file.digest}"'
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Content-Encoding" not in response.headers
    head = client.head(path, buffered=True)
    for answer in (head, response):
        del answer.headers["Date"]
    assert (head.data, dict(head.headers)) == (b"", dict(response.headers))
    again = client.get(path, buffered=True, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    part = client.get(path, buffered=True, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, whole[10:20])


def test_the_pages_of_the_data_may_be_found(client: FlaskClient, release: Release) -> None:
    for path in ("/dataset", f"/release/{release.id}"):
        assert "X-Robots-Tag" not in client.get(path).headers


@pytest.mark.parametrize("path", ["/dataset", "release", "/.well-known/void"])
def test_every_own_iri_said_of_the_files_resolves(
    path: str, client: FlaskClient, release: Release
) -> None:
    path = f"/release/{release.id}" if path == "release" else path
    quads = ox.parse(client.get(f"{path}.ttl").data, format=ox.RdfFormat.TURTLE)
    nodes = {node for quad in quads for node in quad if isinstance(node, ox.NamedNode)}
    own = {node.value.partition("#")[0] for node in nodes if node.value.startswith(f"{BASE}/")}
    assert len({iri for iri in own if iri.startswith(f"{BASE}/release/{release.id}/")}) >= 4
    # The endpoint stands before the pages.
    for iri in own - {f"{BASE}/sparql"}:
        assert client.head(iri.removeprefix(BASE), buffered=True).status_code == 200, iri


def test_a_broken_download_goes_on_where_it_stopped(
    client: FlaskClient, release: Release, dump: str
) -> None:
    whole = release.dump_path.read_bytes()
    got = client.get(dump, buffered=True, headers={"Range": "bytes=100-"})
    assert (got.status_code, got.data) == (206, whole[100:])
    past = client.get(dump, buffered=True, headers={"Range": f"bytes={len(whole)}-"})
    assert (past.status_code, past.mimetype) == (416, "application/problem+json")
    assert past.headers["Content-Range"] == f"bytes */{len(whole)}"
    changed = client.get(
        dump, buffered=True, headers={"Range": "bytes=100-", "If-Range": '"other"'}
    )
    assert (changed.status_code, changed.content_length) == (200, len(whole))


def test_no_other_release_has_a_dump_here(client: FlaskClient, release: Release) -> None:
    for name in ("2001-01-01.1", "..", "current", "%2e%2e"):
        response = client.get(f"/release/{name}/atlas.nq")
        assert response.status_code == 404
        assert str(release.folder) not in response.text


def test_nothing_else_of_the_folder_is_sent(client: FlaskClient, release: Release) -> None:
    for name in ("manifest.json", "store", "store/CURRENT", "%2e%2e", "..%2fmanifest.json", "%00"):
        response = client.get(f"/release/{release.id}/{name}")
        assert response.status_code == 404, name
        assert str(release.folder) not in response.text


def test_downloads_leave_room_for_readers(release: Release, dump: str) -> None:
    client = create_app(Facts(release)).test_client()
    for asked in ({}, {"Range": "bytes=9999999999-"}, {"If-None-Match": "*"}):
        for _ in range(5):
            client.get(dump, buffered=True, headers=asked)
    running = [client.get(dump, buffered=False) for _ in range(4)]
    refused = client.get(dump, buffered=True)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert client.get("/dataset").status_code == 200
    for response in running:
        response.close()
    assert client.get(dump, buffered=True).status_code == 200


def test_problems_that_advise_the_dump_say_where_it_is(client: FlaskClient) -> None:
    text = re.sub(r"\s+", " ", client.get("/problems").text)
    assert text.count("load the dump") == text.count("/dataset says where it is") == 4


def test_the_dump_comes_over_a_real_socket(web: httpx.Client, release: Release, dump: str) -> None:
    with web.stream("GET", dump, headers={"Accept-Encoding": "identity"}) as response:
        body = response.read()
    assert response.headers["Content-Length"] == str(len(body))
    assert f"sha256:{hashlib.sha256(body).hexdigest()}" == release.manifest.digest


def test_a_client_that_goes_away_makes_room_for_another(web: httpx.Client, dump: str) -> None:
    for _ in range(8):
        with web.stream("GET", dump, headers={"Accept-Encoding": "identity"}) as response:
            next(response.iter_raw())
    # The server learns of it by and by, mostly before it is asked again.
    assert any(web.get(dump).status_code == 200 for _ in range(100))
