"""The register of published IRIs: what one release describes, later ones describe or withdraw.

Revisions are held to `graph.register`; this is about everything else.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from graph.archive import Archive
from graph.errors import BuildRefused
from graph.release import read_manifest

# What a release says of itself is kept with it, and revisions have a register of their own.
_ELSEWHERE = ("/release/", "/revision/")
_ENTRIES = "/evidence/"
_WITHDRAWN = "/ontology#Withdrawn"
_SHOWN = 3
_REPAIR = (
    "A published IRI is never lost: restore it. What has a # stays in its document, with "
    "owl:deprecated true; an entry, a case definition or a saved query is withdrawn by `atlas "
    "revise --reason withdrawal`; anything else is made an atlas:Withdrawn in data/withdrawn.ttl "
    "for good, as CONTRIBUTING.md shows. For other data, use another --releases"
)


def hold_to_published(archive: Archive, dump: Path, base: str) -> None:
    """Raise BuildRefused where `dump` says nothing of what the last release described."""
    last = next(reversed(archive.names()), None)
    if last is None:
        return
    with dump.open("rb") as lines:
        found = _published(lines, base)
    lost = sorted(published(archive, last) - found)
    if lost:
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        shown = ", ".join(f"{base}{path}" for path in lost[:_SHOWN])
        problem = f"this release says nothing of what release {last} described: {shown}{more}"
        raise BuildRefused(f"{problem}. {_REPAIR}")


def published(archive: Archive, name: str) -> set[str]:
    """Return the IRIs that a release describes, without its base: entries, and all else by part.

    What is a part of an entry comes and goes with its revisions.
    """
    base = read_manifest(archive.manifest(name)).base
    found, shared = set(), []
    for piece in archive.pieces(name):
        path = piece.document.removeprefix(base)
        if not path.startswith(_ENTRIES):
            shared.append(piece.digest)
        elif not _is_elsewhere(path):
            found.add(path)
    return found | _shared((archive.read(digest) for digest in shared), base)


def _published(lines: Iterable[bytes], base: str) -> set[str]:
    """Return the same of the lines of a dump."""
    own, found = f"<{base}{_ENTRIES}".encode(), set()

    def others() -> Iterator[bytes]:
        for line in lines:
            if line.startswith(own):
                found.add(line[1 : line.index(b">")].partition(b"#")[0])
            else:
                yield line

    shared = _shared(others(), base)
    entries = (iri.decode().removeprefix(base) for iri in found)
    return shared.union(path for path in entries if not _is_elsewhere(path))


def _shared(lines: Iterable[bytes], base: str) -> set[str]:
    """Return which IRIs the default graph describes, and which documents any other graph does."""
    found = set()
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        iri = quad.subject.value
        path = iri.removeprefix(base)
        if path == iri or _is_elsewhere(path):
            continue
        if isinstance(quad.graph_name, ox.DefaultGraph):
            found.add(path)
            # What was withdrawn stays so: its IRI is not given to anything else.
            if str(quad.object) == f"<{base}{_WITHDRAWN}>":
                found.add(f"{path} as withdrawn")
        found.add(path.partition("#")[0])
    return found


def _is_elsewhere(path: str) -> bool:
    return any(part in path for part in _ELSEWHERE)
