import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.build import build
from graph.prefixes import BASE, term, value
from graph.release import Release, find_current, open_release, read_manifest, write_manifest
from server.app import create_app
from server.building import build_triples, input_rows, programs
from server.facts import Facts
from tests.test_pages import page


def objects(triples: set[ox.Triple], subject: str, curie: str) -> set[str]:
    node = ox.NamedNode(subject)
    return {value(t.object) for t in triples if t.subject == node and t.predicate == term(curie)}


@pytest.fixture
def said(client: FlaskClient, release: Release) -> set[ox.Triple]:
    response = client.get(f"/release/{release.id}.ttl")
    return {quad.triple for quad in ox.parse(response.data, format=ox.RdfFormat.TURTLE)}


def test_a_release_comes_from_a_build_with_times_files_and_programs(
    said: set[ox.Triple], release: Release
) -> None:
    about = f"{BASE}/release/{release.id}"
    assert objects(said, about, "prov:wasGeneratedBy") == {f"{about}#build"}
    built = release.manifest.built
    assert built
    kinds = objects(said, f"{about}#build", "rdf:type")
    assert kinds == {term("atlas:Build").value, term("prov:Activity").value}
    ended = objects(said, f"{about}#build", "prov:endedAtTime")
    assert ended == {built.ended.replace("+00:00", "Z")} or ended == {built.ended}
    used = objects(said, f"{about}#build", "prov:used")
    assert used == {f"{about}#input-{one.key}" for one in built.inputs}
    for one in built.inputs:
        node = f"{about}#input-{one.key}"
        assert objects(said, node, "atlas:filesDigest") == {one.digest}
        assert objects(said, node, "atlas:fileCount") == {str(one.files)}
    agents = objects(said, f"{about}#build", "prov:wasAssociatedWith")
    found = {name for agent in agents for name in objects(said, agent, "rdfs:label")}
    assert found == {f"{name} {version}" for name, version in release.manifest.software.items()}


def test_the_page_of_a_release_shows_how_it_was_built(
    client: FlaskClient, release: Release, said: set[ox.Triple]
) -> None:
    text = page(client, f"/release/{release.id}")
    assert "How it was made" in text
    for row in input_rows(release.manifest):
        assert row.digest.removeprefix("sha256:") in text
    own = f"{BASE}/release/{release.id}#"
    parts = {value(t.subject).removeprefix(own) for t in said if value(t.subject).startswith(own)}
    named = {part for part in parts if re.match("build|input-|program-", part)}
    assert len(named) > 10
    assert all(f'id="{part}"' in text for part in named)
    assert "How it was made" not in page(client, "/dataset")


def older(release: Release) -> str:
    """Return the manifest of `release` as one was before builds were recorded."""
    fields = json.loads(write_manifest(release.manifest))
    del fields["built"], fields["software"]["Python"]
    return json.dumps(fields)


def test_a_manifest_of_before_opens_and_says_nothing_of_its_build(
    release: Release, tmp_path: Path
) -> None:
    folder = shutil.copytree(release.folder, tmp_path / release.id)
    (folder / "manifest.json").write_text(older(release), encoding="utf-8")
    old = open_release(folder)
    assert old.manifest.built is None
    assert replace(old.manifest, built=release.manifest.built).digest == release.manifest.digest
    facts = Facts(old)
    assert not list(build_triples(facts, old.manifest))
    assert not input_rows(old.manifest)
    assert len(programs(old.manifest)) == 6
    text = page(create_app(facts).test_client(), f"/release/{old.id}")
    assert "is not recorded; releases of that time did not say so" in text
    assert "None" not in text
    assert read_manifest(write_manifest(old.manifest)) == old.manifest


@pytest.mark.parametrize("built", [[], 3, {"started": "x"}, {"inputs": 3}, {"inputs": [{}]}])
def test_a_manifest_with_another_sort_of_build_is_refused(built: object, release: Release) -> None:
    fields = {**json.loads(write_manifest(release.manifest)), "built": built}
    with pytest.raises(ValueError, match=r"."):
        read_manifest(json.dumps(fields))


def test_two_builds_of_the_same_files_differ_in_times_alone(
    release: Release, tiny_data: Path, tmp_path: Path
) -> None:
    other = build(tmp_path / "releases", tiny_data).manifest
    built, known = other.built, release.manifest.built
    assert built
    assert known
    assert built.inputs == known.inputs
    assert (other.digest, other.inputs) == (release.manifest.digest, release.manifest.inputs)
    changed = {file.name for file in other.files} - {
        file.name for file in other.files if file in release.manifest.files
    }
    assert changed <= {"ro-crate-metadata.json"}


def test_a_clock_that_is_set_back_does_not_make_a_build_end_before_it_starts(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(tmp_path / "releases", tiny_data)
    now = datetime.now(UTC)

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Earlier":
            return cls(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr("graph.build.datetime", Earlier)
    second = build(tmp_path / "releases", tiny_data, force=True)
    built = second.manifest.built
    assert built
    assert built.started <= built.ended < now.isoformat()
    assert second.manifest.previous == first.id
    assert find_current(tmp_path / "releases") == second


def test_a_release_revises_the_one_before_it(tiny_data: Path, tmp_path: Path) -> None:
    first = build(tmp_path / "releases", tiny_data)
    second = build(tmp_path / "releases", tiny_data, force=True)
    web = create_app(Facts(second)).test_client()
    for release, before in ((first, set()), (second, {f"{BASE}/release/{first.id}"})):
        data = web.get(f"/release/{release.id}.ttl").data
        said = {quad.triple for quad in ox.parse(data, format=ox.RdfFormat.TURTLE)}
        assert objects(said, f"{BASE}/release/{release.id}", "prov:wasRevisionOf") == before
