from pathlib import Path

import pyoxigraph as ox

from graph import reason
from graph.judge import judge
from graph.prefixes import prefixes, term
from graph.release import Release
from graph.sources import read_sources
from tests.small import small_data

DEFAULT = ox.DefaultGraph()


def test_the_rules_derive_what_owlrl_derives(tmp_path: Path) -> None:
    store = read_sources(small_data(tmp_path)).store
    judge(store)
    expected = reason.reference(quad.triple for quad in store)
    reason.infer(store)
    found = {quad.triple for quad in store.quads_for_pattern(None, None, None, reason.INFERRED)}
    assert len(expected) > 300
    assert found == expected


def test_what_is_derived_is_legal_and_in_the_default_graph_too(real_release: Release) -> None:
    store = ox.Store.read_only(str(real_release.store_path))
    derived = list(store.quads_for_pattern(None, None, None, reason.INFERRED))
    assert len(derived) > 5_000
    for quad in derived:
        assert isinstance(quad.subject, ox.NamedNode)
        assert reason.is_useful(quad.triple)
        assert ox.Quad(*quad.triple) in store


def test_a_study_required_by_definition_applied_a_requiring_definition(
    real_release: Release,
) -> None:
    store = ox.Store.read_only(str(real_release.store_path))
    rows = store.query(
        'SELECT ?e { ?e atlas:currentAssessment/atlas:pemReason/skos:notation "by-definition" ;'
        ' atlas:pemRequirement/skos:notation "required" }',
        prefixes=prefixes(),
    )
    assert isinstance(rows, ox.QuerySolutions)
    entries = [row["e"] for row in rows]
    assert len(entries) == 27
    wide = term("atlas:AppliesPemRequiringDefinition")
    assert all(ox.Quad(e, term("rdf:type"), wide) in store for e in entries)
