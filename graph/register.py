"""The register of published revisions: none is ever lost, and none ever says something else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from graph.archive import Archive
from graph.errors import BuildRefused
from graph.release import read_manifest

_MARK = "/revision/"
_DIGEST = b'ontology#contentDigest> "'
_WITHDRAWN = b"/vocabulary/revision-reason#withdrawal>"
_INFERRED = "/graph/inferred"
_SHOWN = 3


@dataclass(frozen=True)
class Recorded:
    """An entry of a release by its IRI, with its current revision and the digest of that.

    Both are "" where the release was made without a history.
    """

    entry: str
    revision: str = ""
    digest: str = ""


class _Revision(NamedTuple):
    """A revision by its path: the digest of its content, and one over its record."""

    path: str
    content: str
    record: bytes


def hold_to_register(archive: Archive, dump: Path, base: str) -> None:
    """Raise BuildRefused where `dump` lacks a revision of the last release, or has another one.

    Each release was held to the one before it, so that the last has the revisions of them all.
    """
    last = next(reversed(archive.names()), None)
    if last is None:
        return
    with dump.open("rb") as lines:
        found = {recorded.path: recorded for recorded in _recorded(lines, base)}
    known = list(_published(archive, last))
    pairs = [(old.path, old, found[old.path]) for old in known if old.path in found]
    faults = {
        "lacks": [old.path for old in known if old.path not in found],
        "has other contents of": [path for path, old, new in pairs if old.content != new.content],
        "has another record of": [path for path, old, new in pairs if old.record != new.record],
    }
    for what, iris in faults.items():
        if iris:
            more = f" and {len(iris) - _SHOWN} more" if len(iris) > _SHOWN else ""
            shown = ", ".join(f"{base}{iri}" for iri in iris[:_SHOWN])
            problem = f"this release {what} what release {last} recorded: {shown}{more}"
            repair = "restore data/history/ from version control, or use another --releases"
            raise BuildRefused(f"{problem}. A published revision stays for good; {repair}")


def revisions(archive: Archive, name: str) -> dict[str, str]:
    """Return the digests of all revisions that a release records, by their paths."""
    return {recorded.path: recorded.content for recorded in _published(archive, name)}


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
            lines = body.splitlines(keepends=True)
            digest = next((recorded.content for recorded in _recorded(lines, "")), "")
            yield Recorded(entry, f"{entry}{_MARK}{last}", digest)


def _published(archive: Archive, name: str) -> Iterator[_Revision]:
    base = read_manifest(archive.manifest(name)).base
    bodies = (archive.read(p.digest) for p in archive.pieces(name) if _MARK in p.document)
    return _recorded((line for body in bodies for line in body.splitlines(keepends=True)), base)


def _recorded(lines: Iterable[bytes], base: str) -> Iterator[_Revision]:
    """Return the revisions whose records are among the sorted lines of a dump."""
    for subject, group in groupby(lines, key=lambda line: line.partition(b" ")[0]):
        # What is no record is passed over without a look at the rest of it.
        if _MARK.encode() in subject and b"#" not in subject:
            said = list(group)
            content = next((line for line in said if _DIGEST in line), None)
            if content:
                path = subject.decode().strip("<>").removeprefix(base)
                digest = content.decode().split('"')[1]
                yield _Revision(path, digest, _digest_of(said, base))


def _digest_of(said: list[bytes], base: str) -> bytes:
    """Return a digest over what was recorded, whatever the base: not what was inferred of it."""
    inferred = f" <{base}{_INFERRED}> .\n".encode()
    again = {line.removesuffix(inferred) + b" .\n" for line in said if line.endswith(inferred)}
    own = (line for line in said if not line.endswith(inferred) and line not in again)
    return sha256(
        b"".join(sorted(line.replace(f"<{base}".encode(), b"<") for line in own))
    ).digest()
