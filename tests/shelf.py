"""A folder of releases for tests: the same small data under another policy, and edited."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from graph.build import build
from graph.release import Release
from graph.revise import Order, revise
from tests.revising import make_uncertain, under_another_policy
from tests.small import ENTRY, edit, recorded_data

MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(1)


@dataclass(frozen=True)
class Shelf:
    """The folder of releases, the data of the last one, and the releases in their order.

    The first has no folder any more.
    """

    releases: Path
    data: Path
    made: tuple[Release, ...]

    @property
    def names(self) -> list[str]:
        """Return the names of the releases, the oldest first."""
        return [release.id for release in self.made]

    def copy(self, folder: Path) -> "Shelf":
        """Return a copy in `folder` that a test may change."""
        shutil.copytree(self.releases, folder / "releases", symlinks=True)
        data = shutil.copytree(self.data, folder / "data")
        return Shelf(folder / "releases", data, self.made)


def fill_shelf(folder: Path) -> Shelf:
    """Make three releases: a policy re-judges all in the second; the third has edits.

    In that the pages of `ENTRY` changed, and another entry was withdrawn.
    """
    data, releases = recorded_data(folder), folder / "releases"
    made = [build(releases, data, keep=1)]
    under_another_policy(data)
    make_uncertain(data)
    revise(data, Order("policy", "Policy v0.3.", created=MARCH))
    assert not revise(data, Order("edit", "No status is certain.", created=MARCH + DAY)).left
    made.append(build(releases, data, keep=1))
    edit(data / "evidence" / f"{ENTRY}.ttl", 'bibo:pages "1-9"', 'bibo:pages "1-7"')
    revise(data, Order("correction", "Pages.", created=APRIL))
    gone = next(path for path in (data / "evidence").glob("*.ttl") if path.stem != ENTRY)
    gone.unlink()
    revise(data, Order("withdrawal", "Twice.", created=APRIL + DAY, slugs=(gone.stem,)))
    made.append(build(releases, data, keep=1))
    return Shelf(releases, data, tuple(made))
