import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.build import build
from graph.errors import AtlasError
from graph.examples import EXAMPLES_GRAPH, Example, describe_examples, read_examples
from graph.prefixes import BASE, prefixes
from graph.release import Release
from server.formats import Kind, offers
from tests.small import small_data

EXAMPLES = read_examples()
NAMES = [f"{example.number}-{example.name}" for example in EXAMPLES]
FORMS = {"ASK": 1, "CONSTRUCT": 2, "DESCRIBE": 1, "SELECT": 52}
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
GOOD = "# What is there?\n# keywords: all, things\n# All of it.\nSELECT * WHERE { ?s ?p ?o }\n"
BAD = {
    "no number": ("first.rq", GOOD),
    "no question": ("001-first.rq", GOOD.replace("there?", "there.")),
    "no keywords": ("001-first.rq", GOOD.replace("# keywords", "# words")),
    "no form": ("001-first.rq", GOOD.replace("SELECT *", "CLEAR ALL")),
}


@pytest.fixture(scope="module")
def stores(real_release: Release) -> tuple[ox.Store, ox.Store]:
    """Return the store of the real release, and one that was loaded in the opposite order."""
    lines = real_release.dump_path.read_bytes().splitlines(keepends=True)
    other = ox.Store()
    other.load(b"".join(reversed(lines)), format=ox.RdfFormat.N_QUADS)
    return ox.Store.read_only(str(real_release.store_path)), other


@pytest.fixture(scope="module")
def gallery(real_release: Release) -> ox.Store:
    """Return a store whose default graph is the graph of the examples."""
    store = ox.Store.read_only(str(real_release.store_path))
    only = ox.Store()
    quads = store.quads_for_pattern(None, None, None, EXAMPLES_GRAPH)
    only.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    return only


def answer(store: ox.Store, query: str) -> bool | list[str]:
    found = store.query(query)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return sorted(map(str, found))
    return [str([row[name] for name in found.variables]) for row in found]


def test_the_examples_are_all_found_in_order() -> None:
    assert len(EXAMPLES) == sum(FORMS.values()) == 56
    assert [int(example.number) for example in EXAMPLES] == list(range(1, 57))
    assert len({example.question for example in EXAMPLES}) == 56
    assert {form: [e.form for e in EXAMPLES].count(form) for form in FORMS} == FORMS


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_an_example_answers_on_the_real_data_and_always_alike(
    example: Example, stores: tuple[ox.Store, ox.Store]
) -> None:
    first, again = (answer(store, example.query) for store in stores)
    assert first
    assert first == again
    assert example.form != "SELECT" or "ORDER BY" in example.query or first == first[:1]  # type: ignore[index]


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_an_example_can_be_read_and_pasted(example: Example) -> None:
    assert example.note
    assert example.note.endswith((".", ":"))
    assert all(word and word == word.strip() for word in example.keywords)
    assert max(len(line) for line in example.query.splitlines()) <= 105
    assert "SERVICE <" not in example.query
    declared = dict(re.findall(r"^PREFIX (\w+): <(.+)>$", example.query, re.MULTILINE))
    body = re.sub(r"^(#|PREFIX ).*$", "", example.query, flags=re.MULTILINE)
    assert all(f"{prefix}:" in body for prefix in declared)
    shared = declared.keys() & prefixes().keys()
    assert all(declared[prefix] == prefixes()[prefix] for prefix in shared)


@pytest.mark.parametrize("dialect", ["sh", "spex"])
def test_editors_find_every_example_with_its_question(dialect: str, gallery: ox.Store) -> None:
    rows = gallery.query(GALLERY % dialect)
    assert isinstance(rows, ox.QuerySolutions)
    found = [(row["comment"].value, row["text"].value) for row in rows]
    assert found == [(example.question, example.query) for example in EXAMPLES]


def test_editors_find_every_prefix(gallery: ox.Store) -> None:
    rows = gallery.query(DECLARED)
    assert isinstance(rows, ox.QuerySolutions)
    assert {row["prefix"].value: row["namespace"].value for row in rows} == prefixes()


def test_each_example_has_the_class_of_its_form() -> None:
    kinds = {
        str(quad.subject).partition("#")[2][:-1]: str(quad.object)
        for quad in describe_examples()
        if quad.object.value.startswith(f"{prefixes()['sh']}SPARQL")  # type: ignore[union-attr]
        and not quad.object.value.endswith("#SPARQLExecutable")  # type: ignore[union-attr]
    }
    assert len(kinds) == 56
    assert all(example.form.lower() in kinds[example.number].lower() for example in EXAMPLES)


def test_the_graph_has_no_blank_nodes(gallery: ox.Store) -> None:
    assert len(gallery) > 500
    assert not [q for q in gallery if isinstance(q.subject, ox.BlankNode | ox.Triple)]
    assert not [q for q in gallery if isinstance(q.object, ox.BlankNode | ox.Triple)]


def test_under_another_base_the_examples_speak_of_it(tmp_path: Path) -> None:
    base = "https://atlas.example"
    release = build(tmp_path / "releases", small_data(tmp_path), base)
    store = ox.Store.read_only(str(release.store_path))
    name = ox.NamedNode(f"{base}/.well-known/sparql-examples")
    quads = list(store.quads_for_pattern(None, None, None, name))
    assert len(quads) > 500
    assert not [quad for quad in quads if BASE in str(quad)]
    definitions = next(example for example in EXAMPLES if example.number == "003")
    assert answer(store, definitions.query.replace(BASE, base))
    assert not answer(store, definitions.query)


@pytest.mark.parametrize("fault", BAD)
def test_a_file_that_is_no_example_is_refused(fault: str, tmp_path: Path) -> None:
    name, text = BAD[fault]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError, match=name):
        read_examples(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match="no examples"):
        read_examples(tmp_path)


def test_the_graph_is_a_document_in_every_format(client: FlaskClient) -> None:
    path = EXAMPLES_GRAPH.value.removeprefix(BASE)
    wanted = {quad.triple for quad in describe_examples()}
    formats = offers(Kind.ENTITY)
    assert len(formats) >= 4
    for row in formats:
        response = client.get(f"{path}.{row.key}")
        assert response.status_code == 200, row.key
        if isinstance(row.writer, ox.RdfFormat):
            assert {quad.triple for quad in ox.parse(response.data, format=row.writer)} == wanted
    assert client.get(path, headers={"Accept": "text/turtle"}).mimetype == "text/turtle"
