"""What is known of things that were withdrawn: who did it, when, why, and what took their place."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.kept import kept_at
from server.facts import Facts, Row
from server.revisions import revisions


@dataclass(frozen=True)
class Tombstone:
    """A withdrawn thing by its path; `replaced_by` is the path of what took its place, or "".

    `withdrawn` is a day or a moment, as ISO 8601; `revision` the IRI of the one that withdrew it,
    and `state` of the one before, which says what it was: "" for a thing without revisions.
    """

    path: str
    withdrawn: str
    by: str
    note: str
    replaced_by: str = ""
    revision: str = ""
    state: str = ""

    @property
    def day(self) -> str:
        """Return the day on which it was withdrawn."""
        return self.withdrawn[: len("2026-01-01")]

    @property
    def key(self) -> str:
        """Return the last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def noun(self) -> str:
        """Return what people call such a thing, "" for one without revisions."""
        kept = kept_at(self.path)
        return kept.noun if kept else ""

    @property
    def title(self) -> str:
        """Return what happened, in a few words."""
        return f"Withdrawn: {self.path}"


def sentence(gone: Tombstone, base: str) -> str:
    """Return what happened to it, in words."""
    instead = f" Replaced by {base}{gone.replaced_by}." if gone.replaced_by else ""
    state = f" What it said last: {gone.state}" if gone.state else ""
    note = gone.note if gone.note.endswith((".", "!", "?")) else f"{gone.note}."
    return f"{gone.path} was withdrawn on {gone.day} by {gone.by}: {note}{instead}{state}"


def tombstones(facts: Facts) -> Mapping[str, Tombstone]:
    """Return path → tombstone of all that was withdrawn."""
    found = [_of_document(facts, row) for row in facts.rows("withdrawn")]
    found += [_of_thing(facts, row) for row in facts.rows("withdrawn-things")]
    return {gone.path: gone for gone in found}


def _of_document(facts: Facts, row: Row) -> Tombstone:
    *before, last = revisions(facts, row["document"])
    agent = last.thing.one("prov:wasAttributedTo")
    # The person, too, where readers shall know.
    names = (last.thing.text("dc:contributor"), agent.label if agent else "")
    return Tombstone(
        row["document"].removeprefix(facts.base),
        last.created.isoformat().replace("+00:00", "Z"),
        ", ".join(name for name in names if name),
        last.note,
        row.get("instead", "").removeprefix(facts.base),
        last.iri,
        before[-1].iri if before else "",
    )


def _of_thing(facts: Facts, row: Row) -> Tombstone:
    path, instead = (row.get(name, "").removeprefix(facts.base) for name in ("thing", "instead"))
    return Tombstone(path, row["day"], row["by"], row["note"], instead)
