"""The files of a release for people to take: what each holds, how it is written, and its digest."""

from dataclasses import dataclass
from pathlib import Path

from graph.dump import sha256

GZIP = "application/gzip"
PARQUET = "application/vnd.apache.parquet"
_FORMATS = {
    ".nq": ("application/n-quads", "https://www.w3.org/TR/n-quads/"),
    ".ttl": ("text/turtle", "https://www.w3.org/TR/turtle/"),
    ".jsonld": ("application/ld+json", "https://www.w3.org/TR/json-ld11/"),
    ".json": ("application/ld+json", "https://w3id.org/ro/crate/1.2"),
    ".parquet": (PARQUET, "https://parquet.apache.org/docs/file-format/"),
}
_PACKED = ".gz"


@dataclass(frozen=True)
class ReleaseFile:
    """One file: `media_type` is that of its content, `compression` that of the file, "" if none.

    `standard` is the IRI of what the content conforms to; `size` counts the bytes of the file, and
    `digest` is theirs, sha256:hex.
    """

    name: str
    title: str
    description: str
    media_type: str
    standard: str
    compression: str
    size: int
    digest: str

    @property
    def is_rdf(self) -> bool:
        """Return whether it is a dump that an RDF store can load."""
        return self.name.removesuffix(_PACKED).endswith((".nq", ".ttl", ".jsonld"))


def measure(path: Path, title: str, description: str) -> ReleaseFile:
    """Return what is to be said of the file at `path`, whose suffixes name its format."""
    is_packed = path.suffix == _PACKED
    media_type, standard = _FORMATS[path.suffixes[-2] if is_packed else path.suffix]
    compression = GZIP if is_packed else ""
    size, digest = path.stat().st_size, sha256(path)
    return ReleaseFile(
        path.name, title, description, media_type, standard, compression, size, digest
    )


def damage(file: ReleaseFile, folder: Path) -> str:
    """Return what is wrong with `file` in `folder`, "" where it is what it was."""
    path = folder / file.name
    try:
        size = path.stat().st_size
        if size != file.size:
            return f"{path} has {size} bytes instead of {file.size}"
        digest = sha256(path)
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    return "" if digest == file.digest else f"{path} has the digest {digest}, not {file.digest}"
