"""The saved queries of data/queries/: each a question, and the SPARQL that answers it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pyoxigraph as ox

from graph.errors import SourceError
from graph.tokens import calls_service, form

_FILE = re.compile(r"(\d{3,})-([a-z0-9]+(?:-[a-z0-9]+)*)")
_LINE = re.compile(r"\r\n|\r|\n")
_QUESTION = re.compile(r"# \S.*\?")
_KEYWORDS = "# keywords: "
_HEADER = f"'# <question>?', '{_KEYWORDS}<a, b>' and '# <how not to misread the answer>'"
_ERROR = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class SavedQuery:
    """A saved query: its place among the others, its name, and its text to the last byte.

    The first lines of the text are the question, keywords, and how not to misread the answer.
    """

    place: int
    name: str
    text: str

    @property
    def question(self) -> str:
        """Return the question that it answers."""
        return _header(self.text)[0].removeprefix("# ")

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return what it is about, the most important first."""
        words = _header(self.text)[1].removeprefix(_KEYWORDS).split(",")
        return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))

    @property
    def note(self) -> str:
        """Return how not to misread the answer."""
        return " ".join(line.removeprefix("#").strip() for line in _header(self.text)[2:])

    @property
    def form(self) -> str:
        """Return what it is: SELECT, CONSTRUCT, ASK or DESCRIBE."""
        return form(self.text)


def query_files(data: Path) -> list[Path]:
    """Return the files under `data` that hold one saved query each, by name."""
    return sorted((data / "queries").glob("*.rq"))


def query_name(path: Path) -> str:
    """Return the name of the query in the file `path`."""
    return path.stem.partition("-")[2]


def read_saved_queries(files: Iterable[Path], errors: list[SourceError]) -> list[SavedQuery]:
    """Return the queries of `files`, the easiest first; add to `errors` what is wrong with them.

    Each has a name and a question of its own.
    """
    found, seen = [], dict[str, Path]()
    for path in files:
        try:
            query = read_saved_query(path)
            for said in (query.name, query.question):
                if (first := seen.setdefault(said, path)) != path:
                    problem = f"says {said!r}, and so does {first}; keep one of the two"
                    raise SourceError(str(path), f"{problem}, or choose another")
        except SourceError as error:
            errors.append(error)
        else:
            found.append(query)
    return sorted(found, key=lambda query: (query.place, query.name))


def read_saved_query(path: Path) -> SavedQuery:
    """Return the query of the file `path`; a SourceError says what is wrong with it, and where."""
    named = _FILE.fullmatch(path.stem)
    if named is None:
        problem = "has no name of a saved query; use <number>-<name>.rq, as 015-words-in-a-title.rq"
        raise SourceError(str(path), problem)
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); check the path"
        raise SourceError(str(path), problem) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SourceError(str(path), "is not UTF-8; save it as that", line) from error
    query = SavedQuery(int(named[1]), named[2], text)
    _check_header(query, path)
    _check_syntax(query, path)
    return query


def _check_header(query: SavedQuery, path: Path) -> None:
    first, second, *_ = [*_header(query.text), "", ""]
    is_good = (
        _QUESTION.fullmatch(first) is not None,
        second.startswith(_KEYWORDS) and bool(query.keywords),
        bool(query.note),
    )
    if not all(is_good):
        problem = f"does not begin as a saved query does: {_HEADER}, a line each"
        raise SourceError(str(path), f"{problem}; mend this line", is_good.index(False) + 1)


def _check_syntax(query: SavedQuery, path: Path) -> None:
    """Refuse what no SPARQL endpoint could run as it stands, and what ours never does."""
    if calls_service(query.text):
        problem = "calls another server by SERVICE, which the endpoint refuses"
        raise SourceError(str(path), f"{problem}; say in a comment how to add that")
    try:
        ox.Store().query(query.text)
    except SyntaxError as error:
        place = _ERROR.fullmatch(str(error.msg))
        line, detail = (int(place[1]), place[3]) if place else (None, str(error.msg))
        problem = f"is not valid SPARQL: {detail}; mend this line, or the end of the one before"
        raise SourceError(str(path), problem, line) from error
    except (RuntimeError, ValueError) as error:
        problem = f"cannot be run: {error}; use only what SPARQL 1.1 has"
        raise SourceError(str(path), problem) from error


def _header(text: str) -> list[str]:
    return list(takewhile(lambda line: line.startswith("#"), _LINE.split(text)))
