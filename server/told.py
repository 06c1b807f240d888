"""An event of the log as people are told of it: from its record and its content alone.

The words of closed pages stand here, for labels may change. Version 1, frozen as those pages are.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from graph.content import triples_of
from graph.event_log import Event
from graph.prefixes import BASE, term, value
from server.revision_files import Frozen

# Reason → what happened; a reason that comes later is told by its key.
_HAPPENED = {
    "first-record": "Recorded for the first time",
    "edit": "Edited",
    "correction": "Corrected",
    "model": "Written in other terms",
    "policy": "Judged anew",
    "retraction": "Paper retracted",
    "withdrawal": "Withdrawn",
}
_PEM = {"": "not judged", "not-required": "not required"}
_WITHDRAWAL = "withdrawal"
# A policy judges by these.
_PLAN = term("prov:hadPlan")
# What a document is called, the best name first.
_NAMES = ("dcterms:title", "skos:prefLabel", "rdfs:label", "schema:name", "rdfs:comment")
Nodes = list[ox.NamedNode | ox.Literal]


@dataclass(frozen=True)
class Told:
    """One event: its sequence number, its place in the log, and the revision that was recorded."""

    sequence: int
    event: Event
    frozen: Frozen

    @property
    def digest(self) -> str:
        """Return the digest of the content."""
        return self._text("atlas:contentDigest")

    @property
    def reason(self) -> str:
        """Return the key of the reason."""
        return _key(self._text("atlas:revisionReason"))

    @property
    def note(self) -> str:
        """Return the reason in the words of who recorded it."""
        return self._text("skos:changeNote")

    @property
    def aspects(self) -> list[str]:
        """Return the keys of the aspects that changed."""
        return sorted(_key(node.value) for node in self._said[term("atlas:changedAspect").value])

    @property
    def policies(self) -> list[str]:
        """Return the paths of the policy versions behind the content."""
        return sorted(_path(node.value) for node in self._said[term("atlas:policyVersion").value])

    @property
    def replaced_by(self) -> str:
        """Return the path of the document that stands in for a withdrawn one, else ""."""
        return _path(self._text("dcterms:isReplacedBy"))

    @property
    def pem(self) -> tuple[str, str] | None:
        """Return the keys of the PEM judgement before and after, None where nobody changed it."""
        if self.reason == _WITHDRAWAL:
            return None
        pair = _key(self._text("atlas:pemBefore")), _key(self._text("atlas:pemAfter"))
        return pair if any(pair) else None

    @property
    def pem_in_words(self) -> str:
        """Return the PEM judgement before and after in words, "" where it stayed."""
        if self.pem is None:
            return ""
        before, after = (_PEM.get(key, key) for key in self.pem)
        return f"PEM {before} → {after}"

    @cached_property
    def happened(self) -> str:
        """Return what happened, in words."""
        words = _HAPPENED.get(self.reason, self.reason)
        judging = (triple.object for triple in self._added if triple.predicate == _PLAN)
        policies = sorted({_path(value(plan)).strip("/").replace("/", " ") for plan in judging})
        return f"{words} under {', '.join(policies)}" if policies else words

    @cached_property
    def name(self) -> str:
        """Return what the document is called: the paper's title; its path if it has no name.

        What was withdrawn goes by the name that it had.
        """
        triples = triples_of(self.frozen.content or self.frozen.before)
        papers = [t.object for t in triples if t.predicate == term("atlas:paper")]
        for subject in [*map(value, papers), self.frozen.document]:
            for name in _NAMES:
                found = [
                    t.object
                    for t in triples
                    if value(t.subject) == subject and t.predicate == term(name)
                ]
                if found:
                    return value(min(found, key=_by_language))
        return self.event.document

    @property
    def headline(self) -> str:
        """Return the event in one line."""
        pem = f" ({self.pem_in_words})" if self.pem_in_words else ""
        return f"{self.happened}: {self.name}{pem}"

    @property
    def summary(self) -> str:
        """Return the event in a few sentences."""
        instead = f"Replaced by {self.replaced_by}." if self.replaced_by else ""
        pem = f"{self.pem_in_words}." if self.pem_in_words else ""
        return " ".join(part for part in (self.note, pem, instead) if part)

    @cached_property
    def _said(self) -> defaultdict[str, Nodes]:
        found: defaultdict[str, Nodes] = defaultdict(list)
        for triple in sorted(self.frozen.record, key=str):
            if isinstance(triple.object, ox.NamedNode | ox.Literal):
                found[triple.predicate.value].append(triple.object)
        return found

    @property
    def _added(self) -> Iterable[ox.Triple]:
        return self.frozen.difference.added if self.reason == "policy" else ()

    def _text(self, name: str) -> str:
        found = self._said[term(name).value]
        return found[0].value if found else ""


def _key(iri: str) -> str:
    return iri.rpartition("#")[2]


def _path(iri: str) -> str:
    return iri.removeprefix(BASE)


def _by_language(node: object) -> tuple[bool, str]:
    is_foreign = isinstance(node, ox.Literal) and node.language not in {None, "en"}
    return is_foreign, value(node)
