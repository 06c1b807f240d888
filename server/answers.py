"""The answer to a query as the query page shows it: a table, a verdict, or a graph with links."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from graph.tokens import tokens
from server.facts import Facts

MOST_ROWS = 1000
# Of a graph; a line that reaches beyond it is shown whole, if it is the first.
MOST_CHARACTERS = 200_000
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMERIC = frozenset({"integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"})
_PLAIN = frozenset({f"{_XSD}string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"})


@dataclass(frozen=True)
class Cell:
    """A term: what to read, the IRI it links to, its language or datatype."""

    text: str
    iri: str = ""
    language: str = ""
    datatype: str = ""
    is_number: bool = False

    @property
    def note(self) -> str:
        """Return what is shown small beside the text."""
        return f"@{self.language}" if self.language else self.datatype


@dataclass(frozen=True)
class Column:
    """A variable; `note` is that of all its values where they agree, so that it is said once."""

    name: str
    note: str
    is_number: bool


@dataclass(frozen=True)
class Table:
    """The first rows of a SELECT answer, None for what is unbound; `total` counts all rows."""

    columns: list[Column]
    rows: list[list[Cell | None]]
    total: int


@dataclass(frozen=True)
class Text:
    """A graph as Turtle in pieces, each with the IRI that it links to, or ""; counted in lines."""

    pieces: list[tuple[str, str]]
    lines: int
    total: int


def table(facts: Facts, body: bytes) -> Table:
    """Return the table of a SELECT answer in SPARQL JSON."""
    found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    rows = [[_cell(facts, row[name]) for name in names] for row in islice(found, MOST_ROWS)]
    total = len(rows) + sum(1 for _ in found)
    columns = [_column(name, [row[place] for row in rows]) for place, name in enumerate(names)]
    return Table(columns, rows, total)


def verdict(body: bytes) -> bool:
    """Return what an ASK answer in SPARQL JSON says."""
    return bool(json.loads(body)["boolean"])


def graph(facts: Facts, body: bytes) -> Text:
    """Return a graph in Turtle as text in which its IRIs are links."""
    whole = body.decode()
    shown = whole
    if len(whole) > MOST_CHARACTERS:
        end = whole.rfind("\n", 0, MOST_CHARACTERS)
        shown = whole[: (end if end > 0 else whole.find("\n", MOST_CHARACTERS)) + 1]
    return Text(list(_pieces(facts, shown)), shown.count("\n"), whole.count("\n"))


def _cell(facts: Facts, value: object) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, ox.NamedNode):
        # Our own things go by their path, which tells them apart; the link says the whole.
        short = facts.shorten(value.value)
        is_own = short.startswith(f"{facts.base}/")
        return Cell(short.removeprefix(facts.base) if is_own else short, iri=value.value)
    if isinstance(value, ox.Literal):
        kind = value.datatype.value
        is_number = kind.startswith(_XSD) and kind.removeprefix(_XSD) in _NUMERIC
        note = "" if kind in _PLAIN else facts.shorten(kind)
        return Cell(value.value, "", value.language or "", note, is_number)
    return Cell(str(value))


def _column(name: str, cells: Iterable[Cell | None]) -> Column:
    bound = [cell for cell in cells if cell is not None]
    notes = {cell.note for cell in bound}
    note = notes.pop() if len(notes) == 1 else ""
    return Column(name, note, bool(bound) and all(cell.is_number for cell in bound))


def _pieces(facts: Facts, turtle: str) -> Iterator[tuple[str, str]]:
    spaces: dict[str, str] = {}
    place, before, declared = 0, "", ""
    for token in tokens(turtle):
        iri = ""
        if token.kind == "iri":
            if declared:
                spaces[declared[:-1]] = token.text
            else:
                iri = token.text
            declared = ""
        elif token.kind == "name" and before.lower() == "prefix":
            declared = token.text
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            iri = spaces[prefix] + local.replace("\\", "") if prefix in spaces else ""
        before = token.text
        if iri:
            yield turtle[place : token.start], ""
            yield turtle[token.start : token.end], iri
            place = token.end
    yield turtle[place:], ""
