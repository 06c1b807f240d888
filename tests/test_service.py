from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib

from graph.build import build
from graph.prefixes import BASE, prefixes, term
from graph.release import Release
from server.facts import Facts
from server.formats import BY_KEY, FORMATS, Kind, offers
from server.service import service_description
from server.settings import Settings
from tests.small import small_data
from tests.test_describe import COMPLETION
from tests.test_examples import DECLARED, GALLERY
from tests.test_saved_queries import QUERIES

SERVICE = ox.NamedNode(f"{BASE}/sparql")
RDF = {row.key: row.writer for row in offers(Kind.ENTITY) if isinstance(row.writer, ox.RdfFormat)}
LIMITS = {
    "query_timeout": (Settings(query_timeout=7.5), "may take 7.5 seconds"),
    "query_memory": (Settings(query_memory=333), "may use 333 MiB"),
    "query_size": (Settings(query_size=9), "query may have 9 MiB"),
    "result_size": (Settings(result_size=88), "an answer 88 MiB"),
    "query_workers": (Settings(query_workers=3), "at once: 11,"),
    "web_workers": (Settings(web_workers=5), "at once: 50,"),
    "client_queries": (Settings(client_queries=3), "of one client 3."),
    "result_rows": (Settings(result_rows=77), "and 77 rows"),
    "query_wait": (Settings(query_wait=4.0), "up to 4 seconds"),
}


@pytest.fixture(scope="module")
def facts(real_release: Release) -> Facts:
    return Facts(real_release)


@pytest.fixture(scope="module")
def triples(facts: Facts) -> set[ox.Triple]:
    return parse(service_description(facts, Settings(), "ttl"))


@pytest.fixture(scope="module")
def file(triples: set[ox.Triple]) -> ox.Store:
    """Return the description as a client holds it that reads it as a file."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return store


def parse(body: bytes, key: str = "ttl") -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(body, format=RDF[key])}


def said(triples: set[ox.Triple], subject: ox.NamedNode, name: str) -> list[str]:
    found = [t.object for t in triples if (t.subject, t.predicate) == (subject, term(name))]
    return sorted(node.value for node in found if isinstance(node, ox.NamedNode | ox.Literal))


def solutions(store: ox.Store, query: str) -> list[ox.QuerySolution]:
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return list(found)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib warns of itself
def test_every_rdf_format_says_the_same_to_two_parsers(
    facts: Facts, triples: set[ox.Triple]
) -> None:
    graphs = []
    for key in RDF:
        body = service_description(facts, Settings(), key)
        assert parse(body, key) == triples, key
        # Quads of the default graph are a graph to rdflib only by way of a dataset.
        graph = rdflib.Dataset(default_union=True)
        graph.parse(data=body, format=BY_KEY[key].media_type)
        graphs.append(set(graph.triples((None, None, None))))
    assert len(graphs) >= 3
    assert all(graph == graphs[0] for graph in graphs)
    assert len(graphs[0]) == len(triples)


def test_it_claims_the_language_and_the_formats_of_the_table(triples: set[ox.Triple]) -> None:
    assert said(triples, SERVICE, "sd:endpoint") == [SERVICE.value]
    assert said(triples, SERVICE, "sd:supportedLanguage") == [term("sd:SPARQL11Query").value]
    formats = sorted(row.iri for row in FORMATS if row.iri)
    assert len(formats) >= 5
    assert said(triples, SERVICE, "sd:resultFormat") == formats


def test_it_claims_no_feature_that_it_lacks(triples: set[ox.Triple]) -> None:
    assert said(triples, SERVICE, "sd:feature") == []
    assert said(triples, SERVICE, "sd:extensionFunction") == []


def test_the_default_graph_is_counted(facts: Facts, triples: set[ox.Triple]) -> None:
    (dataset,) = said(triples, SERVICE, "sd:defaultDataset")
    (name,) = said(triples, ox.NamedNode(dataset), "sd:defaultGraph")
    default = ox.NamedNode(name)
    size = sum(1 for _ in facts.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    assert said(triples, default, "void:triples") == [str(size)]
    assert len(said(triples, default, "void:classPartition")) > 40
    assert len(said(triples, default, "void:propertyPartition")) > 100
    assert said(triples, default, "void:uriSpace") == []


def test_the_named_graphs_are_those_of_the_store(facts: Facts, triples: set[ox.Triple]) -> None:
    (dataset,) = said(triples, SERVICE, "sd:defaultDataset")
    nodes = [ox.NamedNode(n) for n in said(triples, ox.NamedNode(dataset), "sd:namedGraph")]
    names = {name for node in nodes for name in said(triples, node, "sd:name")}
    every = {str(name)[1:-1] for name in facts.store.named_graphs()}
    assert names == {name for name in every if "/revision/" not in name}
    assert len(names) == len(nodes) == 3
    for node in nodes:
        (graph,) = said(triples, node, "sd:graph")
        found = facts.store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
        size = sum(1 for _ in found)
        assert said(triples, ox.NamedNode(graph), "void:triples") == [str(size)]


@pytest.mark.parametrize("name", LIMITS)
def test_it_states_the_limits_it_runs_with(name: str, facts: Facts) -> None:
    changed, words = LIMITS[name]
    for settings, wanted in ((changed, 1), (Settings(), 0)):
        found = parse(service_description(facts, settings, "ttl"))
        assert sum(words in comment for comment in said(found, SERVICE, "rdfs:comment")) == wanted


def test_at_another_address_the_service_is_there_and_the_data_keeps_its_names(
    facts: Facts, triples: set[ox.Triple]
) -> None:
    here = ox.NamedNode("http://127.0.0.1:8000/sparql")
    found = parse(service_description(facts, Settings(), "ttl", here.value))
    assert said(found, here, "sd:endpoint") == [here.value]
    assert said(found, here, "sd:defaultDataset") == said(triples, SERVICE, "sd:defaultDataset")
    assert not [triple for triple in found if triple.subject == SERVICE]


def test_an_editor_that_reads_it_as_a_file_finds_all_it_needs(file: ox.Store) -> None:
    assert len(solutions(file, COMPLETION)) > 700
    assert len(solutions(file, GALLERY % "sh")) == len(QUERIES)
    assert len(solutions(file, DECLARED)) == len(prefixes())


def test_the_endpoint_answers_with_it_where_there_is_no_query(
    web: httpx.Client, release: Release, settings: Settings
) -> None:
    facts, here = Facts(release), f"{str(web.base_url).rstrip('/')}/sparql"
    for key in RDF:
        response = web.get("/sparql", headers={"Accept": BY_KEY[key].media_type})
        assert response.content == service_description(facts, settings, key, here)
        assert response.headers["Content-Type"] == BY_KEY[key].media_type
        again = {**response.request.headers, "If-None-Match": response.headers["ETag"]}
        assert web.get("/sparql", headers=again).status_code == 304


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("www.mecfsatlas.com", f"{BASE}/sparql"),
        ("mirror.example:8080", "http://mirror.example:8080/sparql"),
        ("[::1]:8000", "http://[::1]:8000/sparql"),
        ("a b", f"{BASE}/sparql"),
        ("x/?<>", f"{BASE}/sparql"),
    ],
)
def test_it_describes_the_address_that_was_asked(host: str, told: str, web: httpx.Client) -> None:
    response = web.get("/sparql", headers={"Accept": "application/n-triples", "Host": host})
    assert f"<{told}> <http://www.w3.org/ns/sparql-service-description#endpoint>" in (response.text)


def test_under_another_base_it_speaks_of_it(tmp_path: Path) -> None:
    release = build(tmp_path / "releases", small_data(tmp_path), "https://atlas.example")
    body = service_description(Facts(release), Settings(), "nt").decode()
    assert "<https://atlas.example/sparql> <" in body
    assert BASE not in body
