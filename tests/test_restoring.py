from pathlib import Path

import pytest

from graph.build import build
from graph.prefixes import BASE
from graph.release import Release
from graph.restoring import rollback
from graph.verifying import verify
from server.app import create_app
from server.facts import Facts
from tests.small import ENTRY, edit, small_data


def rows(release: Release) -> bytes:
    """Return the rows of the search index."""
    return (release.index_path / "rows.jsonl").read_bytes()


@pytest.mark.parametrize("base", [BASE, "https://atlas.example", f"{BASE}/mirror"])
def test_a_release_that_comes_out_of_the_archive_is_searched_under_any_base(
    base: str, tmp_path: Path
) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"
    first = build(releases, data, base, keep=0)
    known = rows(first)
    assert known
    edit(data / "evidence" / f"{ENTRY}.ttl", "Novak", "Nowak")
    build(releases, data, base, keep=0)
    assert not first.folder.exists()
    release = rollback(releases, first.id)
    assert rows(release) == known
    found = create_app(Facts(release)).test_client().get("/evidence.ttl?q=Novak").text
    assert f"<{base}/evidence/{ENTRY}>" in found
    assert verify(releases, everything=True) == []
    assert not [path for path in release.folder.iterdir() if path.name.startswith("tmp")]
