import fcntl
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.errors import ReviseRefused
from graph.history import read_history
from graph.kept import history_files
from graph.revise import Order, revise
from tests.revising import (
    EDIT,
    evidence,
    histories,
    repage,
    repaged,
)
from tests.small import DEFINITIONS, SIZE, edit


@pytest.fixture
def data(recorded_small: Path, tmp_path: Path) -> Path:
    return shutil.copytree(recorded_small, tmp_path / "data")


@pytest.mark.parametrize(
    ("created", "message"),
    [
        (datetime(2025, 12, 31, tzinfo=UTC), "of 2025-12-31.*before .* of 2026-01-01.*clock"),
        (datetime.now(UTC) + timedelta(days=2), "is still to come"),
    ],
    ids=["before the last revision", "in the future"],
)
def test_a_clock_that_is_wrong_is_refused(created: datetime, message: str, data: Path) -> None:
    repaged(data)
    before = histories(data)
    with pytest.raises(ReviseRefused, match=message):
        revise(data, Order("edit", "Because.", created=created))
    assert histories(data) == before


def test_two_at_once_are_one_too_many(data: Path) -> None:
    handle = os.open(data / "history", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(ReviseRefused, match="another `atlas revise` is at work"):
            revise(data, EDIT)
    finally:
        os.close(handle)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_loses_nothing_and_the_next_run_does_the_rest(
    step: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in evidence(data):
        repage(path)
    whole, calls = getattr(os, step), []

    def fails_later(*arguments: object, **options: object) -> object:
        calls.append(step)
        if len(calls) > 2:
            raise OSError(28, "No space left on device")
        return whole(*arguments, **options)

    monkeypatch.setattr(os, step, fails_later)
    with pytest.raises(ReviseRefused, match=r"No space left.*run it again"):
        revise(data, EDIT)
    monkeypatch.undo()
    assert {path.suffix for path in history_files(data)} == {".trig"}
    done = sum(read_history(path).last.number == 2 for path in history_files(data))
    assert 0 < done < SIZE
    assert len(revise(data, EDIT).done) == SIZE - done
    assert len(histories(data)) == SIZE + DEFINITIONS


# Revises copies of a folder in children that kill themselves at every touch of a file below the
# history, one later than the other, until one lives.
KILLED = """
import os, shutil, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from graph.revise import Order, revise
source, copies = Path(sys.argv[1]), Path(sys.argv[2])
order = Order("edit", "Said otherwise.", created=datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
revise(source, order, dry_run=True)

def touches(folder, event, arguments):
    if event not in {"open", "os.rename", "os.remove"}:
        return False
    return str(folder) in str(arguments[0]) if arguments else False

def child(data, number):
    seen = 0
    def watch(event, arguments):
        nonlocal seen
        if touches(data / "history", event, arguments):
            seen += 1
            if seen > number:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)
    revise(data, order)
    os._exit(0)

for number in range(200):
    data = shutil.copytree(source, copies / f"{number:03}")
    if not (pid := os.fork()):
        child(data, number)
    if os.waitpid(pid, 0)[1] == 0:
        break
print(number)
"""


def test_killed_at_any_point_nothing_is_lost_and_the_next_run_does_the_rest(
    data: Path, tmp_path: Path
) -> None:
    for path in evidence(data):
        repage(path)
    edit(data / "case-definitions.ttl", "which resembles PEM", "which comes near PEM")
    before = histories(data)
    copies = tmp_path / "copies"
    command = [sys.executable, "-c", KILLED, str(data), str(copies)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    points = int(done.stdout)
    assert points >= 3 * (SIZE + 1)
    assert len(revise(data, EDIT).done) == SIZE + 1
    after, states = histories(data), set()
    for copy in sorted(copies.iterdir()):
        found = {path.name: path.read_bytes() for path in history_files(copy)}
        assert all(found[name] in (before[name], after[name]) for name in after)
        states.add(sum(found[name] != before[name] for name in after))
    assert states == set(range(SIZE + 2))
    for copy in sorted(copies.iterdir())[:: max(1, points // 4)]:
        revise(copy, EDIT)
        assert histories(copy) == after
