import pyoxigraph as ox
import pytest

from graph import shacl
from graph.judge import judge
from graph.prefixes import prefixes, shorten, term, value
from graph.sources import read_sources

JUNK = (ox.NamedNode("urn:junk"), ox.Literal("Junk!", datatype=ox.NamedNode("urn:junk")))
# No entry of the real data has these yet, so there is nothing to spoil.
UNUSED = {"Authorship-orcid", "PatientGroup-alteration", "Text-generator"}


@pytest.fixture(scope="module")
def valid() -> ox.Store:
    store = read_sources().store
    judge(store)
    return store


def property_shapes(stage: shacl.Stage) -> dict[str, shacl.Check]:
    found = [check for check in shacl.checks(stage) if check.path]
    return {check.shape.partition("#")[2]: check for check in found}


SHAPES = {name: "sources" for name in property_shapes("sources")}
SHAPES |= {name: "judged" for name in property_shapes("judged")}


def test_the_property_shapes_are_found() -> None:
    assert len(SHAPES) > 80


def targets(store: ox.Store, check: shacl.Check) -> list[ox.Quad]:
    """Return the quads of the shape's property whose focus the shape looks at."""
    target, path = check.query.partition("WHERE {")[2].split("\n")[1].strip(), check.path or ""
    pattern = f"?x <{path}> ?this" if "^<" in check.query else f"?this <{path}> ?v"
    query = f"SELECT DISTINCT ?this {{ {target} {pattern} }} LIMIT 1"
    rows = store.query(query, prefixes=prefixes())
    assert isinstance(rows, ox.QuerySolutions)
    predicate = ox.NamedNode(path)
    for row in rows:
        focus = ox.NamedNode(value(row["this"]))
        if "^<" in check.query:
            return list(store.quads_for_pattern(None, predicate, focus, None))
        return list(store.quads_for_pattern(focus, predicate, None, None))
    return []


def names(store: ox.Store, stage: shacl.Stage) -> set[str]:
    return {one.shape.partition("#")[2] for one in shacl.validate(store, stage)}


@pytest.mark.parametrize("name", sorted(set(SHAPES) - UNUSED))
def test_a_missing_or_spoiled_value_trips_its_property_shape(name: str, valid: ox.Store) -> None:
    stage: shacl.Stage = "judged" if SHAPES[name] == "judged" else "sources"
    check = property_shapes(stage)[name]
    quads = targets(valid, check)
    assert quads, f"nothing in the data has {shorten(check.path or '')}"
    first = quads[0]
    spoiled = [ox.Quad(first.subject, first.predicate, junk) for junk in JUNK]
    inverse = "^<" in check.query
    try:
        for quad in quads:
            valid.remove(quad)
        tripped = names(valid, stage)
        if not inverse:
            valid.extend(spoiled)
            tripped |= names(valid, stage)
    finally:
        for quad in spoiled:
            valid.remove(quad)
        valid.extend(quads)
    assert name in tripped


def test_the_valid_twin_of_all_these_is_the_data_itself(valid: ox.Store) -> None:
    assert shacl.validate(valid, "sources") == shacl.validate(valid, "judged") == []
    assert any(valid.quads_for_pattern(None, term("rdf:type"), term("atlas:PemAssessment"), None))
