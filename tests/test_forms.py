import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.clauses import dataset_clauses
from server.formats import Kind
from server.forms import is_volatile, query_form


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT * {}", Kind.SELECT),
        ("ask{}", Kind.ASK),
        (" \n# SELECT\nASK {}", Kind.ASK),
        ("PREFIX ask: <urn:ask> SELECT * {}", Kind.SELECT),
        ("BASE <urn:select>\nPREFIX : <urn:x#y>#c\nDescribe <a>", Kind.GRAPH),
        ("PREFIX a: <urn:a> PREFIX b:<urn:b> CONSTRUCT WHERE {}", Kind.GRAPH),
        ("SELECTION", None),
        ("", None),
        ("INSERT DATA {}", None),
        ("# only a comment", None),
    ],
)
def test_the_form_is_seen_without_parsing(query: str, kind: Kind | None) -> None:
    assert query_form(query) == kind


@given(st.text(alphabet="prefixbase selectask:<>#\n{}", max_size=60))
def test_what_the_form_says_of_a_valid_query_is_true(text: str) -> None:
    kinds = {ox.QuerySolutions: Kind.SELECT, ox.QueryBoolean: Kind.ASK, ox.QueryTriples: Kind.GRAPH}
    for query in (text + "SELECT * {}", text + "ASK {}", text):
        try:
            found = ox.Store().query(query)
        except SyntaxError:
            continue
        assert query_form(query) in {kinds[type(found)], None}


@pytest.mark.parametrize("size", [100_000])
def test_a_hostile_prologue_takes_linear_time(size: int) -> None:
    for text in ("#" * size, "\n" * size, "prefix a:<b>" * size, "base <" * size, " #\n" * size):
        assert query_form(text) is None
        assert dataset_clauses(text + " from " * 3) is None


@pytest.mark.parametrize(
    ("query", "is_so"),
    [
        ("SELECT (NOW() AS ?t) {}", True),
        ("SELECT (rand () AS ?t) {}", True),
        ("SELECT (STRUUID() AS ?t) {}", True),
        ("CONSTRUCT { ?s ?p ?b } { BIND(BNODE() AS ?b) ?s ?p ?o }", True),
        ("SELECT ?now { ?now ex:rand ?o ; ex:uuid-x 1 }", False),
        ("SELECT ?known { ?brand ?p ?o }", False),
    ],
)
def test_answers_that_change_are_known(query: str, is_so: bool) -> None:
    assert is_volatile(query) is is_so


@pytest.mark.parametrize(
    ("query", "graphs"),
    [
        ("SELECT * FROM <urn:a> FROM <urn:b> { ?s ?p ?o }", (["urn:a", "urn:b"], [])),
        ("SELECT * FROM <urn:a> FROM NAMED <urn:b> {}", (["urn:a"], ["urn:b"])),
        ("PREFIX x: <urn:x/> SELECT * from x:a\nfrom # c\n named x:b {}", (["urn:x/a"], ["urn:x/b"])),
        ("SELECT * FROM <urn:a> { ?s ?p 'FROM <urn:b>' }", (["urn:a"], [])),
        ("# FROM <urn:c>\nSELECT ?from FROM <urn:a> FROM <urn:b> {}", (["urn:a", "urn:b"], [])),
        ("SELECT ('FROM <urn:c>' AS ?x) FROM <urn:a> FROM <urn:b> {}", (["urn:a", "urn:b"], [])),
        (
            "CONSTRUCT { ?s ?p 'FROM' } FROM <urn:a> FROM <urn:b> WHERE { ?s ?p ?o }",
            (["urn:a", "urn:b"], []),
        ),
        ("SELECT * FROM <a> FROM <urn:b> {}", None),
        ("BASE <http://a/b/c> SELECT * FROM <../d> FROM NAMED <#e>{}", (["http://a/d"], ["http://a/b/c#e"])),
        ("base<http://a/> BASE <b/> prefix x: <c#> SELECT * FROM x:d FROM <e>{}", (["http://a/b/c#d", "http://a/b/e"], [])),
        ("SELECT * FROM <urn:a> {}", None),
        ("SELECT * {}", None),
    ],
)  # fmt: skip
def test_dataset_clauses_are_read(query: str, graphs: object) -> None:
    assert dataset_clauses(query) == graphs


def test_relative_graphs_are_resolved_against_the_base_of_the_service() -> None:
    query = "SELECT * FROM <a> FROM NAMED <urn:b> {}"
    assert dataset_clauses(query, "http://x/sparql") == (["http://x/a"], ["urn:b"])
