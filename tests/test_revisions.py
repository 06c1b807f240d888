import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from graph.build import build
from graph.content import digest
from graph.errors import ReleaseMissing
from graph.kept import document_named
from graph.prefixes import BASE
from graph.release import Release
from graph.revise import Order, revise
from server.app import create_app
from server.facts import Facts
from server.formats import Kind, offers
from server.revisions import history, revisions
from tests.past import (
    DEFINED,
    JUDGED,
    MERGED,
    REDEFINED,
    REVISED,
    UNDEFINED,
    WITHDRAWN,
)
from tests.small import edit

FORMS = offers(Kind.REVISION)
PAGE = f"/evidence/{REVISED}"
KEPT = {REVISED: 3, JUDGED: 3, WITHDRAWN: 2, MERGED: 2, DEFINED: 3, UNDEFINED: 2, REDEFINED: 2}
PATHS = [
    f"{document_named(name).removeprefix(BASE)}/revision/{n}"
    for name, last in KEPT.items()
    for n in range(1, last + 1)
]


@pytest.fixture(scope="module")
def later(past: Path, tmp_path_factory: pytest.TempPathFactory) -> list[FlaskClient]:
    """Return clients of two later releases, one of them of another atlas."""
    folder = tmp_path_factory.mktemp("later")
    data = shutil.copytree(past, folder / "data")
    for slug in (REVISED, JUDGED):
        edit(
            data / "evidence" / f"{slug}.ttl",
            "<#author-1> a",
            '<#paper> bibo:volume "7" .\n<#author-1> a',
        )
    edit(data / "case-definitions.ttl", "which it does not call PEM", "which is no PEM")
    revise(data, Order("edit", "Volumes.", created=datetime(2026, 6, 1, tzinfo=UTC)))
    releases = [
        build(folder / "same", data),
        build(folder / "other", data, "https://atlas.example"),
    ]
    return [create_app(Facts(release)).test_client() for release in releases]


@pytest.mark.parametrize("path", PATHS)
def test_a_revision_has_the_same_bytes_in_every_later_release(
    path: str, past_client: FlaskClient, later: list[FlaskClient]
) -> None:
    for row in FORMS:
        first = past_client.get(path + row.suffix)
        assert first.status_code == 200
        for client in later:
            again = client.get(path + row.suffix)
            assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])


def test_an_entry_goes_on_while_its_revisions_stay(
    past_client: FlaskClient, later: list[FlaskClient]
) -> None:
    assert "Revision 4 of this entry" in later[0].get(PAGE).text
    assert later[0].get(f"{PAGE}/revision/4.patch").text.startswith("A <")
    assert past_client.get(f"{PAGE}/revision/4").status_code == 404


def test_a_revision_says_when_it_was_where_it_belongs_and_that_it_never_changes(
    past_client: FlaskClient,
) -> None:
    response = past_client.get(f"{PAGE}/revision/2", headers={"Accept": "text/turtle"})
    assert response.mimetype == "text/turtle"
    assert response.headers["Memento-Datetime"] == "Sun, 01 Feb 2026 12:00:00 GMT"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    links = response.headers["Link"]
    for part in (
        f'<{BASE}{PAGE}>; rel="original"',
        f'<{BASE}/timegate{PAGE}>; rel="timegate"',
        f'<{BASE}/timemap{PAGE}>; rel="timemap"',
        f'<{BASE}{PAGE}/revision/1>; rel="prev first memento"',
        f'<{BASE}{PAGE}/revision/3>; rel="next last memento"',
        f'<{PAGE}/revision/2.trig>; rel="describedby"; type="application/trig"',
        f'<{PAGE}/revision/2.patch>; rel="alternate"; type="application/rdf-patch"',
    ):
        assert part in links
    known = {"If-None-Match": response.headers["ETag"], "Accept": "text/turtle"}
    again = past_client.get(f"{PAGE}/revision/2", headers=known)
    assert (again.status_code, again.data) == (304, b"")


def test_the_n_triples_have_the_digest_that_the_page_prints(past_client: FlaskClient) -> None:
    for path in PATHS:
        known = digest(past_client.get(f"{path}.nt").data)
        assert known in past_client.get(f"{path}.html").text


def test_what_has_not_the_digest_on_record_is_never_shown(
    past_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recall(*_: object) -> bytes:
        raise ReleaseMissing("what the release says of it has not the digest on record")

    monkeypatch.setattr("server.revision_documents.recall", recall)
    response = past_client.get(f"{PAGE}/revision/1.ttl")
    assert response.status_code == 500
    assert "has not the digest on record" in response.get_json(force=True)["detail"]


def test_a_revision_has_no_other_profile(past_client: FlaskClient) -> None:
    for query in ("_profile=schema", "_profile=alt"):
        response = past_client.get(f"{PAGE}/revision/1.ttl?{query}")
        assert response.status_code in {400, 406}
    assert past_client.get(f"{PAGE}/revision/1.bib").status_code == 404
    assert past_client.get(f"{PAGE}/revision/1?format=bib").status_code == 406


@pytest.mark.parametrize(
    "end", ["0", "01", "4", "x", "1/2", "", "1 ", "%00", "１", "-1", "9" * 50, "1/revision/1"]
)
def test_what_was_never_recorded_is_not_found(end: str, past_client: FlaskClient) -> None:
    assert past_client.get(f"{PAGE}/revision/{end}").status_code in {404}
    assert past_client.get(f"/evidence/a b/revision/{end}").status_code == 404


def test_the_page_of_an_entry_lists_its_revisions_the_last_one_first(
    past_client: FlaskClient, client: FlaskClient
) -> None:
    text = past_client.get(PAGE).text
    assert "Revision 3 of this entry, recorded on 2026-03-01" in text
    found = re.findall(r'<li value="(\d)"><a href="([^"]+)">([^<]+)</a> · ([^<]+)</li>', text)
    assert [(n, href) for n, href, _, _ in found] == [
        (str(n), f"{PAGE}/revision/{n}") for n in (3, 2, 1)
    ]
    assert found[0][3].endswith("Pages.")
    assert "of this entry, recorded" not in client.get(PAGE).text


def test_the_history_of_a_release_is_in_order(past_release: Release) -> None:
    facts = Facts(past_release)
    found = revisions(facts, BASE + PAGE)
    assert [revision.number for revision in found] == [1, 2, 3]
    past = history(facts, PAGE)
    assert past is not None
    assert [row.since for row in past.mementos] == [revision.created for revision in found]
    assert revisions(facts, f"{BASE}/evidence/a b") == []
    assert history(facts, "/evidence/none") is None
