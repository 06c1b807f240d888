import pytest

from graph.tokens import calls_service, form, tokens

CALLS = [
    "SELECT * { SERVICE <http://x/> { ?a ?b ?c } }",
    "SELECT * { service silent ex:x {} }",
    "SELECT*{?s ?p 1SERVICE<http://x/>{}}",
    "SELECT*{?s ?p true.SERVICE:x{}}",
    "SELECT*{?s ?p trueSERVICE :x{}}",
    "SELECT*{?s ?p ?o.SERVICE :x{}}",
    "SELECT*{?s ?p 'x'@en.SERVICE :x{}}",
    "SELECT*{SERVICE#c\n:x#d\n{}}",
    "SELECT*{SERVICE:x{}}",
    "SELECT*{SERVICEsilent?x{}}",
    "SELECT*{?s ?p 1e1SERVICE :x{}}",
    "SELECT*{SERVICE<http://x/\\u0061>{}}",
    "SELECT*{SERVICE ex:a%20{}}",
    "SELECT*{ BIND(1<2 AS ?q) SERVICE <x:x>{}}",
    "SELECT*{?s ?p '''a'b''c''' SERVICE <x:x>{}}",
    "SELECT*{?s ?p '' . SERVICE <x:x>{}}",
    "SELECT*{?s ex:a\\# ?o . SERVICE <x:x> {?a ?b ?c} }",
    "SELECT*{?s ex:a\\' ?o . SERVICE <x:x> {?a ?b ?c} ?s ex:b\\' ?o }",
    "SELECT*{?s ?p '' . SERVICESERVICE:x{} }",
    "SELECT (COALESCE(?x<ex:f,'abc>def',EXISTS{SERVICE <x:x> {?a ?b ?c}},'') AS ?y) {}",
]
NAMES = [
    "SELECT*{?s ?p 'SERVICE <x:x> {}'}",
    'SELECT*{?s ?p """a "SERVICE <x:x> {}" b"""}',
    "SELECT*{?s <http://x/service> ?service {}} #SERVICE <x:x>{",
    "SELECT*{?s ex:service ?o {}}",
    "SELECT*{?s ?p ex:SERVICE:x{}}",
    "SELECT*{GRAPH ?service {?s ?p ?o}}",
    "PREFIX service: <http://x/service#> SELECT*{?s service:a ?o}",
    "SELECT*{?s ex:a\\'SERVICE ?o}",
    "SELECT*{?s ?p '\\'SERVICE <x:x> {}'}",
    "SELECT*{?s ?p <http://x/#> . ?o ?q 'service <x:x> {'}",
]


@pytest.mark.parametrize("query", CALLS)
def test_a_service_clause_is_found_however_it_is_glued(query: str) -> None:
    assert calls_service(query)


@pytest.mark.parametrize("query", NAMES)
def test_the_word_in_names_strings_and_comments_is_no_clause(query: str) -> None:
    assert not calls_service(query)


def test_tokens_are_what_stands_outside_strings_and_comments() -> None:
    query = """PREFIX ex: <http://e/> # ex:no
ASK { ?s ex:a\\#b.c ex:d. ex:e% 'ex:no'^^ex:f, \"\"\"ex:no\"\"\"@en-GB, _:b }"""
    assert [(token.kind, token.text) for token in tokens(query)] == [
        ("word", "PREFIX"), ("name", "ex:"), ("iri", "http://e/"), ("word", "ASK"), ("mark", "{"),
        ("name", "ex:a\\#b.c"), ("name", "ex:d"), ("name", "ex:e%"), ("mark", "^^"), ("name", "ex:f"),
        ("name", "_:b"), ("mark", "}"),
    ]  # fmt: skip
    for token in tokens(query):
        assert token.text in query[token.start : token.end]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("PREFIX ask: <x:select> construct where {}", "CONSTRUCT"),
        ("# ASK\nselect * {}", "SELECT"),
        ("DESCRIBE?ask{}", "DESCRIBE"),
        ("", "SELECT"),
    ],
)
def test_the_form_of_a_query_is_its_first_such_word(query: str, word: str) -> None:
    assert form(query) == word
