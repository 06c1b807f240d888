"""Derive what follows from the ontology: owlrl closes the ontology, its rules run on Oxigraph.

owlrl alone takes seconds for a hundred entries and more for each further one; the same rules as
SPARQL over the store take a few milliseconds an entry. `reference` is owlrl over everything, and
the tests hold the two to the same answer.
"""

from collections.abc import Iterable

import owlrl
import pyoxigraph as ox
import rdflib

from graph.errors import AtlasError
from graph.paths import ONTOLOGY, ROOT
from graph.prefixes import BASE, prefixes, term

INFERRED = ox.NamedNode(f"{BASE}/graph/inferred")
_SCHEMA = ox.NamedNode("urn:atlas:schema")
_RULES = ROOT / "graph" / "owl"
_BUILT_IN = tuple(prefixes()[name] for name in ("owl", "rdf", "rdfs", "xsd"))
# What the ontology may say in OWL: no rule file here, no such axiom there.
_SUPPORTED = {
    term(f"owl:{name}")
    for name in (
        *("Class", "DatatypeProperty", "ObjectProperty", "Ontology", "Restriction", "versionInfo"),
        *("equivalentClass", "hasValue", "inverseOf", "onProperty", "propertyChainAxiom"),
        *("someValuesFrom",),
    )
}


class UnsupportedAxiom(AtlasError):
    """The ontology uses OWL that no rule file implements."""


def infer(store: ox.Store) -> int:
    """Add what follows to the default graph of `store` and to /graph/inferred; return how many.

    Derived are only triples that are new, legal RDF and useful: no literal subjects, no blank
    nodes, nothing about OWL's own terms.
    """
    schema = closed_schema()
    store.extend(_quad(triple, _SCHEMA) for triple in schema)
    queries = [path.read_text(encoding="utf-8") for path in sorted(_RULES.glob("*.rq"))]
    total = _keep(store, schema)
    while made := sum(_apply(store, query) for query in queries):
        total += made
    store.remove_graph(_SCHEMA)
    return total


def closed_schema() -> list[ox.Triple]:
    """Return the ontology with all that owlrl derives from it alone, without literal subjects."""
    triples = [quad.triple for quad in ox.parse(path=str(ONTOLOGY / "atlas.ttl"))]
    for triple in triples:
        for node in (triple.predicate, triple.object):
            if str(node).startswith(f"<{prefixes()['owl']}") and node not in _SUPPORTED:
                raise UnsupportedAxiom(f"no rule in graph/owl/ implements {node}; write one")
    return _close(triples)


def reference(triples: Iterable[ox.Triple]) -> set[ox.Triple]:
    """Return what owlrl derives from the ontology and `triples`, filtered as `infer` does."""
    given = set(triples)
    schema = [quad.triple for quad in ox.parse(path=str(ONTOLOGY / "atlas.ttl"))]
    return {t for t in _close([*schema, *given]) if t not in given and is_useful(t)}


def is_useful(triple: ox.Triple) -> bool:
    """Say whether a derived triple is worth keeping."""
    subject, predicate, value = triple
    nodes = (subject, predicate, value)
    if any(isinstance(node, ox.BlankNode) for node in nodes) or subject == value:
        return False
    if isinstance(subject, ox.Literal) or str(predicate).startswith(f"<{prefixes()['owl']}"):
        return False
    named = [node.value for node in (subject, value) if isinstance(node, ox.NamedNode)]
    return not any(iri.startswith(_BUILT_IN) for iri in named)


def _apply(store: ox.Store, query: str) -> int:
    made = store.query(query, substitutions={ox.Variable("schema"): _SCHEMA})
    assert isinstance(made, ox.QueryTriples)
    return _keep(store, made)


def _keep(store: ox.Store, derived: Iterable[ox.Triple]) -> int:
    new = {t for t in derived if is_useful(t) and ox.Quad(*t) not in store}
    for graph in (ox.DefaultGraph(), INFERRED):
        store.bulk_extend(_quad(triple, graph) for triple in new)
    return len(new)


def _quad(triple: ox.Triple, graph: ox.NamedNode | ox.DefaultGraph) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def _close(triples: list[ox.Triple]) -> list[ox.Triple]:
    graph = rdflib.Graph()
    data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    graph.parse(data=data, format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    legal = rdflib.Graph()
    for s, p, o in graph:
        if not isinstance(s, rdflib.Literal) and isinstance(p, rdflib.URIRef):
            legal.add((s, p, o))
    text = legal.serialize(format="nt")
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
