import hashlib
import json
import warnings
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rocrate.model.file import File
from rocrate.rocrate import ROCrate
from werkzeug.http import parse_options_header

from graph.release import Release

NAME = "ro-crate-metadata.json"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"


@pytest.fixture(scope="module")
def crate(release: Release) -> ROCrate:
    return ROCrate(release.folder)


def test_the_library_reads_the_crate_and_every_file_is_there_as_said(
    crate: ROCrate, release: Release
) -> None:
    files = [entity for entity in crate.data_entities if isinstance(entity, File)]
    assert {file.id for file in files} == {file.name for file in release.manifest.files} - {NAME}
    assert len(files) == 8
    for file in files:
        body = (release.folder / file.id).read_bytes()
        assert file["contentSize"] == str(len(body))
        assert file["sha256"] == hashlib.sha256(body).hexdigest()
        assert {"name", "description", "encodingFormat"} <= file.properties().keys()
        assert crate.get(file["conformsTo"].id) is not None


def test_the_crate_says_what_the_dataset_is_and_names_nobody(
    crate: ROCrate, release: Release
) -> None:
    root = crate.root_dataset
    assert crate.version == "1.2"
    assert crate.metadata["conformsTo"] == "https://w3id.org/ro/crate/1.2"
    assert root["name"] == f"ME/CFS Atlas knowledge graph, release {release.id}"
    assert root["license"].id == CC0
    assert root["datePublished"] == release.manifest.created[:10]
    assert root["description"]
    kinds = {str(entity.type) for entity in crate.get_entities()}
    assert kinds == {"Dataset", "CreativeWork", "File"}


def test_a_copy_that_the_library_writes_is_the_same_crate(
    crate: ROCrate, tmp_path: Path, release: Release
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        crate.write(tmp_path / "copy")
    for file in release.manifest.files[:-1]:
        assert (tmp_path / "copy" / file.name).stat().st_size == file.size


def test_the_crate_is_served_under_its_profile(client: FlaskClient, release: Release) -> None:
    response = client.get(f"/release/{release.id}/{NAME}", buffered=True)
    kind, parameters = parse_options_header(response.headers["Content-Type"])
    assert kind == "application/ld+json"
    assert "https://w3id.org/ro/crate" in parameters["profile"].split()
    assert json.loads(response.data) == json.loads((release.folder / NAME).read_bytes())
