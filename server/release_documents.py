"""What the server says of releases in RDF: of an earlier one, and of how two of them differ."""

from collections.abc import Iterator

import pyoxigraph as ox

from graph.comparison import Comparison, DocumentChange
from graph.prefixes import BASE
from graph.release import Manifest
from server.dcat import before_triples, release_triples
from server.documents import Document, ordered
from server.facts import Facts
from server.known_releases import files_of


def release_document(facts: Facts, manifest: Manifest) -> Document:
    """Return the document of a release that is in the archive."""
    triples = {
        *release_triples(facts, manifest, files_of(facts, manifest)),
        *before_triples(facts, manifest),
    }
    return _document(facts, f"/release/{manifest.id}", triples)


def comparison_path(old: str, new: str) -> str:
    """Return the path of the comparison of two releases."""
    return f"/release/{old}...{new}"


def comparison_document(facts: Facts, comparison: Comparison) -> Document:
    """Return the comparison of two releases as a document; each change is a part of it."""
    path = comparison_path(comparison.old, comparison.new)
    return _document(facts, path, set(_comparison(facts, path, comparison)))


def fragment(facts: Facts, change: DocumentChange) -> str:
    """Return how the part of a comparison is called that tells of `change`."""
    return change.document.removeprefix(f"{facts.base}/")


def _comparison(facts: Facts, path: str, comparison: Comparison) -> Iterator[ox.Triple]:
    about = ox.NamedNode(facts.base + path)
    label = f"Release {comparison.old} compared with release {comparison.new}"
    yield ox.Triple(about, facts.term("rdf:type"), facts.term("atlas:ReleaseComparison"))
    yield ox.Triple(about, facts.term("rdfs:label"), ox.Literal(label, language="en"))
    for name, release in (
        ("atlas:comparedFrom", comparison.old),
        ("atlas:comparedTo", comparison.new),
    ):
        node = ox.NamedNode(f"{facts.base}/release/{release}")
        yield ox.Triple(about, facts.term(name), node)
    for change in (*comparison.entries, *comparison.definitions, *comparison.others):
        # Where only what follows by reasoning is another, nothing was said otherwise.
        if change.difference:
            node = ox.NamedNode(f"{about.value}#{fragment(facts, change)}")
            yield ox.Triple(about, facts.term("atlas:releaseChange"), node)
            yield from _change(facts, node, change)


def _change(facts: Facts, node: ox.NamedNode, change: DocumentChange) -> Iterator[ox.Triple]:
    kinds = {"ReleaseChange", "Addition" if not change.is_in_old else "ReleaseChange"}
    kinds.add("ReleaseChange" if change.is_in_new else "Removal")
    for kind in sorted(kinds):
        yield ox.Triple(node, facts.term("rdf:type"), facts.term(f"atlas:{kind}"))
    yield ox.Triple(node, facts.term("atlas:changedThing"), ox.NamedNode(change.document))
    aspects = facts.rebase(f"{BASE}/vocabulary/revision-aspect#")
    for aspect in sorted(change.aspects):
        yield ox.Triple(node, facts.term("atlas:changedAspect"), ox.NamedNode(aspects + aspect))
    if change.old.value != change.new.value:
        yield from _values(facts, node, "atlas:pemBefore", change.old.value)
        yield from _values(facts, node, "atlas:pemAfter", change.new.value)
    if change.old.policy != change.new.policy:
        yield from _values(facts, node, "atlas:policyBefore", change.old.policy)
        yield from _values(facts, node, "atlas:policyAfter", change.new.policy)


def _values(facts: Facts, node: ox.NamedNode, name: str, iri: str) -> Iterator[ox.Triple]:
    if iri:
        yield ox.Triple(node, facts.term(name), ox.NamedNode(iri))


def _document(facts: Facts, path: str, triples: set[ox.Triple]) -> Document:
    node = ox.NamedNode(facts.base + path)
    return Document(node.value, ordered(triples, node))
