"""The record of a revision as RDF: when, why, by whom, by which versions, and what changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pyoxigraph as ox

from graph.content import digest
from graph.history import Revision, revision_iri
from graph.prefixes import term, vocabulary
from graph.reasons import Pending

# What a content says of the versions behind it → what the record repeats of them.
_VERSIONS = {
    term("atlas:classifierVersion"): "atlas:classifierVersion",
    term("atlas:generatorVersion"): "atlas:generatorVersion",
    term("atlas:policyVersion"): "atlas:policyVersion",
    term("atlas:scannerVersion"): "atlas:scannerVersion",
    term("prov:hadPlan"): "atlas:policyVersion",
}
_PEM = term("atlas:pemRequirement")
Said = Iterator[tuple[str, ox.NamedNode | ox.Literal]]


@dataclass(frozen=True)
class Statement:
    """What is said of a revision: why, in what words, by which agent and perhaps which person.

    `created` is in UTC, whole seconds; `replaced_by` what stands in for what is withdrawn.
    """

    reason: str
    note: str
    by: ox.NamedNode
    created: datetime
    editor: str = ""
    replaced_by: ox.NamedNode | None = None


def record(pending: Pending, statement: Statement) -> Revision:
    """Return the next revision of `pending`, with its record."""
    last = pending.history.last.number if pending.history else 0
    node = ox.NamedNode(revision_iri(pending.document, last + 1))
    known = digest(pending.content)
    said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        ("rdf:type", term("atlas:Revision")),
        ("dcterms:isVersionOf", ox.NamedNode(pending.document)),
        ("schema:version", ox.Literal(last + 1)),
        ("atlas:contentDigest", ox.Literal(known)),
        *_stated(statement),
        *_changed(pending),
    ]
    if last:
        said.append(("prov:wasRevisionOf", ox.NamedNode(revision_iri(pending.document, last))))
    triples = frozenset(ox.Triple(node, term(name), value) for name, value in said)
    return Revision(
        node.value, last + 1, known, statement.created, statement.reason, triples, pending.content
    )


def _stated(statement: Statement) -> Said:
    moment = statement.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield "dcterms:created", ox.Literal(moment, datatype=term("xsd:dateTime"))
    yield "atlas:revisionReason", vocabulary("revision-reason", statement.reason)
    yield "skos:changeNote", ox.Literal(statement.note.strip(), language="en")
    yield "prov:wasAttributedTo", statement.by
    if statement.editor:
        yield "dc:contributor", ox.Literal(statement.editor)
    if statement.replaced_by:
        yield "dcterms:isReplacedBy", statement.replaced_by


def _changed(pending: Pending) -> Said:
    """Say which aspects changed, the PEM judgement before and after, and the versions behind it."""
    for aspect in pending.aspects:
        yield "atlas:changedAspect", vocabulary("revision-aspect", aspect)
    if pending.history:
        yield from (("atlas:pemBefore", node) for node in _nodes(pending.difference.removed, _PEM))
        yield from (("atlas:pemAfter", node) for node in _nodes(pending.difference.added, _PEM))
    for property_, name in _VERSIONS.items():
        yield from ((name, node) for node in _nodes(pending.after, property_))
    if pending.is_newly_retracted:
        for retraction in _nodes(pending.after, term("atlas:retraction")):
            own = (triple for triple in pending.after if triple.subject == retraction)
            yield from (("dcterms:source", node) for node in _nodes(own, term("dcterms:source")))


def _nodes(triples: Iterable[ox.Triple], predicate: ox.NamedNode) -> list[ox.NamedNode]:
    found = (triple.object for triple in triples if triple.predicate == predicate)
    return [node for node in found if isinstance(node, ox.NamedNode)]
