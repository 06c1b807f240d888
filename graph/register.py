"""The register of published revisions: none is ever lost, and none ever says something else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graph.archive import Archive
from graph.errors import BuildRefused
from graph.release import read_manifest

_MARK = "/revision/"
_DIGEST = b'ontology#contentDigest> "'
_WITHDRAWN = b"/vocabulary/revision-reason#withdrawal>"
_SHOWN = 3


@dataclass(frozen=True)
class Recorded:
    """An entry of a release by its IRI, with its current revision and the digest of that.

    Both are "" where the release was made without a history.
    """

    entry: str
    revision: str = ""
    digest: str = ""


def hold_to_register(archive: Archive, dump: Path, base: str) -> None:
    """Raise BuildRefused where `dump` lacks a revision of the last release, or has another one.

    Each release was held to the one before it, so that the last has the revisions of them all.
    """
    last = next(reversed(archive.names()), None)
    if last is None:
        return
    with dump.open("rb") as lines:
        found = _digests(lines, base)
    known = revisions(archive, last)
    lost = [iri for iri in known if iri not in found]
    changed = [iri for iri, digest in known.items() if found.get(iri, digest) != digest]
    for what, iris in (("lacks", lost), ("has other contents of", changed)):
        if iris:
            more = f" and {len(iris) - _SHOWN} more" if len(iris) > _SHOWN else ""
            shown = ", ".join(f"{base}{iri}" for iri in iris[:_SHOWN])
            problem = f"this release {what} what release {last} recorded: {shown}{more}"
            repair = "restore data/history/ from version control, or use another --releases"
            raise BuildRefused(f"{problem}. A published revision stays for good; {repair}")


def revisions(archive: Archive, name: str) -> dict[str, str]:
    """Return the digests of all revisions that a release records, by their paths."""
    base = read_manifest(archive.manifest(name)).base
    lines = (archive.read(p.digest) for p in archive.pieces(name) if _MARK in p.document)
    return _digests((line for body in lines for line in body.splitlines()), base)


def entries(archive: Archive, name: str) -> Iterator[Recorded]:
    """Return the entries of a release in the order of its dump, without those withdrawn."""
    evidence = f"{read_manifest(archive.manifest(name)).base}/evidence/"
    found: dict[str, dict[int, bytes]] = {}
    for piece in archive.pieces(name):
        if piece.document.startswith(evidence):
            entry, mark, number = piece.document.partition(_MARK)
            recorded = found.setdefault(entry, {})
            if mark:
                recorded[int(number)] = piece.digest
    for entry, recorded in found.items():
        if not recorded:
            yield Recorded(entry)
            continue
        last = max(recorded)
        body = archive.read(recorded[last])
        if _WITHDRAWN not in body:
            digest = next(iter(_digests(body.splitlines(), "").values()), "")
            yield Recorded(entry, f"{entry}{_MARK}{last}", digest)


def _digests(lines: Iterable[bytes], base: str) -> dict[str, str]:
    """Return the digests of revisions among the lines of a dump, by IRI without `base`."""
    found = {}
    for line in lines:
        # What is no record is passed over without a look at the rest of it.
        if _DIGEST in line and _MARK.encode() in line.partition(b" ")[0]:
            iri, _, said = line.decode().partition("> ")
            found[iri.removeprefix("<").removeprefix(base)] = said.split('"')[1]
    return found
