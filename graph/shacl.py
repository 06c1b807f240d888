"""Validate by SHACL: the shapes, compiled to SPARQL, run over Oxigraph; pySHACL is the reference.

A shape that uses anything this compiler does not know is refused, never passed over.
"""

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Literal

import pyoxigraph as ox
import pyshacl
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Processor, Result
from rdflib.term import Identifier

from graph.errors import AtlasError
from graph.paths import ONTOLOGY, ROOT, SHAPES
from graph.prefixes import prefixes, term, value

Stage = Literal["sources", "judged", "across"]
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
# Shapes are checked on the sources, but for those of judgements and those that compare entries.
_STAGES: dict[str, Stage] = {"judgement.ttl": "judged", "across.ttl": "across"}
_QUERIES = ROOT / "graph" / "queries" / "shacl"
# Datatypes that SPARQL has no cast to.
_UNCAST = {term(name) for name in ("rdf:langString", "xsd:string", "xsd:anyURI", "xsd:hexBinary")}
_SAID = {term(f"sh:{n}") for n in ("message", "property", "path", "select", "prefixes", "sparql")}
_TARGETS = {
    term("sh:targetClass"): "?this a ?targetType . VALUES ?targetType {{ {classes} }}",
    term("sh:targetObjectsOf"): "?targetSubject {node} ?this .",
    term("sh:targetSubjectsOf"): "?this {node} ?targetObject .",
}


class UnsupportedShape(AtlasError):
    """A shape uses SHACL that this compiler does not know."""


@dataclass(frozen=True)
class Violation:
    """One node that breaks one shape; `path` and `value` are None where there is none."""

    focus: str
    path: str | None
    value: str | None
    shape: str
    message: str


@dataclass(frozen=True)
class Check:
    """One compiled constraint: a query for the nodes that break it, and what to say of them."""

    shape: str
    message: str
    path: str | None
    query: str


class _Prepared(rdflib.Graph):
    """A graph that parses each query once, where pySHACL asks it again for every node."""

    def query(  # noqa: PLR0913, PLR0917
        self,
        query_object: str | Query,
        processor: str | Processor = "sparql",
        result: str | type[Result] = "sparql",
        initNs: Mapping[str, object] | None = None,  # noqa: N803
        initBindings: Mapping[str, Identifier] | None = None,  # noqa: N803
        use_store_provided: bool = True,
        **kwargs: object,
    ) -> Result:
        """Answer `query_object` as rdflib does."""
        prepared = _prepare(query_object) if isinstance(query_object, str) else query_object
        return super().query(
            prepared, processor, result, initNs, initBindings, use_store_provided, **kwargs
        )


def validate(store: ox.Store, stage: Stage) -> list[Violation]:
    """Return every violation in the default graph of `store` of the shapes for `stage`."""
    found: list[Violation] = []
    for check in checks(stage):
        rows = store.query(check.query, prefixes=prefixes())
        assert isinstance(rows, ox.QuerySolutions)
        for row in rows:
            focus, shown = _text(row["this"]), _text(_cell(row, "value"))
            path = check.path or _text(_cell(row, "path"))
            found.append(Violation(focus or "", path, shown, check.shape, check.message))
    return found


@cache
def checks(stage: Stage) -> tuple[Check, ...]:
    """Return the compiled constraints of a stage, in the order of their shapes' IRIs."""
    shapes = ox.Store()
    for path in _files(stage):
        shapes.load(path=str(path))
    nodes = {q.subject for t in _TARGETS for q in shapes.quads_for_pattern(None, t, None, None)}
    return tuple(c for node in sorted(nodes, key=str) for c in _node_shape(shapes, node))


def reference(store: ox.Store, stage: Stage) -> list[Violation]:
    """Return what pySHACL finds, for proof; some twenty times slower."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        data, shapes = _Prepared(), rdflib.Graph()
        triples = (q.triple for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        data.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")
        for path in (ONTOLOGY / "prefixes.ttl", *_files(stage)):
            shapes.parse(path)
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inplace=True)
    sh = rdflib.Namespace(prefixes()["sh"])
    return [
        Violation(
            str(report.value(node, sh.focusNode)),
            _optional(report.value(node, sh.resultPath)),
            _optional(report.value(node, sh.value)),
            str(report.value(node, sh.sourceConstraint) or report.value(node, sh.sourceShape)),
            str(report.value(node, sh.resultMessage)),
        )
        for node in report.subjects(rdflib.RDF.type, sh.ValidationResult)
    ]


@cache
def _prepare(query: str) -> Query:
    return prepareQuery(query)


def _files(stage: Stage) -> list[Path]:
    return [p for p in sorted(SHAPES.glob("*.ttl")) if _STAGES.get(p.name, "sources") == stage]


@cache
def followed_backwards() -> frozenset[ox.NamedNode]:
    """Return the properties whose subject decides whether their value is valid.

    Such a value can be checked only together with all that may link it.
    """
    backwards = term("sh:inversePath"), term("sh:targetObjectsOf")
    stages: tuple[Stage, ...] = ("sources", "judged")
    triples = (t for stage in stages for path in _files(stage) for t in ox.parse(path=str(path)))
    return frozenset(ox.NamedNode(value(t.object)) for t in triples if t.predicate in backwards)


def _node_shape(shapes: ox.Store, node: Term) -> list[Check]:
    target, found = _target(shapes, node), []
    for quad in shapes.quads_for_pattern(_subject(node), None, None, None):
        if quad.predicate == term("sh:property"):
            found += _property_shape(shapes, quad.object, target)
        elif quad.predicate == term("sh:sparql"):
            select = _one(shapes, quad.object, "sh:select")
            query = select.replace("$this", "?this")
            query = query.replace("SELECT ?this", "SELECT DISTINCT ?this", 1)
            # SHACL binds ?this to each target; asking for all at once is the same question.
            query = query.replace("WHERE {", f"WHERE {{ {target} ", 1)
            message = _one(shapes, quad.object, "sh:message")
            found.append(Check(value(quad.object), message, None, query))
        elif quad.predicate not in _SAID | set(_TARGETS) | {term("rdf:type")}:
            raise UnsupportedShape(f"{node} uses {quad.predicate}, which is not compiled")
    return found


def _property_shape(shapes: ox.Store, node: Term, target: str) -> list[Check]:
    message, path, named = _one(shapes, node, "sh:message"), *_path(shapes, node)
    found = []
    for quad in shapes.quads_for_pattern(_subject(node), None, None, None):
        if quad.predicate in _SAID | {term("rdf:type")}:
            continue
        name, argument = _component(shapes, quad)
        template = Template((_QUERIES / f"{name}.rq").read_text(encoding="utf-8"))
        query = template.substitute(target=target, path=path, argument=argument)
        found.append(Check(value(node), message, named, query))
    return found


def _component(shapes: ox.Store, quad: ox.Quad) -> tuple[str, str]:
    """Return query and argument for one constraint; UnsupportedShape where there is none."""
    name = quad.predicate.value.removeprefix(prefixes()["sh"])
    given = quad.object
    arguments: dict[str, Callable[[], str]] = {
        "minCount": str,
        "maxCount": str,
        "nodeKind": str,
        "datatype": lambda: str(given),
        "hasValue": lambda: str(given),
        "minInclusive": lambda: str(given),
        "class": lambda: _classes(given),
        "pattern": lambda: json.dumps(value(given)),
        "in": lambda: ", ".join(map(str, _list(shapes, given))),
        "languageIn": lambda: ", ".join(map(str, _list(shapes, given))),
    }
    if name in arguments and _fits(name, given):
        return _variant(name, given), arguments[name]()
    raise UnsupportedShape(f"{quad.subject} uses {quad.predicate} {given}, which is not compiled")


def _fits(name: str, given: Term) -> bool:
    known = {"minCount": {"1"}, "maxCount": {"0", "1"}, "nodeKind": {term("sh:IRI").value}}
    return name not in known or value(given) in known[name]


def _variant(name: str, given: Term) -> str:
    if name == "maxCount" and value(given) == "0":
        return "none"
    return "stringType" if name == "datatype" and given in _UNCAST else name


def _target(shapes: ox.Store, node: Term) -> str:
    for predicate, pattern in _TARGETS.items():
        for quad in shapes.quads_for_pattern(_subject(node), predicate, None, None):
            return pattern.format(classes=_classes(quad.object), node=quad.object)
    raise UnsupportedShape(f"{node} has no target")


def _path(shapes: ox.Store, node: Term) -> tuple[str, str]:
    path = next(
        q.object for q in shapes.quads_for_pattern(_subject(node), term("sh:path"), None, None)
    )
    inverse = next(
        shapes.quads_for_pattern(_subject(path), term("sh:inversePath"), None, None), None
    )
    end = path if inverse is None else inverse.object
    if not isinstance(end, ox.NamedNode):
        raise UnsupportedShape(f"{node} has a path that is not compiled: {path}")
    return f"{'^' * (inverse is not None)}{end}", end.value


@cache
def _classes(node: Term) -> str:
    """Return the class and its sub-classes in the ontology, for a VALUES list."""
    wide = {node}
    ontology = [q.triple for q in ox.parse(path=str(ONTOLOGY / "atlas.ttl"))]
    pairs = [(t.subject, t.object) for t in ontology if t.predicate == term("rdfs:subClassOf")]
    while more := {sub for sub, sup in pairs if sup in wide} - wide:
        wide |= more
    return " ".join(sorted(map(str, wide)))


def _one(shapes: ox.Store, node: Term, predicate: str) -> str:
    values = [
        value(q.object)
        for q in shapes.quads_for_pattern(_subject(node), term(predicate), None, None)
    ]
    if len(values) != 1:
        raise UnsupportedShape(f"{node} needs exactly one {predicate}, found {len(values)}")
    return values[0]


def _list(shapes: ox.Store, node: Term) -> list[Term]:
    items = []
    while node != term("rdf:nil"):
        items.append(
            next(shapes.quads_for_pattern(_subject(node), term("rdf:first"), None, None)).object
        )
        node = next(shapes.quads_for_pattern(_subject(node), term("rdf:rest"), None, None)).object
    return items


def _text(node: Term | None) -> str | None:
    return node.value if isinstance(node, ox.NamedNode | ox.Literal) else None


def _optional(node: object) -> str | None:
    return None if node is None else str(node)


def _subject(node: Term) -> ox.NamedNode | ox.BlankNode:
    if isinstance(node, ox.NamedNode | ox.BlankNode):
        return node
    raise UnsupportedShape(f"{node} stands where a shape or a list is expected")


def _cell(row: ox.QuerySolution, name: str) -> Term | None:
    try:
        found: Term | None = row[name]
    except KeyError:
        found = None
    return found
