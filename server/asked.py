"""A fixed query as a page shows it: its question, its rows, and the text that anybody can run."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from server.facts import Facts, Row, Term, read_query, text

_BEGIN = "WHERE {\n"


@dataclass(frozen=True)
class Asked:
    """A query that was asked: what it asks, its text with all terms in place, and its answer."""

    question: str
    text: str
    rows: list[Row]


def ask(facts: Facts, query: str, /, **terms: Term) -> Asked:
    """Ask the fixed query `query` with its variables bound to `terms`, which it projects."""
    written = facts.rebase(read_query(query))
    for name, term in terms.items():
        written = bind(written, name, [term])
    return Asked(_question(query), written, facts.rows(query, **terms))


def ask_of_each(facts: Facts, query: str, name: str, terms: Sequence[Term]) -> Asked:
    """Ask the fixed query `query` with its variable `name` bound to each of `terms` in turn.

    Several terms cannot be substituted for one variable, so what is asked is the bound text.
    """
    return ask_text(facts, query, bind(facts.rebase(read_query(query)), name, terms))


def ask_text(facts: Facts, query: str, written: str) -> Asked:
    """Ask the text `written`, which was made of the fixed query `query`."""
    found = facts.store.query(written)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    rows = [{name: text(row[name]) for name in names if row[name]} for row in found]
    return Asked(_question(query), written, rows)


def bind(written: str, name: str, terms: Sequence[Term]) -> str:
    """Return the query `written` whose pattern begins by binding a variable to each of `terms`."""
    head, begin, rest = written.partition(_BEGIN)
    # pyoxigraph writes terms as SPARQL does, with everything escaped.
    values = " ".join(str(term) for term in terms)
    return f"{head}{begin}  VALUES ?{name} {{ {values} }}\n{rest}"


def _question(query: str) -> str:
    return read_query(query).partition("\n")[0].removeprefix("# ")
