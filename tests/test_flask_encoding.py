import gzip

import httpx
import pytest
from flask.testing import FlaskClient

ADDRESSES = [
    *("/static/atlas.css", "/how-it-works", "/case-definition", "/sitemap-1.xml", "/shapes"),
    "/sparql/terms.json",
]


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_what_is_text_comes_in_the_coding_that_is_taken(
    path: str, coding: str, web: httpx.Client
) -> None:
    headers = {"Accept-Encoding": coding}
    plain = web.get(path, headers={"Accept-Encoding": "identity"})
    coded = web.get(path, headers=headers)
    assert coded.headers["Content-Encoding"] == coding
    assert int(coded.headers["Content-Length"]) < len(plain.content)
    assert coded.content == plain.content
    assert "Accept-Encoding" in coded.headers["Vary"]
    assert coded.headers["ETag"] != plain.headers["ETag"]
    again = web.get(path, headers=headers | {"If-None-Match": coded.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == coded.headers["ETag"]
    other = web.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": '"another"'})
    assert other.status_code == 200


def test_a_short_answer_is_left_as_it_is(client: FlaskClient) -> None:
    response = client.get("/robots.txt", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.text.startswith("User-agent")


def test_a_part_of_a_file_is_not_packed(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}
    with client.get("/static/atlas.css", headers=headers) as response:
        assert response.status_code == 206
        assert len(response.data) == 10
        assert "Content-Encoding" not in response.headers


def test_head_says_the_length_of_what_get_would_send(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    with client.get("/how-it-works", headers=headers) as got:
        body, length = got.data, got.headers["Content-Length"]
    with client.head("/how-it-works", headers=headers) as head:
        assert head.headers["Content-Length"] == length
        assert head.headers["ETag"] == got.headers["ETag"]
    assert b"<h1" in gzip.decompress(body)
