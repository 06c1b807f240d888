"""Derive what follows from data and ontology: the rules of OWL RL on Oxigraph, owlrl as reference.

owlrl alone takes seconds for a hundred entries and more for each further one; the same rules as
SPARQL take about a millisecond an entry. The tests hold the two to the same answer.
"""

import re
from collections.abc import Collection, Iterable
from pathlib import Path

import owlrl
import pyoxigraph as ox
from rdflib import RDF, RDFS, Literal, URIRef
from rdflib.term import Node

from graph.axioms import Axiom, axioms, closed_ontology, hierarchy, stated_ontology
from graph.constructs import is_builtin, refuse_axioms_in
from graph.describe import INFERRED_GRAPH
from graph.paths import ONTOLOGY

INFERRED = INFERRED_GRAPH
RULES = Path(__file__).parent / "owl"
# Of the words of RDFS, these are said of the data and of the ontology; others, like an inherited
# domain, only repeat how the ontology works.
_SAID = {str(node) for node in (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf)}


def infer(store: ox.Store, ontology: Path = ONTOLOGY) -> int:
    """Add what follows to the default graph of `store` and to /graph/inferred; return how much.

    Only news: no literal subjects, no blank nodes, nothing above itself, nothing about RDF, RDFS,
    OWL or XSD. Raises AtlasError where the ontology, or an axiom among the data, uses a construct
    that no rule works out.
    """
    refuse_axioms_in(store, closed_ontology(ontology))
    news = [triple for triple in hierarchy(ontology) if ox.Quad(*triple) not in store]
    count = _add(store, ox.serialize(news, format=ox.RdfFormat.N_TRIPLES) or b"")
    return count + work_out(store, axioms(ontology))


def work_out(store: ox.Store, known: Collection[Axiom]) -> int:
    """Add what follows by the axioms in `known` alone, in the same two graphs; return how much.

    A rule runs again only while something it reads still grows.
    """
    rules = {path.stem: path.read_text(encoding="utf-8") for path in RULES.glob("*.rq")}
    count = 0
    waiting = known
    while waiting:
        grown: set[ox.NamedNode] = set()
        for axiom in waiting:
            if added := _add(store, _derive(store, rules[axiom.rule], axiom)):
                grown.add(axiom.gives)
                count += added
        waiting = [axiom for axiom in known if axiom.reads & grown]
    return count


def reference(triples: Iterable[ox.Triple], ontology: Path = ONTOLOGY) -> set[ox.Triple]:
    """Return what owlrl says follows from `triples` and the ontology, cut down to the same news.

    Its time grows faster than the data: for samples.
    """
    graph = stated_ontology(ontology)
    said = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    graph.parse(data=said, format="nt")
    asserted = set(graph)
    owlrl.DeductiveClosure(owlrl.RDFS_OWLRL_Semantics).expand(graph)
    derived = (_legal(*triple) for triple in set(graph) - asserted)
    return {triple for triple in derived if triple is not None and is_useful(triple)}


def is_useful(triple: ox.Triple) -> bool:
    """Say whether a derived triple is worth keeping."""
    subject, predicate, value = triple
    if not isinstance(subject, ox.NamedNode) or isinstance(value, ox.BlankNode):
        return False
    named = [node.value for node in (subject, value) if isinstance(node, ox.NamedNode)]
    if any(is_builtin(iri) for iri in named):
        return False
    if predicate.value in _SAID:
        return bool(subject != value)
    return not is_builtin(predicate.value)


def _derive(store: ox.Store, rule: str, axiom: Axiom) -> bytes:
    # Pasted, not substituted: a substituted variable does not reach into NOT EXISTS, and the
    # planner counts on constants. The terms are the ontology's own, never a user's.
    terms = dict(axiom.terms)
    query = re.sub(r"\?(\w+)", lambda match: str(terms.get(match[1], match[0])), rule)
    found = store.query(query)
    assert isinstance(found, ox.QueryTriples)
    return found.serialize(format=ox.RdfFormat.N_TRIPLES) or b""


def _add(store: ox.Store, news: bytes) -> int:
    if news:
        store.bulk_load(news, format=ox.RdfFormat.N_TRIPLES)
        store.bulk_load(news, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED)
    return news.count(b"\n")


def _legal(subject: Node, predicate: Node, value: Node) -> ox.Triple | None:
    if not isinstance(subject, URIRef) or not isinstance(predicate, URIRef):
        return None
    node = ox.NamedNode(str(value)) if isinstance(value, URIRef) else _literal(value)
    return node and ox.Triple(ox.NamedNode(str(subject)), ox.NamedNode(str(predicate)), node)


def _literal(node: Node) -> ox.Literal | None:
    if not isinstance(node, Literal):
        return None
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(
        str(node), datatype=ox.NamedNode(str(node.datatype)) if node.datatype else None
    )
