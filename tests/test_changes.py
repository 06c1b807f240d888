import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient
from lxml import etree

from graph.build import build
from graph.content import content_of, digest
from graph.errors import ReleaseMissing
from graph.history import History, read_history
from graph.kept import history_files
from graph.prefixes import BASE, term, value
from graph.release import Release
from graph.revise import Order, revise
from server.app import create_app
from server.facts import Facts
from server.formats import Kind, offers
from tests.past import JUDGED, MERGED, REDEFINED, REVISED, UNDEFINED, WITHDRAWN
from tests.small import edit

SIZE, JUNE, JULY = 4, datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
FORMS = {row.key: row.suffix for row in offers(Kind.CHANGES)}
RDF = {"trig": ox.RdfFormat.TRIG, "jsonld": ox.RdfFormat.JSON_LD}
ATOM = "{http://www.w3.org/2005/Atom}"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"
TREE, LDES = "https://w3id.org/tree#", "https://w3id.org/ldes#"
SEQUENCE = term("atlas:sequenceNumber")
VOLUME = '\n<#paper> <http://purl.org/ontology/bibo/volume> "7" .\n'


@dataclass(frozen=True)
class Present:
    """A release with its pages, and the histories that it was made from."""

    client: FlaskClient
    release: Release
    histories: list[History]

    @property
    def count(self) -> int:
        return sum(len(history.revisions) for history in self.histories)

    @property
    def revisions(self) -> list[str]:
        """Return the IRIs of all revisions in the order of the log."""
        found = [
            (revision.created, history.document, revision.number, revision.iri)
            for history in self.histories
            for revision in history.revisions
        ]
        return [iri for *_, iri in sorted(found)]


def present(data: Path, releases: Path, base: str = BASE) -> Present:
    release = build(releases, data, base)
    histories = [read_history(path) for path in history_files(data)]
    return Present(create_app(Facts(release)).test_client(), release, histories)


@pytest.fixture(scope="module")
def presents(past: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Present]]:
    """Return three releases, each with more events; the third of another atlas too; small pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.event_log.PAGE_SIZE", SIZE)
        folder = tmp_path_factory.mktemp("changes")
        data = shutil.copytree(past, folder / "data")
        made = [present(data, folder / "releases")]
        for path in sorted((data / "evidence").glob("fixture-*.ttl"))[:3]:
            path.write_text(path.read_text("utf-8") + VOLUME, encoding="utf-8")
        revise(data, Order("edit", "Volumes.", created=JUNE))
        made.append(present(data, folder / "releases"))
        edit(data / "evidence" / f"{REVISED}.ttl", 'bibo:pages "1–9"', 'bibo:pages "1–8"')
        revise(data, Order("correction", "Pages.", created=JULY))
        made += [present(data, folder / "releases")]
        made += [present(data, folder / "other", "https://atlas.example")]
        yield made


@pytest.fixture(scope="module")
def first(presents: list[Present]) -> Present:
    return presents[0]


def told(client: FlaskClient, path: str) -> dict[str, object]:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/feed+json")
    found: dict[str, object] = json.loads(response.data)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    return found


def items(feed: dict[str, object]) -> list[dict[str, object]]:
    found = feed["items"]
    assert isinstance(found, list)
    return found


def extension(about: dict[str, object]) -> dict[str, object]:
    found = about["_atlas"]
    assert isinstance(found, dict)
    return found


def sequence(item: dict[str, object]) -> int:
    return int(str(extension(item)["sequence"]))


def poll(client: FlaskClient, address: object) -> tuple[list[dict[str, object]], object]:
    """Return what is told from `address` on, and the address to ask the next time."""
    found: list[dict[str, object]] = []
    while address:
        feed = told(client, str(address).removeprefix(BASE))
        found += items(feed)
        latest, address = extension(feed)["after"], feed.get("next_url")
    return found, latest


def test_a_poller_is_told_of_each_change_once_and_in_order(presents: list[Present]) -> None:
    met, after = poll(presents[0].client, "/changes.json?after=0")
    for later in presents[1:3]:
        assert poll(presents[0].client, after) == ([], after)
        more, after = poll(later.client, after)
        met += more
    assert [item["id"] for item in met] == presents[2].revisions
    assert [sequence(item) for item in met] == list(range(1, presents[2].count + 1))


def test_three_edited_entries_are_exactly_three_new_events(presents: list[Present]) -> None:
    more, _ = poll(presents[1].client, f"/changes.json?after={presents[0].count}")
    assert len(more) == len({extension(item)["document"] for item in more}) == 3
    assert {extension(item)["reason"] for item in more} == {"edit"}


def test_what_was_never_reached_is_no_error(first: Present) -> None:
    feed = told(first.client, "/changes.json?after=99999")
    assert items(feed) == []
    assert "next_url" not in feed
    assert extension(feed)["after"] == f"{BASE}/changes.json?after=99999"


@pytest.mark.parametrize(
    "query",
    [
        "after=",
        "after=x",
        "after=-1",
        "after=1.5",
        "after=１",
        "after=1&after=2",
        "after=" + "9" * 40,
    ],
)
def test_what_is_no_number_of_an_event_is_refused(query: str, first: Present) -> None:
    response = first.client.get(f"/changes.json?{query}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert "sequence number" in response.get_json(force=True)["detail"]


def test_only_json_tells_what_came_after(first: Present) -> None:
    assert first.client.get("/changes.atom?after=1").status_code == 400
    wanted = {"Accept": "application/json"}
    response = first.client.get("/changes?after=1", headers=wanted)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    known = {"If-None-Match": response.headers["ETag"], **wanted}
    assert first.client.get("/changes?after=1", headers=known).status_code == 304


def test_json_leads_from_the_newest_to_all_that_was_before(first: Present) -> None:
    met, address = [], "/changes.json"
    while address:
        feed = told(first.client, address)
        met += items(feed)
        address = str(feed.get("next_url", "")).removeprefix(BASE)
    assert [item["id"] for item in met] == first.revisions[::-1]
    assert extension(told(first.client, "/changes.json"))["last"] == first.count


def test_an_item_says_what_happened_and_by_what_to_prove_it(first: Present) -> None:
    met, _ = poll(first.client, "/changes.json?after=0")
    by_id = {str(item["id"]): item for item in met}
    judged = by_id[f"{BASE}/evidence/{JUDGED}/revision/3"]
    about = extension(judged)
    history = next(h for h in first.histories if h.document.endswith(JUDGED))
    assert about["digest"] == history.revisions[2].digest
    assert (about["document"], about["revision"]) == (history.document, 3)
    assert "judgement" in list(about["aspects"])  # type: ignore[call-overload]
    assert (about["pemBefore"], about["pemAfter"]) == ("required", "unclear")
    assert str(judged["title"]).startswith("Edited: ")
    assert str(judged["title"]).endswith(" (PEM required → unclear)")
    assert judged["content_text"] == "Pages. PEM required → unclear."
    merged = by_id[f"{BASE}/evidence/{MERGED}/revision/2"]
    assert merged["title"] == "Withdrawn: Fixture that is gone"
    assert extension(merged)["replacedBy"] == history.document
    assert extension(by_id[f"{BASE}/evidence/{WITHDRAWN}/revision/2"])["replacedBy"] is None
    assert extension(merged)["policyVersions"] == []
    corrected = by_id[f"{BASE}/evidence/{REVISED}/revision/2"]
    assert "It says <little> more." in str(corrected["content_text"])


def feed(client: FlaskClient, path: str) -> etree._Element:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/atom+xml")
    return etree.fromstring(response.data)


def link(about: etree._Element, relation: str) -> str:
    found = [one.get("href") for one in about.findall(f"{ATOM}link") if one.get("rel") == relation]
    return str(found[0]).removeprefix(BASE) if found else ""


def texts(about: etree._Element, name: str) -> list[str]:
    return [one.text or "" for one in about.iter(ATOM + name)]


def test_who_walks_the_archive_of_the_atom_feed_meets_every_event_once(
    presents: list[Present],
) -> None:
    for one in presents[:3]:
        met, address, depth = [], "/changes.atom", 0
        while address:
            document = feed(one.client, address)
            assert (document.find(ARCHIVE) is not None) == bool(depth)
            assert link(document, "self") == address
            assert link(document, "current") == "/changes.atom"
            met += [e.findtext(f"{ATOM}id") for e in document.findall(f"{ATOM}entry")]
            address, depth = link(document, "prev-archive"), depth + 1
        assert met == one.revisions[::-1]
        assert depth > 2


def test_the_archive_leads_forward_to_what_still_grows(first: Present) -> None:
    address, seen = "/changes/1.atom", 0
    while address:
        document, seen = feed(first.client, address), seen + 1
        address = link(document, "next-archive")
    assert document.find(ARCHIVE) is None
    assert seen == first.count // SIZE + 1


def test_an_atom_entry_has_what_a_reader_shows(first: Present) -> None:
    document = feed(first.client, "/changes.atom")
    entry = document.find(f"{ATOM}entry")
    assert entry is not None
    assert texts(entry, "title") == ["Withdrawn: Fixture that is gone"]
    assert texts(entry, "updated") == ["2026-05-01T12:00:00Z"] == texts(document, "updated")[:1]
    assert link(entry, "alternate") == f"/evidence/{MERGED}/revision/2"
    related = [
        one.get("href") for one in entry.findall(f"{ATOM}link") if one.get("rel") == "related"
    ]
    assert related == [f"{BASE}/evidence/{MERGED}", f"{BASE}/evidence/{MERGED}/revision/2.patch"]
    assert texts(entry, "summary") == [f"The same paper twice. Replaced by /evidence/{JUDGED}."]


def quads(client: FlaskClient, path: str, key: str) -> set[ox.Quad]:
    response = client.get(path + FORMS[key])
    assert response.status_code == 200
    # Pages are named as their reader calls them: another host, other names.
    return set(ox.parse(response.data, format=RDF[key], base_iri=f"https://mirror.example{path}"))


def pages(one: Present) -> list[str]:
    return [f"/changes/{number}" for number in range(1, one.count // SIZE + 2)]


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
@pytest.mark.parametrize("key", RDF)
def test_two_libraries_read_the_same_quads(key: str, first: Present) -> None:
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


def objects(found: set[ox.Quad], name: str) -> list[str]:
    return [value(quad.object) for quad in found if quad.predicate.value == name]


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
