"""That shards reason as one store does, or refuse: tried on made-up ontologies and entries."""

from collections.abc import Iterable
from itertools import product

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.axioms import Axiom, axioms
from graph.errors import AtlasError
from graph.joins import later_premises, refuse_hidden_facts, refuse_hidden_links, sources_of
from graph.prefixes import term
from graph.reason import INFERRED, work_out
from graph.sources import ENTRIES, place

A = term("rdf:type")
CLASSES = [term(f"atlas:K{number}") for number in range(3)]
PROPERTIES = [term(f"atlas:p{number}") for number in range(3)]
SHARED = [ox.NamedNode(f"urn:shared{number}") for number in range(2)]
NODES = [ox.NamedNode(f"{ENTRIES}{slug}#{part}") for slug, part in product("abc", "12")] + SHARED
# Rule file → its variables, and which of these are read and given; K a class, p a property, v a node.
RULES = {
    "cax-sco": ("sub:K super:K", "sub", "super"),
    "prp-spo1": ("sub:p super:p", "sub", "super"),
    "prp-dom": ("property:p kind:K", "property", "kind"),
    "prp-rng": ("property:p kind:K", "property", "kind"),
    "prp-inv1": ("property:p inverse:p", "property", "inverse"),
    "prp-inv2": ("property:p inverse:p", "inverse", "property"),
    "cls-hv1": ("kind:K property:p value:v", "kind", "property"),
    "cls-hv2": ("kind:K property:p value:v", "property", "kind"),
    "cls-svf1": ("kind:K property:p filler:K", "property filler", "kind"),
    "cls-svf2": ("kind:K property:p", "property", "kind"),
    "prp-spo2-2": ("property:p first:p second:p", "first second", "property"),
    "prp-spo2-3": ("property:p first:p second:p third:p", "first second third", "property"),
}
POOLS = {"K": CLASSES, "p": PROPERTIES, "v": SHARED}


@st.composite
def an_axiom(draw: st.DrawFn) -> Axiom:
    rule = draw(st.sampled_from(sorted(RULES)))
    variables, reads, gives = RULES[rule]
    terms = {
        name: draw(st.sampled_from(POOLS[kind]))
        for name, kind in (variable.split(":") for variable in variables.split())
    }
    read = frozenset(terms[name] for name in reads.split())
    return Axiom(rule, tuple(terms.items()), read, terms[gives])


A_TRIPLE = st.one_of(
    st.tuples(*map(st.sampled_from, (NODES, PROPERTIES, NODES))),
    st.tuples(st.sampled_from(NODES), st.just(A), st.sampled_from(CLASSES)),
)


def closure(
    quads: Iterable[ox.Quad], known: list[Axiom], extra: Iterable[ox.Quad] = ()
) -> ox.Store:
    store = ox.Store()
    store.extend([*quads, *extra])
    work_out(store, known)
    return store


def triples(store: ox.Store) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}


def by_shards(quads: set[ox.Quad], known: list[Axiom]) -> set[ox.Triple]:
    """Return what follows entry by entry, in the way of graph/work.py; AtlasError if refused."""
    later = later_premises(known)
    hiding = sources_of(later, known)
    homes = {
        document: {q for q in quads if place(q.subject) == document}
        for document in documents(quads)
    }
    shared = homes.pop("", set())
    refuse_hidden_links(shared, hiding)
    ground = triples(closure(shared, known))
    found = set(ground)
    for own in homes.values():
        refuse_hidden_links(own, hiding)
        linked = {place(quad.object) for quad in own} - {""}
        context = set().union(*(homes.get(document, set()) for document in linked))
        store = closure([*own, *context], known, (ox.Quad(*triple) for triple in ground))
        refuse_hidden_facts(store, later)
        found |= triples(store)
    return found


def documents(quads: set[ox.Quad]) -> set[str]:
    return {place(quad.subject) for quad in quads}


@settings(max_examples=300, deadline=None)
@given(st.lists(an_axiom(), max_size=7), st.sets(A_TRIPLE, max_size=9))
def test_shards_derive_what_one_store_derives_or_refuse(
    known: list[Axiom], said: set[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]]
) -> None:
    quads = {ox.Quad(*triple) for triple in said}
    try:
        found = by_shards(quads, known)
    except AtlasError:
        return
    assert found == triples(closure(quads, known))


def axiom(rule: str, **terms: ox.NamedNode) -> Axiom:
    _, reads, gives = RULES[rule]
    return Axiom(
        rule, tuple(terms.items()), frozenset(terms[r] for r in reads.split()), terms[gives]
    )


P, Q, R = PROPERTIES
K = CLASSES[0]
ONE, OTHER = ox.NamedNode(f"{ENTRIES}a#1"), ox.NamedNode(f"{ENTRIES}b#1")
CHAIN = axiom("prp-spo2-2", property=R, first=P, second=Q)


def test_a_link_into_the_first_premise_of_a_join_is_followed() -> None:
    quads = {ox.Quad(ONE, P, OTHER), ox.Quad(OTHER, Q, SHARED[0])}
    assert ox.Triple(ONE, R, SHARED[0]) in by_shards(quads, [CHAIN])


@pytest.mark.parametrize("link", [P, Q, R])
def test_a_link_that_hides_a_later_premise_is_refused(link: ox.NamedNode) -> None:
    above = axiom("prp-spo1", sub=R, super=Q)
    quads = {ox.Quad(ONE, link, OTHER)}
    if link == P and above.gives != P:
        by_shards(quads, [CHAIN])
    else:
        with pytest.raises(AtlasError, match="links another entry"):
            by_shards(quads, [CHAIN, above])


def test_a_join_through_a_thing_that_entries_share_is_refused() -> None:
    back = axiom("prp-inv1", property=P, inverse=Q)
    quads = {ox.Quad(ONE, P, SHARED[0]), ox.Quad(OTHER, P, SHARED[0])}
    with pytest.raises(AtlasError, match="what all entries share"):
        by_shards(quads, [CHAIN, back])


def test_no_link_between_papers_of_the_real_ontology_is_refused() -> None:
    known = axioms()
    hiding = sources_of(later_premises(known), known)
    assert {axiom.rule for axiom in known} >= {"cls-svf1", "prp-spo2-3"}
    assert term("atlas:definition") in hiding
    links = ("cito:cites", "atlas:replicates", "atlas:preprintOf", "atlas:retraction")
    assert not hiding & {term(name) for name in links}


def test_what_is_inferred_stands_in_its_graph() -> None:
    store = closure({ox.Quad(ONE, P, OTHER), ox.Quad(OTHER, Q, ONE)}, [CHAIN])
    assert [q.triple for q in store.quads_for_pattern(None, None, None, INFERRED)] == [
        ox.Triple(ONE, R, ONE)
    ]
