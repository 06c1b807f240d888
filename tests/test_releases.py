import json
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from graph.archiving import open_archive
from graph.build import build
from graph.comparison import compare_releases
from graph.dump import sha256
from graph.errors import ArchiveDamaged, BuildRefused, ReleaseDamaged, ReleaseMissing
from graph.prefixes import BASE
from graph.register import entries, hold_to_register, revisions
from graph.release import current_release, folders, next_id
from graph.restoring import rollback
from graph.verifying import verify
from server.cli import main
from server.settings import Settings
from tests.shelf import Shelf, fill_shelf
from tests.site import serve
from tests.small import ENTRY, SIZE, small_data


def harm(releases: Path, document: str) -> str:
    """Overwrite the last object of a `document` in the archive; return its digest."""
    with open_archive(releases) as archive:
        last = current_release(releases).id
        (piece,) = [one for one in archive.pieces(last) if one.document.endswith(document)]
    with sqlite3.connect(releases / "archive.sqlite") as database:
        database.execute("UPDATE object SET body = X'00' WHERE digest = ?", (piece.digest,))
    database.close()
    return piece.digest.hex()


def atlas(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("taken", "today", "name"),
    [
        ([], "2026-11-25", "2026-11-25.1"),
        (["2026-11-25.9", "2026-11-25.10", "current"], "2026-11-25", "2026-11-25.11"),
        (["2026-11-24.3"], "2026-11-25", "2026-11-25.1"),
        (["2026-11-25.2", "2026-11-24.7"], "2026-11-20", "2026-11-25.3"),
        (["archive.sqlite", "2026-11-25.01", "2027-1-1.1"], "2026-11-25", "2026-11-25.1"),
    ],
    ids=["the first", "the same day", "the next day", "a clock set back", "other files"],
)
def test_names_never_go_backwards(taken: list[str], today: str, name: str) -> None:
    assert next_id(taken, date.fromisoformat(today)) == name


def test_a_name_that_only_the_archive_has_is_not_given_again(tmp_path: Path) -> None:
    data, releases = small_data(tmp_path), tmp_path / "releases"
    names = [build(releases, data, force=True, keep=0).id for _ in range(3)]
    assert len(set(names)) == 3
    assert folders(releases) == names[-1:]
    with open_archive(releases, reads_only=True) as archive:
        assert archive.names() == names


def test_old_folders_go_and_all_stay_in_the_archive(kept_shelf: Shelf) -> None:
    assert folders(kept_shelf.releases) == kept_shelf.names[1:]
    with open_archive(kept_shelf.releases, reads_only=True) as archive:
        assert archive.names() == kept_shelf.names
    assert [release.manifest.previous for release in kept_shelf.made] == [
        None,
        *kept_shelf.names[:-1],
    ]
    assert verify(kept_shelf.releases, everything=True) == []


def test_a_folder_that_never_reached_the_archive_is_added_by_the_next_build(shelf: Shelf) -> None:
    (shelf.releases / "archive.sqlite").unlink()
    with pytest.raises(ReleaseMissing, match=r"no archive .*atlas build"):
        verify(shelf.releases)
    assert build(shelf.releases, shelf.data).id == shelf.names[-1]
    with open_archive(shelf.releases, reads_only=True) as archive:
        assert archive.names() == shelf.names[1:]
    assert verify(shelf.releases, everything=True) == []


def test_a_broken_archive_refuses_a_build_and_the_served_release_stays(shelf: Shelf) -> None:
    (shelf.releases / "archive.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(ArchiveDamaged, match="Take it from a copy, or move it away"):
        build(shelf.releases, shelf.data, force=True)
    assert current_release(shelf.releases).id == shelf.names[-1]
    assert atlas("release", "list", "--releases", shelf.releases).exit_code == 1


def test_a_reader_does_not_see_a_release_half_written(shelf: Shelf) -> None:
    with open_archive(shelf.releases) as writer, writer._transaction():
        writer._database.execute("DELETE FROM release")
        with open_archive(shelf.releases, reads_only=True) as reader:
            assert reader.names() == shelf.names
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader._database.execute("DELETE FROM release")
        writer._database.execute("ROLLBACK")
        writer._database.execute("BEGIN")


def test_a_revision_that_was_published_may_not_vanish(shelf: Shelf) -> None:
    (history,) = (shelf.data / "history").glob(f"{ENTRY}.trig")
    text = history.read_text(encoding="utf-8")
    assert "revision/3" in text
    shutil.rmtree(shelf.data / "history")
    with pytest.raises(BuildRefused, match=r"lacks what release .*/revision/1.*version control"):
        build(shelf.releases, shelf.data)
    assert current_release(shelf.releases).id == shelf.names[-1]
    assert verify(shelf.releases, everything=True) == []


def test_a_revision_that_was_published_may_not_say_something_else(
    kept_shelf: Shelf, tmp_path: Path
) -> None:
    other = fill_shelf(tmp_path)
    path = other.data / "history" / f"{ENTRY}.trig"
    with open_archive(kept_shelf.releases, reads_only=True) as archive:
        known = revisions(archive, kept_shelf.names[-1])
    (own,) = [iri for iri in known if iri.endswith(f"{ENTRY}/revision/2")]
    text = other.made[-1].dump_path.read_text(encoding="utf-8")
    forged = tmp_path / "forged.nq"
    forged.write_text(text.replace(known[own], "sha256:" + "0" * 64), encoding="utf-8")
    assert path.is_file()
    from_archive = open_archive(kept_shelf.releases, reads_only=True)
    with (
        from_archive,
        pytest.raises(BuildRefused, match=rf"other contents of .*{ENTRY}/revision/2"),
    ):
        hold_to_register(from_archive, forged, "https://www.mecfsatlas.com")


def test_the_entries_of_each_release_have_their_revisions(kept_shelf: Shelf) -> None:
    with open_archive(kept_shelf.releases, reads_only=True) as archive:
        found = {name: list(entries(archive, name)) for name in kept_shelf.names}
        known = revisions(archive, kept_shelf.names[-1])
    assert [len(rows) for rows in found.values()] == [SIZE, SIZE, SIZE - 1]
    last = {row.entry.rpartition("/")[2]: row for row in found[kept_shelf.names[-1]]}[ENTRY]
    assert last.revision.endswith(f"/{ENTRY}/revision/3")
    assert known[last.revision.removeprefix("https://www.mecfsatlas.com")] == last.digest


def test_the_comparison_tells_whose_judgement_changed_and_by_which_policy(
    kept_shelf: Shelf,
) -> None:
    first, second, third = kept_shelf.names
    with open_archive(kept_shelf.releases, reads_only=True) as archive:
        by_policy = compare_releases(archive, first, second)
        by_hand = compare_releases(archive, second, third)
        back = compare_releases(archive, second, first)
        assert compare_releases(archive, third, third).entries == ()
    assert by_policy.judged_otherwise
    for change in by_policy.judged_otherwise:
        assert change.caused_by == "https://www.mecfsatlas.com/policy/v0.3"
        assert change.new.value.endswith("#unclear")
        assert "policy" in change.aspects
    assert any(change.document.endswith("/policy/v0.3") for change in by_policy.others)
    assert by_hand.judged_otherwise == []
    assert [change.document.rpartition("/")[2] for change in by_hand.changed] == [ENTRY]
    assert [str(change) for change in by_hand.changed[0].changes] == ["#paper pages: 1-9 → 1-7"]
    assert len(by_hand.withdrawn) == 1
    assert {c.old.value for c in back.judged_otherwise} == {
        c.new.value for c in by_policy.judged_otherwise
    }


def test_an_archived_release_comes_back_with_every_digest(shelf: Shelf) -> None:
    first = shelf.made[0]
    assert not (shelf.releases / first.id).exists()
    release = rollback(shelf.releases, first.id)
    assert current_release(shelf.releases) == release
    assert release.manifest == first.manifest
    for file in first.manifest.files:
        assert sha256(release.folder / file.name) == file.digest
    store = ox.Store.read_only(str(release.store_path))
    assert len(store) == len(release.dump_path.read_bytes().splitlines())
    assert verify(shelf.releases, everything=True) == []


def test_a_rollback_to_what_is_not_there_or_damaged_changes_nothing(shelf: Shelf) -> None:
    with pytest.raises(
        ReleaseMissing, match=rf"no release 2001-01-01.1; the last is {shelf.names[-1]}"
    ):
        rollback(shelf.releases, "2001-01-01.1")
    harm(shelf.releases, "/ontology")
    with pytest.raises(ArchiveDamaged, match="--restore"):
        rollback(shelf.releases, shelf.names[0])
    assert current_release(shelf.releases).id == shelf.names[-1]
    assert folders(shelf.releases) == shelf.names[1:]
    assert not (shelf.releases / ".building").exists()


def test_a_release_that_other_software_would_make_otherwise_is_refused(shelf: Shelf) -> None:
    with open_archive(shelf.releases) as archive:
        known = archive.manifest(shelf.names[0])
        known = known.replace(shelf.made[0].manifest.files[4].digest, "sha256:" + "0" * 64)
        row = (archive._compress(known.encode()), shelf.names[0])
        archive._database.execute("UPDATE release SET manifest = ? WHERE id = ?", row)
    with pytest.raises(ReleaseDamaged, match=r"entries.parquet.*made by .*pyarrow") as caught:
        rollback(shelf.releases, shelf.names[0])
    assert current_release(shelf.releases).id == shelf.names[-1]
    built = shelf.made[0].manifest.built
    assert built
    digests = {one.key: one.digest for one in built.inputs}
    # The program may be another one under the same version.
    for key in ("program", "ontology", "rules", "shapes"):
        assert f"{key} {digests[key]}" in str(caught.value)
    assert digests["evidence"] not in str(caught.value)
    assert f"dump is sound, and `atlas query --release {shelf.names[0]} …`" in str(caught.value)
    ask = f"ASK {{ <{BASE}/evidence/{ENTRY}> ?p ?o }}"
    done = atlas("query", ask, "--release", shelf.names[0], "--releases", shelf.releases)
    assert (done.exit_code, done.output.strip()) == (0, "true")


def test_a_dump_that_is_another_is_not_called_sound(shelf: Shelf) -> None:
    with open_archive(shelf.releases) as archive:
        swap = "UPDATE release SET list = (SELECT list FROM release WHERE id = ?) WHERE id = ?"
        archive._database.execute(swap, [shelf.names[1], shelf.names[0]])
    with pytest.raises(ReleaseDamaged, match=r"atlas.nq.*atlas release verify") as caught:
        rollback(shelf.releases, shelf.names[0])
    assert "sound" not in str(caught.value)


def test_a_build_after_a_rollback_follows_what_is_served(shelf: Shelf) -> None:
    rollback(shelf.releases, shelf.names[0])
    release = build(shelf.releases, shelf.data)
    assert release.manifest.previous == shelf.names[0]
    assert release.id not in shelf.names
    assert release.manifest.digest == shelf.made[-1].manifest.digest


def test_a_running_server_takes_up_what_is_served_again(shelf: Shelf, tmp_path: Path) -> None:
    settings = Settings(releases=shelf.releases, prepare=0)
    with serve(settings, tmp_path) as site, httpx.Client(base_url=site.address) as web:
        ask = {"query": f"ASK {{ <https://www.mecfsatlas.com/evidence/{ENTRY}/revision/3> ?p ?o }}"}
        json_only = {"Accept": "application/sparql-results+json"}
        assert web.get("/readyz").json()["release"] == shelf.names[-1]
        assert web.get("/sparql", params=ask, headers=json_only).json()["boolean"]
        rollback(shelf.releases, shelf.names[0])
        answers = (web.get("/readyz").json()["release"] for _ in range(100_000))
        assert next(name for name in answers if name != shelf.names[-1]) == shelf.names[0]
        assert not web.get("/sparql", params=ask, headers=json_only).json()["boolean"]
        assert f"Release {shelf.names[0]}" in web.get(f"/release/{shelf.names[0]}").text


def test_the_commands_tell_what_there_is(kept_shelf: Shelf) -> None:
    first, second, third = kept_shelf.names
    at = ("--releases", kept_shelf.releases)
    listed = atlas("release", "list", *at).output.splitlines()
    assert [line.split()[0] for line in listed] == [third, second, first]
    assert "2 entries, 2 changed  current" in listed[0]
    assert "whole folder" in listed[1]
    assert "the first  archived" in listed[2]
    shown = atlas("release", "show", first, "--entries", *at).output
    assert kept_shelf.made[0].manifest.digest in shown
    assert shown.count("/revision/1\n") == SIZE
    told = atlas("release", "diff", first, second, *at).output
    assert "unclear, by policy v0.3 instead of policy v0.2" in told
    document = json.loads(atlas("release", "diff", first, second, "--json", *at).output)
    assert document["causes"] == {
        "https://www.mecfsatlas.com/policy/v0.3": len(document["judgedOtherwise"])
    }
    assert atlas("release", "verify", first, *at).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["show", "2001-01-01.1"], 1),
        (["diff", "2001-01-01.1", "2001-01-01.2"], 1),
        (["verify", "2001-01-01.1"], 1),
        (["verify", "2001-01-01.1", "--all"], 2),
        (["rollback"], 2),
    ],
)
def test_the_commands_refuse_what_is_not_there(
    arguments: list[str], status: int, kept_shelf: Shelf
) -> None:
    done = atlas("release", *arguments, "--releases", kept_shelf.releases)
    assert done.exit_code == status
    assert status == 2 or f"the last is {kept_shelf.names[-1]}" in done.output


def test_without_releases_the_list_says_so(tmp_path: Path) -> None:
    done = atlas("release", "list", "--releases", tmp_path / "none")
    assert "run `atlas build`" in done.output
