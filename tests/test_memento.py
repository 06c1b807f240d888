import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.memento import History, Memento, memento_headers, read_accept_datetime
from server.problems import Problem

START = datetime(2026, 5, 30, 12, 0, tzinfo=UTC)
LINK = re.compile(r'<([^>]+)>; rel="([^"]+)"(?:; type="[^"]+")?(?:; (?:datetime|from)="([^"]+)")?')


def history(count: int) -> History:
    rows = [
        Memento(START + timedelta(days=n), f"https://x.org/a/revision/{n + 1}")
        for n in range(count)
    ]
    return History("https://x.org/a", "https://x.org/timegate/a", "https://x.org/timemap/a", rows)


@given(st.integers(1, 30), st.integers(-50_000, 5_000_000))
def test_the_state_at_a_time_is_the_last_that_had_begun(count: int, minutes: int) -> None:
    made, time = history(count), START + timedelta(minutes=minutes)
    begun = [row for row in made.mementos if row.since <= time]
    assert made.at(time) == (begun[-1] if begun else made.mementos[0])
    assert made.at(None) == made.mementos[-1]


@given(st.integers(1, 12), st.data())
def test_a_state_names_its_neighbours_and_both_ends_once(count: int, data: st.DataObject) -> None:
    made = history(count)
    place = data.draw(st.integers(0, count - 1))
    found = LINK.findall(made.memento_links(made.mementos[place]))
    targets = [target for target, _, _ in found]
    assert len(targets) == len(set(targets))
    by_relation = {name: target for target, names, _ in found for name in names.split()}
    assert by_relation["original"] == made.original
    assert by_relation["timegate"] == made.gate
    assert by_relation["timemap"] == made.timemap
    assert by_relation["first"] == made.mementos[0].address
    assert by_relation["last"] == made.mementos[-1].address
    assert by_relation.get("prev") == (made.mementos[place - 1].address if place else None)
    after = made.mementos[place + 1].address if place + 1 < count else None
    assert by_relation.get("next") == after
    assert 'rel="timegate"' not in made.gate_links(made.mementos[place])


def test_the_list_of_states_says_them_all_in_order() -> None:
    made = history(3)
    lines = made.as_links().decode().rstrip("\n").split(",\n")
    assert lines[0] == '<https://x.org/a>; rel="original"'
    assert lines[1].startswith(
        '<https://x.org/timemap/a>; rel="self"; type="application/link-format"'
    )
    assert 'from="Sat, 30 May 2026 12:00:00 GMT"; until="Mon, 01 Jun 2026 12:00:00 GMT"' in lines[1]
    assert [LINK.findall(line)[0][1] for line in lines[3:]] == [
        "first memento",
        "memento",
        "last memento",
    ]
    document = json.loads(made.as_json())
    assert document["mementos"]["first"]["datetime"] == "2026-05-30T12:00:00Z"
    assert [row["uri"] for row in document["mementos"]["list"]] == [
        row.address for row in made.mementos
    ]


def test_a_single_state_is_first_and_last() -> None:
    assert 'rel="first last memento"' in history(1).as_links().decode()


@given(st.integers(0, 4_000_000_000))
def test_a_date_is_read_as_it_is_written(seconds: int) -> None:
    time = datetime.fromtimestamp(seconds, UTC)
    said = memento_headers(Memento(time, "x"))["Memento-Datetime"]
    assert read_accept_datetime(said) == time


@pytest.mark.parametrize(
    "header",
    [
        *(
            "",
            "now",
            "2026-05-30",
            "Sat, 30 May 2026 12:00:00 +0200",
            "Sat, 99 May 2026 12:00:00 GMT",
        ),
        "\x00",
    ],
)
def test_what_is_no_date_is_refused_with_an_example(header: str) -> None:
    with pytest.raises(Problem) as met:
        read_accept_datetime(header)
    assert met.value.key == "bad-request"
    assert "GMT" in met.value.detail


def test_without_the_header_there_is_no_time() -> None:
    assert read_accept_datetime(None) is None
