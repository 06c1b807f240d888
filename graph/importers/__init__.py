"""Bring in papers and criteria from files that other programs write."""

import json
from datetime import date
from pathlib import Path

from graph.errors import ImportRefused
from graph.importers import csl
from graph.importers.criteria import add_criteria
from graph.importers.entries import Progress, write_entries
from graph.importers.record import ImportReport

__all__ = ["ImportReport", "import_file"]


def import_file(
    path: Path,
    data: Path,
    *,
    recorded_on: date,
    progress: Progress = lambda done, total: None,
) -> ImportReport:
    """Bring the file at `path` into the folder `data`; nothing is written if it is refused.

    Read are CSL-JSON, and inclusion criteria: a JSON list of objects with `groups`. Entries that
    are there already are left as they are. ImportRefused names record and field of a fault.
    """
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ImportRefused(f"{path}: is no JSON file in UTF-8: {error}") from error
    items = items if isinstance(items, list) else [items]
    if not items:
        raise ImportRefused(f"{path}: holds no records")
    report = ImportReport()
    if all(isinstance(item, dict) and "groups" in item for item in items):
        add_criteria(items, data, recorded_on, report, progress)
    else:
        write_entries(csl.read(items, report), data, recorded_on, report, progress)
    return report
