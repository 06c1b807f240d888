import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.paths import ROOT
from graph.prefixes import BASE, prefixes
from graph.release import Release
from graph.tokens import calls_service, tokens
from server.facts import Facts
from server.lexicon import Lexicon
from server.lint import MOST_CHARACTERS, MOST_REMARKS, Remark, lint
from server.query_page import QueryPages

SIZE = 1_000_000
# A text of that many characters which a careless pattern would read again and again.
HOSTILE = {
    "open groups": "{" * SIZE,
    "nested groups": "SELECT * " + "{" * 10_000 + " ?s atlas:x ?o " + "}" * 10_000,
    "parentheses": "(" * 10_000 + ")" * 10_000,
    "long strings that never end": '"""\n' + '\\"""\n' * (SIZE // 5),
    "quotes": "'\"'\n" * (SIZE // 4),
    "comments": "service" + "#" * SIZE,
    "spaces": "service" + " " * SIZE,
    "service": "service" * (SIZE // 7),
    "service in names": "service:" * (SIZE // 8),
    "less than": "<a" * (SIZE // 2),
    "a word": "a" * 5 * SIZE,
    "a name": "atlas:" + "a" * SIZE,
    "names of nothing": "".join(f" atlas:x{number}" for number in range(SIZE // 14)),
    "prefixes": "".join(f" p{number}:x" for number in range(SIZE // 10)),
    "backslashes": "\\" * SIZE,
}
ATLAS = f"PREFIX atlas: <{BASE}/ontology#>\n"


@pytest.fixture(scope="module")
def pages(release: Release) -> QueryPages:
    return QueryPages(Facts(release))


def remarks(pages: QueryPages, query: str) -> list[str]:
    return [remark.text for remark in pages.remarks(query)]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (
            ATLAS + "SELECT * { ?e atlas:papr ?p }",
            ["No triple in this release uses atlas:papr; did you mean atlas:paper?"],
        ),
        (
            f"SELECT * {{ ?e <{BASE}/ontology#papr> ?p }}",
            [
                f"No triple in this release uses <{BASE}/ontology#papr>; did you mean atlas:paper?",
            ],
        ),
        (
            ATLAS + "SELECT * { ?e atlas:correctionOf ?p }",
            ["No triple in this release uses the property atlas:correctionOf"],
        ),
        (
            ATLAS + "SELECT * { ?e a atlas:Evidence_Entry }",
            [
                "No triple in this release uses atlas:Evidence_Entry; did you mean atlas:EvidenceEntry?"
            ],
        ),
        (
            f"ASK {{ <{BASE}/evidence/nobody-1999-nothing> ?p ?o }}",
            [f"No triple in this release uses <{BASE}/evidence/nobody-1999-nothing>"],
        ),
        (
            f"ASK {{ ?s ?p <{BASE}/vocabulary/pem-requirement#requird> }}",
            ["did you mean <https://www.mecfsatlas.com/vocabulary/pem-requirement#required>?"],
        ),
        (
            "SELECT * { ?e atlas:paper ?p ; atlas:paper ?q }",
            [f"The prefix atlas: is not declared. Put this line first: {ATLAS.strip()}"],
        ),
        ("SELECT * { ?e nobody:knows ?p }", ["The prefix nobody: is not declared."]),
        (
            "PREFIX schema: <http://schema.org/> SELECT * { ?p schema:name ?n }",
            ["In this release schema: stands for <https://schema.org/>, not <http://schema.org/>."],
        ),
        ("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", ["SERVICE is refused here"]),
    ],
    ids=lambda value: str(value)[-50:] if isinstance(value, str) else "",
)
def test_what_can_find_nothing_is_remarked_on(
    query: str, says: list[str], pages: QueryPages
) -> None:
    found = remarks(pages, query)
    assert len(found) == len(says)
    for text, words in zip(found, says, strict=True):
        assert words in text


@pytest.mark.parametrize(
    "query",
    [
        ATLAS + "SELECT * { ?e a atlas:EvidenceEntry ; atlas:paper ?p . # atlas:papr\n }",
        ATLAS
        + 'SELECT * { ?e atlas:paper ?p FILTER(?p = \'atlas:papr\' || ?p = """atlas:papr""") }',
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> ASK { FILTER(xsd:integer('1') = '1'^^xsd:byte) }",
        ATLAS + "CONSTRUCT { ?e atlas:anything ?p } WHERE { ?e atlas:paper ?p }",
        f"BASE <{BASE}/nowhere> SELECT * {{ GRAPH <{BASE}/graph/inferred> {{ _:b ?p ?o }} }}",
        f"SELECT * FROM <{BASE}/.well-known/void> {{ ?s <http://rdfs.org/ns/void#class> ?o }}",
        f"DESCRIBE <{BASE}/vocabulary/pem-requirement#required>",
        "PREFIX ex: <http://example.org/> SELECT * { ?s ex:anything ?o . ?s <urn:x:y> <not an iri> }",
        "SELECT ?service { ?s ?service ?o . ?a ?b 'x'@service }",
    ],
)
def test_what_is_in_order_passes(query: str, pages: QueryPages) -> None:
    assert remarks(pages, query) == []


def test_a_remark_says_where_and_what_would_mend_it(pages: QueryPages) -> None:
    query = "SELECT * {\n  # 𝄞\n  ?𝄞 dcterms:title ?t }"
    assert pages.remarks(query) == [
        Remark(
            "The prefix dcterms: is not declared. Put this line first: PREFIX dcterms: <http://purl.org/dc/terms/>",
            3, 6, 13, "PREFIX dcterms: <http://purl.org/dc/terms/>",
        )
    ]  # fmt: skip


def test_a_long_query_is_said_to_be_read_in_part(pages: QueryPages) -> None:
    query = "ASK { ?e nobody:knows ?p }" + " " * MOST_CHARACTERS
    assert remarks(pages, query) == [
        "Only the first 200,000 characters of the query were looked at.",
        "The prefix nobody: is not declared.",
    ]


def test_every_example_passes(real_release: Release) -> None:
    pages = QueryPages(Facts(real_release))
    assert pages.examples
    found = {example.name: remarks(pages, example.text) for example in pages.examples}
    # These ask for what no entry has yet, and say so in their notes.
    for key in (
        "preprints-and-peer-review",
        "retractions-and-corrections",
        "drafts-of-a-generator-never-scanned",
    ):
        gaps = found.pop(key)
        assert gaps
        assert all(gap.startswith("No triple in this release uses the property") for gap in gaps)
    # As long as every entry has its first record only, nothing says what changed since.
    for key in ("what-changed-since-a-day", "the-revisions-of-one-entry"):
        gaps = found.pop(key)
        assert all(gap.startswith("No triple in this release uses the property") for gap in gaps)
    assert {key: words for key, words in found.items() if words} == {}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_linear_time(name: str, pages: QueryPages) -> None:
    # To go back over such a text would take hours.
    found = pages.remarks(HOSTILE[name])
    calls_service(HOSTILE[name])
    assert sum(1 for _ in tokens(HOSTILE[name])) >= 0
    assert len(found) <= MOST_REMARKS
    assert all(len(remark.text) < 500 for remark in found)


@given(st.text(st.sampled_from("PREFIXSELECT{}<>\"'\\#:?$@^. \natlas:paperé𝄞"), max_size=60))
def test_any_text_is_read_and_places_lie_within_it(text: str) -> None:
    lines = text.split("\n")
    for remark in lint(text, prefixes(), Nothing()):
        assert 1 <= remark.line <= len(lines)
        assert 1 <= remark.column <= len(lines[remark.line - 1])


@given(
    before=st.sampled_from(["", "# atlas:a\n", "# '\n", "ASK { ?s ?p 'a:b' } "]),
    name=st.from_regex(r"[a-z]{1,8}:[a-zA-Z]{1,8}", fullmatch=True),
)
def test_an_undeclared_prefix_is_found_at_its_place(before: str, name: str) -> None:
    query = f"{before}SELECT * {{ ?s {name} ?o }}"
    remark = next(r for r in lint(query, {}, Nothing()) if name.partition(":")[0] in r.text)
    line = query.split("\n")[remark.line - 1]
    assert line[remark.column - 1 :][: remark.length] == name


class Nothing(Lexicon):
    """The words of a release that has none and wants none."""

    def __init__(self) -> None:
        """Read nothing."""

    def namespace(self, iri: str) -> str | None:
        """Return that it is foreign."""
        return None


def test_the_web_process_gives_no_query_to_a_parser() -> None:
    """The user's text reaches `lint`, `snippets` and the page, which know no engine."""
    for name in ("server/lint", "graph/tokens", "server/snippets", "server/query_page"):
        text = (ROOT / f"{name}.py").read_text(encoding="utf-8")
        assert "pyoxigraph" not in text
        assert "rdflib.plugins" not in text
        assert ".rows(" not in text
