"""Read the results that a suite expects and those of a server, and compare the two."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from tests.conformance_manifest import RDF, Manifest, Node, Subject

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
Row = frozenset[tuple[str, Node]]
_PARSED = {
    "srx": ox.QueryResultsFormat.XML,
    "srj": ox.QueryResultsFormat.JSON,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML, "nt": ox.RdfFormat.N_TRIPLES}


@dataclass(frozen=True)
class Rows:
    """The rows of an answer, in order where the suite says which."""

    rows: list[Row]
    is_ordered: bool = False


Result = Rows | bool | frozenset[str]


def expected_result(path: Path) -> Result:
    """Return the result that stands in the file at `path`."""
    suffix = path.suffix.removeprefix(".")
    if suffix in _GRAPHS:
        manifest = Manifest(path)
        sets = manifest.store.quads_for_pattern(
            None, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{RS}ResultSet")
        )
        for quad in sets:
            assert isinstance(quad.subject, Subject)
            return _result_set(manifest, quad.subject)
    return read_result(path.read_bytes(), suffix, path.as_uri())


def read_result(body: bytes, key: str, base: str | None = None) -> Result:
    """Return the result that `body` is in the format of that key."""
    if key == "csv":
        lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
        names = next(lines)
        return Rows([_csv_row(names, line) for line in lines if line or len(names) == 1])
    if key in _GRAPHS:
        quads = ox.parse(body, format=_GRAPHS[key], base_iri=base)
        return canonical(
            ox.Quad(quad.subject, quad.predicate, _plain(quad.object)) for quad in quads
        )
    found = ox.parse_query_results(body, format=_PARSED[key])
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    names = [variable.value for variable in found.variables]
    return Rows([_row({name: solution[name] for name in names}) for solution in found])


def is_same(expected: Result, found: Result, *, is_lax: bool = False) -> bool:
    """Return whether `found` is what was expected; lax about how often a row comes."""
    if not (isinstance(expected, Rows) and isinstance(found, Rows)):
        return type(expected) is type(found) and expected == found
    if is_lax:
        least, most = set(expected.rows), Counter(expected.rows)
        return set(found.rows) == least and Counter(found.rows) <= most
    if expected.is_ordered:
        return _in_order(expected.rows) == _in_order(found.rows)
    return _unordered(expected.rows) == _unordered(found.rows)


def by_value(result: Result) -> Result:
    """Return `result` with literals as a store writes them: equal where their values are."""
    if not isinstance(result, Rows):
        return result
    rows = [frozenset((name, _stored(value)) for name, value in row) for row in result.rows]
    return Rows(rows, result.is_ordered)


def canonical(quads: Iterable[ox.Quad]) -> frozenset[str]:
    """Return `quads` with the canonical names of blank nodes."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(map(str, dataset))


def _in_order(rows: Sequence[Row]) -> frozenset[str]:
    return canonical(_quads((row, str(place)) for place, row in enumerate(rows)))


def _unordered(rows: Sequence[Row]) -> tuple[Counter[Row], frozenset[str]]:
    ground = Counter(row for row in rows if not _has_blank(row))
    others = Counter(row for row in rows if _has_blank(row))
    return ground, canonical(_quads((row, str(number)) for row, number in others.items()))


def _quads(rows: Iterable[tuple[Row, str]]) -> Iterable[ox.Quad]:
    for row, mark in rows:
        node = ox.BlankNode()
        yield ox.Quad(node, ox.NamedNode(f"{RS}index"), ox.Literal(mark))
        for name, value in row:
            yield ox.Quad(node, ox.NamedNode(f"{RS}{name}"), value)


def _has_blank(row: Row) -> bool:
    return any(isinstance(value, ox.BlankNode) for _, value in row)


def _row(values: dict[str, Node | None]) -> Row:
    return frozenset((name, _plain(value)) for name, value in values.items() if value is not None)


def _plain(node: Node) -> Node:
    """Return `node`, a literal with its language in lower case: RDF takes the cases for the same."""
    if isinstance(node, ox.Literal) and node.language:
        return ox.Literal(node.value, language=node.language.lower())
    return node


def _stored(node: Node) -> Node:
    if not isinstance(node, ox.Literal):
        return node
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode(RS), ox.NamedNode(RS), node))
    quad: ox.Quad = next(iter(store))
    return quad.object


def _csv_row(names: list[str], line: list[str]) -> Row:
    cells = dict(zip(names, line or [""], strict=True))
    return _row(
        {
            name: ox.BlankNode(cell[2:]) if cell.startswith("_:") else ox.Literal(cell)
            for name, cell in cells.items()
            if cell
        }
    )


def _result_set(manifest: Manifest, node: Subject) -> Rows | bool:
    verdict = manifest.text(node, f"{RS}boolean")
    if verdict is not None:
        return verdict == "true"
    placed: list[tuple[int, Row]] = []
    for solution in manifest.all(node, f"{RS}solution"):
        assert isinstance(solution, Subject)
        values: dict[str, Node | None] = {}
        for binding in manifest.all(solution, f"{RS}binding"):
            assert isinstance(binding, Subject)
            name = manifest.text(binding, f"{RS}variable")
            assert name is not None
            values[name] = manifest.all(binding, f"{RS}value")[0]
        placed.append((int(manifest.text(solution, f"{RS}index") or 0), _row(values)))
    placed.sort(key=lambda pair: pair[0])
    return Rows([row for _, row in placed], is_ordered=any(place for place, _ in placed))
