import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph import shards
from graph.build import InvalidSources, build
from graph.content import content_of, digest
from graph.describe import EARLIER_REVISIONS, INFERRED_GRAPH
from graph.history import read_history, revision_iri
from graph.kept import CURRENT_REVISION, DEFINITION, history_files
from graph.partitions import VOID_GRAPH
from graph.prefixes import term
from graph.release import current_release
from graph.revise import Order, revise
from server.facts import Facts
from server.service import service_description
from server.settings import Settings
from tests.recorded import OWN, Recorded, line, record_twice
from tests.small import ENTRY, SIZE, edit, small_data


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Return data and a release of them that no test changes."""
    return record_twice(tmp_path_factory.mktemp("recorded"))


@pytest.fixture
def recorded(kept: Recorded, tmp_path: Path) -> Recorded:
    """Return a copy of the data with the release of them."""
    return kept.copy(tmp_path)


def test_an_entry_that_changed_without_a_revision_is_refused_in_words(recorded: Recorded) -> None:
    served = current_release(recorded.releases)
    edit(recorded.source, 'bibo:pages "1-9"', 'bibo:pages "1-7"')
    ((file, _, message),) = recorded.problems()
    assert file == str(recorded.source)
    assert "is not as revision 2 recorded it: #paper pages: 1-9 → 1-7." in message
    assert f"`atlas revise --slug {ENTRY}" in message
    assert current_release(recorded.releases) == served
    revise(recorded.data, Order("edit", "Pages."))
    assert recorded.build().manifest.previous == served.id


def test_a_judgement_that_changes_by_a_fact_elsewhere_needs_a_revision(recorded: Recorded) -> None:
    text = (recorded.data / "case-definitions.ttl").read_text(encoding="utf-8")
    changed = re.sub("pem-status#(required|optional|not-required)>", "pem-status#uncertain>", text)
    (recorded.data / "case-definitions.ttl").write_text(changed, encoding="utf-8")
    assert all("PEM status: " in message for _, _, message in recorded.problems())
    for path in history_files(recorded.data, DEFINITION):
        name = f"case-definition/{path.stem}"
        revise(recorded.data, Order("edit", "No status is certain.", slugs=(name,)))
    found = recorded.problems()
    assert any("PEM requirement: " in message for _, _, message in found)


def test_an_entry_without_a_record_is_refused(recorded: Recorded) -> None:
    recorded.history.unlink()
    ((file, _, message),) = recorded.problems()
    assert file == str(recorded.source)
    assert "run `atlas revise --reason first-record" in message


def test_an_entry_that_is_gone_without_a_withdrawal_is_refused(recorded: Recorded) -> None:
    recorded.source.unlink()
    ((file, at, message),) = recorded.problems()
    assert file == str(recorded.history)
    assert recorded.history.read_text("utf-8").split("\n")[(at or 0) - 1].startswith(line(2, ""))
    assert "is gone, but was not withdrawn" in message


def test_a_withdrawn_entry_leaves_its_records_and_its_address_for_good(recorded: Recorded) -> None:
    kept = recorded.source.read_text(encoding="utf-8")
    recorded.source.unlink()
    revise(recorded.data, Order("withdrawal", "Read twice.", slugs=(ENTRY,)))
    release = recorded.build()
    store = ox.Store.read_only(str(release.store_path))
    about = list(store.quads_for_pattern(ox.NamedNode(OWN), None, None, ox.DefaultGraph()))
    assert [(q.predicate, q.object) for q in about] == [
        (CURRENT_REVISION, ox.NamedNode(revision_iri(OWN, 3)))
    ]
    assert release.manifest.counts["entries"] == SIZE - 1
    recorded.source.write_text(kept, encoding="utf-8")
    ((_, _, message),) = recorded.problems()
    assert "a published IRI is never used again" in message


def test_without_histories_nothing_is_checked_and_there_are_no_revisions(tmp_path: Path) -> None:
    release = build(tmp_path / "releases", small_data(tmp_path))
    assert release.manifest.counts["revisions"] == 0
    assert b"/revision/" not in release.dump_path.read_bytes()
    (tmp_path / "data" / "history").mkdir()
    with pytest.raises(InvalidSources, match="has no record"):
        build(tmp_path / "releases", tmp_path / "data")


@pytest.mark.parametrize(
    "said",
    [
        f"<> <{CURRENT_REVISION.value}> <{revision_iri(OWN, 1)}> .",
        f"<{revision_iri(OWN, 1)}> a atlas:Revision .",
    ],
    ids=["the link", "a record"],
)
@pytest.mark.parametrize("file", [f"evidence/{ENTRY}.ttl", "more.nq"])
def test_sources_cannot_say_which_revisions_there_are(
    said: str, file: str, recorded: Recorded
) -> None:
    path = recorded.data / file
    if path.suffix == ".nq":
        said = said.replace("<>", f"<{OWN}>").replace(" a ", f" {term('rdf:type')} ")
        said = said.replace("atlas:Revision", str(term("atlas:Revision")))
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{said}\n")
    ((named, _, message),) = recorded.problems()
    assert named == str(path)
    assert "says which revisions there are" in message or "says things about" in message


def node(number: int) -> ox.NamedNode:
    return ox.NamedNode(revision_iri(OWN, number))


def test_a_release_holds_all_records_and_the_contents_of_earlier_revisions(
    kept: Recorded,
) -> None:
    store = kept.store()
    default = ox.DefaultGraph()
    links = list(store.quads_for_pattern(ox.NamedNode(OWN), CURRENT_REVISION, None, default))
    assert [q.object for q in links] == [node(2)]
    known = read_history(kept.history).revisions
    for revision in known:
        found = store.quads_for_pattern(ox.NamedNode(revision.iri), None, None, default)
        assert revision.record <= {q.triple for q in found}
    earlier = {q.triple for q in store.quads_for_pattern(None, None, None, node(1))}
    assert digest(content_of(OWN, earlier)) == known[0].digest
    assert not list(store.quads_for_pattern(None, None, None, node(2)))


def test_what_the_default_graph_asserts_of_an_entry_has_the_digest_on_record(
    kept: Recorded,
) -> None:
    store = kept.store()
    graphs = (ox.DefaultGraph(), INFERRED_GRAPH)
    said, inferred = (
        {q.triple for q in store.quads_for_pattern(None, None, None, graph)} for graph in graphs
    )
    for path in sorted((kept.data / "history").glob("*.trig")):
        history = read_history(path)
        assert digest(content_of(history.document, said - inferred)) == history.last.digest


def test_the_graphs_of_revisions_are_described_as_one_class(kept: Recorded) -> None:
    store = kept.store()
    void = list(store.quads_for_pattern(None, None, None, VOID_GRAPH))
    assert not [q for q in void if q.subject == node(1) or q.object == node(1)]
    about = {q.predicate: q.object for q in void if q.subject == EARLIER_REVISIONS}
    assert about[term("void:documents")] == ox.Literal(1)
    size = sum(1 for _ in store.quads_for_pattern(None, None, None, node(1)))
    assert about[term("void:triples")] == ox.Literal(size)


def test_the_service_names_no_graph_of_a_revision(kept: Recorded) -> None:
    facts = Facts(current_release(kept.releases))
    named = service_description(facts, Settings(), "nt").decode()
    assert f"<{INFERRED_GRAPH.value}>" in named
    assert node(1).value not in named
    assert EARLIER_REVISIONS.value in named


def test_the_size_of_shards_changes_no_byte(
    recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = current_release(recorded.releases)
    monkeypatch.setattr(shards, "ENTRIES_PER_SHARD", 1)
    assert build(tmp_path / "other", recorded.data).dump_path.read_bytes() == (
        whole.dump_path.read_bytes()
    )


def test_a_remark_in_a_history_rebuilds_its_shard_and_nothing_else(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "ENTRIES_PER_SHARD", 1)
    releases = recorded.releases.with_name("others")
    first, shelf = build(releases, recorded.data), releases / ".shards"
    assert build(releases, recorded.data) == first
    before = {path: path.stat().st_mtime_ns for path in shelf.iterdir()}
    with recorded.history.open("a", encoding="utf-8") as file:
        file.write("# A remark.\n")
    assert build(releases, recorded.data) != first
    after = {path: path.stat().st_mtime_ns for path in shelf.iterdir()}
    assert len(after) == len(before) > 2
    assert len(after.items() - before.items()) == 1
