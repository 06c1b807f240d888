import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.build import build
from graph.errors import ReleaseMissing
from graph.history import History, read_history, revision_iri
from graph.kept import history_files
from graph.prefixes import BASE, term
from graph.recall import recall
from graph.revise import Order, revise
from graph.sources import ENTRIES
from tests.conftest import SEED
from tests.small import DEFINITIONS, edit
from tests.test_saved_queries import QUERIES

OWN = ENTRIES + SEED


@pytest.fixture(scope="module")
def data(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tiny data with a history.

    the seed and a definition have two revisions, one entry was withdrawn. The seed names the base.
    """
    found = shutil.copytree(tiny_data, tmp_path_factory.mktemp("recall") / "data")
    revise(found, Order("first-record", "Recorded.", created=datetime(2026, 1, 1, tzinfo=UTC)))
    with (found / "evidence" / f"{SEED}.ttl").open("a", encoding="utf-8") as file:
        file.write(f"<{OWN}> rdfs:seeAlso <{BASE}> .\n")
    edit(found / "evidence" / f"{SEED}.ttl", "In this early study", "In this first study")
    edit(found / "case-definitions.ttl", "which resembles PEM", "which comes near PEM")
    revise(found, Order("edit", "Another word."))
    gone = "fixture-2012-preprint"
    (found / "evidence" / f"{gone}.ttl").unlink()
    revise(found, Order("withdrawal", "A fixture.", slugs=(gone,)))
    return found


def histories(data: Path) -> list[History]:
    return [read_history(path) for path in history_files(data)]


@pytest.mark.parametrize("base", [BASE, "https://atlas.example"])
def test_every_revision_is_recalled_to_the_byte(base: str, data: Path, tmp_path: Path) -> None:
    store = ox.Store.read_only(str(build(tmp_path / "releases", data, base).store_path))
    seen = 0
    for history in histories(data):
        for revision in history.revisions:
            iri = revision.iri.replace(BASE, base)
            assert recall(store, iri, base) == revision.content
            seen += 1
    assert seen == 5 + 2 + DEFINITIONS + len(QUERIES) + 1


def test_what_is_not_recorded_is_none(data: Path, tmp_path: Path) -> None:
    store = ox.Store.read_only(str(build(tmp_path / "releases", data).store_path))
    for iri in (revision_iri(OWN, 3), OWN, f"{BASE}/dataset", f"{OWN}/revision/x"):
        assert recall(store, iri) is None


def test_a_damaged_release_is_told_by_the_digest(data: Path, tmp_path: Path) -> None:
    release = build(tmp_path / "releases", data)
    store = ox.Store()
    store.load(path=str(release.dump_path), format=ox.RdfFormat.N_QUADS)
    earlier, label = ox.NamedNode(revision_iri(OWN, 1)), ox.Literal("x", language="en")
    for graph in (earlier, ox.DefaultGraph()):
        store.add(ox.Quad(ox.NamedNode(f"{OWN}"), term("rdfs:label"), label, graph))
    for number in (1, 2):
        with pytest.raises(ReleaseMissing, match="has not the digest on record"):
            recall(store, revision_iri(OWN, number))
