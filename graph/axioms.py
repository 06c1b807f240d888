"""The axioms of the ontology, closed by owlrl, as work for the rules in graph/owl/."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import owlrl
import pyoxigraph as ox
from rdflib import OWL, RDFS, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from graph.constructs import CHAINS, is_builtin, refuse_unsupported
from graph.paths import ONTOLOGY


@dataclass(frozen=True)
class Axiom:
    """One axiom for one rule file: what the variables of the file stand for.

    `reads` and `gives` are properties, or the classes of what is said with rdf:type.
    """

    rule: str
    terms: tuple[tuple[str, ox.NamedNode], ...]
    reads: frozenset[ox.NamedNode]
    gives: ox.NamedNode


def stated_ontology(folder: Path = ONTOLOGY) -> Graph:
    """Return the ontology as written: the Turtle directly in `folder`, without the value lists."""
    graph = Graph()
    for path in sorted(folder.glob("*.ttl")):
        graph.parse(path)
    return graph


@cache
def closed_ontology(folder: Path = ONTOLOGY) -> Graph:
    """Return the ontology with all that follows from it alone; do not change what is returned.

    Raises AtlasError where the ontology says what no rule file works out.
    """
    graph = stated_ontology(folder)
    refuse_unsupported(graph)
    owlrl.DeductiveClosure(owlrl.RDFS_OWLRL_Semantics).expand(graph)
    return graph


def axioms(folder: Path = ONTOLOGY) -> list[Axiom]:
    """Return what the rule files have to work out, in a stable order."""
    closed = closed_ontology(folder)
    found = {*_hierarchies(closed), *_inverses(closed), *_restrictions(closed), *_chains(closed)}
    return sorted(found, key=lambda axiom: (axiom.rule, [node.value for _, node in axiom.terms]))


def hierarchy(folder: Path = ONTOLOGY) -> list[ox.Triple]:
    """Return the classes above classes and properties above properties that nobody wrote down."""
    news = closed_ontology(folder) - stated_ontology(folder)
    return [
        ox.Triple(_node(sub), _node(predicate), _node(above))
        for predicate in (RDFS.subClassOf, RDFS.subPropertyOf)
        for sub, above in sorted(_pairs(news, predicate))
    ]


def _hierarchies(graph: Graph) -> Iterator[Axiom]:
    for sub, above in _pairs(graph, RDFS.subClassOf):
        yield _axiom("cax-sco", [sub], above, sub=sub, super=above)
    for sub, above in _pairs(graph, RDFS.subPropertyOf):
        yield _axiom("prp-spo1", [sub], above, sub=sub, super=above)
    for on, kind in _pairs(graph, RDFS.domain):
        yield _axiom("prp-dom", [on], kind, property=on, kind=kind)
    for on, kind in _pairs(graph, RDFS.range):
        yield _axiom("prp-rng", [on], kind, property=on, kind=kind)


def _inverses(graph: Graph) -> Iterator[Axiom]:
    for one, other in _pairs(graph, OWL.inverseOf, reflexive=True):
        yield _axiom("prp-inv1", [one], other, property=one, inverse=other)
        yield _axiom("prp-inv2", [other], one, property=one, inverse=other)


def _chains(graph: Graph) -> Iterator[Axiom]:
    for on, chain in graph.subject_objects(OWL.propertyChainAxiom):
        links = list(Collection(graph, chain))
        names = dict(zip(("first", "second", "third"), links, strict=False))
        yield _axiom(CHAINS[len(links)], links, on, property=on, **names)


def _restrictions(graph: Graph) -> Iterator[Axiom]:
    for node, on in graph.subject_objects(OWL.onProperty):
        above = list(_own(graph.objects(node, RDFS.subClassOf)))
        for value in graph.objects(node, OWL.hasValue):
            for kind in _own(graph.subjects(RDFS.subClassOf, node)):
                yield _axiom("cls-hv1", [kind], on, kind=kind, property=on, value=value)
            for kind in above:
                yield _axiom("cls-hv2", [on], kind, kind=kind, property=on, value=value)
        for filler in graph.objects(node, OWL.someValuesFrom):
            for kind in above:
                if filler == OWL.Thing:
                    yield _axiom("cls-svf2", [on], kind, kind=kind, property=on)
                else:
                    read = [on, filler]
                    yield _axiom("cls-svf1", read, kind, kind=kind, property=on, filler=filler)


def _pairs(
    graph: Graph, predicate: URIRef, *, reflexive: bool = False
) -> Iterator[tuple[Node, Node]]:
    for one, other in graph.subject_objects(predicate):
        if (one != other or reflexive) and len(list(_own((one, other)))) == 2:
            yield one, other


def _own(nodes: Iterable[Node]) -> Iterator[Node]:
    return (node for node in nodes if isinstance(node, URIRef) and not is_builtin(node))


def _axiom(rule: str, reads: list[Node], gives: Node, **terms: Node) -> Axiom:
    nodes = tuple((name, _node(term)) for name, term in terms.items())
    return Axiom(rule, nodes, frozenset(map(_node, reads)), _node(gives))


def _node(term: Node) -> ox.NamedNode:
    return ox.NamedNode(str(term))
