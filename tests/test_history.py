import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph import shards
from graph.build import InvalidSources, build
from graph.content import content_of, digest
from graph.describe import EARLIER_REVISIONS, INFERRED_GRAPH
from graph.errors import SourceError
from graph.history import read_history, revision_iri
from graph.kept import CURRENT_REVISION
from graph.partitions import VOID_GRAPH
from graph.prefixes import term
from graph.release import Release, current_release
from graph.revise import Order, revise
from graph.sources import ENTRIES
from server.facts import Facts
from server.service import service_description
from server.settings import Settings
from tests.small import ENTRY, SIZE, edit, recorded_data, small_data

OWN = ENTRIES + ENTRY
RECORD = f"</evidence/{ENTRY}/revision/{{}}> "


@dataclass(frozen=True)
class Recorded:
    """Data in which one entry has two revisions, and the releases made of them."""

    data: Path
    releases: Path

    @property
    def source(self) -> Path:
        return self.data / "evidence" / f"{ENTRY}.ttl"

    @property
    def history(self) -> Path:
        return self.data / "history" / f"{ENTRY}.trig"

    def build(self) -> Release:
        return build(self.releases, self.data)

    def store(self) -> ox.Store:
        return ox.Store.read_only(str(current_release(self.releases).store_path))

    def problems(self) -> list[tuple[str, int | None, str]]:
        """Return file, line and message of each problem for which a build is refused."""
        with pytest.raises(InvalidSources) as caught:
            self.build()
        return [(p.file, p.line, p.message) for p in caught.value.problems]


def second_of(month: int) -> datetime:
    return datetime(2026, month, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Return data and a release of them that no test changes."""
    folder = tmp_path_factory.mktemp("recorded")
    found = Recorded(recorded_data(folder), folder / "releases")
    edit(found.source, "immune", "thymus")
    revise(found.data, Order("edit", "Another word.", created=second_of(2)))
    found.build()
    return found


@pytest.fixture
def recorded(kept: Recorded, tmp_path: Path) -> Recorded:
    """Return a copy of the data with the release of them."""
    shutil.copytree(kept.releases, tmp_path / "releases", symlinks=True)
    return Recorded(shutil.copytree(kept.data, tmp_path / "data"), tmp_path / "releases")


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


def without(pattern: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        found, count = re.subn(pattern, "", text, flags=re.MULTILINE | re.DOTALL)
        assert count == 1
        return found

    return change


def line(number: int, rest: str) -> str:
    return RECORD.format(number) + rest


GRAPH_2 = r"^</evidence/\S+/revision/2> \{\n.*?^\}\n"
# What was done to the file → the change, what the build says, the start of the line it names.
BY_HAND: dict[str, tuple[Callable[[str], str], str, str]] = {
    "a word of the current revision": (
        swap("thymus", "spleen"), "revision 2 has a graph that its digest does not fit", line(2, "")
    ),
    "a word of an earlier revision": (
        swap('"Synthetic', '"Real'), "revision 1 has a graph that its digest", line(1, "")
    ),
    "a digest": (
        lambda text: re.sub(r"sha256:.", "sha256:_", text), "revision 1 has a graph", line(1, "")
    ),
    "a graph that is gone": (without(GRAPH_2), "revision 2 has lost its graph", line(2, "")),
    "a record that is gone": (
        lambda text: re.sub(r"(?m)^</evidence/\S+/revision/1> [^{]*$\n", "", text),
        "has 1 records, but one of revision 2", line(2, ""),
    ),
    "a gap in the numbers": (
        swap("/revision/2>", "/revision/3>"), "has 2 records, but one of revision 3", line(3, "")
    ),
    "a number that is not that of the IRI": (
        swap("schema:version 2", "schema:version 3"), "another number than its IRI", line(2, "")
    ),
    "a link to another revision": (
        swap("wasRevisionOf </evidence/" + ENTRY + "/revision/1>", "wasRevisionOf <>"),
        "as the one before it", line(2, ""),
    ),
    "a link that is gone": (without(r"^\S+ prov:wasRevisionOf .*?\n"), "names nothing", line(2, "")),
    "a day before the one that it follows": (
        swap('"2026-02', '"2025-02'), "is dated before the one that it follows", line(2, "")
    ),
    "a day that does not exist": (swap("-02-02T", "-02-30T"), "is no moment", line(2, "")),
    "a reason twice": (
        swap("#edit> .", "#edit>, </vocabulary/revision-reason#model> ."),
        "has 2 values of atlas:revisionReason", line(2, ""),
    ),
    "another entry": (
        lambda text: text + "</evidence/other> rdfs:label 'x' .\n",
        "which is no revision of", "</evidence/other> ",
    ),
    "a blank node": (lambda text: text + "[] rdfs:label 'x' .\n", "which is no revision of", ""),
    "a graph without a record": (
        lambda text: text + "</graph/x> { <> rdfs:label 'x' . }\n", "no revision of", "</graph/x> "
    ),
    "a withdrawal that says something": (
        swap("#edit>", "#withdrawal>"), "withdrawn or empty", line(2, "")
    ),
    "no Turtle": (lambda text: text + "</x> .\n", "is not valid TriG", "</x> "),
    "nothing at all": (lambda text: "", "records no revision", ""),
}  # fmt: skip
# The same of what only the shapes see.
BROKEN: dict[str, tuple[Callable[[str], str], str, str]] = {
    "a reason that nobody knows": (
        swap("#edit>", "#whim>"), "concept of", line(2, "atlas:revisionReason")
    ),
    "a note without a language": (
        swap('word."@en', 'word."'), "with the language", line(2, "skos:changeNote")
    ),
    "an agent that nobody describes": (
        swap("dataset#editors> .\n</evidence/" + ENTRY + "/revision/2",
             "dataset#nobody> .\n</evidence/" + ENTRY + "/revision/2"),
        "agent of data/agents.ttl", line(2, "prov:wasAttributedTo"),
    ),
}  # fmt: skip


def changed(path: Path, fault: tuple[Callable[[str], str], str, str]) -> tuple[int | None, str]:
    """Change a history by hand; return the line that should be named, and the message."""
    change, message, start = fault
    text = change(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    lines = enumerate(text.split("\n"), 1)
    return next((n for n, one in lines if start and one.startswith(start)), None), message


@pytest.mark.parametrize("fault", BY_HAND)
def test_a_history_changed_by_hand_is_refused_by_file_and_line(
    fault: str, kept: Recorded, tmp_path: Path
) -> None:
    path = Path(shutil.copy(kept.history, tmp_path))
    at, message = changed(path, BY_HAND[fault])
    with pytest.raises(SourceError, match=r"restore the file|mend this line") as caught:
        read_history(path)
    assert (caught.value.file, caught.value.line) == (str(path), at)
    assert message in str(caught.value)


@pytest.mark.parametrize("fault", [*BROKEN, "a word of the current revision"])
def test_a_build_refuses_such_a_history_and_serves_on(fault: str, recorded: Recorded) -> None:
    served = current_release(recorded.releases)
    at, message = changed(recorded.history, {**BROKEN, **BY_HAND}[fault])
    ((file, line_named, told),) = recorded.problems()
    assert (file, line_named) == (str(recorded.history), at)
    assert message in told
    assert current_release(recorded.releases) == served


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


def test_a_note_in_a_history_rebuilds_its_shard_and_nothing_else(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "ENTRIES_PER_SHARD", 1)
    releases = recorded.releases.with_name("others")
    first, shelf = build(releases, recorded.data), releases / ".shards"
    assert build(releases, recorded.data) == first
    before = {path: path.stat().st_mtime_ns for path in shelf.iterdir()}
    edit(recorded.history, "Another word.", "Yet another word.")
    assert build(releases, recorded.data) != first
    after = {path: path.stat().st_mtime_ns for path in shelf.iterdir()}
    assert len(after) == len(before) > 2
    assert len(after.items() - before.items()) == 1


def test_a_history_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="check the path"):
        read_history(tmp_path / "none.trig")
