"""A small data folder for tests: the real definitions, journals and versions, made-up entries."""

import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

from graph.paths import DATA
from graph.revise import Order, revise
from tests.synthetic import entry, write_entries

SIZE = 3
# All real ones are there.
DEFINITIONS = 26
ENTRY = entry(0, random.Random(1_000_003))[0]


def small_data(folder: Path) -> Path:
    """Write a data folder with `SIZE` synthetic entries, `ENTRY` among them; return its path."""
    data = folder / "data"
    data.mkdir()
    for path in DATA.glob("*.ttl"):
        shutil.copy(path, data)
    write_entries(data, SIZE)
    return data


def recorded_data(folder: Path) -> Path:
    """Write the same folder with a first revision of each document; return its path."""
    data = small_data(folder)
    revise(data, Order("first-record", "Recorded.", created=datetime(2026, 1, 1, tzinfo=UTC)))
    return data


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old` by `new` in a file; fails where there is no `old`, so no test passes idly."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
