import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.build import build
from graph.errors import BuildRefused, ReviseRefused
from graph.event_log import Event
from graph.kept import ENTRY as EVIDENCE
from graph.kept import history_files
from graph.revise import Order, revise
from server.event_log import EventLog
from tests.small import ENTRY, edit, recorded_data

FEBRUARY, MARCH = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
DAYS, SIZES = st.lists(st.integers(1, 28), max_size=60), st.integers(1, 12)


def log_of(days: list[int], size: int) -> EventLog:
    events = (Event(f"2026-01-{day:02}T00:00:00Z", f"/x/{n}", 1) for n, day in enumerate(days))
    return EventLog(sorted(events), size)


LOGS = st.builds(log_of, DAYS, SIZES)


@given(LOGS)
def test_every_event_is_on_exactly_one_page_in_order(log: EventLog) -> None:
    pages = [log.page(number) for number in range(1, log.last_page + 1)]
    met = [row for page in pages for row in page.numbered]
    assert [sequence for sequence, _ in met] == list(range(1, log.count + 1))
    assert [event for _, event in met] == sorted(event for _, event in met)
    assert len({event for _, event in met}) == log.count


@given(DAYS, SIZES)
def test_a_page_is_closed_when_it_is_full_and_one_more_is_open(days: list[int], size: int) -> None:
    log = log_of(days, size)
    numbers = range(1, log.last_page + 1)
    assert [log.is_closed(n) for n in numbers] == [len(log.page(n).events) == size for n in numbers]
    assert not any(log.is_closed(n) for n in (-1, 0, log.last_page, log.last_page + 1))


@given(LOGS)
def test_the_bounds_of_a_page_hold_for_all_its_events(log: EventLog) -> None:
    for number in range(1, log.last_page + 1):
        first, last = log.bounds(number)
        assert all(first <= event.created for event in log.page(number).events)
        assert all(event.created <= last for event in log.page(number).events if last)
        assert bool(last) == log.is_closed(number)


@given(LOGS)
def test_who_asks_for_what_came_after_is_told_each_event_once(log: EventLog) -> None:
    told: list[int] = []
    while (stretch := log.after(told[-1] if told else 0)).events:
        told += [sequence for sequence, _ in stretch.numbered]
    assert told == list(range(1, log.count + 1))
    assert log.after(log.count + 5).events == []


@given(LOGS)
def test_news_and_the_pages_before_them_have_every_event_once(log: EventLog) -> None:
    older = range(1, max(log.last_page - 2, 0) + 1)
    told = [sequence for number in older for sequence, _ in log.page(number).numbered]
    told += [sequence for sequence, _ in log.newest.numbered]
    assert told == list(range(1, log.count + 1))


def others(data: Path) -> list[str]:
    return [path.stem for path in history_files(data, EVIDENCE) if path.stem != ENTRY]


def repaged(data: Path, slug: str, created: datetime) -> None:
    edit(data / "evidence" / f"{slug}.ttl", 'bibo:pages "1-9"', 'bibo:pages "1-7"')
    assert revise(data, Order("edit", "Pages.", created=created)).done


def test_a_revision_is_never_dated_before_the_newest_of_any_entry(tmp_path: Path) -> None:
    data = recorded_data(tmp_path)
    repaged(data, ENTRY, MARCH)
    other = others(data)[0]
    with pytest.raises(
        ReviseRefused, match=rf"before .*{ENTRY}/revision/2 of 2026-03-01.*grows at"
    ):
        repaged(data, other, FEBRUARY)
    assert revise(data, Order("edit", "Pages.", created=MARCH)).done


def test_a_build_refuses_what_would_stand_before_a_published_event(tmp_path: Path) -> None:
    data = recorded_data(tmp_path)
    # Two editors, each on a branch: one is merged and published before the other.
    branch = shutil.copytree(data, tmp_path / "branch")
    other = others(data)[0]
    repaged(branch, other, FEBRUARY)
    repaged(data, ENTRY, MARCH)
    first = build(tmp_path / "releases", data)
    for name in (f"evidence/{other}.ttl", f"history/{other}.trig"):
        shutil.copy(data / name, tmp_path / Path(name).name)
        shutil.copy(branch / name, data / name)
    with pytest.raises(BuildRefused) as caught:
        build(tmp_path / "releases", data)
    for part in (f"/evidence/{other}/revision/2", "2026-02-01", "git checkout", "`atlas revise`"):
        assert part in str(caught.value)
    # The repair that it tells.
    shutil.copy(tmp_path / f"{other}.trig", data / "history")
    revise(data, Order("edit", "Pages."))
    then = build(tmp_path / "releases", data)
    assert then.manifest.counts["revisions"] == first.manifest.counts["revisions"] + 1
