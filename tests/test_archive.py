import hashlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.archive import Archive
from graph.errors import ArchiveDamaged, ReleaseMissing
from graph.release import Release

SLUGS = st.text("ab-1", min_size=1, max_size=4)
GRAPHS = ["", "<https://x.org/a/revision/1> ", "<https://x.org/a/revision/12> ", "<https://g> "]
LINES = st.builds(
    lambda slug, part, text, graph: (
        f'<https://x.org/{slug}{part}> <https://p> "{text}" {graph}.\n'.encode()
    ),
    SLUGS, st.sampled_from(["", "#a", "#a-1", "/revision/1"]), st.text("xyz <#", max_size=5),
    st.sampled_from(GRAPHS),
)  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.sqlite") as found:
        yield found


def dump(folder: Path, lines: list[bytes]) -> Path:
    path = folder / "dump.nq"
    path.write_bytes(b"".join(sorted(lines)))
    return path


def some(count: int, changed: frozenset[int] = frozenset()) -> list[bytes]:
    return [
        f'<https://x.org/e/{n:04}{part}> <https://p> "{n}{"!" * (n in changed)}" .\n'.encode()
        for n in range(count)
        for part in ("", "#paper")
    ]


def restored(archive: Archive, name: str, folder: Path) -> bytes:
    path = folder / "restored.nq"
    archive.restore(name, path)
    return path.read_bytes()


def size(archive: Archive) -> int:
    return archive.path.stat().st_size


def objects(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        (count,) = connection.execute("SELECT count(*) FROM object").fetchone()
    connection.close()
    return int(count)


@settings(deadline=None)
@given(st.lists(st.lists(LINES, max_size=30), min_size=1, max_size=4))
def test_every_release_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, releases: list[list[bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    with Archive(folder / "archive.sqlite") as archive:
        written = []
        for number, lines in enumerate(releases):
            path = dump(folder, lines)
            archive.add(str(number), f"manifest {number}", path)
            written.append(path.read_bytes())
        assert archive.names() == [str(number) for number in range(len(releases))]
        for number, body in enumerate(written):
            assert restored(archive, str(number), folder) == body
            assert archive.manifest(str(number)) == f"manifest {number}"
        assert list(archive.damages()) == []


def test_what_did_not_change_is_kept_once(archive: Archive, tmp_path: Path) -> None:
    archive.add("1", "", dump(tmp_path, some(1000)))
    before = objects(archive.path)
    archive.add("2", "", dump(tmp_path, some(1000, frozenset({7, 500, 999}))))
    # Three documents, the parts of the list that name them, and two more levels of the list.
    assert objects(archive.path) - before <= 3 + 3 + 3 + 1
    old, new = (archive.documents(name) for name in "12")
    changed = [name for name in old if old[name] != new[name]]
    assert changed == [f"https://x.org/e/{n:04}" for n in (7, 500, 999)]
    assert archive.lines(new[changed[0]]).count(b'"7!"') == 2


def test_a_new_document_in_the_middle_moves_no_later_cut(archive: Archive, tmp_path: Path) -> None:
    archive.add("1", "", dump(tmp_path, some(1000)))
    before = objects(archive.path)
    new = b'<https://x.org/e/0007-2> <https://p> "new" .\n'
    archive.add("2", "", dump(tmp_path, [*some(1000), new]))
    # It stands between two pieces of its namesake, which were one.
    assert objects(archive.path) - before <= 3 + 2 + 2 + 1


def test_the_same_release_again_adds_only_its_name(archive: Archive, tmp_path: Path) -> None:
    for name in ("1", "2"):
        archive.add(name, "", dump(tmp_path, some(100)))
        found = objects(archive.path)
    assert found == objects(archive.path)
    assert archive.names() == ["1", "2"]
    with pytest.raises(sqlite3.IntegrityError):
        archive.add("2", "", dump(tmp_path, some(101)))
    assert objects(archive.path) == found


def test_a_release_that_is_not_there_is_named(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ReleaseMissing, match="no release 9; it has none yet"):
        archive.manifest("9")
    archive.add("1", "", dump(tmp_path, some(3)))
    with pytest.raises(ReleaseMissing, match="no release 9; the last is 1"):
        list(archive.pieces("9"))


@pytest.mark.parametrize("harm", ["changed", "garbage", "lost"])
def test_a_damaged_object_is_named_and_can_be_put_back(
    harm: str, archive: Archive, tmp_path: Path
) -> None:
    path = dump(tmp_path, some(50))
    archive.add("1", "", path)
    whole = path.read_bytes()
    (piece,) = [row for row in archive.pieces("1") if row.document.endswith("/0007")]
    body = archive._compress(b"other lines") if harm == "changed" else b"\x00" * 40
    with sqlite3.connect(archive.path) as connection:
        if harm == "lost":
            connection.execute("DELETE FROM object WHERE digest = ?", (piece.digest,))
        else:
            connection.execute("UPDATE object SET body = ? WHERE digest = ?", (body, piece.digest))
    connection.close()
    (found,) = archive.damages()
    assert piece.digest.hex() in str(found)
    assert "https://x.org/e/0007 in release 1" in str(found)
    with pytest.raises(ArchiveDamaged, match="atlas release verify --restore"):
        archive.restore("1", tmp_path / "none.nq")
    with path.open("rb") as lines:
        assert archive.mend(lines) == 1
    assert list(archive.damages()) == []
    assert restored(archive, "1", tmp_path) == whole


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        Archive(path)


def test_a_release_that_fails_half_way_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    archive.add("1", "", dump(tmp_path, some(10)))
    before = objects(archive.path)
    path = tmp_path / "broken.nq"
    path.write_bytes(b"".join(some(20)) + b"<https://x.org/\xff> <https://p> 1 .\n")
    with pytest.raises(UnicodeDecodeError):
        archive.add("2", "", path)
    assert archive.names() == ["1"]
    assert objects(archive.path) == before


def test_the_real_release_comes_back(
    real_release: Release, archive: Archive, tmp_path: Path
) -> None:
    archive.add(real_release.id, "", real_release.dump_path)
    body = restored(archive, real_release.id, tmp_path)
    assert f"sha256:{hashlib.sha256(body).hexdigest()}" == real_release.manifest.digest
    documents = [piece.document for piece in archive.pieces(real_release.id)]
    assert len({name for name in documents if re.search("/evidence/[^/]+$", name)}) == 799
    assert size(archive) < real_release.dump_path.stat().st_size / 2
