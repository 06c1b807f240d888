"""Answers made of nasty terms, without a store, for the tests of the result formats."""

import io
import json

import pyoxigraph as ox
from hypothesis import strategies as st

from server.results.write import write

Row = dict[str, ox.NamedNode | ox.BlankNode | ox.Literal]
XSD = "http://www.w3.org/2001/XMLSchema#"
NAMES = ("s", "value", "nö", "_1")
NASTY = (
    *("", " ", "\r", "\r\n", "a\rb", "\n", "\t", "\x00", "\x01", "\x0b", "\x7f", "\x85", "\u2028"),
    *("\ufffe", "\uffff", "\ufeff", "😀", "]]>", "<&>\"'", '"', '""', ",", "\\", "\\n", "\\u0041"),
    *(
        "}},{",
        '}},{"',
        "{},{",
        "},{}",
        '{"s":{',
        "<result>",
        "<<( )>>",
        "_:b",
        "<a>",
        "=1+1",
        "null",
    ),
)
# In XML 1.0 no spelling exists for these.
UNSPEAKABLE = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.lists(st.sampled_from(NASTY), max_size=4).map("".join),
)
IRIS = st.sampled_from(
    [
        *("http://a.example/s", "http://a.example/Paris,_Texas", "urn:x:y", "http://é.example/é😀"),
        *("http://a.example/it's(1)%2C?q=a&b#c", "https://doi.org/10.1/a;b,c"),
    ]
).map(ox.NamedNode)
BLANKS = st.sampled_from(["b0", "b1", "x.y"]).map(ox.BlankNode)
_FORMS = {
    "integer": st.one_of(st.integers().map(str), st.sampled_from(["+7", "007", "9" * 19])),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    "double": st.one_of(st.floats().map(str), st.sampled_from(["INF", "-INF", "NaN", "1.0E7"])),
    "boolean": st.sampled_from(["true", "false", "1"]),
    "date": st.sampled_from(["2020-02-29", "2021-02-29", "2020-01-01Z", "-0044-03-15"]),
    "dateTime": st.sampled_from(
        [
            "2020-01-01T00:00:00Z",
            "2020-01-01T05:00:00.25+05:00",
            "2020-01-01T00:00:00",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:00:00.1234567Z",
        ]
    ),
    "gYear": st.sampled_from(["1994", "-0044", "2020Z"]),
}


def stored(literal: ox.Literal) -> ox.Literal:
    """Return `literal` as the store gives it back: numbers and times in canonical form."""
    store, node = ox.Store(), ox.NamedNode("x:x")
    store.add(ox.Quad(node, node, literal))
    (quad,) = store
    assert isinstance(quad.object, ox.Literal)
    return quad.object


def typed(name: str, forms: st.SearchStrategy[str]) -> st.SearchStrategy[ox.Literal]:
    """Return literals of these lexical forms and that datatype."""
    return forms.map(lambda form: ox.Literal(form, datatype=ox.NamedNode(name)))


TYPED = st.one_of(
    *(typed(XSD + name, forms) for name, forms in _FORMS.items()),
    typed("http://a.example/type", TEXTS),
    typed(XSD + "integer", TEXTS),
).map(stored)
TAGGED = st.builds(
    lambda text, language: ox.Literal(text, language=language),
    TEXTS,
    st.sampled_from(["en", "en-gb", "zh-hant"]),
)
LITERALS = st.one_of(TEXTS.map(ox.Literal), TAGGED, TYPED)
TERMS = st.one_of(IRIS, BLANKS, LITERALS)
ROWS = st.lists(st.dictionaries(st.sampled_from(NAMES), TERMS), max_size=6)


def solutions(rows: list[Row], names: tuple[str, ...] = NAMES) -> ox.QuerySolutions:
    """Return `rows` as an answer that can be written once."""
    bindings = [{name: _json(term) for name, term in row.items()} for row in rows]
    text = json.dumps({"head": {"vars": list(names)}, "results": {"bindings": bindings}})
    found = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    return found


def written(
    found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, key: str, rows: int = 0
) -> bytes:
    """Return `found` in the format of that key."""
    body = io.BytesIO()
    write(found, key, body, {"schema": "https://schema.org/"}, rows)
    return body.getvalue()


def _json(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    found = {"type": "literal", "value": term.value}
    if term.language:
        return found | {"xml:lang": term.language}
    return found | {"datatype": term.datatype.value}
