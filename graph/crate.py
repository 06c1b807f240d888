"""Pack a release as an RO-Crate 1.2: the file that says in schema.org what all others are."""

import json
from pathlib import Path

import pyoxigraph as ox

from graph.files import ReleaseFile, measure
from graph.prefixes import term
from graph.release import Manifest

NAME = "ro-crate-metadata.json"
_PROFILE = "https://w3id.org/ro/crate/1.2"
_ROOT = "./"
_SAID = ("What the files are", "Names, sizes and digests of all other files, as an RO-Crate 1.2.")


def write_crate(folder: Path, manifest: Manifest) -> ReleaseFile:
    """Describe in `folder` the files of `manifest`, and return what that makes.

    RO-Crate wants the day of publication, so these bytes differ from build to build.
    """
    entities = [_descriptor(), *_dataset(folder, manifest), *map(_file, manifest.files)]
    entities += _standards(manifest)
    document = {"@context": f"{_PROFILE}/context", "@graph": entities}
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")
    return measure(folder / NAME, *_SAID)


def _descriptor() -> dict[str, object]:
    return {
        "@id": NAME,
        "@type": "CreativeWork",
        "about": {"@id": _ROOT},
        "conformsTo": {"@id": _PROFILE},
    }


def _dataset(folder: Path, manifest: Manifest) -> list[dict[str, object]]:
    about = ox.NamedNode(f"{manifest.base}/dataset")
    store = ox.Store.read_only(str(folder / "store"))

    def said(curie: str) -> str:
        quad = next(store.quads_for_pattern(about, term(curie), None, ox.DefaultGraph()))
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
        return quad.object.value

    licence = said("dcterms:license")
    root: dict[str, object] = {
        "@id": _ROOT,
        "@type": "Dataset",
        "name": f"{said('dcterms:title')}, release {manifest.id}",
        "description": said("dcterms:description"),
        "identifier": f"{manifest.base}/release/{manifest.id}",
        "version": manifest.id,
        "datePublished": manifest.created[:10],
        "license": {"@id": licence},
        "hasPart": [{"@id": file.name} for file in manifest.files],
    }
    name = "CC0 1.0 Universal" if "/publicdomain/zero/1.0" in licence else licence
    return [root, {"@id": licence, "@type": "CreativeWork", "name": name}]


def _file(file: ReleaseFile) -> dict[str, object]:
    return {
        "@id": file.name,
        "@type": "File",
        "name": file.title,
        "description": file.description,
        "encodingFormat": file.compression or file.media_type,
        "contentSize": str(file.size),
        "sha256": file.digest.removeprefix("sha256:"),
        "conformsTo": {"@id": file.standard},
    }


def _standards(manifest: Manifest) -> list[dict[str, object]]:
    found = {file.standard: file.media_type for file in manifest.files}
    return [
        {"@id": iri, "@type": "CreativeWork", "name": f"Specification of {media_type}"}
        for iri, media_type in found.items()
    ]
