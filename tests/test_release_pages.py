import csv
import hashlib
import io
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph import shacl
from graph.build import build
from graph.prefixes import BASE, term, value
from graph.release import current_release
from graph.sources import read_ontology
from server.app import create_app
from server.facts import Facts
from tests.shelf import Shelf, fill_shelf
from tests.small import ENTRY, SIZE
from tests.test_pages import HTML, page

POLICIES = [f"/policy/v0.{n}" for n in (1, 2, 3)] + [f"/rule-set/v0.{n}" for n in (1, 2)]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return fill_shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def web(shelf: Shelf) -> FlaskClient:
    """Return a client of the last of three releases."""
    return create_app(Facts(current_release(shelf.releases))).test_client()


def compared(shelf: Shelf, old: int = 0, new: int = 1) -> str:
    return f"/release/{shelf.names[old]}...{shelf.names[new]}"


def triples(web: FlaskClient, path: str, form: ox.RdfFormat, suffix: str) -> set[ox.Triple]:
    response = web.get(path + suffix)
    assert response.status_code == 200, response.text
    return {quad.triple for quad in ox.parse(response.data, format=form)}


@pytest.mark.parametrize(
    "path",
    [
        "/release/2001-01-01.1",
        "/release/2001-01-01.1.ttl",
        "/release/nonsense",
        "/release/2001-01-01.1/entries",
        "/release/2001-01-01.1/entries.csv",
        "/release/2001-01-01.1/atlas.nq",
        "/release/2001-01-01.1...{0}",
        "/release/{0}...2001-01-01.1.json",
        "/release/...",
        "/release/{0}...{0}...{0}",
    ],
)
def test_a_release_that_is_not_there_is_told_with_the_last(
    path: str, shelf: Shelf, web: FlaskClient
) -> None:
    response = web.get(path.format(shelf.names[-1]))
    assert response.status_code == 404
    assert response.get_json()["release"] == shelf.names[-1]
    assert str(shelf.releases) not in response.text


def test_all_releases_are_listed_with_what_changed(shelf: Shelf, web: FlaskClient) -> None:
    text = page(web, "/release")
    places = [text.index(f'<a href="/release/{name}">{name}</a></th>') for name in shelf.names]
    assert places == sorted(places, reverse=True)
    for number in (1, 2):
        assert f'href="{compared(shelf, number - 1, number)}"' in text
    assert web.get("/release", headers={"Accept": "text/turtle"}).status_code == 406
    assert web.get("/release/").headers["Location"] == "/release"


def test_a_release_without_a_folder_has_its_page(shelf: Shelf, web: FlaskClient) -> None:
    first, second, third = shelf.names
    text = page(web, f"/release/{first}")
    assert f'rel="next" href="/release/{second}"' in text
    assert 'rel="prev"' not in text
    assert f'href="{compared(shelf, 0, 2)}"' in text
    assert re.findall(rf'href="/release/{first}/([\w.-]+)"', text) == ["entries", "atlas.nq"]
    for file in shelf.made[0].manifest.files:
        assert file.digest.removeprefix("sha256:") in text
    middle = page(web, f"/release/{second}")
    assert 'rel="prev"' in middle
    assert f"/release/{second}/entries.parquet" in middle
    assert "All releases" in page(web, f"/release/{third}")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_release_as_data_keeps_to_the_shapes(number: int, shelf: Shelf, web: FlaskClient) -> None:
    path = f"/release/{shelf.names[number]}"
    found = triples(web, path, ox.RdfFormat.TURTLE, ".ttl")
    assert found == triples(web, path, ox.RdfFormat.N_TRIPLES, ".nt")
    assert not [t for t in found if isinstance(t.subject, ox.BlankNode)]
    store = ox.Store()
    store.extend(ox.Quad(*t) for t in found)
    # With what it names: the dataset, and by what that judges.
    for near in ("/dataset", *POLICIES):
        store.extend(ox.Quad(*t) for t in triples(web, near, ox.RdfFormat.TURTLE, ".ttl"))
    assert shacl.validate(store, "sources") == []
    files = [t for t in found if t.predicate == term("dcat:distribution")]
    assert len(files) == (1, 8, 8)[number]
    before = {value(t.object) for t in found if t.predicate == term("dcat:previousVersion")}
    assert before == {f"{BASE}/release/{name}" for name in shelf.names[number - 1 : number]}


def test_every_own_address_that_a_release_names_resolves(shelf: Shelf, web: FlaskClient) -> None:
    for path in (*(f"/release/{name}" for name in shelf.names), compared(shelf)):
        nodes = {n for t in triples(web, path, ox.RdfFormat.TURTLE, ".ttl") for n in t}
        iris = {value(node) for node in nodes if isinstance(node, ox.NamedNode)}
        own = {iri.partition("#")[0] for iri in iris if iri.startswith(f"{BASE}/")}
        assert len(own) > 2
        for iri in own:
            response = web.get(iri.removeprefix(BASE), buffered=True)
            # What was withdrawn is gone, and says so.
            assert response.status_code in {200, 410}, (path, iri)


def test_the_dump_of_a_release_without_a_folder_comes_out_of_the_archive(
    shelf: Shelf, web: FlaskClient
) -> None:
    first = shelf.made[0]
    assert not first.folder.exists()
    response = web.get(f"/release/{first.id}/atlas.nq", buffered=True)
    digest = hashlib.sha256(response.data).hexdigest()
    assert f"sha256:{digest}" == first.manifest.digest == response.get_etag()[0]
    assert response.content_length == len(response.data)
    gone = web.get(f"/release/{first.id}/entries.parquet")
    assert (gone.status_code, "only atlas.nq" in gone.text) == (404, True)
    whole = web.get(f"/release/{shelf.names[1]}/entries.parquet", buffered=True)
    assert whole.status_code == 200


def test_the_entries_of_a_release_are_listed_with_revisions(shelf: Shelf, web: FlaskClient) -> None:
    for name, count in zip(shelf.names, (SIZE, SIZE, SIZE - 1), strict=True):
        path = f"/release/{name}/entries"
        rows = web.get(f"{path}.json").get_json()
        table = list(csv.DictReader(io.StringIO(web.get(f"{path}.csv").text)))
        assert len(rows) == count
        assert rows == table
        text = page(web, path)
        assert all(row["digest"].removeprefix("sha256:") in text for row in rows)
    assert web.get(f"{path}?page=2").status_code == 404
    assert web.get(f"{path}?page=0").status_code == 404


def test_a_comparison_says_first_whose_judgement_changed_and_why(
    shelf: Shelf, web: FlaskClient
) -> None:
    data = web.get(f"{compared(shelf)}.json")
    assert data.mimetype == "application/json"
    document = data.get_json()
    judged = document["judgedOtherwise"]
    assert {row["causedBy"] for row in judged} == {f"{BASE}/policy/v0.3"}
    text = page(web, compared(shelf))
    assert text.index("Whose PEM judgement changed") < text.index("Entries changed")
    assert f"{len(judged)} by <a" in text
    assert "by policy v0.3 instead of policy v0.2" in text
    found = triples(web, compared(shelf), ox.RdfFormat.TURTLE, ".ttl")
    after = {t.subject for t in found if t.predicate == term("atlas:pemAfter")}
    assert {value(node).partition("#")[2] for node in after} == {
        row["entry"].removeprefix(f"{BASE}/") for row in judged
    }
    by_policy = {t.subject for t in found if t.predicate == term("atlas:policyAfter")}
    assert after <= by_policy


def test_a_comparison_was_not_built_and_names_no_provenance(shelf: Shelf, web: FlaskClient) -> None:
    assert "has_provenance" not in web.get(compared(shelf, 0, 1)).headers["Link"]


def test_a_comparison_as_data_keeps_to_the_shapes(shelf: Shelf, web: FlaskClient) -> None:
    store = ox.Store()
    store.bulk_extend(read_ontology().store)
    changes = set()
    for old, new in ((0, 1), (1, 2), (2, 0)):
        found = triples(web, compared(shelf, old, new), ox.RdfFormat.TURTLE, ".ttl")
        assert found == triples(web, compared(shelf, old, new), ox.RdfFormat.RDF_XML, ".rdf")
        changes |= {value(t.object) for t in found if t.predicate == term("rdf:type")}
        store.extend(ox.Quad(*t) for t in found)
    assert {iri.partition("#")[2] for iri in changes} == {
        "ReleaseComparison", "ReleaseChange", "Addition", "Removal",
    }  # fmt: skip
    assert shacl.validate(store, "sources") == []


def test_a_later_release_compared_with_an_earlier_one_says_so(
    shelf: Shelf, web: FlaskClient
) -> None:
    text = page(web, compared(shelf, 2, 1))
    assert "The first of the two is the later one" in text
    assert f'href="{compared(shelf, 1, 2)}"' in text
    assert "later one" not in page(web, compared(shelf, 1, 2))
    same = page(web, compared(shelf, 1, 1))
    assert "Nobody's." in same
    assert web.get(f"{compared(shelf, 2, 1)}.json").get_json()["added"]


def test_what_a_client_has_is_not_sent_again(shelf: Shelf, web: FlaskClient) -> None:
    paths = ("/release", f"/release/{shelf.names[0]}", compared(shelf), f"{compared(shelf)}.json")
    for path in paths:
        first = web.get(path, headers=HTML)
        again = web.get(path, headers={**HTML, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert web.get(compared(shelf), headers={"Accept": "application/json"}).is_json
    assert web.get(compared(shelf), headers={"Accept": "image/png"}).status_code == 406


def test_a_release_that_another_process_adds_is_there_at_once(shelf: Shelf, tmp_path: Path) -> None:
    copy = shelf.copy(tmp_path)
    client = create_app(Facts(current_release(copy.releases))).test_client()
    before = client.get("/release", headers=HTML)
    newer = build(copy.releases, copy.data, force=True)
    after = client.get("/release", headers={**HTML, "If-None-Match": before.headers["ETag"]})
    assert (after.status_code, newer.id in after.text) == (200, True)
    assert client.get(f"/release/{newer.id}").status_code == 200


def test_without_an_archive_the_served_release_answers(shelf: Shelf, tmp_path: Path) -> None:
    copy = shelf.copy(tmp_path)
    (copy.releases / "archive.sqlite").unlink()
    client = create_app(Facts(current_release(copy.releases))).test_client()
    assert page(client, f"/release/{shelf.names[-1]}")
    assert shelf.names[-1] in page(client, "/release")
    assert client.get(f"/release/{shelf.names[0]}").status_code == 404


def test_a_damaged_archive_is_a_fault_of_ours_and_tells_no_paths(
    shelf: Shelf, tmp_path: Path
) -> None:
    copy = shelf.copy(tmp_path)
    (copy.releases / "archive.sqlite").write_bytes(b"no database" * 1000)
    client = create_app(Facts(current_release(copy.releases))).test_client()
    for path in ("/release", f"/release/{shelf.names[0]}", compared(shelf)):
        response = client.get(path)
        assert (response.status_code, str(tmp_path) in response.text) == (500, False)
        assert "archive of releases" in response.get_json()["detail"]
    for path in (f"/evidence/{ENTRY}", "/dataset", f"/release/{shelf.names[-1]}"):
        assert page(client, path)
