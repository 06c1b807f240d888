"""The example queries of graph/examples/, and the same as RDF beside the data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph.errors import AtlasError
from graph.paths import EXAMPLES
from graph.prefixes import BASE, prefixes, term

EXAMPLES_GRAPH = ox.NamedNode(f"{BASE}/.well-known/sparql-examples")
_FILE = re.compile(r"(\d{3})-([a-z0-9-]+)")
_FORM = re.compile(r"^(SELECT|CONSTRUCT|ASK|DESCRIBE)\b", re.MULTILINE)
_KEYWORDS = "# keywords: "
# For each form of query its classes, and the properties that hold its text. SHACL has no word for
# DESCRIBE yet: clients look for either of two.
_EXECUTABLE = {
    "ASK": (("sh:SPARQLAskExecutable",), ("sh:ask",)),
    "CONSTRUCT": (("sh:SPARQLConstructExecutable",), ("sh:construct",)),
    "DESCRIBE": (
        ("sh:SPARQLDescribeExecutable", "spex:SPARQLDescribeExecutable"),
        ("sh:describe", "spex:describe"),
    ),
    "SELECT": (("sh:SPARQLSelectExecutable",), ("sh:select",)),
}


@dataclass(frozen=True)
class Example:
    """One example: its number and name, the question, how not to misread the answer, the query."""

    number: str
    name: str
    question: str
    keywords: tuple[str, ...]
    note: str
    form: str
    query: str


def read_examples(folder: Path = EXAMPLES) -> list[Example]:
    """Return the examples in their order, the easiest first; AtlasError where a file is none."""
    paths = sorted(folder.glob("*.rq"))
    if not paths:
        raise AtlasError(f"there are no examples; look into {folder}")
    return [_read(path) for path in paths]


def describe_examples(base: str = BASE) -> Iterator[ox.Quad]:
    """Yield the graph of the examples; their texts name things under `base`.

    The IRIs of the graph itself stand under the project's own base: the dump renames those.
    """
    yield from _prefixes(base)
    for position, example in enumerate(read_examples(), 1):
        node = _part(example.number)
        classes, properties = _EXECUTABLE[example.form]
        text = ox.Literal(example.query.replace(BASE, base))
        for kind in ("sh:SPARQLExecutable", *classes):
            yield _quad(node, "rdf:type", term(kind))
        yield _quad(node, "dcterms:identifier", ox.Literal(f"{example.number}-{example.name}"))
        yield _quad(node, "rdfs:comment", _english(example.question))
        yield _quad(node, "skos:scopeNote", _english(example.note))
        for word in example.keywords:
            yield _quad(node, "schema:keywords", _english(word))
        yield _quad(node, "schema:position", ox.Literal(position))
        yield _quad(node, "schema:target", ox.NamedNode(f"{BASE}/sparql"))
        yield _quad(node, "sh:prefixes", _part("prefixes"))
        for name in properties:
            yield _quad(node, name, text)


def _prefixes(base: str) -> Iterator[ox.Quad]:
    for prefix, namespace in prefixes().items():
        node = _part(f"prefix-{prefix}")
        text = ox.Literal(namespace.replace(BASE, base), datatype=term("xsd:anyURI"))
        yield _quad(_part("prefixes"), "sh:declare", node)
        yield _quad(node, "rdf:type", term("sh:PrefixDeclaration"))
        yield _quad(node, "sh:prefix", ox.Literal(prefix))
        yield _quad(node, "sh:namespace", text)


def _read(path: Path) -> Example:
    named = _FILE.fullmatch(path.stem)
    if named is None:
        raise AtlasError(f"{path}: no name of an example; use <NNN>-<name>.rq")
    query = path.read_text(encoding="utf-8")
    form = _FORM.search(query)
    question, keywords, *notes = (line for line in query.splitlines() if line.startswith("#"))
    if form is None or not question.endswith("?") or not keywords.startswith(_KEYWORDS):
        wanted = f"start with '# <question>?', '{_KEYWORDS}<a, b>' and '# <how not to misread it>'"
        raise AtlasError(f"{path}: {wanted}, and begin a line with the form of the query")
    return Example(
        number=named[1],
        name=named[2],
        question=question[2:],
        keywords=tuple(keywords.removeprefix(_KEYWORDS).split(", ")),
        note=" ".join(line[2:] for line in notes),
        form=form[1],
        query=query,
    )


def _part(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{EXAMPLES_GRAPH.value}#{name}")


def _quad(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, term(predicate), value, EXAMPLES_GRAPH)


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
