"""What is told of the past: events in words, notices that stood, links that were taken back."""

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from graph.build import build
from graph.event_log import Event
from graph.history import read_history
from graph.prefixes import BASE
from graph.revise import Order, revise
from server.app import create_app
from server.facts import Facts
from server.formats import Kind, offers
from server.revision_files import Frozen
from server.revision_page import revision_page
from server.told import Told
from tests.changes import Present
from tests.small import edit

SLUG = "fixture-2012-preprint"
JOURNAL_VERSION = "/evidence/fixture-2013-groups-required"
PREPRINT = f"\n    atlas:preprintOf <{BASE}{JOURNAL_VERSION}#paper> ;"
JULY, AUGUST = (datetime(2026, month, 1, tzinfo=UTC) for month in (7, 8))
# The SHA-256 of closed pages of the real log in every format: what was published stays as it is.
GOLDEN = Path(__file__).parent / "fixtures" / "changes.json"


def frozen_of(path: Path, number: int) -> Frozen:
    history = read_history(path)
    *before, one = history.revisions[:number]
    last = before[-1].content if before else b""
    return Frozen(one.iri, history.document, one.record, one.content, last)


@pytest.mark.parametrize("page", [1, 17])
def test_a_closed_page_is_byte_for_byte_what_was_published(
    page: int, real_client: FlaskClient
) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    found = {}
    for row in offers(Kind.CHANGES):
        response = real_client.get(f"/changes/{page}{row.suffix}")
        assert "immutable" in response.headers["Cache-Control"]
        found[row.key] = hashlib.sha256(response.data).hexdigest()
    assert found == golden[str(page)]
    assert len(found) == 5


def test_a_withdrawal_is_no_other_judgement(past: Path, tmp_path: Path) -> None:
    data = shutil.copytree(past, tmp_path / "data")
    (data / "evidence" / f"{SLUG}.ttl").unlink()
    revise(data, Order("withdrawal", "No study.", created=JULY, slugs=(SLUG,)))
    frozen = frozen_of(data / "history" / f"{SLUG}.trig", 2)
    assert "pemBefore" in str(frozen.record)
    told = Told(7, Event("2026-07-01T00:00:00Z", f"/evidence/{SLUG}", 2), frozen)
    assert told.pem is None
    assert told.headline == "Withdrawn: Fixture of a preprint"
    assert told.summary == "No study."


def test_a_link_that_was_taken_back_is_not_told_any_more(past: Path, tmp_path: Path) -> None:
    data = shutil.copytree(past, tmp_path / "data")
    edit(data / "evidence" / f"{SLUG}.ttl", PREPRINT, "")
    revise(data, Order("correction", "It was no preprint of it.", created=JULY))
    client = create_app(Facts(build(tmp_path / "releases", data))).test_client()
    assert "Its preprint" not in client.get(f"{JOURNAL_VERSION}.html").text


def test_a_concern_that_stood_is_told_above_the_title_of_a_revision(past: Path) -> None:
    page = revision_page(frozen_of(past / "history" / f"{SLUG}.trig", 1)).decode()
    above = page.partition("<h1>")[0]
    assert above.count("An expression of concern was issued about this paper.") == 1
    assert "Editors of a made-up journal" in above
    assert "2012-12" not in above


def test_feeds_of_another_base_have_other_tags(presents: list[Present]) -> None:
    here, elsewhere = presents[2].client, presents[3].client
    for path in ("/changes/1.atom", "/changes/1.json"):
        one, other = here.get(path), elsewhere.get(path)
        assert one.data != other.data
        assert one.headers["ETag"] != other.headers["ETag"]


def test_what_came_after_varies_by_all_that_it_depends_on(presents: list[Present]) -> None:
    told = presents[0].client.get("/changes.json?after=1")
    assert {"Accept", "Accept-Profile", "Accept-Encoding"} <= set(told.headers["Vary"].split(", "))
