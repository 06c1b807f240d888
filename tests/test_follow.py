import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pyoxigraph as ox
import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from graph.build import build
from graph.content import content_of
from graph.history import read_history
from graph.kept import history_files
from graph.prefixes import term, value
from graph.release import Release
from graph.revise import Order, revise
from server.app import create_app
from server.facts import Facts
from tests.changes import JUNE, SIZE, VOLUME
from tests.conftest import CLIENTS
from tests.past import JUDGED, REVISED, WITHDRAWN


class Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Served:
    """Pages under one address, of one release after the other; `asked` are the paths asked for."""

    app: Flask
    address: str = ""
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, object], start: object) -> Iterable[bytes]:
        self.asked.append(str(environ["PATH_INFO"]))
        return self.app(environ, start)  # type: ignore[arg-type]


@contextmanager
def serve(release: Release) -> Iterator[Served]:
    served = Served(create_app(Facts(release)))
    server = make_server("127.0.0.1", 0, served, threaded=True, request_handler=Quiet)
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def follow(node: Path, served: Served, state: Path, order: str) -> dict[str, set[ox.Quad]]:
    """Return the members, in the order in which `ldes-client` gives them, with their quads."""
    served.asked.clear()
    done = subprocess.run(
        [node, CLIENTS / "follow.mjs", f"{served.address}/changes", state, order],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    members = json.loads(done.stdout)
    found = {
        member["id"]: set(ox.parse(member["nquads"], format=ox.RdfFormat.N_QUADS))
        for member in members
    }
    assert len(found) == len(members)
    return found


def moments(members: dict[str, set[ox.Quad]]) -> list[str]:
    created = term("dcterms:created")
    return [value(q.object) for quads in members.values() for q in quads if q.predicate == created]


@pytest.mark.parametrize("order", ["none", "ascending"])
def test_the_ldes_client_follows_and_goes_on_where_it_stopped(
    order: str, node: Path, past: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.event_log.PAGE_SIZE", SIZE)
    data, state = shutil.copytree(past, tmp_path / "data"), tmp_path / "state"
    with serve(build(tmp_path / "releases", data)) as served:
        met = follow(node, served, state, order)
        histories = [read_history(path) for path in history_files(data)]
        kept = {r.iri: (h.document, r) for h in histories for r in h.revisions}
        assert set(met) == set(kept)
        for iri, quads in met.items():
            document, revision = kept[iri]
            said = [quad.triple for quad in quads if quad.graph_name == ox.NamedNode(iri)]
            assert content_of(document, said) == revision.content
            assert revision.record < {quad.triple for quad in quads}
        if order == "ascending":
            assert moments(met) == sorted(moments(met))

        assert follow(node, served, state, order) == {}
        # It asks again for what may have changed.
        assert served.asked[0] == "/changes"
        assert f"/changes/{len(kept) // SIZE + 1}" in served.asked

        slugs = [JUDGED, REVISED, "fixture-2002-bibliography-only"]
        assert WITHDRAWN not in slugs
        for slug in slugs:
            path = data / "evidence" / f"{slug}.ttl"
            path.write_text(path.read_text("utf-8") + VOLUME, encoding="utf-8")
        done = revise(data, Order("edit", "Volumes.", created=JUNE)).done
        served.app = create_app(Facts(build(tmp_path / "releases", data)))
        assert set(follow(node, served, state, order)) == {revision.iri for _, revision in done}
        assert len(done) == len(slugs)
