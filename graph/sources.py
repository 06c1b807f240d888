"""Read the Turtle of the repository, or say file by file what is wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from graph.errors import SourceError
from graph.kept import CURRENT_REVISION, ENTRY, is_revision
from graph.paths import DATA, ONTOLOGY
from graph.prefixes import BASE, shorten, term, value
from graph.shacl import followed_backwards

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
ENTRIES = ENTRY.space
BATCH = 200_000


@dataclass(frozen=True)
class Sources:
    """All triples of the sources in one default graph, and the file each document came from."""

    store: ox.Store
    files: dict[str, Path] = field(default_factory=dict)
    errors: list[SourceError] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """Return how many evidence entries were read."""
        return sum(document.startswith(ENTRIES) for document in self.files)


def ontology_files() -> list[Path]:
    """Return the files of the ontology and its value lists."""
    return sorted(ONTOLOGY.rglob("*.ttl"))


def entry_files(data: Path) -> list[Path]:
    """Return the files under `data` that hold one evidence entry each, by name."""
    return sorted((data / "evidence").glob("*.ttl"))


def bulk_files(data: Path) -> list[Path]:
    """Return the files directly in `data`: case definitions, journals, agents, bulk entries."""
    return sorted(path for path in data.glob("*") if path.suffix in FORMATS)


def read_sources(data: Path = DATA, extra: tuple[Path, ...] = ()) -> Sources:
    """Read ontology and `data`, and drafts too; errors are collected, not raised.

    A draft in `extra` takes the place of the file under `data` that has its name.
    """
    drafts = {path.name: path for path in extra}
    paths = [path for path in (*bulk_files(data), *entry_files(data)) if path.name not in drafts]
    sources = read_ontology()
    batch: list[ox.Quad] = []
    for path in [*paths, *extra]:
        try:
            batch += _read_claimed(path, sources, is_entry=_is_entry(path, data, extra))
        except SourceError as error:
            sources.errors.append(error)
        if len(batch) > BATCH:
            sources.store.bulk_extend(batch)
            batch.clear()
    sources.store.bulk_extend(batch)
    return sources


def read_ontology() -> Sources:
    """Read ontology and value lists; restrictions and lists are left to the reasoning."""
    sources = Sources(ox.Store())
    for path in ontology_files():
        try:
            quads = [quad for quad in parse_file(path) if not _has_blank_node(quad)]
            sources.store.bulk_extend(quads)
        except SourceError as error:
            sources.errors.append(error)
    return sources


def read_file(path: Path, *, is_entry: bool) -> list[ox.Quad]:
    """Return the triples of one source file; a SourceError says what is wrong with it.

    The file of an entry describes that entry, named as the file is, and nothing else.
    """
    quads = [checked(quad, path) for quad in parse_file(path)]
    if is_entry:
        _check_entry(path, quads)
    return quads


def parse_file(path: Path) -> Iterator[ox.Quad]:
    """Parse one RDF file by its suffix; a SourceError names the line of a fault."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise SourceError(
            str(path), f"cannot be read ({error.strerror}); check the path"
        ) from error
    if path.suffix not in FORMATS:
        known = " ".join(FORMATS)
        raise SourceError(str(path), f"is no RDF file this project reads; use one of {known}")
    try:
        yield from ox.parse(text, format=FORMATS[path.suffix], base_iri=f"{BASE}/")
    except SyntaxError as error:
        detail = error.msg.split(": ", 1)[-1]
        kind = FORMATS[path.suffix].name
        problem = f"is not valid {kind}: {detail}; mend this line, or the end of the one before"
        raise SourceError(str(path), problem, error.lineno) from error


def document_of(iri: str) -> str:
    """Return the IRI of the document that describes `iri`: all before the #."""
    return iri.partition("#")[0]


def place(node: object) -> str:
    """Return the document of the evidence entry that `node` belongs to, "" where it is none."""
    return entry_of(node.value) if isinstance(node, ox.NamedNode) else ""


def entry_of(iri: str) -> str:
    """Return the document of the evidence entry that `iri` belongs to, "" where it is none.

    A revision belongs to its entry.
    """
    if not iri.startswith(ENTRIES):
        return ""
    return document_of(iri).partition("/revision/")[0] if is_revision(iri) else document_of(iri)


@cache
def parts() -> frozenset[ox.NamedNode]:
    """Return the properties that lead to a part of the same entry, never to that of another.

    Shapes and rules follow them backwards, and look no further than the entry.
    """
    return followed_backwards() | {term("dcterms:subject"), term("prov:wasRevisionOf")}


def _read_claimed(path: Path, sources: Sources, *, is_entry: bool) -> list[ox.Quad]:
    quads = read_file(path, is_entry=is_entry)
    for document in {document_of(value(quad.subject)) for quad in quads}:
        claim(sources, document, path)
    sources.errors.extend(stray_links(quads, path))
    return quads


def _is_entry(path: Path, data: Path, extra: tuple[Path, ...]) -> bool:
    return path.parent == data / "evidence" or (path in extra and not (data / path.name).exists())


def checked(quad: ox.Quad, path: Path) -> ox.Quad:
    """Return `quad` as it is, or raise a SourceError where no source may hold such a one."""
    if _has_blank_node(quad):
        raise SourceError(str(path), f"has a blank node ({quad}); give that part a # IRI")
    if not isinstance(quad.graph_name, ox.DefaultGraph):
        raise SourceError(str(path), f"names a graph ({quad.graph_name}); remove the name")
    if quad.predicate == CURRENT_REVISION or is_revision(value(quad.subject)):
        problem = f"says which revisions there are ({quad.triple}); remove it"
        raise SourceError(str(path), f"{problem}: `atlas revise` writes that to history/")
    return quad


def stray_links(quads: Iterable[ox.Quad], path: Path) -> list[SourceError]:
    """Return an error for each link by one of `parts` that leads out of its entry, or into one."""
    return [
        SourceError(
            str(path),
            f"{shorten(value(quad.subject))} takes {quad.object} for its own by "
            f"{shorten(quad.predicate.value)}; describe that part in the same file",
        )
        for quad in quads
        if quad.predicate in parts() and _is_stray(quad)
    ]


def _is_stray(quad: ox.Quad) -> bool:
    home, target = place(quad.subject), place(quad.object)
    return home != target and (target != "" or quad.predicate in followed_backwards())


def claim(sources: Sources, document: str, path: Path) -> None:
    """Note that `path` describes `document`; a SourceError if another file describes that entry."""
    first = sources.files.setdefault(document, path)
    if first != path and document.startswith(ENTRIES):
        problem = f"describes <{document}>, and so does {first}; keep one of the two"
        raise SourceError(str(path), problem)


def _check_entry(path: Path, quads: list[ox.Quad]) -> None:
    own = ENTRIES + path.stem
    wanted = term("atlas:EvidenceEntry")
    found = {q.subject for q in quads if q.predicate == term("rdf:type") and q.object == wanted}
    if found != {ox.NamedNode(own)}:
        listed = ", ".join(sorted(str(node) for node in found)) or "none"
        problem = f"must describe one entry, <{own}>, as its name says; found: {listed}"
        raise SourceError(str(path), f"{problem}. Rename the file, or mend the IRI")
    strangers = sorted({document_of(value(quad.subject)) for quad in quads} - {own})
    if strangers:
        raise SourceError(
            str(path), f"says things about <{strangers[0]}>; move them to its own file"
        )


def _has_blank_node(quad: ox.Quad) -> bool:
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
