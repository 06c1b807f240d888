"""The RDF of one document: what the graph says of a thing and of its `#` parts."""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph.examples import EXAMPLES_GRAPH
from graph.paths import ONTOLOGY, SHAPES
from graph.prefixes import term
from server import jsonld
from server.dcat import dump_triples
from server.facts import Facts
from server.results.graphs import write_graph

_TYPE = term("rdf:type")
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Document:
    """A document: its IRI, its triples, and its Turtle where that is served as written."""

    iri: str
    triples: list[ox.Triple]
    written: bytes | None = None

    @property
    def parts(self) -> list[str]:
        """Return the IRIs it describes, its own first."""
        return list(dict.fromkeys(str(triple.subject.value) for triple in self.triples))  # type: ignore[union-attr]


def find_document(facts: Facts, path: str) -> Document | None:
    """Return the document at `path`, which starts with "/" and has no suffix; None if unknown."""
    for name, files in _WRITTEN.items():
        if path == name:
            return _written(facts, path, files())
    try:
        node = ox.NamedNode(facts.base + path)
    except ValueError:
        return None
    triples = _described(facts, node) | (_graph(facts, node) or _saved(facts, node))
    triples |= set(dump_triples(facts, node))
    return Document(node.value, ordered(triples, node)) if triples else None


def serialize(facts: Facts, document: Document, key: str, *, inline: bool = True) -> bytes:
    """Return `document` in the RDF format of that key; JSON-LD with its context unless told."""
    if key == "ttl" and document.written is not None:
        return document.written
    if key == "jsonld" and document.written is None:
        return jsonld.write(facts, document.triples, inline=inline)
    return write_triples(facts, document.triples, key)


def write_triples(facts: Facts, triples: list[ox.Triple], key: str) -> bytes:
    """Return `triples` in the RDF format of that key."""
    body = io.BytesIO()
    write_graph(triples, key, body, facts.prefixes)
    return body.getvalue()


_WRITTEN: dict[str, Callable[[], list[Path]]] = {
    "/ontology": lambda: [ONTOLOGY / "atlas.ttl"],
    "/shapes": lambda: sorted(SHAPES.glob("*.ttl")),
}


def _written(facts: Facts, path: str, files: list[Path]) -> Document | None:
    text = facts.rebase("\n".join(file.read_text(encoding="utf-8") for file in files))
    iri = facts.base + path
    quads = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=iri)
    triples = [quad.triple for quad in quads]
    return Document(iri, triples, text.encode()) if triples else None


def _described(facts: Facts, node: ox.NamedNode) -> set[ox.Triple]:
    parts = f"{node.value}#"
    found: set[ox.Triple] = set()
    waiting, seen = [node], {node}
    while waiting:
        subject = waiting.pop()
        about = facts.triples(subject)
        found.update(about)
        near = [*(triple.object for triple in about), *_pointing(facts, subject)]
        for part in near:
            if isinstance(part, ox.NamedNode) and part.value.startswith(parts) and part not in seen:
                seen.add(part)
                waiting.append(part)
    return found


def _pointing(facts: Facts, node: ox.NamedNode) -> Iterable[object]:
    # What points at a part from within its document: `#pem-1-group-1` at `#group-1`, for one.
    if "#" not in node.value:
        return []
    return (
        quad.subject for quad in facts.store.quads_for_pattern(None, None, node, ox.DefaultGraph())
    )


def _graph(facts: Facts, node: ox.NamedNode) -> set[ox.Triple]:
    return {quad.triple for quad in facts.store.quads_for_pattern(None, None, None, node)}


def _saved(facts: Facts, node: ox.NamedNode) -> set[ox.Triple]:
    # Saved queries stand beside the facts, in the graph where clients look for examples.
    graph = ox.NamedNode(facts.rebase(EXAMPLES_GRAPH.value))
    return {quad.triple for quad in facts.store.quads_for_pattern(node, None, None, graph)}


def ordered(triples: set[ox.Triple], own: ox.NamedNode) -> list[ox.Triple]:
    """Return `triples` by subject, `own` first and numbered parts by their number."""
    by_subject: dict[ox.NamedNode | ox.BlankNode | ox.Triple, list[ox.Triple]] = {}
    for triple in triples:
        by_subject.setdefault(triple.subject, []).append(triple)
    subjects = sorted(by_subject, key=lambda subject: (subject != own, _name(subject)))
    return [triple for subject in subjects for triple in sorted(by_subject[subject], key=_place)]


def _name(subject: object) -> tuple[tuple[int, str], ...]:
    parts = _NUMBER.split(str(subject))
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in parts)


def _place(triple: ox.Triple) -> tuple[bool, str, str]:
    return triple.predicate != _TYPE, str(triple.predicate), str(triple.object)
