"""What changed between two releases, by meaning: whose PEM judgement, and by which policy."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from graph.archive import Archive
from graph.aspects import changed_aspects, states_a_status
from graph.difference import Change, Difference, changes, compare
from graph.errors import ReleaseMissing
from graph.kept import CURRENT_REVISION, DEFINITION, ENTRY, QUERY, Kept, kept_at
from graph.prefixes import BASE, term
from graph.prefixes import value as text
from graph.rebasing import renamed, under
from graph.release import read_manifest

_INFERRED = "/graph/inferred"
# From an entry to the policy that its current judgement was made under.
_TO_POLICY = (
    "atlas:currentAssessment",
    "prov:wasGeneratedBy",
    "prov:qualifiedAssociation",
    "prov:hadPlan",
)


@dataclass(frozen=True)
class Judged:
    """A PEM judgement as a release has it: value, reason and policy as IRIs; "" for none."""

    value: str = ""
    reason: str = ""
    policy: str = ""


@dataclass(frozen=True)
class DocumentChange:
    """One document that two releases do not have alike.

    `old` and `new` are its judgement in each, for an entry, and `applied` the case definitions that
    the newer one names in it; `aspects` are the keys of what changed, for what has revisions. All
    these IRIs are under the base of the releases, those in `difference` under the project's own:
    it is empty of triples where only what was inferred changed. A document that one of them lacks
    has all its triples in it.
    """

    document: str
    is_in_old: bool
    is_in_new: bool
    difference: Difference
    old: Judged = Judged()
    new: Judged = Judged()
    aspects: frozenset[str] = frozenset()
    applied: frozenset[str] = frozenset()

    @property
    def changes(self) -> list[Change]:
        """Return the change by meaning."""
        return changes(self.difference)

    @property
    def is_judged_otherwise(self) -> bool:
        """Say whether an entry that both have has another PEM judgement."""
        return self.is_in_old and self.is_in_new and self.old.value != self.new.value

    @property
    def caused_by(self) -> str:
        """Return the policy that judges it now, "" where the one before had judged it too."""
        is_other = self.old.policy and self.new.policy != self.old.policy
        return self.new.policy if is_other else ""


@dataclass(frozen=True)
class Comparison:
    """What changed from the release `old` to `new`; entries and case definitions stand apart."""

    old: str
    new: str
    entries: tuple[DocumentChange, ...]
    definitions: tuple[DocumentChange, ...]
    others: tuple[DocumentChange, ...]

    @property
    def judged_otherwise(self) -> list[DocumentChange]:
        """Return the entries whose PEM judgement changed."""
        return [change for change in self.entries if change.is_judged_otherwise]

    def with_other_status(self, change: DocumentChange) -> list[str]:
        """Return the case definitions applied in an entry whose PEM status is another now."""
        found = {
            one.document
            for one in self.definitions
            if one.is_in_old and states_a_status(one.difference)
        }
        return sorted(found & change.applied)

    @property
    def added(self) -> list[DocumentChange]:
        """Return the entries that only the newer release has."""
        return [change for change in self.entries if change.is_in_new and not change.is_in_old]

    @property
    def withdrawn(self) -> list[DocumentChange]:
        """Return the entries that only the older release has."""
        return [change for change in self.entries if change.is_in_old and not change.is_in_new]

    @property
    def changed(self) -> list[DocumentChange]:
        """Return the entries that both have, and of which something else is asserted or judged."""
        both = [change for change in self.entries if change.is_in_old and change.is_in_new]
        return [change for change in both if change.difference]


def compare_releases(archive: Archive, old: str, new: str) -> Comparison:
    """Compare two releases of the archive; ReleaseMissing where it lacks one of them."""
    base = _same_base(archive, old, new)
    entries: list[DocumentChange] = []
    definitions: list[DocumentChange] = []
    others: list[DocumentChange] = []
    lists: dict[Kept | None, list[DocumentChange]] = {ENTRY: entries, DEFINITION: definitions}
    for name, digests in _touched(archive, old, new).items():
        kept = kept_at(name.removeprefix(base))
        if kept is None or "/revision/" not in name:
            before, after = (_said(archive, side, base) for side in digests)
            change = _change(name, kept, base, before, after)
            if change.difference or kept is ENTRY:
                lists.get(kept, others).append(change)
    return Comparison(old, new, tuple(entries), tuple(definitions), tuple(others))


def count_touched(archive: Archive, old: str, new: str) -> int:
    """Return how many entries two releases do not have alike, without a look at what changed."""
    entries = f"{_same_base(archive, old, new)}/evidence/"
    return sum(_is_entry(name, entries) for name in _touched(archive, old, new))


def _touched(archive: Archive, old: str, new: str) -> dict[str, tuple[bytes, bytes]]:
    """Return the digests of each document in both releases, where they are not the same."""
    before, after = archive.documents(old), archive.documents(new)
    names = sorted(before.keys() | after.keys())
    both = ((name, (before.get(name, b""), after.get(name, b""))) for name in names)
    return {name: digests for name, digests in both if digests[0] != digests[1]}


def _same_base(archive: Archive, old: str, new: str) -> str:
    was, base = (read_manifest(archive.manifest(name)).base for name in (old, new))
    if was != base:
        problem = f"release {old} was made under {was}, release {new} under {base}"
        raise ReleaseMissing(f"{problem}: they have nothing in common that could be compared")
    return base


def _is_entry(document: str, entries: str) -> bool:
    return document.startswith(entries) and "/" not in document.removeprefix(entries)


def _said(archive: Archive, digests: bytes, base: str) -> frozenset[ox.Triple]:
    """Return what is asserted or judged in the pieces of a document, under the project's base."""
    quads = list(ox.parse(archive.lines(digests), format=ox.RdfFormat.N_QUADS))
    inferred = {q.triple for q in quads if q.graph_name == ox.NamedNode(base + _INFERRED)}
    said = {ox.DefaultGraph(), ox.NamedNode(base + QUERY.graph)}
    current = (q.triple for q in quads if q.graph_name in said)
    known = (t for t in current if t not in inferred and t.predicate != CURRENT_REVISION)
    return frozenset(renamed(triple, base) for triple in known)


def _change(
    name: str,
    kept: Kept | None,
    base: str,
    before: frozenset[ox.Triple],
    after: frozenset[ox.Triple],
) -> DocumentChange:
    difference, definition = compare(before, after), term("atlas:definition")
    applied = (text(triple.object) for triple in after if triple.predicate == definition)
    return DocumentChange(
        name, bool(before), bool(after), difference,
        _judged(name, base, before), _judged(name, base, after),
        changed_aspects(difference, before, after) if kept else frozenset(),
        frozenset(under(iri, BASE, base) for iri in applied),
    )  # fmt: skip


def _judged(document: str, base: str, triples: Iterable[ox.Triple]) -> Judged:
    said: dict[tuple[str, str], str] = {}
    for triple in triples:
        if isinstance(triple.object, ox.NamedNode):
            said[text(triple.subject), triple.predicate.value] = triple.object.value
    entry = policy = under(document, base, BASE)
    node = said.get((entry, term(_TO_POLICY[0]).value), "")
    for curie in _TO_POLICY:
        policy = said.get((policy, term(curie).value), "")
    value = said.get((entry, term("atlas:pemRequirement").value), "")
    reason = said.get((node, term("atlas:pemReason").value), "")
    return Judged(*(under(iri, BASE, base) for iri in (value, reason, policy)))
