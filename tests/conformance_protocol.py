"""Send the requests of the W3C's protocol suite to a server, and judge its answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from tests.conformance_manifest import MF, RDFS, UT, Manifest, Subject, path_of

_HT = "http://www.w3.org/2011/http#"
_CNT = "http://www.w3.org/2011/content#"
_STATUS = "http://www.w3.org/2011/http-statusCodes#StatusCode"
_FORMATS = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": (
        *("application/sparql-results+json", "application/sparql-results+xml"),
        *("text/csv", "text/tab-separated-values"),
    ),
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"),
}


@dataclass(frozen=True)
class Exchange:
    """A request, and what its answer has to be."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    statuses: frozenset[str]
    verdict: bool | None
    form: str | None

    @property
    def is_update(self) -> bool:
        """Return whether it asks for a change that ought to be made."""
        kind = next((v for n, v in self.headers.items() if n.lower() == "content-type"), "")
        is_update = "sparql-update" in kind or self.body.startswith(b"update=")
        return is_update and "2" in self.statuses


def graphs(manifest: Manifest) -> list[str]:
    """Return the graphs that the tests need, as NAME=FILE."""
    found: set[str] = set()
    for node in manifest.all(None, f"{UT}graphData"):
        assert isinstance(node, Subject)
        file = path_of(manifest.one(node, f"{UT}graph"))
        found.add(f"{manifest.text(node, f'{RDFS}label')}={file}")
    return sorted(found)


def cases(manifest: Manifest) -> Iterator[tuple[str, list[Exchange]]]:
    """Yield each test with its requests."""
    for test in manifest.tests():
        action = manifest.one(test, f"{MF}action")
        assert action is not None
        requests = manifest.items(manifest.one(action, f"{_HT}requests"))
        name = f"sparql11/protocol#{test.value.rpartition('#')[2]}"
        yield name, [_exchange(manifest, request) for request in requests]


def fault(web: httpx.Client, exchanges: list[Exchange]) -> str:
    """Return what is wrong with the first wrong answer, "" where all are right.

    An update has to be refused as one; what should then be there is not asked for.
    """
    for exchange in exchanges:
        found = _fault(web, exchange)
        if found or exchange.is_update:
            return found
    return ""


def _fault(web: httpx.Client, exchange: Exchange) -> str:
    answer = web.request(
        exchange.method,
        exchange.target.replace("/sparql/", "/sparql", 1),
        headers=exchange.headers,
        content=exchange.body or None,
    )
    if exchange.is_update:
        is_refused = answer.status_code == 403 and "/problems/update-refused" in answer.text
        return "" if is_refused else f"status {answer.status_code}, not refused: {answer.text}"
    if str(answer.status_code)[0] not in exchange.statuses:
        return f"status {answer.status_code}: {answer.text}"
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if exchange.form and kind not in _FORMATS[exchange.form]:
        return f"Content-Type {kind}, which is not {exchange.form}"
    if exchange.verdict is not None and json.loads(answer.content)["boolean"] != exchange.verdict:
        return f"the answer is not {exchange.verdict}"
    return ""


def _exchange(manifest: Manifest, request: Subject) -> Exchange:
    def text(node: Subject, predicate: str) -> str:
        return manifest.text(node, predicate) or ""

    headers = {
        text(header, f"{_HT}fieldName"): text(header, f"{_HT}fieldValue")
        for header in manifest.items(manifest.one(request, f"{_HT}headers"))
    }
    body, answer = manifest.one(request, f"{_HT}body"), manifest.one(request, f"{_HT}resp")
    assert answer is not None
    statuses = [
        node.value
        for node in manifest.all(answer, f"{MF}expectedStatus")
        if isinstance(node, Subject)
    ]
    verdict = manifest.text(answer, f"{MF}expectedBoolean")
    return Exchange(
        text(request, f"{_HT}methodName"),
        text(request, f"{_HT}absolutePath"),
        headers,
        text(body, f"{_CNT}chars").encode(text(body, f"{_CNT}characterEncoding")) if body else b"",
        frozenset(iri.removeprefix(_STATUS)[0] for iri in statuses),
        None if verdict is None else verdict == "true",
        manifest.text(answer, f"{MF}expectedFormat"),
    )
