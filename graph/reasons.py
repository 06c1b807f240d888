"""The reasons for a revision, and which changes each of them may stand for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from graph.aspects import changed_aspects
from graph.content import triples_of
from graph.difference import Difference, compare
from graph.history import History
from graph.identity import is_other_paper
from graph.kept import ENTRY, kept_of, name_of, noun_of
from graph.prefixes import term

_OF_POLICY = frozenset({"judgement", "policy"})


@dataclass(frozen=True)
class Pending:
    """What a document says now beside its history: None where it has none; b"" where it is gone."""

    document: str
    history: History | None
    content: bytes

    @property
    def name(self) -> str:
        """Return what editors call the document."""
        return name_of(self.document)

    @cached_property
    def before(self) -> frozenset[ox.Triple]:
        """Return what the last revision says."""
        return triples_of(self.history.last.content) if self.history else frozenset()

    @cached_property
    def after(self) -> frozenset[ox.Triple]:
        """Return what the document says now."""
        return triples_of(self.content)

    @cached_property
    def difference(self) -> Difference:
        """Return what changed since the last revision."""
        if self.history and self.history.last.content == self.content:
            return Difference(frozenset(), frozenset())
        return compare(self.before, self.after)

    @cached_property
    def aspects(self) -> frozenset[str]:
        """Return the aspects that changed; none where there was nothing before, or is none now."""
        if self.history is None or not self.content:
            return frozenset()
        return changed_aspects(self.difference, self.before, self.after)

    @property
    def is_newly_retracted(self) -> bool:
        """Say whether a retraction is stated that was not."""
        return any(t.predicate == term("atlas:retraction") for t in self.difference.added)


@dataclass(frozen=True)
class Reason:
    """One reason: a key of the value list `revision-reason`, and what it refuses to stand for.

    `of_entries` says why it cannot stand for anything but an entry; "" where it can.
    """

    key: str
    why_not: Callable[[Pending], str]
    is_by_name: bool = False
    of_entries: str = ""

    def refuses(self, pending: Pending, *, by_name: bool) -> str:
        """Say why a revision of `pending` cannot have this reason, "" where it can."""
        noun = noun_of(pending.document)
        if pending.history and pending.history.is_withdrawn:
            return "was withdrawn, and a published IRI is never used again; give it a new name"
        if self.of_entries and kept_of(pending.document) is not ENTRY:
            return f"is no entry, and {self.of_entries}; use another reason"
        if self.is_by_name and not by_name:
            return f"is gone; a withdrawal is for good, so name the {noun} with --slug"
        return self.why_not(pending)


def _first_record(pending: Pending) -> str:
    return "has a history; use another reason" if pending.history else ""


def _withdrawal(pending: Pending) -> str:
    return "is still there; remove its source first" if pending.content else ""


def _policy(pending: Pending) -> str:
    others = ", ".join(sorted(pending.aspects - _OF_POLICY))
    if others:
        return f"changed in other aspects too ({others}); use another reason"
    if "policy" not in pending.aspects:
        return "is judged otherwise under the same policy; use another reason"
    return _ordinary(pending)


def _retraction(pending: Pending) -> str:
    if not pending.is_newly_retracted:
        return "states no new retraction; use another reason"
    return _ordinary(pending)


def _edit(pending: Pending) -> str:
    if pending.is_newly_retracted and pending.history:
        return "states a new retraction; use --reason retraction"
    if pending.aspects and pending.aspects <= _OF_POLICY and "policy" in pending.aspects:
        return "was judged anew by another policy; use --reason policy"
    return _ordinary(pending)


def _ordinary(pending: Pending) -> str:
    if pending.history is None:
        return "has no record yet; use --reason first-record"
    if not pending.content:
        return "is gone; restore it, or use --reason withdrawal"
    if kept_of(pending.document) is ENTRY and is_other_paper(pending.before, pending.after):
        return "is about another paper now; withdraw it, and give that paper a slug of its own"
    return ""


REASONS = {
    reason.key: reason
    for reason in (
        Reason("first-record", _first_record),
        Reason("edit", _edit),
        Reason("correction", _edit),
        Reason("model", _edit),
        Reason("policy", _policy, of_entries="a policy judges nothing else"),
        Reason("retraction", _retraction, of_entries="only papers are retracted"),
        Reason("withdrawal", _withdrawal, is_by_name=True),
    )
}
