"""Measure what a process and all below it take together: memory at its peak, and processor time."""

import os
from pathlib import Path
from threading import Event, Thread

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


class Watch:
    """Looks ten times a second at a process and all below it, until `stop` is called."""

    def __init__(self, pid: int) -> None:
        """Watch `pid`."""
        self.peak = 0
        self._seconds: dict[int, float] = {}
        self._pid = pid
        self._done = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """Return the processor time of all that was seen, on all cores together."""
        return sum(self._seconds.values())

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            found = processes(self._pid)
            self.peak = max(self.peak, sum(map(held, found)))
            self._seconds |= {pid: spent(pid) or self._seconds.get(pid, 0) for pid in found}


def processes(pid: int) -> list[int]:
    """Return `pid` and every process below it, as far as they still live."""
    found = [pid]
    for listed in PROC.glob(f"{pid}/task/*/children"):
        try:
            below = listed.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in below:
            found += processes(int(child))
    return found


def held(pid: int) -> int:
    """Return the bytes that one process holds, its part of shared pages included."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def spent(pid: int) -> float:
    """Return the processor time of one process in seconds, 0 where it is gone."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
