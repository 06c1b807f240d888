import pytest

from server.clauses import cut_clauses


@pytest.mark.parametrize(
    ("query", "rest", "graphs"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT * { ?s ?p ?o }", None),
        ("ASK FROM <a:b>\nFROM\nNAMED <a:c> {}", "ASK           \n    \n            {}", (["a:b"], ["a:c"])),
        ("CONSTRUCT { ?s ?p ?o } FROM <a:b> WHERE {}", "CONSTRUCT { ?s ?p ?o }            WHERE {}", (["a:b"], [])),
        ("PREFIX g: <urn:g/> DESCRIBE ?x FROM g:1", "PREFIX g: <urn:g/> DESCRIBE ?x         ", (["urn:g/1"], [])),
        ("SELECT (EXISTS { } AS ?x) FROM <a:b> {}", "SELECT (EXISTS { } AS ?x)            {}", (["a:b"], [])),
        ("SELECT ?from { ?from ?p 'FROM <a:b>' } # FROM <a:c>", "SELECT ?from { ?from ?p 'FROM <a:b>' } # FROM <a:c>", None),
    ],
    ids=["none", "both", "behind a template", "prefixed", "behind EXISTS", "in other things"],
)  # fmt: skip
def test_dataset_clauses_give_way_to_blanks(
    query: str, rest: str, graphs: tuple[list[str], list[str]] | None
) -> None:
    assert cut_clauses(query) == (rest, graphs)
    assert len(rest) == len(query)


def test_a_relative_iri_can_be_followed_where_the_query_has_a_base() -> None:
    with pytest.raises(ValueError, match="scheme"):
        cut_clauses("ASK FROM <a> {}")
    cut, graphs = cut_clauses("BASE <http://x/y/> ASK FROM <a> {}")
    assert (cut.split(), graphs) == (["BASE", "<http://x/y/>", "ASK", "{}"], (["http://x/y/a"], []))
