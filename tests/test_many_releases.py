import hashlib
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from graph import archive as archiving
from graph.archive import Archive
from graph.pieces import Piece, cut
from graph.release import Release

RELEASES, ENTRIES, CHANGED = 1000, 1000, 10
TITLE = b'#paper> <http://purl.org/dc/terms/title> "'
INFERRED = b"/graph/inferred> .\n"
# Document → its pieces with their lines.
Documents = dict[str, list[tuple[Piece, bytes]]]


def piece(document: str, body: bytes) -> tuple[Piece, bytes]:
    return Piece(document, hashlib.sha256(body).digest()), body


def documents_of(release: Release) -> Documents:
    """Return the documents of a release, with as many entries as are wanted; copies fill it up."""
    found: Documents = {}
    with release.dump_path.open("rb") as lines:
        for own, body in cut(lines):
            found.setdefault(own.document, []).append((own, body))
    entries = entries_of(found)
    for number, name in enumerate(entries[: ENTRIES - len(entries)]):
        for old in (name, f"{name}/revision/1"):
            new = old.replace(name, f"{name}-copy{number}")
            bodies = (body.replace(name.encode(), new.encode()) for _, body in found[old])
            found[new] = [piece(new, body) for body in bodies]
    return found


def entries_of(found: Documents) -> list[str]:
    return [name for name in found if "/evidence/" in name and "/revision/" not in name]


def revise(found: Documents, first: Documents, entry: str, number: int) -> None:
    """Change the title of an entry, keep what it said as a revision, and record the next one."""
    body = b"".join(body for _, body in first[entry])
    changed = body.replace(TITLE, TITLE + f"Edition {number}: ".encode())
    assert changed != body
    graph = f"<{entry}/revision/{number - 1}> .\n".encode()
    said = (line for line in changed.splitlines(keepends=True) if not line.endswith(INFERRED))
    earlier = piece(entry, b"".join(line[:-2] + graph for line in said))
    found[entry] = [piece(entry, changed), *found[entry][1:], earlier]
    ((_, record),) = first[f"{entry}/revision/1"]
    record = record.replace(b"/revision/1", f"/revision/{number}".encode())
    digest = hashlib.sha256(changed).hexdigest().encode()
    revision = f"{entry}/revision/{number}"
    found[revision] = [piece(revision, record.replace(b"sha256:", b"sha256:" + digest))]


def test_a_thousand_releases_take_less_room_than_three(
    real_release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = documents_of(real_release)
    first, chance, entries = dict(found), random.Random(1), entries_of(found)
    assert len(entries) == ENTRIES
    numbers = dict.fromkeys(entries, 1)
    manifest = (real_release.folder / "manifest.json").read_text(encoding="utf-8")
    digests = {}

    def pieces(_: Iterable[bytes]) -> Iterator[tuple[Piece, bytes]]:
        return (row for name in sorted(found) for row in found[name])

    with Archive(tmp_path / "archive.sqlite") as archive:
        # What did not change is not cut again each time, which would only take time.
        monkeypatch.setattr(archiving, "cut", pieces)
        archive._database.execute("PRAGMA synchronous = OFF")
        for release in range(RELEASES):
            for entry in chance.sample(entries, CHANGED):
                numbers[entry] += 1
                revise(found, first, entry, numbers[entry])
            archive.add(str(release), manifest, real_release.dump_path)
            if release % 333 == 0:
                digests[str(release)] = [own for own, _ in pieces([])]
        assert len(archive.names()) == RELEASES
        for name, known in digests.items():
            assert list(archive.pieces(name)) == known
        assert list(archive.damages(str(RELEASES - 1))) == []
    size = archive.path.stat().st_size
    one = sum(path.stat().st_size for path in real_release.folder.rglob("*"))
    print(f"{RELEASES} releases: {size / one:.2f} times one ({size:,} and {one:,} bytes)")
    assert size < 3 * one
