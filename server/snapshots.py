"""The snapshot reference: what the atlas said on a day, fixed by revision and digest."""

from server.citations import snapshot
from server.revisions import Revision
from server.stamp import MARK
from server.things import Thing


def snapshot_reference(thing: Thing, versions: list[str], current: Revision | None) -> str:
    """Return the reference to what `thing` says: by its revision, else only by the release.

    `versions` are the names of those under which it was made; the day is left to the stamp.
    """
    if current:
        return snapshot(versions, f"Revision {current.number}, {current.digest}", MARK, current.iri)
    manifest = thing.facts.release.manifest
    state = f"Release {manifest.id} ({manifest.digest[: len('sha256:') + 12]})"
    return snapshot(versions, state, MARK, thing.iri)
