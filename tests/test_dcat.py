import hashlib
import warnings

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from flask.testing import FlaskClient

from graph.paths import ONTOLOGY, SHAPES
from graph.prefixes import BASE, term
from graph.release import Release
from server.formats import BY_KEY

IANA = "https://www.iana.org/assignments/media-types/"
Node = ox.NamedNode | ox.Literal


def say(client: FlaskClient, path: str) -> ox.Store:
    store = ox.Store()
    store.load(client.get(f"{path}.ttl").data, format=ox.RdfFormat.TURTLE)
    return store


def values(store: ox.Store, subject: object, curie: str) -> list[str]:
    assert isinstance(subject, ox.NamedNode)
    found = [quad.object for quad in store.quads_for_pattern(subject, term(curie), None)]
    return sorted(node.value for node in found if isinstance(node, Node))


def value(store: ox.Store, subject: object, curie: str) -> str:
    (found,) = values(store, subject, curie)
    return found


@pytest.fixture(params=["/dataset", "release"])
def path(request: pytest.FixtureRequest, release: Release) -> str:
    return f"/release/{release.id}" if request.param == "release" else str(request.param)


def test_every_file_named_is_there_with_its_size_and_digest(
    path: str, client: FlaskClient, release: Release
) -> None:
    said = say(client, path)
    files = [
        ox.NamedNode(iri) for iri in values(said, ox.NamedNode(BASE + path), "dcat:distribution")
    ]
    assert len(files) == 8
    for file in files:
        assert file.value.startswith(f"{BASE}/release/{release.id}#")
        address = value(said, file, "dcat:downloadURL").removeprefix(BASE)
        response = client.get(address, buffered=True)
        assert response.status_code == 200
        assert value(said, file, "dcat:byteSize") == str(len(response.data))
        checksum = ox.NamedNode(value(said, file, "spdx:checksum"))
        assert (
            value(said, checksum, "spdx:algorithm") == term("spdx:checksumAlgorithm_sha256").value
        )
        digest = hashlib.sha256(response.data).hexdigest()
        assert value(said, checksum, "spdx:checksumValue") == digest
        assert response.headers["ETag"] == f'"sha256:{digest}"'
        packing = values(said, file, "dcat:compressFormat")
        assert (response.data[:2] == b"\x1f\x8b") == bool(packing)
        assert f"{IANA}{response.mimetype}" == (packing or values(said, file, "dcat:mediaType"))[0]


def test_media_types_are_those_of_the_one_table(client: FlaskClient, release: Release) -> None:
    known = {row.media_type for row in BY_KEY.values()}
    for file in release.manifest.files:
        assert file.media_type in known
        ending = file.name.removesuffix(".gz").rpartition(".")[2]
        # An RO-Crate is JSON-LD under a name of its own.
        key = "jsonld" if ending == "json" else ending
        assert BY_KEY[key].media_type == file.media_type


def test_the_dataset_has_the_release_as_its_current_version(
    client: FlaskClient, release: Release
) -> None:
    dataset, version = ox.NamedNode(f"{BASE}/dataset"), ox.NamedNode(f"{BASE}/release/{release.id}")
    said = say(client, "/dataset")
    assert value(said, dataset, "dcat:hasVersion") == version.value
    assert value(said, dataset, "dcat:hasCurrentVersion") == version.value
    said = say(client, f"/release/{release.id}")
    assert value(said, version, "dcat:isVersionOf") == dataset.value
    assert value(said, version, "dcat:version") == release.id
    assert value(said, version, "dcterms:license") == value(
        say(client, "/dataset"), dataset, "dcterms:license"
    )


def test_the_endpoint_is_a_service_of_the_dataset(client: FlaskClient) -> None:
    said = say(client, "/dataset")
    (service,) = said.quads_for_pattern(None, term("rdf:type"), term("dcat:DataService"))
    assert value(said, service.subject, "dcat:servesDataset") == f"{BASE}/dataset"
    for name in ("dcat:endpointURL", "dcat:endpointDescription"):
        assert value(said, service.subject, name) == f"{BASE}/sparql"


@pytest.mark.parametrize("path", ["/dataset", "/.well-known/void"])
def test_void_names_the_dumps_that_a_store_can_load(
    path: str, client: FlaskClient, release: Release
) -> None:
    said = say(client, path)
    dumps = values(said, ox.NamedNode(f"{BASE}/dataset"), "void:dataDump")
    names = ["atlas.jsonld.gz", "atlas.nq", "atlas.nq.gz", "atlas.ttl.gz"]
    assert dumps == [f"{BASE}/release/{release.id}/{name}" for name in names]


def test_other_documents_say_nothing_of_files(client: FlaskClient) -> None:
    for path in ("/case-definition/fukuda1994", "/policy/v0.1", "/graph/inferred"):
        said = say(client, path)
        assert not values(said, ox.NamedNode(BASE + path), "dcat:distribution")
    assert client.get("/release/2001-01-01.1").status_code == 404


POLICIES = [f"/{kind}/{version}" for kind in ("policy", "rule-set") for version in ("v0.1", "v0.2")]


def test_what_is_served_keeps_the_shapes_and_has_no_blank_nodes(
    client: FlaskClient, release: Release
) -> None:
    data, shapes = rdflib.Graph(), rdflib.Graph().parse(ONTOLOGY / "prefixes.ttl")
    # The dataset names a policy, and what that is has to be known as well.
    for name in ("/dataset", f"/release/{release.id}", *POLICIES):
        data.parse(data=client.get(f"{name}.ttl").data, format="turtle")
    assert not [node for triple in data for node in triple if isinstance(node, rdflib.BNode)]
    for name in ("agent.ttl", "build.ttl", "distribution.ttl"):
        shapes.parse(SHAPES / name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        conforms, _, text = pyshacl.validate(data, shacl_graph=shapes)
        assert conforms, text
        size = rdflib.URIRef(term("dcat:byteSize").value)
        data.remove((next(data.subjects(size)), size, None))
        conforms, _, text = pyshacl.validate(data, shacl_graph=shapes)
    assert not conforms
    assert "Distribution-size" in text
