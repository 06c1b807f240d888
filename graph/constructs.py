"""Which constructs of OWL the rules in graph/owl/ work out; others are refused."""

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from graph.errors import AtlasError
from graph.prefixes import prefixes

# Property chains are worked out at these lengths, each by a rule file of its own.
CHAINS = {2: "prp-spo2-2", 3: "prp-spo2-3"}
# From these something follows, and a rule file or owlrl's closure of the ontology says what.
AXIOMS = frozenset(
    {
        *(RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range),
        *(OWL.equivalentClass, OWL.equivalentProperty, OWL.inverseOf, OWL.propertyChainAxiom),
        *(OWL.onProperty, OWL.hasValue, OWL.someValuesFrom),
    }
)
# From these nothing follows that a reader of the data would miss.
_DECLARATIONS = frozenset(
    {
        *(OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty),
        *(OWL.AnnotationProperty, OWL.Restriction, OWL.versionInfo, OWL.versionIRI),
        *(OWL.priorVersion, OWL.deprecated, RDFS.label, RDFS.comment, RDFS.seeAlso),
        *(RDFS.isDefinedBy, RDF.type, RDF.first, RDF.rest, RDF.nil),
    }
)
_PROPERTY_KINDS = (
    *(OWL.TransitiveProperty, OWL.SymmetricProperty, OWL.FunctionalProperty),
    OWL.InverseFunctionalProperty,
)
_BETWEEN_IRIS = AXIOMS - {RDFS.subClassOf, OWL.equivalentClass, OWL.propertyChainAxiom}


def is_builtin(iri: str) -> bool:
    """Say whether `iri` belongs to RDF, RDFS, OWL or XSD: nothing about it is news."""
    # As a plain string: the startswith of an rdflib IRI does not know what a tuple means.
    return str(iri).startswith(tuple(prefixes()[name] for name in ("rdf", "rdfs", "owl", "xsd")))


def refuse_unsupported(ontology: Graph) -> None:
    """Raise AtlasError at the first construct of `ontology` that no rule file works out."""
    for subject, predicate, value in sorted(ontology):
        for node in (predicate, value) if predicate == RDF.type else (predicate,):
            if is_builtin(str(node)) and node not in AXIOMS | _DECLARATIONS:
                _refuse(subject, f"uses {node}")
        if predicate in _BETWEEN_IRIS and not isinstance(value, URIRef):
            _refuse(subject, f"has a {predicate} that is no IRI")
        if predicate == OWL.onProperty and not _is_declared(ontology, value):
            _refuse(subject, f"restricts {value}, which is not declared as a property")
        if predicate in (RDFS.subClassOf, OWL.equivalentClass):
            _check_class(ontology, subject, value)
        if predicate == OWL.propertyChainAxiom:
            _check_chain(ontology, subject, value)


def refuse_axioms_in(store: ox.Store, ontology: Graph) -> None:
    """Raise AtlasError where the data of `store` say what only `ontology` may: rules miss it."""
    said: list[tuple[ox.NamedNode, ox.NamedNode | None]] = [
        (ox.NamedNode(predicate), None) for predicate in (*AXIOMS, OWL.sameAs)
    ]
    said += [(ox.NamedNode(RDF.type), ox.NamedNode(kind)) for kind in _PROPERTY_KINDS]
    for predicate, value in said:
        for quad in store.quads_for_pattern(None, predicate, value, ox.DefaultGraph()):
            if not _is_in(ontology, quad):
                problem = f"the data say {quad.triple}, which only the ontology may say"
                raise AtlasError(f"{problem}. Move it to ontology/atlas.ttl, or leave it out")


def _is_in(ontology: Graph, quad: ox.Quad) -> bool:
    nodes = (quad.subject, quad.predicate, quad.object)
    one, two, three = (URIRef(n.value) if isinstance(n, ox.NamedNode) else None for n in nodes)
    return None not in (one, two, three) and (one, two, three) in ontology


def _is_declared(ontology: Graph, node: Node) -> bool:
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty)
    return any((node, RDF.type, kind) in ontology for kind in kinds)


def _check_class(ontology: Graph, subject: Node, value: Node) -> None:
    is_restriction = (value, RDF.type, OWL.Restriction) in ontology
    if not isinstance(subject, URIRef) or not (isinstance(value, URIRef) or is_restriction):
        _refuse(subject, "relates a class that is neither an IRI nor a restriction")


def _check_chain(ontology: Graph, subject: Node, chain: Node) -> None:
    links = list(Collection(ontology, chain))
    if len(links) not in CHAINS or not all(isinstance(link, URIRef) for link in links):
        _refuse(subject, f"has a chain of other than {' or '.join(map(str, CHAINS))} properties")


def _refuse(subject: Node, problem: str) -> None:
    advice = "Say it otherwise, or add a rule and its test"
    raise AtlasError(f"ontology: {subject} {problem}, which graph/owl works out nowhere. {advice}")
