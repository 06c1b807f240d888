import re
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph import shards
from graph.archiving import open_archive
from graph.build import build
from graph.content import content_of, digest
from graph.describe import EARLIER_REVISIONS, INFERRED_GRAPH
from graph.errors import BuildRefused, SourceError
from graph.history import read_histories, read_history
from graph.inputs import inputs_digest
from graph.kept import CURRENT_REVISION, DEFINITION, ENTRY, history_files
from graph.partitions import VOID_GRAPH
from graph.prefixes import BASE, term
from graph.recall import recall
from graph.register import revisions
from graph.release import current_release
from graph.revise import Order, revise
from tests.recorded import Recorded, second_of
from tests.small import DEFINITIONS, SIZE, edit, recorded_data

# Nobody applied the first; the second is one that the fixtures apply.
KEY = "dowsett1990"
OWN = f"{DEFINITION.space}{KEY}"
NAME = f"case-definition/{KEY}"
WORD = "which resembles PEM"
GONE = "twisk2018"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Return data in which one definition has two revisions, and a release of them."""
    folder = tmp_path_factory.mktemp("definitions")
    found = Recorded(recorded_data(folder), folder / "releases")
    edit(definitions(found), WORD, "which comes near PEM")
    revise(found.data, Order("correction", "Another word.", created=second_of(2)))
    found.build()
    return found


@pytest.fixture
def recorded(kept: Recorded, tmp_path: Path) -> Recorded:
    return kept.copy(tmp_path)


def definitions(recorded: Recorded) -> Path:
    return recorded.data / "case-definitions.ttl"


def history(recorded: Recorded, key: str = KEY) -> Path:
    return recorded.data / "history" / "case-definition" / f"{key}.trig"


def without(path: Path, key: str) -> None:
    """Remove the definition of that key from the file at `path`."""
    text = path.read_text(encoding="utf-8")
    new, count = re.subn(rf"(?ms)^<case-definition/{key}> .*?\.\n(?=\n|\Z)", "", text)
    assert count == 1
    path.write_text(new, encoding="utf-8")


def test_a_definition_that_changed_without_a_record_is_refused_in_words(recorded: Recorded) -> None:
    served = current_release(recorded.releases)
    edit(definitions(recorded), '"Dowsett 1990"@en', '"Dowsett 1991"@en')
    ((file, _, message),) = recorded.problems()
    assert file == str(definitions(recorded))
    assert "is not as revision 2 recorded it" in message
    assert "Dowsett 1990 → Dowsett 1991" in message
    assert f"`atlas revise --slug {NAME} --reason … --note …`" in message
    assert current_release(recorded.releases) == served
    revise(recorded.data, Order("edit", "Another name.", slugs=(NAME,)))
    assert recorded.build().manifest.previous == served.id


def test_where_entries_may_be_judged_anew_the_advice_is_one_run_for_all(recorded: Recorded) -> None:
    edit(definitions(recorded), "which comes near PEM", "which is no PEM")
    ((_, _, message),) = recorded.problems()
    assert f"run `atlas revise --slug {NAME} --reason" in message
    old, new = (
        '#uncertain> ;\n    atlas:pemStatusReason "Requires muscle',
        '#optional> ;\n    atlas:pemStatusReason "Requires muscle',
    )
    edit(definitions(recorded), old, new)
    ((_, _, message),) = recorded.problems()
    assert "run `atlas revise --reason … --note …`" in message


def test_a_new_definition_needs_a_first_record(recorded: Recorded) -> None:
    text = definitions(recorded).read_text(encoding="utf-8")
    start = text.index(f"<{NAME}>")
    block = text[start : text.index("\n\n", start)].replace(KEY, "fixture1999")
    definitions(recorded).write_text(f"{text}\n{block}\n", encoding="utf-8")
    ((_, _, message),) = recorded.problems()
    assert "has no record in history/; run `atlas revise --reason first-record" in message
    revise(recorded.data, Order("first-record", "New."))
    assert recorded.build().manifest.counts["revisions"] == SIZE + DEFINITIONS + 2


def test_a_definition_whose_history_is_gone_is_refused(recorded: Recorded) -> None:
    shutil.rmtree(recorded.data / "history" / "case-definition")
    assert len(recorded.problems()) == DEFINITIONS


def test_a_definition_goes_only_by_a_withdrawal_and_never_comes_back(recorded: Recorded) -> None:
    text = definitions(recorded).read_text(encoding="utf-8")
    without(definitions(recorded), GONE)
    ((file, at, message),) = recorded.problems()
    assert file == str(history(recorded, GONE))
    line = history(recorded, GONE).read_text(encoding="utf-8").split("\n")[(at or 0) - 1]
    assert line.startswith(f"</case-definition/{GONE}/revision/1> ")
    assert f"`atlas revise --slug case-definition/{GONE} --reason withdrawal" in message
    name = (f"case-definition/{GONE}",)
    assert len(revise(recorded.data, Order("withdrawal", "Nobody's.", slugs=name)).done) == 1
    store = ox.Store.read_only(str(recorded.build().store_path))
    node = ox.NamedNode(DEFINITION.space + GONE)
    said = list(store.quads_for_pattern(node, None, None, ox.DefaultGraph()))
    assert [quad.predicate for quad in said] == [CURRENT_REVISION]
    assert recall(store, f"{node.value}/revision/1")
    definitions(recorded).write_text(text, encoding="utf-8")
    ((file, _, message),) = recorded.problems()
    assert file == str(definitions(recorded))
    assert "a published IRI is never used again" in message


# What was done to the history → the change, and what the build says.
BY_HAND = {
    "a word of the current revision": ("comes near", "goes near", "its digest does not fit"),
    "a word of an earlier revision": (WORD, "which is", "revision 1 has a graph that its digest"),
    "a reason that nobody knows": ("#correction>", "#whim>", "concept of"),
    "an agent that nobody describes": ("dataset#editors", "dataset#nobody", "agent of data/agents"),
    "another definition": (f"isVersionOf <> .\n</{NAME}/revision/1> a", "isVersionOf </case-definition/ccc2003> .\n"
                           f"</{NAME}/revision/1> a", "Make the IRI of a revision"),
    "no TriG": ("@prefix atlas:", "@prefix", "is not valid TriG"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BY_HAND)
def test_a_history_changed_by_hand_is_refused_and_the_release_serves_on(
    fault: str, recorded: Recorded
) -> None:
    served = current_release(recorded.releases)
    old, new, message = BY_HAND[fault]
    edit(history(recorded), old, new)
    found = recorded.problems()
    assert {file for file, _, _ in found} == {str(history(recorded))}
    assert all(at for _, at, _ in found)
    assert any(message in told for _, _, told in found)
    assert current_release(recorded.releases) == served


def test_a_history_of_a_definition_in_the_folder_of_entries_is_refused(recorded: Recorded) -> None:
    moved = shutil.move(history(recorded), recorded.data / "history")
    with pytest.raises(SourceError, match="which is no revision of"):
        read_history(Path(moved))
    assert recorded.problems()


@pytest.mark.parametrize(
    "said",
    [f"<{NAME}> <{CURRENT_REVISION.value}> <{NAME}/revision/1> .", f"<{NAME}/revision/7> a <x> ."],
    ids=["the link", "a record"],
)
def test_sources_cannot_say_which_revisions_a_definition_has(said: str, recorded: Recorded) -> None:
    with definitions(recorded).open("a", encoding="utf-8") as file:
        file.write(f"\n{said}\n")
    (problem,) = [row for row in recorded.problems() if "says which revisions" in row[2]]
    assert problem[0] == str(definitions(recorded))


def test_a_release_holds_every_revision_and_the_earlier_one_in_a_graph_alone(
    kept: Recorded,
) -> None:
    store, default = kept.store(), ox.DefaultGraph()
    known = read_history(history(kept)).revisions
    links = store.quads_for_pattern(ox.NamedNode(OWN), CURRENT_REVISION, None, default)
    assert [quad.object for quad in links] == [ox.NamedNode(f"{OWN}/revision/2")]
    for revision in known:
        node = ox.NamedNode(revision.iri)
        found = {quad.triple for quad in store.quads_for_pattern(node, None, None, default)}
        assert revision.record <= found
        assert recall(store, revision.iri) == revision.content
    first, second = (
        {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(row.iri))}
        for row in known
    )
    assert digest(content_of(OWN, first)) == known[0].digest
    assert second == set()
    gone = ox.Literal(WORD)
    reasons = store.quads_for_pattern(None, term("atlas:pemStatusReason"), None, default)
    assert not [quad for quad in reasons if gone.value in str(quad.object)]


def test_what_the_default_graph_asserts_of_each_definition_has_the_digest_on_record(
    kept: Recorded,
) -> None:
    store, graphs = kept.store(), (ox.DefaultGraph(), INFERRED_GRAPH)
    said, inferred = (
        {quad.triple for quad in store.quads_for_pattern(None, None, None, graph)}
        for graph in graphs
    )
    found = [
        one
        for one in read_histories(kept.data).values()
        if one.document.startswith(DEFINITION.space)
    ]
    assert len(found) == DEFINITIONS
    for one in found:
        assert digest(content_of(one.document, said - inferred)) == one.last.digest
    void = {q.predicate: q.object for q in store if q.subject == EARLIER_REVISIONS}
    assert void[term("void:documents")] == ox.Literal(1)
    assert not [q for q in store if q.graph_name == VOID_GRAPH and "/revision/1" in str(q)]


def test_neither_shards_nor_what_lies_on_the_shelf_change_a_byte(
    recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = current_release(recorded.releases).dump_path.read_bytes()
    again = build(tmp_path / "others", recorded.data, force=True)
    assert again.dump_path.read_bytes() == whole
    monkeypatch.setattr(shards, "ENTRIES_PER_SHARD", 1)
    assert build(tmp_path / "more", recorded.data).dump_path.read_bytes() == whole


def test_a_note_in_the_history_of_a_definition_reaches_the_next_release(recorded: Recorded) -> None:
    first = current_release(recorded.releases)
    assert recorded.build() == first
    edit(history(recorded), "Another word.", "Yet another word.")
    # Where it was published, a record stays as it is.
    others = recorded.releases.with_name("others")
    shutil.copytree(recorded.releases / ".shards", others / ".shards")
    second = build(others, recorded.data)
    assert b"Yet another word." in second.dump_path.read_bytes()
    assert build(others, recorded.data, force=True).dump_path.read_bytes() == (
        second.dump_path.read_bytes()
    )


def test_a_history_in_the_folder_of_another_kind_is_another_input(recorded: Recorded) -> None:
    before = inputs_digest(recorded.data, BASE)
    assert len(history_files(recorded.data)) == SIZE + DEFINITIONS
    assert len(history_files(recorded.data, ENTRY)) == SIZE
    shutil.move(history(recorded), recorded.data / "history")
    assert inputs_digest(recorded.data, BASE) != before


def test_a_revision_of_a_definition_that_was_published_may_not_vanish(recorded: Recorded) -> None:
    with open_archive(recorded.releases, reads_only=True) as archive:
        known = revisions(archive, archive.names()[-1])
    assert {f"/{NAME}/revision/1", f"/{NAME}/revision/2"} <= known.keys()
    history(recorded).unlink()
    revise(recorded.data, Order("first-record", "Begun anew.", created=second_of(3)))
    with pytest.raises(BuildRefused, match=rf"lacks what release .*/{NAME}/revision/2"):
        recorded.build()
