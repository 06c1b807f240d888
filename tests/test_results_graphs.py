import io
import logging

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.release import Release
from server.formats import BY_KEY, Kind, offers
from server.results.faults import TooManyRows, Unsayable
from server.results.graphs import write_graph
from tests.results import BLANKS, IRIS, LITERALS, UNSPEAKABLE, written

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
KEYS = [row.key for row in offers(Kind.GRAPH) if row.key != "html"]
RDFLIB = {
    "ttl": "turtle",
    "jsonld": "json-ld",
    "nt": "nt",
    "nq": "nquads",
    "trig": "trig",
    "rdf": "xml",
}
PREFIXES = {"schema": "https://schema.org/", "a": "http://a.example/", "rdf": RDF}
# Predicate → whether RDF/XML has a name for it.
PREDICATES = {
    "https://schema.org/name": True,
    "https://schema.org/a-b.c": True,
    "https://schema.org/a/b": True,
    "http://a.example/é": True,
    "http://b.example/x·y": True,
    "http://b.example/1a-2": True,
    "http://b.example/xmlns": True,
    "http://www.w3.org/2000/xmlns/a/b": True,
    "http://b.example/it's(x)y": True,
    "urn:x:y": True,
    f"{RDF}_1": True,
    f"{RDF}type": True,
    "https://schema.org/": False,
    "https://schema.org/1": False,
    "http://b.example/%41": False,
    "http://b.example/a😀b": True,
    "http://b.example/😀": False,
    "http://www.w3.org/2000/xmlns/foo": False,
    "http://www.w3.org/XML/1998/namespace/": False,
    f"{RDF}li": False,
    f"{RDF}Description": False,
}
TRIPLES = st.sets(
    st.builds(
        ox.Triple,
        st.one_of(IRIS, BLANKS),
        st.sampled_from([name for name in PREDICATES if PREDICATES[name]]).map(ox.NamedNode),
        st.one_of(IRIS, BLANKS, LITERALS, st.sampled_from([*PREDICATES]).map(ox.NamedNode)),
    ),
    max_size=5,
)


def graph(triples: set[ox.Triple], key: str) -> bytes:
    body = io.BytesIO()
    write_graph(triples, key, body, PREFIXES)
    return body.getvalue()


def canonical(quads: object) -> ox.Dataset:
    found = ox.Dataset(quads)  # type: ignore[arg-type]
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return found


def by_rdflib(body: bytes, key: str, monkeypatch: pytest.MonkeyPatch) -> ox.Dataset:
    with monkeypatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        patch.setattr(logging.getLogger("rdflib.term"), "disabled", True)
        found = rdflib.Dataset().parse(io.BytesIO(body), format=RDFLIB[key])
        quads = [
            ox.Quad(node(s), ox.NamedNode(str(p)), term(o))
            for s, p, o in found.triples((None, None, None))
        ]
    return canonical(quads)


def node(found: object) -> ox.NamedNode | ox.BlankNode:
    if isinstance(found, rdflib.BNode):
        return ox.BlankNode("b" + str(found).encode().hex())
    return ox.NamedNode(str(found))


def term(found: object) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if not isinstance(found, rdflib.Literal):
        return node(found)
    if found.language:
        return ox.Literal(str(found), language=found.language)
    datatype = ox.NamedNode(str(found.datatype)) if found.datatype else None
    return ox.Literal(str(found), datatype=datatype)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@settings(deadline=None)
@given(triples=TRIPLES)
def test_two_parsers_read_the_same_graph(key: str, triples: set[ox.Triple]) -> None:
    assert len(KEYS) == 6
    if key == "rdf" and any(
        UNSPEAKABLE & set(getattr(triple.object, "value", "")) for triple in triples
    ):
        with pytest.raises(Unsayable, match="control character"):
            graph(triples, key)
        return
    body = graph(triples, key)
    wanted = canonical(ox.Quad(*triple) for triple in triples)
    form = BY_KEY[key].writer
    assert isinstance(form, ox.RdfFormat)
    assert canonical(ox.parse(body, format=form)) == wanted
    assert by_rdflib(body, key, pytest.MonkeyPatch()) == wanted


@pytest.mark.parametrize("predicate", PREDICATES)
def test_rdf_xml_refuses_just_the_predicates_it_cannot_name(predicate: str) -> None:
    triple = ox.Triple(ox.NamedNode("x:s"), ox.NamedNode(predicate), ox.Literal("a\rb"))
    if PREDICATES[predicate]:
        (quad,) = ox.parse(graph({triple}, "rdf"), format=ox.RdfFormat.RDF_XML)
        assert quad.triple == triple
    else:
        with pytest.raises(Unsayable, match="predicate"):
            graph({triple}, "rdf")
    for key in set(KEYS) - {"rdf"}:
        assert graph({triple}, key)


@pytest.mark.parametrize(
    "node",
    [ox.Literal("\x0b"), ox.Literal("\ufffe"), ox.BlankNode("1a"), ox.Literal("x", language="en", direction=ox.BaseDirection.LTR)],
    ids=["control character", "noncharacter", "blank node", "direction"],
)  # fmt: skip
def test_rdf_xml_refuses_what_it_cannot_hold(node: ox.Literal | ox.BlankNode) -> None:
    triple = ox.Triple(ox.NamedNode("x:s"), ox.NamedNode("x:p"), node)
    with pytest.raises(Unsayable):
        graph({triple}, "rdf")
    assert graph({triple}, "ttl")


def test_a_triple_term_is_refused_by_the_formats_that_have_none() -> None:
    query = "CONSTRUCT { <x:s> <x:p> <<( <x:a> <x:b> <x:c> )>> } {}"
    for key in KEYS:
        if key in {"rdf", "jsonld"}:
            with pytest.raises(Unsayable, match="triple term"):
                written(ox.Store().query(query), key)
        else:
            assert b"<<(" in written(ox.Store().query(query), key)


@pytest.mark.parametrize("key", KEYS)
def test_limits_of_triples_are_exact(key: str) -> None:
    store, p = ox.Store(), ox.NamedNode("x:p")
    store.extend(
        ox.Quad(ox.NamedNode(f"x:{n % 9}"), p, ox.Literal(f"{n} .\n")) for n in range(3000)
    )
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    whole = written(store.query(query), key)
    assert written(store.query(query), key, 3000) == whole
    assert written(store.query(query), key, 3001) == whole
    with pytest.raises(TooManyRows) as error:
        written(store.query(query), key, 2999)
    assert error.value.limit == 2999


def test_our_own_graph_fits_into_every_format(release: Release) -> None:
    quads = ox.parse(path=str(release.dump_path), format=ox.RdfFormat.N_QUADS)
    triples = {quad.triple for quad in quads}
    assert len(triples) > 1000
    for key in KEYS:
        assert graph(triples, key)
