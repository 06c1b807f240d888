"""Measure how much memory a process and all below it hold together."""

from pathlib import Path
from threading import Event, Thread

PROC = Path("/proc")


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


class Peak:
    """The most memory that a process and all below it held together, looked at 10 times a second."""

    def __init__(self, pid: int) -> None:
        """Watch `pid` until `stop` is called."""
        self.bytes = 0
        self._pid = pid
        self._done = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Return the peak in bytes."""
        self._done.set()
        self._thread.join()
        return self.bytes

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            self.bytes = max(self.bytes, sum(map(held, processes(self._pid))))
