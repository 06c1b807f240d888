import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.prefixes import BASE
from server.snippets import LONGEST, python_string, r_string, snippets

# Queries that a shell, Python or R would misread if they were not quoted.
NASTY = "\"'\\\n\r $`!#{}()\0\t\u2028é𝄞%"
QUERIES = st.text(st.one_of(st.sampled_from(NASTY), st.characters(codec="utf-8")), min_size=1)
ROWS = f"""# It's "quoted" \\ and $HOME `id` !
SELECT ?e ("a\\"b\\\\c'd" AS ?s) ("é %20+&" AS ?t) {{
  ?e a <{BASE}/ontology#EvidenceEntry> }} ORDER BY ?e"""
ASKED = 'ASK { FILTER("\\n" = """\n""") }'
GRAPH = "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3"


def code(key: str, query: str, address: str = "http://127.0.0.1:1") -> str:
    return next(row.code for row in snippets(f"{address}/sparql", query) if row.key == key)


@given(QUERIES.filter(str.strip))
def test_curl_gets_the_query_as_it_is(query: str) -> None:
    words = [word for word in shlex.split(code("curl", query)) if word != "\n"]
    assert words[0] == "curl"
    assert words[words.index("--data-urlencode") + 1] == f"query={query}"
    assert words[-1] == "http://127.0.0.1:1/sparql"


@given(QUERIES)
def test_python_reads_the_string_that_was_meant(query: str) -> None:
    assert ast.literal_eval(python_string(query)) == query


@given(QUERIES.filter(str.strip))
def test_python_code_can_be_compiled(query: str) -> None:
    compile(code("python", query), "snippet", "exec")


@given(QUERIES)
def test_r_reads_the_string_that_was_meant(query: str) -> None:
    literal = r_string(query)
    inner = re.fullmatch(r'"((?:[^"\\]|\\["\\r])*)"', literal, re.DOTALL)
    assert inner is not None
    escapes = {'\\"': '"', "\\\\": "\\", "\\r": "\r"}
    assert re.sub(r"\\.", lambda found: escapes[found[0]], inner[1]) == query.replace("\0", "")


def test_nobody_gets_code_for_nothing_or_for_a_book() -> None:
    assert snippets("http://x/sparql", " \n") == []
    assert snippets("http://x/sparql", "#" * (LONGEST + 1)) == []


def test_the_code_knows_what_is_asked_for() -> None:
    assert "text/csv" in code("curl", ROWS)
    assert "sparql-results+json" in code("curl", "PREFIX select: <x:> ASK {}")
    assert "text/turtle" in code("curl", "# SELECT\nDESCRIBE <x:SELECT>")


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("query", "words"),
    [(ROWS, "www.mecfsa"), (ASKED, "true"), (GRAPH, "prefix")],
    ids=["rows", "yes or no", "graph"],
)
@pytest.mark.parametrize("key", ["curl", "python", "r"])
def test_the_code_works(key: str, query: str, words: str, address: str, tmp_path: Path) -> None:
    programs = {"curl": "bash", "python": sys.executable, "r": "Rscript"}
    program = shutil.which(programs[key])
    if program is None:
        pytest.skip(f"{programs[key]} is not installed")
    file = tmp_path / "snippet"
    file.write_text(code(key, query, address), encoding="utf-8", newline="")
    found = run(program, str(file))
    assert words in found.lower()


def test_the_rows_of_the_code_are_the_rows_of_the_answer(address: str, tmp_path: Path) -> None:
    script = code("python", ROWS, address) + "print(len(table), list(table.columns), table.s[0])\n"
    file = tmp_path / "snippet.py"
    file.write_text(script, encoding="utf-8", newline="")
    assert run(sys.executable, str(file)).splitlines()[-1] == "5 ['e', 's', 't'] a\"b\\c'd"
    csv = run("bash", "-c", code("curl", ROWS, address))
    assert csv.splitlines()[1].endswith(',"a""b\\c\'d",é %20+&')
