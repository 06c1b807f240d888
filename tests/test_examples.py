from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.build import build
from graph.errors import BuildRefused
from graph.examples import EXAMPLES_GRAPH, describe_examples, original, put_under, read_examples
from graph.prefixes import BASE, prefixes, term
from graph.release import Release
from graph.saved_queries import SavedQuery
from server.formats import Kind, offers
from tests.test_saved_queries import GOOD, NAMES, QUERIES, answer

# What editors of other projects ask an endpoint for, in two dialects for DESCRIBE.
GALLERY = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
SELECT DISTINCT ?example ?comment ?text WHERE {
  ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ;
    sh:select|sh:ask|sh:construct|%s:describe ?text .
} ORDER BY ?example
"""
DECLARED = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace WHERE { ?any sh:namespace ?namespace ; sh:prefix ?prefix }
"""
OTHER = "https://atlas.example"


@pytest.fixture(scope="module")
def gallery(real_release: Release) -> ox.Store:
    """Return a store whose default graph is the graph of the examples."""
    store = ox.Store.read_only(str(real_release.store_path))
    only = ox.Store()
    quads = store.quads_for_pattern(None, None, None, EXAMPLES_GRAPH)
    only.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    return only


@pytest.fixture(scope="module")
def elsewhere(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """Return the store of a release under another base."""
    release = build(tmp_path_factory.mktemp("other") / "releases", tiny_data, OTHER)
    return ox.Store.read_only(str(release.store_path))


@pytest.mark.parametrize("dialect", ["sh", "spex"])
def test_editors_find_every_query_with_its_question(dialect: str, gallery: ox.Store) -> None:
    rows = gallery.query(GALLERY % dialect)
    assert isinstance(rows, ox.QuerySolutions)
    found = {row["example"].value: (row["comment"].value, row["text"].value) for row in rows}
    assert found == {f"{BASE}/query/{row.name}": (row.question, row.text) for row in QUERIES}


def test_editors_find_every_prefix(gallery: ox.Store) -> None:
    rows = gallery.query(DECLARED)
    assert isinstance(rows, ox.QuerySolutions)
    assert {row["prefix"].value: row["namespace"].value for row in rows} == prefixes()


def test_each_query_has_the_class_of_its_form(gallery: ox.Store) -> None:
    for query in QUERIES:
        node = ox.NamedNode(f"{BASE}/query/{query.name}")
        kinds = {str(q.object) for q in gallery.quads_for_pattern(node, term("rdf:type"), None)}
        form = f"{prefixes()['sh']}SPARQL{query.form.title()}Executable"
        assert {f"<{form}>", f"<{prefixes()['sh']}SPARQLExecutable>"} <= kinds


def test_the_graph_has_no_blank_nodes(gallery: ox.Store) -> None:
    assert len(gallery) > 500
    assert not [q for q in gallery if isinstance(q.subject, ox.BlankNode | ox.Triple)]
    assert not [q for q in gallery if isinstance(q.object, ox.BlankNode | ox.Triple)]


def test_in_another_place_a_query_is_the_same() -> None:
    def said(place: int) -> set[ox.Quad]:
        quads = describe_examples([SavedQuery(place, "first", GOOD)])
        return {quad for quad in quads if "/query/" in str(quad.subject)}

    assert len(said(10)) == 10
    assert said(10) == said(999)


def test_what_a_release_says_of_the_queries_is_what_their_files_say(
    gallery: ox.Store, real_release: Release
) -> None:
    assert read_examples(ox.Store.read_only(str(real_release.store_path))) == QUERIES


def test_under_another_base_the_queries_speak_of_it(elsewhere: ox.Store) -> None:
    name = ox.NamedNode(f"{OTHER}/.well-known/sparql-examples")
    quads = list(elsewhere.quads_for_pattern(None, None, None, name))
    assert len(quads) > 500
    assert not [quad for quad in quads if BASE in str(quad)]
    found = read_examples(elsewhere, OTHER)
    (definitions,) = [query for query in found if query.name == "case-definitions-and-pem"]
    assert answer(elsewhere, definitions.text)
    assert not answer(elsewhere, definitions.text.replace(OTHER, BASE))


def test_the_text_under_the_own_base_can_be_had_back(elsewhere: ox.Store) -> None:
    found = read_examples(elsewhere, OTHER)
    assert [query.name for query in found] == NAMES
    assert [original(query.text, OTHER) for query in found] == [query.text for query in QUERIES]


def test_a_query_that_names_the_other_base_itself_is_refused_there() -> None:
    query = SavedQuery(1, "first", f"{GOOD}# <{BASE}/a> and <{OTHER}/b>")
    assert put_under(query.text, OTHER).count(OTHER) == 2
    assert list(describe_examples([query]))
    with pytest.raises(BuildRefused, match="first"):
        list(describe_examples([query], OTHER))


def test_the_graph_is_a_document_in_every_format(client: FlaskClient) -> None:
    path = EXAMPLES_GRAPH.value.removeprefix(BASE)
    wanted = {quad.triple for quad in describe_examples(QUERIES)}
    formats = offers(Kind.ENTITY)
    assert len(formats) >= 4
    for row in formats:
        response = client.get(f"{path}.{row.key}")
        assert response.status_code == 200, row.key
        if isinstance(row.writer, ox.RdfFormat):
            assert {quad.triple for quad in ox.parse(response.data, format=row.writer)} == wanted
    assert client.get(path, headers={"Accept": "text/turtle"}).mimetype == "text/turtle"


def test_a_query_is_a_document_in_every_format(client: FlaskClient) -> None:
    query = QUERIES[0]
    node = ox.NamedNode(f"{BASE}/query/{query.name}")
    wanted = {q.triple for q in describe_examples(QUERIES) if q.subject == node}
    read = 0
    for row in offers(Kind.QUERY):
        response = client.get(f"/query/{query.name}{row.suffix}")
        assert response.status_code == 200, row.key
        if isinstance(row.writer, ox.RdfFormat):
            assert {quad.triple for quad in ox.parse(response.data, format=row.writer)} == wanted
            read += 1
    assert read == 5
