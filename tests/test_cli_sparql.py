import csv
import gzip
import io
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.ipc
import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from SPARQLWrapper import JSON, SPARQLWrapper

from server.cli import main
from server.formats import Kind, offers
from server.problems import PROBLEMS
from server.source import File, Source
from tests.site import Site, serve_files

BASE = "http://data.example"
NAMED = "http://data.example/?of=people"
FILES = {
    "cats.ttl": '@prefix : <#> . :tom :name "Tom" ; :owner [ :name "Ann" ] ; :lives 9 .',
    "dogs.nt": '<urn:rex> <urn:name> "Rex" .',
    "birds.rdf": "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:u='urn:'>"
    "<r:Description r:about='urn:tux'><u:name>Tux</u:name></r:Description></r:RDF>",
    "zoo.trig": '<urn:zoo> <urn:name> "Zoo" . <urn:g1> { <urn:leo> <urn:name> "Leo" }',
    "farm.jsonld": '{"@id": "urn:g2", "@graph": {"@id": "urn:bo", "urn:name": "Bo"}}',
    "people.ttl": '<urn:eve> <urn:name> "Eve" .',
    "rocks.ttl": '<urn:gem> <urn:name> "Gem" .',
}
ALONE = ("people.ttl", "rocks.ttl")
BY_GRAPH = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
NAMES = 'SELECT ?name { ?s ?p ?name FILTER(STRENDS(STR(?p), "name")) }'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    with gzip.open(folder / "sea.nq.gz", "wt") as stream:
        stream.write('<urn:moby> <urn:name> "Moby" <urn:g3> .')
    return folder


@pytest.fixture(scope="module")
def files(folder: Path) -> Iterator[Site]:
    given = [str(folder / name) for name in (*FILES, "sea.nq.gz") if name not in ALONE]
    for graph in (f"{NAMED}={folder / 'people.ttl'}", str(folder / "rocks.ttl")):
        given += ["--graph", graph]
    with serve_files([*given, "--base", f"{BASE}/"], folder) as site:
        yield site


def rows(site: Site, query: str) -> list[dict[str, str]]:
    given = {"query": query, "format": "csv"}
    answer = httpx.get(f"{site.address}/sparql", params=given, timeout=30).raise_for_status()
    return list(csv.DictReader(io.StringIO(answer.text)))


def atlas(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["sparql", *map(str, arguments)])


def test_the_default_graph_is_what_the_files_say_outside_named_graphs(files: Site) -> None:
    assert sorted(row["name"] for row in rows(files, NAMES)) == ["Ann", "Rex", "Tom", "Tux", "Zoo"]


def test_each_graph_has_its_name(files: Site, folder: Path) -> None:
    own = {"cats.ttl": 4, "dogs.nt": 1, "birds.rdf": 1, "rocks.ttl": 1}
    expected = {(folder / name).as_uri(): number for name, number in own.items()}
    expected |= {NAMED: 1, "urn:g1": 1, "urn:g2": 1, "urn:g3": 1}
    assert {row["g"]: int(row["n"]) for row in rows(files, BY_GRAPH)} == expected
    cats = rows(files, NAMES.replace("{", f"FROM <{(folder / 'cats.ttl').as_uri()}> {{", 1))
    assert sorted(row["name"] for row in cats) == ["Ann", "Tom"]


def test_a_blank_node_is_the_same_in_the_graph_of_its_file(files: Site) -> None:
    shared = "ASK { ?node ?p 'Ann' GRAPH ?g { ?node ?p 'Ann' } FILTER(ISBLANK(?node)) }"
    answer = httpx.get(f"{files.address}/sparql", params={"query": shared})
    assert answer.json()["boolean"] is True


def test_relative_names_are_those_of_the_file(files: Site, folder: Path) -> None:
    found = rows(files, "SELECT ?cat { ?cat ?p 'Tom' }")
    assert found == [{"cat": f"{(folder / 'cats.ttl').as_uri()}#tom"}]


def test_a_graph_that_is_named_twice_counts_once(files: Site, folder: Path) -> None:
    clauses = "FROM <dogs.nt> FROM <dogs.nt>"
    query = f"BASE <{folder.as_uri()}/> SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}"
    assert rows(files, query) == [{"n": "1"}]


def test_a_relative_iri_in_a_query_is_resolved_against_the_endpoint(files: Site) -> None:
    assert rows(files, "SELECT (<a> AS ?a) (<#b> AS ?b) {}") == [
        {"a": f"{BASE}/a", "b": f"{BASE}/sparql#b"}
    ]


def test_sparqlwrapper_reads_rows(files: Site) -> None:
    client = SPARQLWrapper(f"{files.address}/sparql")
    client.setQuery(NAMES)
    client.setReturnFormat(JSON)
    found = client.queryAndConvert()
    assert isinstance(found, dict)
    assert len(found["results"]["bindings"]) == 5


def test_pyarrow_reads_typed_columns(files: Site) -> None:
    given = {"query": "SELECT ?lives { ?cat ?p ?lives FILTER(?lives = 9) }", "format": "arrow"}
    answer = httpx.get(f"{files.address}/sparql", params=given)
    table = pa.ipc.open_stream(answer.content).read_all()
    assert pa.types.is_integer(table.schema.field("lives").type)
    assert table.column("lives").to_pylist() == [9]


def test_the_description_names_the_graphs_in_every_format(files: Site) -> None:
    descriptions = []
    for form in offers(Kind.GRAPH):
        if form.key == "html":
            continue
        assert isinstance(form.writer, ox.RdfFormat)
        answer = httpx.get(f"{files.address}/sparql", headers={"Accept": form.media_type})
        assert answer.headers["Content-Type"] == form.media_type
        descriptions.append({str(quad.triple) for quad in ox.parse(answer.content, form.writer)})
    assert len(descriptions) == 6
    assert all(found == descriptions[0] for found in descriptions)
    text = " ".join(descriptions[0])
    assert f"<{files.address}/sparql>" in text
    for row in rows(files, BY_GRAPH):
        assert f"<{row['g']}>" in text


def test_there_are_no_pages_but_every_problem_is_explained(files: Site) -> None:
    problem = httpx.get(f"{files.address}/", headers={"Accept": "text/html"})
    assert (problem.status_code, problem.headers["Content-Type"]) == (
        404,
        "application/problem+json",
    )
    assert problem.json()["type"] == f"{BASE}/problems/not-found"
    for key, known in PROBLEMS.items():
        page = httpx.get(f"{files.address}/problems/{key}")
        assert page.status_code == 200
        assert known.title in page.text
        assert known.repair in page.text
    assert httpx.get(f"{files.address}/problems/nothing").status_code == 404


@pytest.mark.parametrize("query", ["ASK {}", "SELECT * {}", "CONSTRUCT WHERE { ?s ?p ?o }", ""])
def test_a_browser_gets_data_and_never_a_page(query: str, files: Site) -> None:
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    given = {"query": query} if query else {}
    answer = httpx.get(f"{files.address}/sparql", params=given, headers=headers)
    assert answer.status_code == 200
    assert "html" not in answer.headers["Content-Type"]
    only = httpx.get(f"{files.address}/sparql", params=given, headers={"Accept": "text/html"})
    assert only.status_code == 406
    assert "text/html" not in only.json()["formats"]


def test_what_is_refused_over_a_release_is_refused_here(files: Site) -> None:
    for form, status in (
        ({"update": "CLEAR ALL"}, 403),
        ({"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}, 403),
        ({"query": "SELECT"}, 400),
    ):
        assert httpx.post(f"{files.address}/sparql", data=form).status_code == status
    assert rows(files, "SELECT * FROM <file:///etc/hostname> { ?s ?p ?o }") == []
    assert httpx.get(f"{files.address}/readyz").json()["status"] == "ready"
    assert "atlas_queries" in httpx.get(f"{files.address}/metrics").text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["{bad.ttl}"], 1, "bad.ttl:3:2: is not valid RDF"),
        (["{cats.ttl}", "{bad.ttl}"], 1, "bad.ttl:3:2: is not valid RDF"),
        (["--graph", "urn:x={bad.ttl}"], 1, "bad.ttl:3:2: is not valid RDF"),
        (["{cut.nt.gz}"], 1, "cut.nt.gz: cannot be read"),
        (["{notes.md}"], 1, "notes.md: has the suffix '.md', which names no RDF format"),
        (["{missing.ttl}"], 2, "does not exist"),
        (["--graph", "{missing.ttl}"], 2, "there is no file"),
        (["--graph", "name={people.ttl}"], 2, "'name' is not an absolute IRI"),
        (["--graph", "urn:x={zoo.trig}"], 2, "names its graphs itself"),
        (["{cats.ttl}", "--base", "data"], 2, "'data' is not an absolute IRI"),
        ([], 2, "at least one FILE"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_mistake_is_told_before_anything_listens(
    arguments: list[str], code: int, words: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bad.ttl").write_text("@prefix : <#> .\n:a :b 1 ;\n bad .", encoding="utf-8")
    (folder / "cut.nt.gz").write_bytes(gzip.compress(b"<urn:a> <urn:b> <urn:c> .\n" * 99)[:30])
    (folder / "notes.md").write_text("# Notes", encoding="utf-8")
    monkeypatch.setattr("server.cli_sparql.run", lambda *_: pytest.fail("it listens"))
    given = [part.replace("{", f"{folder}/").replace("}", "") for part in arguments]
    done = atlas(*given)
    assert (done.exit_code, words in done.output.replace("\n", " ")) == (code, True), done.output


def test_a_port_that_is_taken_is_told_in_a_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = atlas(folder / "cats.ttl", "--port", taken.getsockname()[1])
    assert done.exit_code == 1
    assert done.output.splitlines()[-1].startswith("atlas: cannot listen at 127.0.0.1:")


def test_default_only_makes_no_graphs_of_the_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Source] = []
    monkeypatch.setattr("server.cli_sparql.run", lambda _, plain: served.append(plain.source))
    assert atlas(folder / "cats.ttl", "--default-only").exit_code == 0
    assert served == [Source((File(str(folder / "cats.ttl")),))]
    assert list(served[0].load().named_graphs()) == []


def test_hundreds_of_files_are_served(tmp_path: Path) -> None:
    # Their names together would be too long for an argument of a process.
    names = [tmp_path / f"{'long' * 50}-{number}.nt" for number in range(600)]
    for number, path in enumerate(names):
        path.write_text(f"<urn:s> <urn:p> <urn:{number}> .\n", encoding="utf-8")
    with serve_files([*map(str, names), "--default-only"], tmp_path) as site:
        assert len(rows(site, "SELECT ?o { ?s ?p ?o }")) == 600
