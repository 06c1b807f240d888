"""What changed between two releases, by meaning: whose PEM judgement, and by which policy."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from graph.archive import Archive
from graph.difference import Change, Difference, changes, compare
from graph.prefixes import term
from graph.prefixes import value as text
from graph.release import read_manifest
from graph.sources import CURRENT_REVISION

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

    `old` and `new` are its judgement in each, for an entry; `difference` is empty of triples where
    only what was inferred changed. A document that one of them lacks has all its triples in it.
    """

    document: str
    is_in_old: bool
    is_in_new: bool
    difference: Difference
    old: Judged = Judged()
    new: Judged = Judged()

    @property
    def changes(self) -> list[Change]:
        """Return the change by meaning."""
        return changes(self.difference)

    @property
    def is_judged_otherwise(self) -> bool:
        """Say whether an entry that both have has another PEM judgement."""
        return self.is_in_old and self.is_in_new and self.old.value != self.new.value


@dataclass(frozen=True)
class Comparison:
    """What changed from the release `old` to the release `new`; entries stand apart."""

    old: str
    new: str
    entries: tuple[DocumentChange, ...]
    others: tuple[DocumentChange, ...]

    @property
    def judged_otherwise(self) -> list[DocumentChange]:
        """Return the entries whose PEM judgement changed."""
        return [change for change in self.entries if change.is_judged_otherwise]


def compare_releases(archive: Archive, old: str, new: str) -> Comparison:
    """Compare two releases of the archive; ReleaseMissing where it lacks one of them."""
    before, after = archive.documents(old), archive.documents(new)
    base = read_manifest(archive.manifest(new)).base
    was = read_manifest(archive.manifest(old)).base
    if base != was:
        before = {name.replace(was, base, 1): digests for name, digests in before.items()}
    touched = [n for n in sorted(before | after) if before.get(n) != after.get(n)]
    found = [
        _change(name, *(_said(archive, side.get(name, b""), base) for side in (before, after)))
        for name in touched
    ]
    entries = f"{base}/evidence/"
    own = [change for change in found if _is_entry(change.document, entries)]
    others = [c for c in found if not c.document.startswith(entries) and c.difference]
    return Comparison(old, new, tuple(own), tuple(others))


def _is_entry(document: str, entries: str) -> bool:
    return document.startswith(entries) and "/" not in document.removeprefix(entries)


def _said(archive: Archive, digests: bytes, base: str) -> frozenset[ox.Triple]:
    """Return what is asserted or judged in the pieces of a document."""
    quads = list(ox.parse(archive.lines(digests), format=ox.RdfFormat.N_QUADS))
    inferred = {q.triple for q in quads if q.graph_name == ox.NamedNode(base + _INFERRED)}
    current = (q.triple for q in quads if isinstance(q.graph_name, ox.DefaultGraph))
    return frozenset(t for t in current if t not in inferred and t.predicate != CURRENT_REVISION)


def _change(name: str, before: frozenset[ox.Triple], after: frozenset[ox.Triple]) -> DocumentChange:
    judged = (_judged(name, before), _judged(name, after))
    return DocumentChange(name, bool(before), bool(after), compare(before, after), *judged)


def _judged(entry: str, triples: Iterable[ox.Triple]) -> Judged:
    said: dict[tuple[str, str], str] = {}
    for triple in triples:
        if isinstance(triple.object, ox.NamedNode):
            said[text(triple.subject), triple.predicate.value] = triple.object.value
    node = policy = entry
    node = said.get((entry, term(_TO_POLICY[0]).value), "")
    for curie in _TO_POLICY:
        policy = said.get((policy, term(curie).value), "")
    value = said.get((entry, term("atlas:pemRequirement").value), "")
    return Judged(value, said.get((node, term("atlas:pemReason").value), ""), policy)
