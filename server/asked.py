"""A fixed query as a page shows it: its question, its rows, and the text that anybody can run."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.facts import Facts, Row, Term, read_query

_BEGIN = "WHERE {\n"


@dataclass(frozen=True)
class Asked:
    """A query that was asked: what it asks, its text with all terms in place, and its answer."""

    question: str
    text: str
    rows: list[Row]


def ask(facts: Facts, query: str, /, **terms: Term) -> Asked:
    """Ask the fixed query `query` with its variables bound to `terms`, which it projects."""
    text = bind(facts.rebase(read_query(query)), terms)
    return Asked(question(query), text, facts.rows(query, **terms))


def question(query: str) -> str:
    """Return what the fixed query `query` answers, from its first line."""
    return read_query(query).partition("\n")[0].removeprefix("# ")


def bind(text: str, terms: Mapping[str, Term]) -> str:
    """Return the query `text` with `terms` as the first lines of its pattern, for people to run."""
    head, begin, rest = text.partition(_BEGIN)
    values = "".join(f"  VALUES ?{name} {{ {term} }}\n" for name, term in terms.items())
    return f"{head}{begin}{values}{rest}"
