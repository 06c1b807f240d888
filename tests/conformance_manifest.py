"""Read the manifests of the W3C's SPARQL suites: which tests there are, and what each needs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin

import pyoxigraph as ox

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]+)>", re.IGNORECASE)
Subject = ox.NamedNode | ox.BlankNode
Node = Subject | ox.Literal | ox.Triple


class Manifest:
    """One manifest, as a graph that is walked by predicates."""

    def __init__(self, path: Path) -> None:
        """Read the file at `path`."""
        self.path = path
        self.store = ox.Store()
        self.store.load(path=str(path), base_iri=path.as_uri())

    def all(self, node: Subject | None, predicate: str) -> list[Node]:
        """Return the objects of `predicate`, of `node` or of anything."""
        quads = self.store.quads_for_pattern(node, ox.NamedNode(predicate), None)
        return [quad.object for quad in quads]

    def one(self, node: Subject, predicate: str) -> Subject | None:
        """Return the resource that is the object, None where there is none."""
        found = [value for value in self.all(node, predicate) if not isinstance(value, ox.Literal)]
        assert all(isinstance(value, Subject) for value in found)
        return found[0] if found else None  # type: ignore[return-value]

    def text(self, node: Subject, predicate: str) -> str | None:
        """Return the text of the literal that is the object, None where there is none."""
        found = [
            value.value for value in self.all(node, predicate) if isinstance(value, ox.Literal)
        ]
        return found[0] if found else None

    def items(self, node: Subject | None) -> Iterator[Subject]:
        """Yield the members of the list `node`."""
        while node is not None and node.value != f"{RDF}nil":
            member = self.one(node, f"{RDF}first")
            assert member is not None
            yield member
            node = self.one(node, f"{RDF}rest")

    def tests(self) -> Iterator[Subject]:
        """Yield the tests in their order."""
        for entries in self.all(None, f"{MF}entries"):
            assert isinstance(entries, Subject)
            yield from self.items(entries)


def read_all(path: Path) -> Iterator[Manifest]:
    """Yield the manifest at `path`, or those that it includes."""
    manifest = Manifest(path)
    included = [node for node in manifest.all(None, f"{MF}include") if isinstance(node, Subject)]
    yield manifest
    for node in included:
        for member in manifest.items(node):
            yield from read_all(path_of(member))


@dataclass(frozen=True)
class Case:
    """A test of the query language; `result` is None where it is about the syntax."""

    name: str
    kind: str
    query: Path
    data: tuple[Path, ...]
    graphs: tuple[Path, ...]
    result: Path | None
    is_lax: bool

    @property
    def text(self) -> str:
        """Return the query, with the IRI of its file as its base."""
        # With line ends as they stand.
        text = self.query.read_bytes().decode("utf-8")
        return f"BASE <{self.query.as_uri()}>\n{text}"

    @property
    def asks_for_graph(self) -> bool:
        """Return whether the answer is a graph, as far as that can be told."""
        return re.search(r"^\s*(CONSTRUCT|DESCRIBE)\b", self.text, re.M | re.I) is not None

    @property
    def files(self) -> set[Path]:
        """Return the files of data that it needs."""
        return {*self.data, *self.graphs, *filter(Path.is_file, self.clauses)}

    @property
    def clauses(self) -> list[Path]:
        """Return the files that its FROM clauses name."""
        names = (urljoin(self.query.as_uri(), name) for name in _FROM.findall(self.text))
        return [path_of(name) for name in names if name.startswith("file:")]


def query_cases(path: Path) -> Iterator[Case]:
    """Yield the tests of the query language below the manifest `path`."""
    for manifest in read_all(path):
        place = "/".join(manifest.path.parent.parts[-2:])
        for test in manifest.tests():
            yield _case(manifest, test, place)


def path_of(node: object) -> Path:
    """Return the path of a file: IRI."""
    iri = node.value if isinstance(node, Subject | ox.Literal) else str(node)
    assert iri.startswith("file://"), iri
    return Path(unquote(iri.removeprefix("file://")))


def _case(manifest: Manifest, test: Subject, place: str) -> Case:
    kind, action = manifest.one(test, f"{RDF}type"), manifest.one(test, f"{MF}action")
    assert kind is not None
    assert action is not None
    result = manifest.one(test, f"{MF}result")
    return Case(
        f"{place}#{re.split('[#/]', test.value)[-1]}",
        kind.value.removeprefix(MF),
        path_of(manifest.one(action, f"{QT}query") or action),
        tuple(path_of(node) for node in manifest.all(action, f"{QT}data")),
        tuple(path_of(node) for node in manifest.all(action, f"{QT}graphData")),
        path_of(result) if result else None,
        bool(manifest.all(test, f"{MF}resultCardinality")),
    )
