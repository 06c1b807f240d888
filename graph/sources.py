"""Read the Turtle of the repository into one store, or say file by file what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from graph.errors import SourceError
from graph.paths import DATA, ONTOLOGY
from graph.prefixes import BASE, term

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
ENTRIES = f"{BASE}/evidence/"
Progress = Callable[[int, int], None]


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


def entry_files(data: Path) -> list[Path]:
    """Return the files under `data` that hold one evidence entry each, by name."""
    return sorted((data / "evidence").glob("*.ttl"))


def bulk_files(data: Path) -> list[Path]:
    """Return the files directly in `data`: case definitions, journals, agents, bulk entries."""
    return sorted(path for path in data.iterdir() if path.suffix in FORMATS)


def source_files(data: Path) -> list[Path]:
    """Return every file a release is made from, ontology first."""
    bulk = bulk_files(data) if data.is_dir() else []
    return [*sorted(ONTOLOGY.rglob("*.ttl")), *bulk, *entry_files(data)]


def read_sources(
    data: Path = DATA,
    extra: tuple[Path, ...] = (),
    store: ox.Store | None = None,
    progress: Progress = lambda done, total: None,
) -> Sources:
    """Read ontology and `data` into `store`, `extra` drafts too; errors are collected, not raised.

    A draft in `extra` takes the place of the file under `data` that has its name.
    """
    sources = Sources(ox.Store() if store is None else store)
    drafts = {path.name: path for path in extra}
    paths = [path for path in source_files(data) if path.name not in drafts]
    paths += list(extra)
    batch: list[ox.Quad] = []
    for done, path in enumerate(paths, 1):
        try:
            batch += _read_checked(path, sources, is_entry=_is_entry(path, data, extra))
        except SourceError as error:
            sources.errors.append(error)
        if len(batch) > 200_000 or done == len(paths):
            sources.store.bulk_extend(batch)
            batch.clear()
        progress(done, len(paths))
    return sources


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


def _is_entry(path: Path, data: Path, extra: tuple[Path, ...]) -> bool:
    return path.parent == data / "evidence" or (path in extra and not (data / path.name).exists())


def _read_checked(path: Path, sources: Sources, *, is_entry: bool) -> list[ox.Quad]:
    quads = list(parse_file(path))
    if ONTOLOGY in path.parents:
        return [quad for quad in quads if not _has_blank_node(quad)]
    for quad in quads:
        if _has_blank_node(quad):
            raise SourceError(str(path), f"has a blank node ({quad}); give that part a # IRI")
        if not isinstance(quad.graph_name, ox.DefaultGraph):
            raise SourceError(str(path), f"names a graph ({quad.graph_name}); remove the name")
    documents = {document_of(str(quad.subject.value)) for quad in quads}  # type: ignore[union-attr]
    if is_entry:
        _check_entry(path, quads, documents)
    for document in documents:
        _claim(sources, document, path)
    return quads


def _check_entry(path: Path, quads: list[ox.Quad], documents: set[str]) -> None:
    own = ENTRIES + path.stem
    wanted = term("atlas:EvidenceEntry")
    found = {q.subject for q in quads if q.predicate == term("rdf:type") and q.object == wanted}
    if found != {ox.NamedNode(own)}:
        listed = ", ".join(sorted(str(node) for node in found)) or "none"
        problem = f"must describe one entry, <{own}>, as its name says; found: {listed}"
        raise SourceError(str(path), f"{problem}. Rename the file, or mend the IRI")
    strangers = sorted(documents - {own})
    if strangers:
        raise SourceError(
            str(path), f"says things about <{strangers[0]}>; move them to its own file"
        )


def _claim(sources: Sources, document: str, path: Path) -> None:
    first = sources.files.setdefault(document, path)
    if first != path and document.startswith(ENTRIES):
        problem = f"describes <{document}>, and so does {first}; keep one of the two"
        raise SourceError(str(path), problem)


def _has_blank_node(quad: ox.Quad) -> bool:
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
