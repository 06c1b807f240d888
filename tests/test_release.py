import json
import shutil
from pathlib import Path

import pytest

from graph.build import build
from graph.errors import ReleaseDamaged, ReleaseMissing
from graph.release import Release, current_release, open_release, verify_release
from tests.small import small_data


@pytest.fixture
def copy(release: Release, tmp_path: Path) -> Release:
    """Return a copy of the tiny release that a test may damage."""
    shutil.copytree(release.folder, tmp_path / release.id)
    return open_release(tmp_path / release.id)


def test_the_manifest_names_every_file_but_itself_and_the_store(release: Release) -> None:
    names = {path.name for path in release.folder.iterdir()} - {"manifest.json", "store", "search"}
    assert {file.name for file in release.manifest.files} == names
    assert len(names) == 9
    assert release.manifest.files[0].digest == release.manifest.digest
    assert open_release(release.folder) == release


def test_a_release_that_is_whole_verifies(copy: Release) -> None:
    verify_release(copy)


@pytest.mark.parametrize("fault", ["cut", "changed", "gone"])
@pytest.mark.parametrize("name", ["atlas.nq", "entries.parquet", "ro-crate-metadata.json"])
def test_a_damaged_file_is_named(name: str, fault: str, copy: Release) -> None:
    path = copy.folder / name
    body = path.read_bytes()
    if fault == "gone":
        path.unlink()
    else:
        path.write_bytes(body[:-1] if fault == "cut" else body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(ReleaseDamaged, match=rf"{name} .*atlas build --force") as error:
        verify_release(copy)
    assert ("bytes instead of" in str(error.value)) == (fault == "cut")
    others = {file.name for file in copy.manifest.files} - {name}
    assert not [other for other in others if f"/{other} " in str(error.value)]


def rewrite(release: Release, **fields: object) -> None:
    """Write the manifest of `release` as another make of the program would have."""
    path = release.folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["files"]
    path.write_text(json.dumps({**manifest, **fields}), encoding="utf-8")


@pytest.mark.parametrize(
    "fields", [{}, {"files": 3}, {"files": ["atlas.nq"]}, {"files": [{"name": "atlas.nq"}]}]
)
def test_a_manifest_of_another_make_is_refused(fields: dict[str, object], copy: Release) -> None:
    rewrite(copy, **fields)
    with pytest.raises(ReleaseMissing, match="atlas build --force"):
        open_release(copy.folder)


def test_a_release_of_another_make_is_built_again(tmp_path: Path) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"
    first = build(releases, data)
    rewrite(first)
    second = build(releases, data)
    assert second.id != first.id
    assert current_release(releases) == second
