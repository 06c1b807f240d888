"""Random triples of one entry, as hypothesis makes them, for the tests of revisions."""

import pyoxigraph as ox
from hypothesis import strategies as st

from graph.prefixes import BASE, prefixes

DOCUMENT = f"{BASE}/evidence/made-2020-up"
_XSD = prefixes()["xsd"]
_NAMES = st.builds(str.__add__, st.sampled_from("aZ_0"), st.text("aZ_0.~-/", max_size=4))
_SPACES = [*prefixes().values(), f"{BASE}/", f"{BASE}//", f"{DOCUMENT}#", f"{DOCUMENT}/", "urn:x:"]
_IRIS = st.builds(str.__add__, st.sampled_from(_SPACES), _NAMES)
# Without surrogates; with all that has to be escaped.
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_OWN = st.one_of(st.just(DOCUMENT), _NAMES.map(lambda name: f"{DOCUMENT}#{name}"))


def _literals() -> st.SearchStrategy[ox.Literal]:
    tagged = st.builds(
        lambda text, tag: ox.Literal(text, language=tag), _TEXTS, st.sampled_from(["en", "de-at"])
    )
    kinds = st.sampled_from(["integer", "boolean", "date", "string", "gYear", "anyURI"])
    values = st.one_of(_TEXTS, st.sampled_from(["1", "-7", "007", "true", "2020", "1.0"]))
    typed = st.builds(
        lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(_XSD + kind)), values, kinds
    )
    return st.one_of(_TEXTS.map(ox.Literal), tagged, typed)


def triple_sets() -> st.SearchStrategy[frozenset[ox.Triple]]:
    """Return sets of triples about `DOCUMENT` and its parts, with values of every kind."""
    values = st.one_of(_IRIS.map(ox.NamedNode), _OWN.map(ox.NamedNode), _literals())
    triples = st.builds(ox.Triple, _OWN.map(ox.NamedNode), _IRIS.map(ox.NamedNode), values)
    return st.frozensets(triples, max_size=8)
