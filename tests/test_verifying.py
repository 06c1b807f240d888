"""What is damaged is named, and put back from a sound copy."""

import pyoxigraph as ox
import pytest

from graph.archiving import open_archive
from graph.restoring import rollback
from graph.verifying import restore, verify
from tests.shelf import Shelf
from tests.small import ENTRY
from tests.test_releases import atlas, harm


def test_a_release_under_the_name_of_another_is_found(shelf: Shelf) -> None:
    with open_archive(shelf.releases) as archive:
        swap = "UPDATE release SET list = (SELECT list FROM release WHERE id = ?) WHERE id = ?"
        archive._database.execute(swap, shelf.names[:2])
    (found,) = verify(shelf.releases, shelf.names[1])
    assert f"another dump than {shelf.made[1].manifest.digest}" in found


def test_a_damaged_object_is_named_and_put_back_from_a_folder(shelf: Shelf) -> None:
    digest = harm(shelf.releases, f"/evidence/{ENTRY}/revision/1")
    found = verify(shelf.releases, everything=True)
    assert [problem for problem in found if digest in problem and ENTRY in problem]
    told = atlas("release", "verify", "--all", "--releases", shelf.releases)
    assert (told.exit_code, digest in told.output) == (1, True)
    done = atlas("release", "verify", "--all", "--restore", "--releases", shelf.releases)
    assert done.exit_code == 0, done.output
    assert "1 objects put back" in done.output
    assert verify(shelf.releases, everything=True) == []


@pytest.mark.parametrize("name", ["atlas.nq", "entries.parquet", "manifest.json", "store/CURRENT"])
@pytest.mark.parametrize("fault", ["changed", "gone"])
def test_a_damaged_file_is_named_and_put_back_from_the_archive(
    name: str, fault: str, shelf: Shelf
) -> None:
    path = shelf.releases / shelf.names[-2] / name
    if fault == "gone":
        path.unlink()
    else:
        path.write_bytes(b"{}" + path.read_bytes()[2:])
    if name != "store/CURRENT":
        assert verify(shelf.releases, shelf.names[-2])
    restore(shelf.releases, shelf.names[-2])
    assert verify(shelf.releases, everything=True) == []
    release = rollback(shelf.releases, shelf.names[-2])
    assert release.manifest == shelf.made[-2].manifest
    assert len(ox.Store.read_only(str(release.store_path)))
