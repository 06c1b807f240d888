import re

import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient

from graph.content import content_of, digest
from graph.errors import ReleaseMissing
from graph.prefixes import BASE, term, value
from graph.release import Release
from server.app import create_app
from server.facts import Facts
from server.formats import Kind, offers
from tests.changes import (
    ATOM,
    FORMS,
    LDES,
    RDF,
    SEQUENCE,
    SIZE,
    TREE,
    Present,
    feed,
    items,
    objects,
    pages,
    quads,
    told,
)
from tests.past import MERGED, REDEFINED, UNDEFINED, WITHDRAWN


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
@pytest.mark.parametrize("key", RDF)
def test_two_libraries_read_the_same_quads(
    key: str, first: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else it says "+00:00" for "Z".
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    for path in ["/changes", *pages(first)]:
        dataset = rdflib.Dataset()
        address = f"https://mirror.example{path}"
        name = {"trig": "trig", "jsonld": "json-ld"}[key]
        dataset.parse(data=first.client.get(path + FORMS[key]).data, format=name, publicID=address)
        lines = dataset.serialize(format="nquads", encoding="utf-8")
        read = {
            quad if "/revision/" in str(quad.graph_name) else ox.Quad(*quad.triple)
            for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS)
        }
        assert read == quads(first.client, path, key)
        assert read == quads(first.client, path, "trig")


def test_the_stream_has_one_view_and_leads_to_every_page(first: Present) -> None:
    root = quads(first.client, "/changes", "trig")
    here = "https://mirror.example"
    assert objects(root, f"{TREE}view") == [f"{here}/changes"]
    assert objects(root, f"{LDES}timestampPath") == [term("dcterms:created").value]
    assert objects(root, f"{LDES}sequencePath") == [SEQUENCE.value]
    assert objects(root, f"{TREE}member") == []
    relations = {quad.subject for quad in root if quad.predicate.value == f"{TREE}node"}
    assert set(objects(root, f"{TREE}relation")) == {value(relation) for relation in relations}
    assert set(objects(root, f"{TREE}node")) == {here + path for path in pages(first)}


def test_what_a_relation_says_of_a_page_holds_for_its_members(first: Present) -> None:
    root = quads(first.client, "/changes", "trig")
    checked = 0
    for quad in root:
        if quad.predicate.value != f"{TREE}value":
            continue
        (page,) = [
            q.object
            for q in root
            if q.subject == quad.subject and q.predicate.value == f"{TREE}node"
        ]
        is_least = "Greater" in value(quad.subject)
        path = value(page).removeprefix("https://mirror.example")
        for moment in objects(quads(first.client, path, "trig"), term("dcterms:created").value):
            assert moment >= value(quad.object) if is_least else moment <= value(quad.object)
            checked += 1
    assert checked > 2 * SIZE


def test_members_stand_in_the_order_of_their_numbers_without_blank_nodes(first: Present) -> None:
    numbers: dict[str, int] = {}
    for path in ["/changes", *pages(first)]:
        found = quads(first.client, path, "jsonld")
        assert not any(isinstance(node, ox.BlankNode) for quad in found for node in quad)
        numbers |= {
            value(quad.subject): int(value(quad.object))
            for quad in found
            if quad.predicate == SEQUENCE
        }
        members = set(objects(found, f"{TREE}member"))
        assert members == {value(q.subject) for q in found if q.predicate == SEQUENCE}
    assert sorted(numbers, key=lambda iri: numbers[iri]) == first.revisions


def mirror(one: Present) -> dict[str, tuple[bytes, str]]:
    """Return document → current content and digest on record, from the pages of the stream alone."""
    found: dict[str, tuple[int, bytes, str]] = {}
    for path in pages(one):
        read = quads(one.client, path, "trig")
        for member in objects(read, f"{TREE}member"):
            record = {q.predicate: value(q.object) for q in read if value(q.subject) == member}
            document = record[term("dcterms:isVersionOf")]
            triples = (q.triple for q in read if q.graph_name == ox.NamedNode(member))
            content = content_of(document, triples)
            number, known = int(record[SEQUENCE]), record[term("atlas:contentDigest")]
            if number > found.get(document, (0,))[0]:
                is_gone = record[term("atlas:revisionReason")].endswith("#withdrawal")
                found[document] = (number, b"" if is_gone else content, known)
    return {document: (content, known) for document, (_, content, known) in found.items()}


def test_a_mirror_has_what_every_document_says_now(presents: list[Present]) -> None:
    for one in presents[:3]:
        copy = mirror(one)
        assert {document for document, (content, _) in copy.items() if not content} == {
            *(f"{BASE}/evidence/{slug}" for slug in (WITHDRAWN, MERGED)),
            *(f"{BASE}/{name}" for name in (UNDEFINED, REDEFINED)),
        }
        for history in one.histories:
            content, known = copy.pop(history.document)
            assert content == history.last.content
            assert digest(content) == known == history.last.digest
        assert copy == {}


def test_closed_pages_have_the_same_bytes_in_all_later_releases(presents: list[Present]) -> None:
    compared = 0
    for place, one in enumerate(presents[:3]):
        for path in pages(one)[:-1]:
            for suffix in FORMS.values():
                before = one.client.get(path + suffix)
                assert before.headers["Cache-Control"] == "public, max-age=31536000, immutable"
                for later in presents[place + 1 : 3]:
                    after = later.client.get(path + suffix)
                    assert (after.data, after.headers["ETag"]) == (
                        before.data,
                        before.headers["ETag"],
                    )
                    compared += 1
    assert compared > 30


def test_the_stream_has_the_same_bytes_under_another_base(presents: list[Present]) -> None:
    *_, here, other = presents
    for path in pages(here):
        for key in (*RDF, "html"):
            suffix = FORMS[key]
            assert other.client.get(path + suffix).data == here.client.get(path + suffix).data


def test_what_still_grows_is_asked_for_again(first: Present) -> None:
    for path in ("/changes", pages(first)[-1]):
        for suffix in ("", *FORMS.values()):
            response = first.client.get(path + suffix)
            assert response.headers["Cache-Control"] == "no-cache"
            known = {"If-None-Match": response.headers["ETag"]}
            assert first.client.get(path + suffix, headers=known).status_code == 304


@pytest.mark.parametrize("end", ["0", "01", "99", "x", "-1", "1/2", "1x", "１", "9" * 30])
def test_there_is_no_other_page(end: str, first: Present) -> None:
    assert 4 < first.count // SIZE + 1 < 99
    for suffix in ("", *FORMS.values()):
        assert first.client.get(f"/changes/{end}{suffix}").status_code == 404


def test_formats_are_negotiated_as_everywhere(first: Present) -> None:
    for path in ("/changes", "/changes/1"):
        for row in offers(Kind.CHANGES):
            wanted = first.client.get(path, headers={"Accept": row.media_type})
            assert (wanted.status_code, wanted.mimetype) == (200, row.media_type)
            head = first.client.head(path, headers={"Accept": row.media_type})
            assert (head.data, dict(head.headers)) == (b"", dict(wanted.headers))
            packed = first.client.get(path + row.suffix, headers={"Accept-Encoding": "gzip"})
            assert packed.headers["Content-Encoding"] == "gzip"
            assert f"<{path}{row.suffix}>" in wanted.headers["Link"]
        assert first.client.get(path, headers={"Accept": "text/turtle"}).status_code == 406
        assert first.client.get(f"{path}?format=nothing").status_code == 400
        assert first.client.get(f"{path}?format=json").mimetype == "application/feed+json"
        assert first.client.get(f"{path}.trig?_profile=schema").status_code in {400, 406}
    assert first.client.get("/changes/").location == "/changes"


def test_the_page_tells_the_newest_first_and_how_to_follow(presents: list[Present]) -> None:
    text = presents[1].client.get("/changes").text
    numbers = [int(number) for number in re.findall(r'<li id="change-(\d+)">', text)]
    assert numbers == list(range(presents[1].count, presents[1].count - len(numbers), -1))
    assert len(numbers) >= SIZE
    assert "2026-06-01: Edited" in text
    assert text.count("<p>Volumes.</p>") == 1
    assert f'href="/changes.json?after={presents[1].count}"' in text
    assert 'rel="prev">Earlier changes' in text
    assert "The query behind this page" in text
    assert '<link rel="alternate" href="/changes.atom" type="application/atom+xml">' in text
    told_before = [presents[1].client.get(path).text for path in pages(presents[1])]
    assert sum("PEM required → unclear" in page for page in told_before) == 1
    home = presents[1].client.get("/").text
    assert 'type="application/atom+xml" title="Changes" href="/changes.atom"' in home
    assert '<a href="/changes">Changes</a>' in home


def test_a_release_without_a_history_has_an_empty_log(client: FlaskClient) -> None:
    assert "No change is on record" in client.get("/changes").text
    assert items(told(client, "/changes.json?after=0")) == []
    assert feed(client, "/changes.atom").findall(f"{ATOM}entry") == []
    assert feed(client, "/changes/1.atom").findtext(f"{ATOM}updated")
    root = set(ox.parse(client.get("/changes.trig").data, format=ox.RdfFormat.TRIG, base_iri=BASE))
    assert objects(root, f"{TREE}node") == [f"{BASE}/changes/1"]
    assert client.get("/changes/1").status_code == 200
    assert client.get("/changes/2").status_code == 404


def test_what_has_not_the_digest_on_record_is_never_told(
    past_release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recall(*_: object) -> bytes:
        raise ReleaseMissing("what the release says of it has not the digest on record")

    monkeypatch.setattr("server.revision_documents.recall", recall)
    client = create_app(Facts(past_release)).test_client()
    for path in ("/changes", "/changes/1.trig", "/changes.json?after=0"):
        response = client.get(path, headers={"Accept": "application/json, */*;q=0.1"})
        assert response.status_code == 500
        assert "has not the digest" in response.get_json(force=True)["detail"]
