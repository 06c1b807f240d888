"""The axioms of the ontology, closed by owlrl, as work for the rules in graph/owl/."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import owlrl
import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, XSD, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from graph.errors import AtlasError
from graph.paths import ONTOLOGY

# What an ontology may say: the rules of graph/owl/ work it out, or nothing follows from it.
SUPPORTED = frozenset(
    {
        *(OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.Restriction),
        *(OWL.equivalentClass, OWL.equivalentProperty, OWL.inverseOf, OWL.propertyChainAxiom),
        *(OWL.onProperty, OWL.hasValue, OWL.someValuesFrom, OWL.AnnotationProperty),
        *(OWL.versionInfo, OWL.versionIRI, OWL.priorVersion, OWL.deprecated),
        *(RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range),
        *(RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy),
        *(RDF.type, RDF.first, RDF.rest, RDF.nil, RDF.value),
    }
)
CHAINS = {2: "prp-spo2-2", 3: "prp-spo2-3"}
_BUILTIN = tuple(str(space) for space in (RDF, RDFS, OWL, XSD))
_LANGUAGE = tuple(str(space) for space in (RDF, RDFS, OWL))


@dataclass(frozen=True)
class Axiom:
    """One axiom for one rule file: what its variables stand for, what it reads and what it gives.

    `reads` and `gives` are properties, or classes for what is said with rdf:type.
    """

    rule: str
    terms: tuple[tuple[str, ox.NamedNode], ...]
    reads: frozenset[ox.NamedNode]
    gives: ox.NamedNode


def is_builtin(iri: str) -> bool:
    """Say whether `iri` belongs to RDF, RDFS, OWL or XSD: nothing about it is news."""
    return iri.startswith(_BUILTIN)


def ontology_graph(folder: Path = ONTOLOGY) -> Graph:
    """Return the ontology: every Turtle file directly in `folder`, the value lists left out."""
    graph = Graph()
    for path in sorted(folder.glob("*.ttl")):
        graph.parse(path)
    return graph


@cache
def closed_ontology(folder: Path = ONTOLOGY) -> Graph:
    """Return the ontology with all that follows from it alone; not to be changed."""
    graph = ontology_graph(folder)
    refuse_unsupported(graph)
    owlrl.DeductiveClosure(owlrl.RDFS_OWLRL_Semantics).expand(graph)
    return graph


def axioms(folder: Path = ONTOLOGY) -> list[Axiom]:
    """Return what the rule files have to work out, in a stable order.

    Raises AtlasError where the ontology says what no rule file works out.
    """
    closed, stated = closed_ontology(folder), ontology_graph(folder)
    found = {*_hierarchies(closed), *_inverses(closed), *_restrictions(closed)}
    found.update(_chains(stated))
    return sorted(found, key=lambda axiom: (axiom.rule, [node.value for _, node in axiom.terms]))


def refuse_unsupported(graph: Graph) -> None:
    """Raise AtlasError at the first construct of `graph` that no rule file works out."""
    for subject, predicate, value in sorted(graph):
        used = [predicate, *([value] if predicate == RDF.type else [])]
        for node in used:
            if str(node).startswith(_LANGUAGE) and node not in SUPPORTED:
                _refuse(subject, f"uses {node}, which no rule in graph/owl works out")
        if predicate in _NODES_ONLY and not isinstance(value, URIRef):
            _refuse(subject, f"has a {predicate} that is not an IRI")
        if predicate in (RDFS.subClassOf, OWL.equivalentClass):
            _check_class(graph, subject, value)
    for _, chain in graph.subject_objects(OWL.propertyChainAxiom):
        members = list(Collection(graph, chain))
        if len(members) not in CHAINS or not all(isinstance(node, URIRef) for node in members):
            _refuse(chain, f"is a chain of other than {sorted(CHAINS)} named properties")


_NODES_ONLY = frozenset(
    {
        *(RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.equivalentProperty, OWL.inverseOf),
        *(OWL.onProperty, OWL.hasValue, OWL.someValuesFrom),
    }
)


def _check_class(graph: Graph, subject: Node, value: Node) -> None:
    is_restriction = (value, RDF.type, OWL.Restriction) in graph
    if not isinstance(subject, URIRef) or not (isinstance(value, URIRef) or is_restriction):
        _refuse(subject, "is set against a class that is neither an IRI nor a restriction")


def _refuse(subject: Node, problem: str) -> None:
    raise AtlasError(f"ontology: {subject} {problem}. Add a rule and its test, or say it otherwise")


def _hierarchies(graph: Graph) -> Iterator[Axiom]:
    for sub, super_ in _pairs(graph, RDFS.subClassOf):
        yield _axiom("cax-sco", [sub], super_, sub=sub, super=super_)
    for sub, super_ in _pairs(graph, RDFS.subPropertyOf):
        yield _axiom("prp-spo1", [sub], super_, sub=sub, super=super_)
    for property_, class_ in _pairs(graph, RDFS.domain):
        yield _axiom("prp-dom", [property_], class_, property=property_, class_=class_)
    for property_, class_ in _pairs(graph, RDFS.range):
        yield _axiom("prp-rng", [property_], class_, property=property_, class_=class_)


def _inverses(graph: Graph) -> Iterator[Axiom]:
    for one, other in _pairs(graph, OWL.inverseOf):
        yield _axiom("prp-inv1", [one], other, property=one, inverse=other)
        yield _axiom("prp-inv2", [other], one, property=one, inverse=other)


def _chains(graph: Graph) -> Iterator[Axiom]:
    for property_, chain in graph.subject_objects(OWL.propertyChainAxiom):
        links = list(Collection(graph, chain))
        names = dict(zip(("first", "second", "third"), links, strict=False))
        yield _axiom(CHAINS[len(links)], links, property_, property=property_, **names)


def _restrictions(graph: Graph) -> Iterator[Axiom]:
    for node, on in graph.subject_objects(OWL.onProperty):
        above = list(_named(graph.objects(node, RDFS.subClassOf)))
        for value in graph.objects(node, OWL.hasValue):
            for class_ in _named(graph.subjects(RDFS.subClassOf, node)):
                yield _axiom("cls-hv1", [class_], on, class_=class_, property=on, value=value)
            for class_ in above:
                yield _axiom("cls-hv2", [on], class_, class_=class_, property=on, value=value)
        for filler in graph.objects(node, OWL.someValuesFrom):
            rule = "cls-svf2" if filler == OWL.Thing else "cls-svf1"
            terms = {} if filler == OWL.Thing else {"filler": filler}
            for class_ in above:
                read = [on, *terms.values()]
                yield _axiom(rule, read, class_, class_=class_, property=on, **terms)


def _pairs(graph: Graph, predicate: URIRef) -> Iterator[tuple[Node, Node]]:
    for one, other in graph.subject_objects(predicate):
        if one != other and len(list(_named([one, other]))) == 2:
            yield one, other


def _named(nodes: Iterable[Node]) -> Iterator[Node]:
    return (node for node in nodes if isinstance(node, URIRef) and not is_builtin(node))


def _axiom(rule: str, reads: list[Node], gives: Node, **terms: Node) -> Axiom:
    nodes = tuple((name.rstrip("_"), ox.NamedNode(str(node))) for name, node in terms.items())
    read = frozenset(ox.NamedNode(str(node)) for node in reads)
    return Axiom(rule, nodes, read, ox.NamedNode(str(gives)))
