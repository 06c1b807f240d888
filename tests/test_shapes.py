import shutil

import pyoxigraph as ox
import pytest

from graph import shacl
from graph.judge import judge
from graph.paths import DATA
from graph.prefixes import prefixes, shorten, term, value
from graph.sources import read_sources
from tests.small import small_data

JUNK = (ox.NamedNode("urn:junk"), ox.Literal("Junk!", datatype=ox.NamedNode("urn:junk")))
# No entry of the real data has these yet, so there is nothing to spoil.
UNUSED = {"Authorship-orcid", "PatientGroup-alteration", "Text-generator"}


# Together these have every property that the data use.
REAL = (
    "daniels-2011-socialization-model.ttl",
    "bastos-2025-cerebrospinal-fluid.ttl",
    "adamowicz-2014-defining-recovery.ttl",
    "kim-2026-hyperbaric-oxygen.ttl",
)


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    data = small_data(tmp_path_factory.mktemp("shapes"))
    for name in REAL:
        shutil.copy(DATA / "evidence" / name, data / "evidence")
    store = read_sources(data).store
    judge(store)
    return store


def property_shapes(stage: shacl.Stage) -> dict[str, shacl.Check]:
    found = [check for check in shacl.checks(stage) if check.path]
    return {check.shape.partition("#")[2]: check for check in found}


SHAPES = dict.fromkeys(property_shapes("sources"), "sources")
SHAPES |= dict.fromkeys(property_shapes("judged"), "judged")


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
