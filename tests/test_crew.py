import os
from functools import partial

import pytest

from graph.crew import work_through
from graph.errors import BuildRefused


def test_jobs_are_done_by_other_processes_and_every_answer_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    jobs = [partial(divmod, number, 7) for number in range(20)]
    assert sorted(work_through(jobs)) == [divmod(number, 7) for number in range(20)]
    assert os.getpid() not in set(work_through([os.getpid, os.getpid]))


def test_a_lone_job_needs_no_other_process() -> None:
    assert list(work_through([os.getpid])) == [os.getpid()]
    assert list(work_through([])) == []


def test_a_process_that_is_killed_is_a_clear_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(BuildRefused, match="killed"):
        list(work_through([partial(os._exit, 9), partial(os._exit, 9)]))


def test_what_a_job_raises_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(FileNotFoundError):
        list(work_through([partial(os.stat, "/no/such/file"), partial(os.stat, "/")]))
