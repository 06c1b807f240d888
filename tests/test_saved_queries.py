import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import build, check
from graph.dump import write_dump
from graph.errors import SourceError
from graph.examples import describe_examples, original, read_examples
from graph.inputs import inputs_digest
from graph.paths import DATA
from graph.prefixes import BASE, prefixes
from graph.release import Release
from graph.report import InvalidSources
from graph.saved_queries import SavedQuery, query_files, read_saved_queries, read_saved_query
from server.app import create_app
from server.facts import Facts
from server.saved_queries import by_topic
from tests.small import small_data

ERRORS: list[SourceError] = []
QUERIES = read_saved_queries(query_files(DATA), ERRORS)
NAMES = [query.name for query in QUERIES]
FORMS = {"ASK": 1, "CONSTRUCT": 2, "DESCRIBE": 1, "SELECT": 52}
GOOD = "# What is there?\n# keywords: all, things\n# All of it.\nSELECT * WHERE { ?s ?p ?o }\n"
SERVICE = GOOD.replace("?s ?p ?o", "SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o }")
# Fault → name of the file, its text, the line, and a word of the repair.
BAD = {
    "no number": ("first.rq", GOOD, None, "<number>-<name>.rq"),
    "a short number": ("1-first.rq", GOOD, None, "<number>-<name>.rq"),
    "capitals": ("001-First.rq", GOOD, None, "<number>-<name>.rq"),
    "an underscore": ("001-first_one.rq", GOOD, None, "<number>-<name>.rq"),
    "nothing": ("001-first.rq", "", 1, "mend this line"),
    "no question": ("001-first.rq", GOOD.replace("there?", "there."), 1, "mend this line"),
    "no keywords": ("001-first.rq", GOOD.replace("# keywords", "# words"), 2, "mend this line"),
    "empty keywords": ("001-first.rq", GOOD.replace("all, things", " , "), 2, "mend this line"),
    "no note": ("001-first.rq", GOOD.replace("# All of it.\n", ""), 3, "mend this line"),
    "an update": ("001-first.rq", GOOD.replace("SELECT *", "CLEAR ALL"), 4, "not valid SPARQL"),
    "a slip": ("001-first.rq", GOOD.replace("?s ?p ?o", "\n?s ?p ]"), 5, "not valid SPARQL"),
    "no prefix": ("001-first.rq", GOOD.replace("?p", "atlas:paper"), 4, "not valid SPARQL"),
    "a call": ("001-first.rq", SERVICE, None, "SERVICE"),
    "a call in a verdict": ("001-first.rq", SERVICE.replace("SELECT *", "ASK"), None, "SERVICE"),
}
# Whatever a comment can hold, in lines that begin as those of a query may.
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=40)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def write(folder: Path, **texts: str) -> Path:
    """Write a data folder with saved queries of those names, in that order; return its path."""
    data = small_data(folder)
    (data / "queries").mkdir()
    for number, (name, text) in enumerate(texts.items(), 1):
        path = data / "queries" / f"{number:03}-{name}.rq"
        path.write_bytes(text.encode())
    return data


def answer(store: ox.Store, query: str) -> bool | list[str]:
    found = store.query(query)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return sorted(map(str, found))
    return [str([row[name] for name in found.variables]) for row in found]


@pytest.fixture(scope="module")
def stores(real_release: Release) -> tuple[ox.Store, ox.Store]:
    """Return the store of the real release, and one that was loaded in the opposite order."""
    lines = real_release.dump_path.read_bytes().splitlines(keepends=True)
    other = ox.Store()
    other.load(b"".join(reversed(lines)), format=ox.RdfFormat.N_QUADS)
    return ox.Store.read_only(str(real_release.store_path)), other


def test_the_queries_are_all_found_in_order() -> None:
    assert ERRORS == []
    assert len(QUERIES) == sum(FORMS.values()) == 56
    assert len({query.place for query in QUERIES}) == 56
    assert {form: [query.form for query in QUERIES].count(form) for form in FORMS} == FORMS


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
def test_a_query_answers_on_the_real_data_and_always_alike(
    query: SavedQuery, stores: tuple[ox.Store, ox.Store]
) -> None:
    first, again = (answer(store, query.text) for store in stores)
    assert first
    assert first == again
    assert query.form != "SELECT" or "ORDER BY" in query.text or first == first[:1]  # type: ignore[index]


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
def test_a_query_can_be_read_and_pasted(query: SavedQuery) -> None:
    assert query.note.endswith((".", ":"))
    assert max(len(line) for line in query.text.splitlines()) <= 105
    declared = dict(re.findall(r"^PREFIX (\w+): <(.+)>$", query.text, re.MULTILINE))
    body = re.sub(r"^(#|PREFIX ).*$", "", query.text, flags=re.MULTILINE)
    assert all(f"{prefix}:" in body for prefix in declared)
    shared = declared.keys() & prefixes().keys()
    assert all(declared[prefix] == prefixes()[prefix] for prefix in shared)


@pytest.mark.parametrize("fault", BAD)
def test_a_file_that_is_no_query_is_refused_by_line(fault: str, tmp_path: Path) -> None:
    name, text, line, words = BAD[fault]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=words) as caught:
        read_saved_query(tmp_path / name)
    assert (caught.value.file, caught.value.line) == (str(tmp_path / name), line)


def test_bytes_that_are_no_text_are_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "001-first.rq"
    path.write_bytes(GOOD.encode() + b"# \xff\n")
    with pytest.raises(SourceError, match="UTF-8") as caught:
        read_saved_query(path)
    assert caught.value.line == 5


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("010-a.rq", GOOD), ("020-a.rq", GOOD.replace("there", "here")), "'a'"),
        (("010-a.rq", GOOD), ("020-b.rq", GOOD), "'What is there?'"),
    ],
    ids=["the name", "the question"],
)
def test_what_two_queries_share_is_said_of_the_second(
    first: tuple[str, str], second: tuple[str, str], words: str, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name, _ in (first, second)]
    for path, (_, text) in zip(paths, (first, second), strict=True):
        path.write_text(text, encoding="utf-8")
    errors: list[SourceError] = []
    assert [query.place for query in read_saved_queries(paths, errors)] == [10]
    (error,) = errors
    assert error.file == str(paths[1])
    assert words in str(error)
    assert str(paths[0]) in str(error)


def test_a_bad_query_is_told_with_the_other_problems_and_nothing_is_built(tmp_path: Path) -> None:
    data = write(tmp_path, bad=SERVICE, worse="")
    (data / "more.ttl").write_text("x", encoding="utf-8")
    _, found = check(data)
    named = [Path(problem.file).name for problem in found]
    assert named == ["more.ttl", "001-bad.rq", "002-worse.rq"]
    with pytest.raises(InvalidSources) as caught:
        build(tmp_path / "releases", data)
    assert caught.value.problems == found


def test_a_draft_of_a_query_is_checked_as_if_it_stood_there(tmp_path: Path) -> None:
    data = write(tmp_path, first=GOOD)
    same, other = tmp_path / "001-first.rq", tmp_path / "002-second.rq"
    for draft in (same, other):
        draft.write_text(GOOD, encoding="utf-8")
    assert check(data, (same,))[1] == []
    (problem,) = check(data, (other,))[1]
    assert problem.file == str(other)


def test_a_query_is_an_input_of_its_release(tmp_path: Path) -> None:
    data = write(tmp_path, first=GOOD)
    before = inputs_digest(data, BASE)
    (data / "queries" / "001-first.rq").write_text(f"{GOOD}#", encoding="utf-8")
    edited = inputs_digest(data, BASE)
    (data / "queries" / "001-first.rq").rename(data / "queries" / "002-first.rq")
    assert len({before, edited, inputs_digest(data, BASE)}) == 3


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client for a release without saved queries."""
    folder = tmp_path_factory.mktemp("bare")
    return create_app(Facts(build(folder / "releases", small_data(folder)))).test_client()


def test_a_release_without_queries_says_so(bare: FlaskClient) -> None:
    assert "No query is saved in this release." in bare.get("/query").text
    assert bare.get("/query/first").status_code == 404
    assert "/query/" not in bare.get("/sitemap-1.xml").text
    assert 'id="example"' not in bare.get("/sparql/example?name=").text
    assert bare.get("/sparql/example?name=first").status_code == 404


@settings(max_examples=200, deadline=None)
@given(WORDS, st.lists(st.tuples(WORDS, ENDS), max_size=6), ENDS)
def test_any_text_goes_from_its_file_through_the_dump_to_the_byte(
    said: str, comments: list[tuple[str, str]], end: str
) -> None:
    lines = [(f"# {said.strip() or 'What'}?", end), ("# keywords: a", end), ("# Note.", end)]
    rest = [("ASK {}", end), *((f"#{words}", ending) for words, ending in comments)]
    text = "".join(line + ending for line, ending in (*lines, *rest))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "001-any.rq"
        path.write_bytes(text.encode())
        query = read_saved_query(path)
        merged = Path(folder) / "merged.nq"
        merged.touch()
        for base in (BASE, "https://atlas.example"):
            dump, store = Path(folder) / "atlas.nq", ox.Store()
            write_dump(merged, describe_examples([query], base), dump, base)
            store.bulk_load(path=str(dump), format=ox.RdfFormat.N_QUADS)
            (found,) = read_examples(store, base)
            assert original(found.text, base) == text


def test_the_file_of_a_query_comes_back_from_the_server_to_the_byte(tmp_path: Path) -> None:
    odd = "\r\n# \t\0\x01\x7f\x85\u2028\ufffe\N{PILE OF POO}\"'\\n\\u0041 \\ end\r# no line end"
    texts = {"plain": GOOD, "odd": GOOD.replace("What", "Why", 1) + odd}
    client = create_app(Facts(build(tmp_path / "releases", write(tmp_path, **texts)))).test_client()
    for name, text in texts.items():
        response = client.get(f"/query/{name}.rq")
        assert response.data == text.encode()
        assert response.content_type == "application/sparql-query"
        assert response.data == client.get(f"/query/{name}?format=rq").data


def test_every_file_of_the_project_comes_back_to_the_byte(client: FlaskClient) -> None:
    for path, query in zip(query_files(DATA), QUERIES, strict=True):
        got = client.get(f"/query/{query.name}", headers={"Accept": "application/sparql-query"})
        assert got.data == path.read_bytes(), path
        assert got.headers["Content-Location"] == f"/query/{query.name}.rq"


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
def test_a_query_has_a_page_with_its_question_and_its_text(
    query: SavedQuery, client: FlaskClient
) -> None:
    page = client.get(f"/query/{query.name}")
    assert page.mimetype == "text/html"
    shown = page.text.replace("&#34;", '"').replace("&#39;", "'")
    shown = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert f"<h1>{query.question}</h1>" in shown
    assert f"<code>{query.text}</code>" in shown
    assert query.note in shown
    assert all(word in shown for word in query.keywords)
    assert f'<{BASE}/query/{query.name}>; rel="canonical"' in page.headers["Link"]


def test_the_page_leads_to_answers_neighbours_and_code(client: FlaskClient) -> None:
    names = [f"/query/{name}" for name in NAMES]
    page = client.get(names[1]).text
    assert f'rel="prev" href="{names[0]}"' in page
    assert f'rel="next" href="{names[2]}"' in page
    assert re.search(r'class="button" href="/sparql\?query=[^"]+">Run it', page)
    assert {"csv", "srj", "srx", "parquet"} <= set(re.findall(r"&amp;format=(\w+)", page))
    assert "format=ttl" in client.get("/query/a-bibliography-as-schema-org").text
    assert "curl -sS --fail-with-body -H &#39;Accept: text/csv&#39;" in page
    assert 'rel="prev"' not in client.get(names[0]).text
    assert 'rel="next"' not in client.get(names[-1]).text


def test_a_long_query_is_opened_and_sent_by_post(tmp_path: Path) -> None:
    long = GOOD + "#" * 7000
    client = create_app(
        Facts(build(tmp_path / "releases", write(tmp_path, first=long)))
    ).test_client()
    page = client.get("/query/first").text
    assert 'class="button" href="/sparql/example?name=first">Open it' in page
    assert '<button class="plain" name="format" value="csv">' in page
    assert long in client.get("/sparql/example?name=first").text


def test_all_queries_are_listed_once_each(client: FlaskClient) -> None:
    page = client.get("/query")
    assert page.mimetype == "text/html"
    listed = re.findall(r'href="/query/([\w-]+)"', page.text)
    assert sorted(listed) == sorted(NAMES)
    assert "56 questions" in page.text
    assert client.get("/query/").headers["Location"] == "/query"


def test_a_topic_is_what_several_have_in_common() -> None:
    def query(place: int, *words: str) -> SavedQuery:
        header = f"# Question {place}?\n# keywords: {', '.join(words)}\n# Note.\n"
        return SavedQuery(place, f"q{place}", f"{header}ASK {{}}")

    rows = [query(1, "rare"), query(2, "x", "y"), query(3, "odd", "x"), query(4, "y", "x")]
    found = {topic: [row.place for row in rows] for topic, rows in by_topic(rows).items()}
    assert found == {"x": [2, 3, 4], "other": [1]}
    assert by_topic([]) == {}


def test_the_sitemap_has_every_query(client: FlaskClient) -> None:
    sitemap = client.get("/sitemap-1.xml").text
    assert f"<loc>{BASE}/query</loc>" in sitemap
    assert all(f"<loc>{BASE}/query/{name}</loc>" in sitemap for name in NAMES)
