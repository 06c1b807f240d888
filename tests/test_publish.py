from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from graph.prefixes import BASE
from graph.release import Release
from server import publish as publishing
from server.cli import main
from server.marks import LOADING, WHOLE, mark_graph
from server.publish import GraphStore, PublishRefused, publish
from tests.stores import RunningStore, oxigraph

MARK = mark_graph(BASE)
FOREIGN, FORMER = "urn:foreign", "urn:former"
TRIPLE = b"<urn:s> <urn:p> <urn:o> .\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    """Return an Oxigraph server of this module's own."""
    with oxigraph(tmp_path_factory.mktemp("publish")) as found:
        yield found


def quads(store: RunningStore) -> set[str]:
    """Return all that an Oxigraph server holds, but for its mark."""
    text = httpx.get(store.graphs, headers={"Accept": "application/n-quads"}).text
    return {line for line in text.splitlines() if not line.endswith(f" <{MARK}> .")}


def status(store: RunningStore) -> str:
    """Return what its mark says of the state of the load."""
    with GraphStore(store.graphs, store.environment) as graphs:
        text = graphs.read(MARK).decode()
    return WHOLE if f'"{WHOLE}"' in text else LOADING if f'"{LOADING}"' in text else ""


def dump(release: Release) -> set[str]:
    return set(release.dump_path.read_text(encoding="utf-8").splitlines())


def test_a_store_holds_the_release_and_nothing_else_of_ours(
    release: Release, store: RunningStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_PART", 10_000)
    sent: list[int] = []
    published = publish(release, store.graphs, progress=sent.append)
    assert quads(store) == dump(release)
    assert status(store) == WHOLE
    assert sum(published.triples.values()) == len(dump(release)) == sent[-1]
    assert len(sent) > 10
    assert sent == sorted(sent)


def test_publishing_again_replaces_what_was_published(
    release: Release, store: RunningStore
) -> None:
    with GraphStore(store.graphs, {}) as graphs:
        for graph in ("", FOREIGN, FORMER, f"{BASE}/graph/inferred"):
            graphs.write(graph, TRIPLE)
        part = f"<{MARK}> <http://purl.org/dc/terms/hasPart> <{FORMER}> .\n"
        graphs.write(MARK, part.encode())
    publish(release, store.graphs)
    assert quads(store) - dump(release) == {f"<urn:s> <urn:p> <urn:o> <{FOREIGN}> ."}
    assert dump(release) <= quads(store)


def test_a_load_that_is_broken_off_is_marked_and_mended(
    release: Release, store: RunningStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise PublishRefused("it broke")

    publish(release, store.graphs)
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_PART", 10_000)
        with pytest.raises(PublishRefused, match="it broke"):
            publish(release, store.graphs, progress=breaks)
    assert status(store) == LOADING
    assert not dump(release) <= quads(store)
    publish(release, store.graphs)
    assert status(store) == WHOLE
    assert dump(release) <= quads(store)


def test_the_default_graph_can_have_a_name(release: Release, store: RunningStore) -> None:
    publish(release, store.graphs, "urn:default")
    named = {line for line in quads(store) if line.endswith(" <urn:default> .")}
    assert len(named) == release.manifest.counts["triples"]
    publish(release, store.graphs)
    assert not {line for line in quads(store) if line.endswith(" <urn:default> .")}


def test_virtuoso_holds_as_many_triples(release: Release, virtuoso_store: RunningStore) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    counts = {}
    for graph in (virtuoso_store.default, f"{BASE}/graph/inferred"):
        form = {"query": query, "default-graph-uri": graph}
        answer = httpx.post(virtuoso_store.queries, data=form, headers={"Accept": "text/csv"})
        counts[graph] = int(answer.text.splitlines()[1])
    expected = release.manifest.counts
    assert list(counts.values()) == [expected["triples"], expected["inferred triples"]]


@pytest.mark.parametrize(
    "environment",
    [{}, {publishing.USER: "dba", publishing.PASSWORD: "s3cret"}],
    ids=["nobody", "a wrong password"],
)
def test_who_may_not_write_is_told_how_to_log_in(
    environment: Mapping[str, str], release: Release, virtuoso_store: RunningStore
) -> None:
    with pytest.raises(PublishRefused, match="401; set ATLAS_PUBLISH_USER") as met:
        publish(release, virtuoso_store.graphs, "urn:g", environment=environment)
    assert "s3cret" not in str(met.value)


def test_a_store_without_a_default_graph_says_so(
    release: Release, virtuoso_store: RunningStore
) -> None:
    with pytest.raises(PublishRefused, match="--default-graph"):
        publish(release, virtuoso_store.graphs, environment=virtuoso_store.environment)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:1/store", "does not answer"),
        ("nonsense", "does not answer"),
        ("http://127.0.0.1:x/", "no address"),
        ("http://dba:s3cret@127.0.0.1:1/", "by ATLAS_PUBLISH_USER"),
    ],
)
def test_an_address_that_is_none_is_told_in_words(
    address: str, words: str, release: Release
) -> None:
    with pytest.raises(PublishRefused, match=words) as met:
        publish(release, address)
    assert "s3cret" not in str(met.value)


def test_a_blank_node_is_refused(release: Release, store: RunningStore, tmp_path: Path) -> None:
    (tmp_path / "atlas.nq").write_text("_:a <urn:p> <urn:o> .\n", encoding="utf-8")
    ox.Store(str(tmp_path / "store")).flush()
    with pytest.raises(PublishRefused, match="blank node"):
        publish(replace(release, folder=tmp_path), store.graphs)


def test_the_command_prints_what_went_where(release: Release, store: RunningStore) -> None:
    given = ["publish", "--releases", str(release.folder.parent), "--to", store.graphs]
    done = CliRunner().invoke(main, given)
    assert done.exit_code == 0, done.output
    assert "default graph" in done.output
    assert f"release {release.id} is in {store.graphs}" in done.output
