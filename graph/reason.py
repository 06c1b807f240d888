"""Say what follows from data and ontology: the rules of OWL RL as SPARQL, owlrl as reference."""

import re
from collections.abc import Iterable
from pathlib import Path

import owlrl
import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from graph.axioms import Axiom, axioms, closed_ontology, hierarchy, stated_ontology
from graph.constructs import is_builtin, refuse_axioms_in
from graph.describe import INFERRED_GRAPH
from graph.paths import ONTOLOGY

RULES = Path(__file__).parent / "owl"
_HIERARCHY = (RDFS.subClassOf, RDFS.subPropertyOf)


def infer(store: ox.Store, ontology: Path = ONTOLOGY) -> int:
    """Add what follows to the default graph of `store` and to /graph/inferred; return how much.

    Only news: no literal subjects, no blank nodes, nothing reflexive, nothing about RDF, RDFS, OWL
    or XSD themselves. Raises AtlasError where the ontology, or an axiom among the data, uses a
    construct that no rule works out. A rule runs again only while something it reads still grows.
    """
    refuse_axioms_in(store, closed_ontology(ontology))
    rules = {path.stem: path.read_text(encoding="utf-8") for path in RULES.glob("*.rq")}
    known = axioms(ontology)
    news = [triple for triple in hierarchy(ontology) if ox.Quad(*triple) not in store]
    count = _add(store, ox.serialize(news, format=ox.RdfFormat.N_TRIPLES) or b"")
    waiting = known
    while waiting:
        grown: set[ox.NamedNode] = set()
        for axiom in waiting:
            if added := _add(store, _work_out(store, rules[axiom.rule], axiom)):
                grown.add(axiom.gives)
                count += added
        waiting = [axiom for axiom in known if axiom.reads & grown]
    return count


def reference(triples: Iterable[ox.Triple], ontology: Path = ONTOLOGY) -> set[ox.Triple]:
    """Return what owlrl says follows from `triples` and the ontology, cut down to the same news.

    Its time grows faster than the data: for samples.
    """
    graph = stated_ontology(ontology)
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    asserted = set(graph)
    owlrl.DeductiveClosure(owlrl.RDFS_OWLRL_Semantics).expand(graph)
    return {
        ox.Triple(ox.NamedNode(str(s)), ox.NamedNode(str(p)), _from_rdflib(o))
        for s, p, o in set(graph) - asserted
        if _is_news(s, p, o)
    }


def _work_out(store: ox.Store, rule: str, axiom: Axiom) -> bytes:
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
        store.bulk_load(news, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED_GRAPH)
    return news.count(b"\n")


def _is_news(subject: Node, predicate: Node, value: Node) -> bool:
    if not isinstance(subject, URIRef) or isinstance(value, BNode) or subject == value:
        return False
    if is_builtin(subject) or predicate == OWL.sameAs or (is_builtin(str(value))):
        return False
    if predicate in (RDF.type, *_HIERARCHY):
        return True
    return not is_builtin(str(predicate))


def _from_rdflib(node: Node) -> ox.NamedNode | ox.Literal:
    if isinstance(node, Literal):
        kind = ox.NamedNode(str(node.datatype)) if node.datatype else None
        return ox.Literal(str(node), datatype=kind, language=node.language)
    return ox.NamedNode(str(node))
