"""Data in which an entry has two revisions, for tests of what a build makes of them."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.build import InvalidSources, build
from graph.release import Release, current_release
from graph.revise import Order, revise
from graph.sources import ENTRIES
from tests.small import ENTRY, edit, recorded_data

OWN = ENTRIES + ENTRY
RECORD = f"</evidence/{ENTRY}/revision/{{}}> "


@dataclass(frozen=True)
class Recorded:
    """Data in which `ENTRY` has two revisions, and the releases made of them."""

    data: Path
    releases: Path

    @property
    def source(self) -> Path:
        """Return the file of the entry."""
        return self.data / "evidence" / f"{ENTRY}.ttl"

    @property
    def history(self) -> Path:
        """Return the file of its revisions."""
        return self.data / "history" / f"{ENTRY}.trig"

    def build(self) -> Release:
        """Make a release of the data."""
        return build(self.releases, self.data)

    def store(self) -> ox.Store:
        """Return the store of the current release."""
        return ox.Store.read_only(str(current_release(self.releases).store_path))

    def problems(self) -> list[tuple[str, int | None, str]]:
        """Return file, line and message of each problem for which a build is refused."""
        with pytest.raises(InvalidSources) as caught:
            self.build()
        return [(p.file, p.line, p.message) for p in caught.value.problems]

    def copy(self, folder: Path) -> "Recorded":
        """Return a copy in `folder` that a test may change."""
        shutil.copytree(self.releases, folder / "releases", symlinks=True)
        return Recorded(shutil.copytree(self.data, folder / "data"), folder / "releases")


def second_of(month: int) -> datetime:
    """Return the second day of a month."""
    return datetime(2026, month, 2, tzinfo=UTC)


def record_twice(folder: Path) -> Recorded:
    """Record one entry twice in new data in `folder`, and make a release of them."""
    found = Recorded(recorded_data(folder), folder / "releases")
    edit(found.source, "immune", "thymus")
    revise(found.data, Order("edit", "Another word.", created=second_of(2)))
    found.build()
    return found


def line(number: int, rest: str) -> str:
    """Return how the line of a record begins."""
    return RECORD.format(number) + rest
