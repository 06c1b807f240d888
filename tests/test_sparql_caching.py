import gzip

import httpx
import pytest
import zstandard

ROWS = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 5"
MANY = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500"


def ask(web: httpx.Client, query: str) -> httpx.Response:
    return web.get("/sparql", params={"query": query})


def test_an_etag_belongs_to_query_format_and_coding(web: httpx.Client) -> None:
    def tag(query: str, accept: str, coding: str) -> str:
        headers = {"Accept": accept, "Accept-Encoding": coding}
        found = web.get("/sparql", params={"query": query}, headers=headers).headers["ETag"]
        assert found.startswith('"')
        return str(found)

    tags = [
        tag(query, accept, coding)
        for query in (MANY, ROWS)
        for accept in ("text/csv", "application/json", "application/sparql-results+json")
        for coding in ("identity", "gzip", "zstd")
    ]
    assert len(set(tags)) == len(tags) == 18
    assert tag(ROWS, "text/csv", "gzip") == tags[10]


def test_a_client_that_has_the_answer_is_told_so(web: httpx.Client) -> None:
    first = ask(web, ROWS)
    headers = {"If-None-Match": f'"other", {first.headers["ETag"]}'}
    again = web.get("/sparql", params={"query": ROWS}, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Accept" in again.headers["Vary"]
    csv_headers = {**headers, "Accept": "text/csv"}
    assert web.get("/sparql", params={"query": ROWS}, headers=csv_headers).status_code == 200


def test_an_answer_that_changes_has_no_etag(web: httpx.Client) -> None:
    for query in (
        "SELECT (RAND() AS ?r) {}",
        "SELECT (NOW() AS ?t) {}",
        "SELECT (UUID() AS ?u) {}",
    ):
        one, other = ask(web, query), ask(web, query)
        assert "ETag" not in one.headers
        assert one.content != other.content


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_long_answer_is_compressed_for_who_can_read_it(coding: str, web: httpx.Client) -> None:
    plain = web.get("/sparql", params={"query": MANY}, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    with web.stream(
        "GET", "/sparql", params={"query": MANY}, headers={"Accept-Encoding": f"{coding}, x;q=0"}
    ) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in packed.headers["Vary"]
    whole = gzip.decompress(raw) if coding == "gzip" else zstandard.decompress(raw)
    assert whole == plain.content
    assert len(raw) < len(plain.content) / 3
