import pytest

from graph.prefixes import BASE
from tests.changes import (
    ARCHIVE,
    ATOM,
    SIZE,
    Present,
    extension,
    feed,
    items,
    link,
    poll,
    sequence,
    texts,
    told,
)
from tests.past import JUDGED, MERGED, REVISED, WITHDRAWN


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
