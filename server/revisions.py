"""The recorded revisions of a document, as a release lists them."""

from dataclasses import dataclass
from datetime import datetime

import pyoxigraph as ox

from server.facts import Facts
from server.memento import History, Memento
from server.things import Thing

TIMEGATE, TIMEMAP = "/timegate", "/timemap"


@dataclass(frozen=True)
class Revision:
    """One revision: its number, what is said of it, and when it was recorded."""

    number: int
    thing: Thing
    created: datetime

    @property
    def iri(self) -> str:
        """Return the IRI of the revision."""
        return self.thing.iri

    @property
    def day(self) -> str:
        """Return the day on which it was recorded."""
        return self.created.date().isoformat()

    @property
    def digest(self) -> str:
        """Return the digest of its content."""
        return self.thing.text("atlas:contentDigest")

    @property
    def reason(self) -> Thing | None:
        """Return the kind of reason for it."""
        return self.thing.one("atlas:revisionReason")

    @property
    def note(self) -> str:
        """Return the reason in words."""
        return self.thing.text("skos:changeNote")


def revisions(facts: Facts, document: str) -> list[Revision]:
    """Return the revisions of the document with that IRI, oldest first; none without a history."""
    try:
        node = ox.NamedNode(document)
    except ValueError:
        return []
    name = facts.term("dcterms:isVersionOf")
    quads = facts.store.quads_for_pattern(None, name, node, ox.DefaultGraph())
    things = [Thing(facts, q.subject.value) for q in quads if isinstance(q.subject, ox.NamedNode)]
    found = [
        Revision(
            int(thing.text("schema:version")),
            thing,
            datetime.fromisoformat(thing.text("dcterms:created")),
        )
        for thing in things
    ]
    return sorted(found, key=lambda revision: revision.number)


def history(facts: Facts, path: str) -> History | None:
    """Return the history of the document at `path`, None where none is recorded."""
    found = revisions(facts, facts.base + path)
    if not found:
        return None
    return History(
        facts.base + path,
        facts.base + TIMEGATE + path,
        facts.base + TIMEMAP + path,
        [Memento(revision.created, revision.iri) for revision in found],
    )
