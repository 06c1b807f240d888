"""What DCAT 3 and VoID say of the served release: its files, its endpoint, its place in time.

Sizes and digests are known only once the dump is made, so that they cannot be in the graph.
"""

from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from graph.crate import NAME as CRATE
from graph.files import ReleaseFile
from graph.partitions import VOID_GRAPH
from graph.release import Manifest, Release
from server.building import build_triples
from server.facts import Facts
from server.known_releases import is_known
from server.things import Thing

_IANA = "https://www.iana.org/assignments/media-types/"
_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
Said = dict[str, ox.NamedNode | ox.Literal]


def file_address(release: Release | Manifest, name: str) -> str:
    """Return the path of the file `name` of `release`."""
    return f"/release/{release.id}/{name}"


def distributed(release: Release) -> list[ReleaseFile]:
    """Return the files that hold the data; the RO-Crate only describes them."""
    return [file for file in release.manifest.files if file.name != CRATE]


def release_triples(
    facts: Facts, manifest: Manifest, files: Iterable[ReleaseFile]
) -> Iterator[ox.Triple]:
    """Return what is said of a release, whichever is served: itself, and `files` of it."""
    about = _node(facts, f"/release/{manifest.id}")
    dataset = Thing(facts, f"{facts.base}/dataset")
    title = f"{dataset.text('dcterms:title')}, release {manifest.id}"
    said: Said = {
        "rdf:type": facts.term("dcat:Dataset"),
        "rdfs:label": ox.Literal(f"Release {manifest.id}", language="en"),
        "dcat:version": ox.Literal(manifest.id),
        "dcat:isVersionOf": dataset.node,
        "dcterms:created": ox.Literal(manifest.created, datatype=facts.term("xsd:dateTime")),
        "dcterms:title": ox.Literal(title, language="en"),
        "atlas:textDigest": ox.Literal(manifest.digest),
        **_license(dataset),
    }
    yield from _triples(facts, about, said)
    yield from build_triples(facts, manifest)
    yield from _distributions(facts, about, manifest, files)


def dump_triples(facts: Facts, about: ox.NamedNode) -> Iterator[ox.Triple]:
    """Return what is to be added to the document `about`; nothing where it is about other things.

    The files are parts of the release's document, by their names.
    """
    documents: dict[str, Callable[[Facts], Iterator[ox.Triple]]] = {
        f"{facts.base}/dataset": _dataset,
        f"{facts.base}/release/{facts.release.id}": _release,
        facts.rebase(VOID_GRAPH.value): _dumps,
    }
    if about.value in documents:
        yield from documents[about.value](facts)


def _dataset(facts: Facts) -> Iterator[ox.Triple]:
    dataset, service = _node(facts, "/dataset"), _node(facts, "/dataset#sparql")
    release, endpoint = _node(facts, f"/release/{facts.release.id}"), _node(facts, "/sparql")
    for name in ("dcat:hasVersion", "dcat:hasCurrentVersion"):
        yield ox.Triple(dataset, facts.term(name), release)
    said: Said = {
        "rdf:type": facts.term("dcat:DataService"),
        "dcterms:title": ox.Literal("SPARQL endpoint", language="en"),
        "dcterms:conformsTo": ox.NamedNode(_PROTOCOL),
        "dcat:endpointURL": endpoint,
        # Without a query it describes itself.
        "dcat:endpointDescription": endpoint,
        "dcat:servesDataset": dataset,
    }
    yield from _triples(facts, service, said)
    yield from _dumps(facts)
    yield from _distributions(facts, dataset, facts.release.manifest, distributed(facts.release))


def _release(facts: Facts) -> Iterator[ox.Triple]:
    yield from release_triples(facts, facts.release.manifest, distributed(facts.release))
    yield from before_triples(facts, facts.release.manifest)


def before_triples(facts: Facts, manifest: Manifest) -> Iterator[ox.Triple]:
    """Return which release came before it, where there is one to link to."""
    if is_known(facts, manifest.previous):
        before = _node(facts, f"/release/{manifest.previous}")
        about = _node(facts, f"/release/{manifest.id}")
        yield ox.Triple(about, facts.term("dcat:previousVersion"), before)
        yield ox.Triple(about, facts.term("prov:wasRevisionOf"), before)


def _dumps(facts: Facts) -> Iterator[ox.Triple]:
    dataset = _node(facts, "/dataset")
    for file in distributed(facts.release):
        if file.is_rdf:
            url = _node(facts, file_address(facts.release, file.name))
            yield ox.Triple(dataset, facts.term("void:dataDump"), url)


def _distributions(
    facts: Facts, about: ox.NamedNode, manifest: Manifest, files: Iterable[ReleaseFile]
) -> Iterator[ox.Triple]:
    for file in files:
        node = _node(facts, f"/release/{manifest.id}#{file.name}")
        yield ox.Triple(about, facts.term("dcat:distribution"), node)
        yield from _distribution(facts, node, file, file_address(manifest, file.name))


def _distribution(
    facts: Facts, node: ox.NamedNode, file: ReleaseFile, address: str
) -> Iterator[ox.Triple]:
    checksum = ox.NamedNode(f"{node.value}-checksum")
    algorithm, _, digest = file.digest.partition(":")
    size = ox.Literal(str(file.size), datatype=facts.term("xsd:nonNegativeInteger"))
    packed: Said = {"dcat:compressFormat": ox.NamedNode(_IANA + file.compression)}
    said: Said = {
        "rdf:type": facts.term("dcat:Distribution"),
        "dcterms:title": ox.Literal(file.title, language="en"),
        "dcterms:description": ox.Literal(file.description, language="en"),
        "dcterms:conformsTo": ox.NamedNode(file.standard),
        "dcat:downloadURL": _node(facts, address),
        "dcat:mediaType": ox.NamedNode(_IANA + file.media_type),
        "dcat:byteSize": size,
        "spdx:checksum": checksum,
        **_license(Thing(facts, f"{facts.base}/dataset")),
        **(packed if file.compression else {}),
    }
    yield from _triples(facts, node, said)
    sum_of: Said = {
        "rdf:type": facts.term("spdx:Checksum"),
        "spdx:algorithm": facts.term(f"spdx:checksumAlgorithm_{algorithm}"),
        "spdx:checksumValue": ox.Literal(digest, datatype=facts.term("xsd:hexBinary")),
    }
    yield from _triples(facts, checksum, sum_of)


def _license(dataset: Thing) -> Said:
    return {"dcterms:license": ox.NamedNode(dataset.text("dcterms:license"))}


def _triples(facts: Facts, subject: ox.NamedNode, said: Said) -> Iterator[ox.Triple]:
    return (ox.Triple(subject, facts.term(name), value) for name, value in said.items())


def _node(facts: Facts, path: str) -> ox.NamedNode:
    return ox.NamedNode(facts.base + path)
