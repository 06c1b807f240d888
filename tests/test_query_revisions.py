import re
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.archiving import open_archive
from graph.build import InvalidSources, build
from graph.comparison import compare_releases
from graph.history import read_history
from graph.kept import CURRENT_REVISION, QUERY, history_file, history_folder
from graph.prefixes import BASE, term
from graph.release import Release
from graph.revise import Order, revise
from graph.saved_queries import query_files
from graph.verifying import verify as verify_release
from server.app import create_app
from server.facts import Facts
from server.formats import Kind, offers
from server.verification import verify
from tests.small import edit, recorded_data
from tests.test_saved_queries import GOOD

NAME, PATH, OTHER = "words", "/query/words", "https://atlas.example"
FIRST, SECOND, THIRD = (datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3, 4))
OLD, NEW = "LIMIT 1", "LIMIT 2"


def data_with_query(folder: Path) -> Path:
    data = recorded_data(folder)
    (data / "queries").mkdir()
    text = GOOD.rstrip("\n") + f" # {BASE}\n{OLD}\n"
    (data / "queries" / "010-words.rq").write_text(text, encoding="utf-8")
    revise(data, Order("first-record", "Recorded.", created=FIRST))
    return data


def changed(data: Path) -> None:
    edit(data / "queries" / "010-words.rq", OLD, NEW)
    revise(data, Order("edit", "More rows.", created=SECOND, slugs=(f"query/{NAME}",)))


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    """Return two releases; what the query asks changed between them, and one under another base."""
    folder = tmp_path_factory.mktemp("queries")
    data = data_with_query(folder)
    made = [build(folder / "releases", data)]
    changed(data)
    made.append(build(folder / "releases", data))
    return [*made, build(folder / "other", data, OTHER)]


@pytest.fixture(scope="module")
def now(releases: list[Release]) -> FlaskClient:
    return create_app(Facts(releases[1])).test_client()


def refused(data: Path) -> str:
    with pytest.raises(InvalidSources) as caught:
        build(data.parent / "releases", data)
    (problem,) = caught.value.problems
    return str(problem)


def test_a_query_that_changed_without_a_revision_is_refused_by_file(tmp_path: Path) -> None:
    data = data_with_query(tmp_path)
    edit(data / "queries" / "010-words.rq", OLD, NEW)
    told = refused(data)
    for part in ("010-words.rq", "is not as revision 1", "atlas revise --slug query/words"):
        assert part in told


def test_a_query_without_a_record_or_that_is_gone_is_refused(tmp_path: Path) -> None:
    data = data_with_query(tmp_path)
    file = data / "queries" / "010-words.rq"
    new = data / "queries" / "020-other.rq"
    new.write_text(GOOD.replace("there?", "here?"), encoding="utf-8")
    assert "query/other: has no record" in refused(data)
    new.unlink()
    file.unlink()
    assert "is gone, but was not withdrawn" in refused(data)


def test_a_record_that_breaks_a_shape_is_refused_by_its_line(tmp_path: Path) -> None:
    data = data_with_query(tmp_path)
    file = history_file(history_folder(data), QUERY.space + NAME)
    edit(file, "revision-reason#first-record", "revision-reason#whim")
    told = refused(data)
    for part in (f"{file}:", "query/words/revision/1", "revision-reason", "whim"):
        assert part in told


def test_another_revision_leaves_what_was_worked_out_of_entries(tmp_path: Path) -> None:
    data, releases = data_with_query(tmp_path), tmp_path / "releases"
    build(releases, data)
    before = {path.name for path in (releases / ".shards").iterdir()}
    changed(data)
    build(releases, data)
    after = {path.name for path in (releases / ".shards").iterdir()}
    # All but the records of queries.
    assert (len(before), len(after), len(before & after)) == (3, 3, 2)


def test_records_in_a_file_of_their_own_say_and_infer_the_same(tmp_path: Path) -> None:
    data = data_with_query(tmp_path)
    changed(data)
    store = ox.Store()
    dump = build(tmp_path / "releases", data).dump_path
    store.bulk_load(path=str(dump), format=ox.RdfFormat.N_QUADS)
    inferred = ox.NamedNode(f"{BASE}/graph/inferred")

    def kinds(document: str) -> set[object]:
        node = ox.NamedNode(f"{BASE}/{document}/revision/1")
        return {q.object for q in store.quads_for_pattern(node, term("rdf:type"), None, inferred)}

    known = kinds("case-definition/ccc2003")
    assert known
    assert kinds(f"query/{NAME}") == known
    frozen = ox.NamedNode(f"{BASE}{PATH}/revision/1")
    assert list(store.quads_for_pattern(None, None, None, frozen))
    current = store.quads_for_pattern(ox.NamedNode(BASE + PATH), CURRENT_REVISION, None)
    assert {str(quad.object) for quad in current} == {f"<{BASE}{PATH}/revision/2>"}


def test_another_place_is_no_change(tmp_path: Path) -> None:
    data = data_with_query(tmp_path)
    first = build(tmp_path / "releases", data)
    (data / "queries" / "010-words.rq").rename(data / "queries" / "990-words.rq")
    assert not revise(data, Order("edit", "Moved.")).done
    then = build(tmp_path / "releases", data)
    assert then.manifest.counts["revisions"] == first.manifest.counts["revisions"]


def test_the_record_says_what_changed(tmp_path: Path) -> None:
    data = data_with_query(tmp_path)
    changed(data)
    history = read_history(history_file(history_folder(data), QUERY.space + NAME))
    assert [revision.reason for revision in history.revisions] == ["first-record", "edit"]
    assert "revision-aspect#query" in str(history.last.record)
    for reason in ("policy", "retraction"):
        edit(data / "queries" / "010-words.rq", NEW, OLD)
        (left,) = revise(data, Order(reason, "Why not.", created=THIRD), dry_run=True).left
        assert "is no entry" in left[1]
        edit(data / "queries" / "010-words.rq", OLD, NEW)


def test_a_revision_is_frozen_in_every_format(releases: list[Release], now: FlaskClient) -> None:
    before = create_app(Facts(releases[0])).test_client()
    path = f"{PATH}/revision/1"
    suffixes = [row.suffix for row in offers(Kind.REVISION)]
    assert len(suffixes) == 8
    for suffix in suffixes:
        first, then = (client.get(path + suffix) for client in (before, now))
        assert (first.status_code, then.status_code) == (200, 200)
        assert first.data == then.data
        assert then.headers["Memento-Datetime"] == "Sun, 01 Feb 2026 00:00:00 GMT"
    page = now.get(f"{path}.html").text
    assert OLD in page
    assert NEW not in page
    assert "Unknown authors" not in page
    assert "what the saved query said then" in page
    assert f"{NEW}" in now.get(f"{PATH}/revision/2.patch").text


def test_gate_and_map_lead_through_time(now: FlaskClient) -> None:
    for day, number in (("Sun, 15 Feb 2026 00:00:00 GMT", 1), ("Sun, 15 Mar 2026 00:00:00 GMT", 2)):
        response = now.get(f"/timegate{PATH}", headers={"Accept-Datetime": day})
        assert response.status_code == 302
        assert response.location == f"{PATH}/revision/{number}"
    assert now.get(f"/timemap{PATH}").text.count('datetime="') == 2
    for suffix in (".html", ".ttl", ".rq"):
        assert f'<{BASE}/timegate{PATH}>; rel="timegate"' in now.get(PATH + suffix).headers["Link"]


def test_the_page_lists_the_revisions_and_its_reference_verifies(
    releases: list[Release], now: FlaskClient
) -> None:
    page = now.get(f"{PATH}.html").text
    assert "Revision 2 of this saved query" in page
    found = re.search(r'id="snapshot-reference">([^<]+)<', page)
    assert found
    store = ox.Store.read_only(str(releases[1].store_path))
    assert verify(found[1], store).iri == f"{BASE}{PATH}/revision/2"


def test_what_it_asked_is_the_same_under_another_base(
    releases: list[Release], now: FlaskClient
) -> None:
    elsewhere = create_app(Facts(releases[2])).test_client()
    for number in (1, 2):
        path = f"{PATH}/revision/{number}.nt"
        assert elsewhere.get(path).data == now.get(path).data
    assert OTHER in elsewhere.get(f"{PATH}.ttl").text


def test_the_data_of_a_query_say_what_it_asks_and_which_revision_that_is(now: FlaskClient) -> None:
    turtle = now.get(f"{PATH}.ttl").text
    assert "sh:select" in turtle
    assert f"{PATH}/revision/2" in turtle


def test_a_comparison_of_releases_names_the_query(releases: list[Release]) -> None:
    old, new = releases[:2]
    with open_archive(old.folder.parent, reads_only=True) as archive:
        compared = compare_releases(archive, old.id, new.id)
    (change,) = [one for one in compared.others if one.document == BASE + PATH]
    assert NEW in str(change.changes[0])
    assert verify_release(old.folder.parent, everything=True) == []


def test_the_log_tells_of_it(now: FlaskClient) -> None:
    page = now.get("/changes").text
    assert "2026-03-01: Edited" in page
    assert f'href="{PATH}/revision/2"' in page
    assert "What is there?" in page


def test_a_withdrawn_query_is_gone_in_every_format(tmp_path: Path) -> None:
    data = data_with_query(tmp_path)
    build(tmp_path / "releases", data)
    (file,) = query_files(data)
    file.unlink()
    order = Order("withdrawal", "It misled.", created=THIRD, slugs=(f"query/{NAME}",))
    assert revise(data, order).done
    client = create_app(Facts(build(tmp_path / "releases", data))).test_client()
    rows = offers(Kind.QUERY)
    assert "rq" in {row.key for row in rows}
    for row in rows:
        response = client.get(PATH + row.suffix)
        assert (response.status_code, row.key) == (410, row.key)
    assert "This saved query was withdrawn" in client.get(f"{PATH}.html").text
    assert client.get(f"{PATH}.rq").text.startswith("# /query/words was withdrawn on 2026-04-01")
    assert client.get(f"{PATH}/revision/1").status_code == 200
    assert PATH not in client.get("/query").text
