import hashlib
import re

import httpx
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE, term
from graph.release import Release
from server.app import create_app
from server.facts import Facts


@pytest.fixture
def dump(release: Release) -> str:
    return f"/release/{release.id}/atlas.nq"


def say(client: FlaskClient, path: str) -> ox.Store:
    store = ox.Store()
    store.load(client.get(f"{path}.ttl").data, format=ox.RdfFormat.TURTLE)
    return store


def value(store: ox.Store, subject: object, curie: str) -> object:
    assert isinstance(subject, ox.NamedNode)
    (quad,) = store.quads_for_pattern(subject, term(curie), None)
    return quad.object


def text(found: object) -> str:
    assert isinstance(found, ox.NamedNode | ox.Literal)
    return found.value


def test_the_dump_is_the_file_of_the_release(
    client: FlaskClient, release: Release, dump: str
) -> None:
    response = client.get(dump, buffered=True)
    assert (response.status_code, response.mimetype) == (200, "application/n-quads")
    assert response.data == release.dump_path.read_bytes()
    assert response.content_length == len(response.data)
    assert response.headers["ETag"] == f'"{release.manifest.digest}"'
    head = client.head(dump, buffered=True)
    for answer in (head, response):
        del answer.headers["Date"]
    assert (head.data, dict(head.headers)) == (b"", dict(response.headers))
    again = client.get(dump, buffered=True, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/dataset", "release"])
def test_dataset_and_release_say_where_the_dump_is_and_its_digest_is_true(
    path: str, client: FlaskClient, release: Release, dump: str
) -> None:
    path = f"/release/{release.id}" if path == "release" else path
    said = say(client, path)
    node = value(said, ox.NamedNode(BASE + path), "dcat:distribution")
    address = text(value(said, node, "dcat:downloadURL"))
    assert address == BASE + dump
    body = client.get(address.removeprefix(BASE), buffered=True).data
    assert text(value(said, node, "dcat:byteSize")) == str(len(body))
    assert text(value(said, node, "dcat:mediaType")).endswith("/application/n-quads")
    checksum = value(said, node, "spdx:checksum")
    assert value(said, checksum, "spdx:algorithm") == term("spdx:checksumAlgorithm_sha256")
    assert text(value(said, checksum, "spdx:checksumValue")) == hashlib.sha256(body).hexdigest()
    assert f'href="{dump}"' in client.get(path, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize("path", ["/dataset", "release"])
def test_every_own_iri_said_of_the_dump_resolves(
    path: str, client: FlaskClient, release: Release
) -> None:
    path = f"/release/{release.id}" if path == "release" else path
    nodes = {node for quad in say(client, path) for node in quad if isinstance(node, ox.NamedNode)}
    own = {node.value.partition("#")[0] for node in nodes if node.value.startswith(f"{BASE}/")}
    assert len(own) >= 3
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
