"""Code that asks a query from a shell, from Python and from R, ready to copy."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from graph.tokens import form

# Shells take no longer argument; and nobody copies a page of code of that size.
LONGEST = 60_000
_MEDIA = {"SELECT": "text/csv", "ASK": "application/sparql-results+json"}
_GRAPH = "text/turtle"


@dataclass(frozen=True)
class Snippet:
    """Code in one language, what it needs, and the key that its element is called by."""

    key: str
    label: str
    needs: str
    code: str


def snippets(endpoint: str, query: str) -> list[Snippet]:
    """Return the code that sends `query` to the URL `endpoint`; none for a long one."""
    if not query.strip() or len(query.encode()) > LONGEST:
        return []
    media_type = _MEDIA.get(form(query), _GRAPH)
    return [
        Snippet(key, label, needs, write(endpoint, query, media_type))
        for key, label, needs, write in _LANGUAGES
    ]


def curl(endpoint: str, query: str, media_type: str) -> str:
    """Return a command for a POSIX shell."""
    return (
        f"curl -sS --fail-with-body -H {shlex.quote(f'Accept: {media_type}')} \\\n"
        f"  --data-urlencode {shlex.quote(f'query={query}')} \\\n"
        f"  {shlex.quote(endpoint)}\n"
    )


_PYTHON = """\
from urllib.parse import urlencode
from urllib.request import Request, urlopen
{imports}
query = {query}
data = urlencode({{"query": query}}).encode()
request = Request({endpoint}, data, {{"Accept": "{media_type}"}})
with urlopen(request) as response:
    {read}
print({name})
"""
# Media type → what to import, how to read the answer, what it is called.
_READ_PYTHON = {
    "text/csv": ("\nimport pandas as pd\n", "table = pd.read_csv(response)", "table"),
    "application/sparql-results+json": (
        "import json\n",
        'answer = json.load(response)["boolean"]',
        "answer",
    ),
    "text/turtle": (
        "\nfrom rdflib import Graph\n",
        'graph = Graph().parse(data=response.read(), format="turtle")',
        "graph.serialize()",
    ),
}


def python(endpoint: str, query: str, media_type: str) -> str:
    """Return a Python 3 script."""
    imports, read, name = _READ_PYTHON[media_type]
    return _PYTHON.format(
        imports=imports,
        query=python_string(query),
        endpoint=python_string(endpoint),
        media_type=media_type,
        read=read,
        name=name,
    )


def python_string(value: str) -> str:
    """Return a Python literal for `value`, over several lines where it has some."""
    escaped = value.translate(_PYTHON_ESCAPES)
    if "\n" not in value:
        return '"' + escaped.replace('"', '\\"') + '"'
    return '"""' + _MANY_QUOTES.sub('\\\\"', escaped) + '"""'


_PYTHON_ESCAPES = str.maketrans({"\\": r"\\", "\r": r"\r", "\0": r"\x00"})
# Of quotes in a row, and at the end, all but the last of the row may be misread.
_MANY_QUOTES = re.compile(r'"(?="|\Z)')
_R = """\
query <- {query}
url <- paste0({address}, URLencode(query, reserved = TRUE, repeated = TRUE))
{read}
"""
_LINES_R = 'cat(readLines(url, warn = FALSE), sep = "\\n")'
_READ_R = {
    "text/csv": ("csv", "table <- read.csv(url)\nprint(table)"),
    "application/sparql-results+json": ("srj", _LINES_R),
    "text/turtle": ("ttl", _LINES_R),
}


def r(endpoint: str, query: str, media_type: str) -> str:
    """Return an R script, for R as it comes."""
    key, read = _READ_R[media_type]
    address = r_string(f"{endpoint}?format={key}&query=")
    return _R.format(query=r_string(query), address=address, read=read)


def r_string(value: str) -> str:
    """Return an R literal for `value`; R has no character NUL, which is left out."""
    return '"' + value.translate(_R_ESCAPES) + '"'


_R_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\r": r"\r", "\0": ""})
_LANGUAGES: tuple[tuple[str, str, str, Callable[[str, str, str], str]], ...] = (
    ("curl", "curl", "A shell and curl 7.76 or later.", curl),
    ("python", "Python", "Python 3 with pandas for rows, rdflib for graphs.", python),
    ("r", "R", "R as it comes; for queries short enough for an address.", r),
)
