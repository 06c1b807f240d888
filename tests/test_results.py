import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import BinaryIO, cast

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.formats import BY_KEY, FORMATS, Kind, offers
from server.results.blocks import Blocks, Json, Lines, Xml
from server.results.faults import TooManyRows, Unsayable
from server.results.write import write
from tests.results import NAMES, NASTY, ROWS, UNSPEAKABLE, Row, solutions, written

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Table = list[Row]
SR = "{http://www.w3.org/2005/sparql-results#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SELECT_KEYS = [row.key for row in offers(Kind.SELECT) if row.key != "html"]
GRAPH_KEYS = [row.key for row in offers(Kind.GRAPH) if row.key != "html"]
NOTHING: Row = {}


def term(kind: str, text: str, language: str | None, datatype: str | None) -> Term:
    if kind == "uri":
        return ox.NamedNode(text)
    if kind == "bnode":
        return ox.BlankNode(text)
    if language:
        return ox.Literal(text, language=language)
    return ox.Literal(text, datatype=ox.NamedNode(datatype)) if datatype else ox.Literal(text)


def from_json(body: bytes) -> Table:
    found = json.loads(body)
    assert found["head"]["vars"] == list(NAMES)
    return [
        {
            n: term(t["type"], t["value"], t.get("xml:lang"), t.get("datatype"))
            for n, t in row.items()
        }
        for row in found["results"]["bindings"]
    ]


def from_xml(body: bytes) -> Table:
    root = ET.fromstring(body)
    names = [variable.attrib["name"] for variable in root.iter(f"{SR}variable")]
    assert names == list(NAMES)
    rows: Table = []
    for result in root.iter(f"{SR}result"):
        rows.append({})
        for binding in result:
            (value,) = binding
            kind = value.tag.removeprefix(SR)
            read = term(kind, value.text or "", value.get(LANG), value.get("datatype"))
            rows[-1][binding.attrib["name"]] = read
    return rows


def from_tsv(body: bytes) -> Table:
    heading, *lines, last = body.decode().split("\n")
    assert (heading, last) == ("\t".join(f"?{name}" for name in NAMES), "")
    cells = [line.split("\t") for line in lines]
    text = "".join(
        f"<x:{y}> <x:{x}> {cell} .\n"
        for y, line in enumerate(cells)
        for x, cell in enumerate(line)
        if cell and not cell.startswith("_:")
    )
    rows: Table = [{} for _ in cells]
    for s, p, o in rdflib.Graph().parse(data=text, format="turtle"):
        row, name = rows[int(str(s)[2:])], NAMES[int(str(p)[2:])]
        if isinstance(o, rdflib.URIRef):
            row[name] = ox.NamedNode(str(o))
        else:
            assert isinstance(o, rdflib.Literal)
            datatype = None if o.datatype is None else str(o.datatype)
            row[name] = term("literal", str(o), o.language, datatype)
    for y, line in enumerate(cells):
        blanks = {NAMES[x]: ox.BlankNode(c[2:]) for x, c in enumerate(line) if c[:1] == "_"}
        rows[y].update(blanks)
    return rows


@pytest.fixture(autouse=True)
def lexical_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    monkeypatch.setattr(rdflib.term, "NORMALIZE_LITERALS", False, raising=False)


def is_unspeakable(rows: Table) -> bool:
    return any(UNSPEAKABLE & set(value.value) for row in rows for value in row.values())


READERS: dict[str, Callable[[bytes], Table]] = {"srj": from_json, "srx": from_xml, "tsv": from_tsv}


@pytest.mark.parametrize("key", READERS)
@settings(deadline=None)
@given(rows=ROWS)
def test_another_reader_finds_the_same_terms(key: str, rows: Table) -> None:
    if key == "srx" and is_unspeakable(rows):
        with pytest.raises(Unsayable, match="control character"):
            written(solutions(rows), key)
    else:
        assert READERS[key](written(solutions(rows), key)) == rows


@settings(deadline=None)
@given(ROWS)
@example([{"s": ox.NamedNode("http://a.example/Paris,_Texas"), "value": ox.Literal("x")}])
def test_csv_has_the_text_of_every_term_in_its_place(rows: Table) -> None:
    heading, *lines = csv.reader(io.StringIO(written(solutions(rows), "csv").decode(), newline=""))
    assert heading == list(NAMES)
    assert lines == [[plain(row.get(name)) for name in NAMES] for row in rows]


def plain(found: Term | None) -> str:
    return f"_:{found.value}" if isinstance(found, ox.BlankNode) else found.value if found else ""


@pytest.mark.parametrize("key", SELECT_KEYS)
def test_limits_of_rows_are_exact(key: str) -> None:
    assert len(SELECT_KEYS) == 6
    few: Table = [{"s": ox.Literal(text)} for text in NASTY[14:]]
    few += [NOTHING, {"s": ox.Literal('}},{"')}, NOTHING, NOTHING, {"value": ox.Literal("},{")}]
    sayable = [row for row in few if not is_unspeakable([row])]
    assert len(sayable) > 20
    for rows in (sayable, [NOTHING] * 3, [NOTHING, sayable[0]], sayable * 300):
        for limit in (0, len(rows), len(rows) + 1):
            assert written(solutions(rows), key, limit) == written(solutions(rows), key)
        with pytest.raises(TooManyRows) as error:
            written(solutions(rows), key, len(rows) - 1)
        assert error.value.limit == len(rows) - 1
    assert written(solutions([]), key, 1)


@settings(deadline=None)
@given(ROWS, st.integers(1, 7), st.integers(1, 9))
def test_however_an_answer_is_cut_its_rows_are_counted(rows: Table, limit: int, size: int) -> None:
    rows = [row for row in rows if not is_unspeakable([row])]
    for key, taker in (("srj", Json), ("srx", Xml), ("tsv", Lines)):
        whole, sink = written(solutions(rows), key), io.BytesIO()
        counted = taker(sink, limit)
        blocks = Blocks(counted.take, size=size)
        try:
            for place in range(0, len(whole), size):
                blocks.write(whole[place : place + size])
            blocks.finish()
            if isinstance(counted, Json):
                counted.finish()
        except TooManyRows:
            assert len(rows) > limit
        else:
            assert len(rows) <= limit
            assert sink.getvalue() == whole


@pytest.mark.parametrize("key", ["srj", "srx", "csv", "tsv"])
def test_an_answer_without_columns_has_its_rows(key: str) -> None:
    body = written(solutions([NOTHING, NOTHING], ()), key)
    again = ox.Store().query("SELECT * { VALUES () { () () } }")
    assert body == again.serialize(format=BY_KEY[key].writer)  # type: ignore[arg-type]
    with pytest.raises(TooManyRows):
        written(solutions([NOTHING, NOTHING], ()), key, 1)


@pytest.mark.parametrize("key", [row.key for row in FORMATS if row.key != "html"])
def test_every_format_writes_its_kinds_and_refuses_the_others(key: str) -> None:
    answers = {
        Kind.SELECT: "SELECT (1 AS ?n) {}",
        Kind.ASK: "ASK {}",
        Kind.GRAPH: "CONSTRUCT { <x:s> <x:p> 1 } {}",
    }
    for kind, query in answers.items():
        if kind in BY_KEY[key].kinds:
            assert written(ox.Store().query(query), key)
        else:
            with pytest.raises(Unsayable):
                written(ox.Store().query(query), key)
    with pytest.raises(Unsayable):
        written(ox.Store().query("ASK {}"), "html")


@pytest.mark.parametrize("key", SELECT_KEYS + GRAPH_KEYS)
def test_what_the_sink_raises_comes_through_and_nothing_follows(key: str) -> None:
    class Full(io.RawIOBase):
        writes = 0

        def write(self, part: object) -> int:
            self.writes += 1
            raise OSError("full")

    sink = Full()
    pattern = "VALUES ?n { 1 2 } VALUES ?m { 3 4 }"
    query = (
        f"SELECT * {{ {pattern} }}"
        if key in SELECT_KEYS
        else f"CONSTRUCT {{ <x:s> ?p ?n }} {{ {pattern} BIND(<x:p> AS ?p) }}"
    )
    with pytest.raises(OSError, match="full"):
        write(ox.Store().query(query), key, cast(BinaryIO, sink), {}, 0)
    assert sink.writes == 1


@pytest.mark.parametrize("key", ["csv", "arrow", "parquet"])
def test_a_triple_term_is_refused_where_there_are_no_words_for_it(key: str) -> None:
    found = ox.Store().query('SELECT (TRIPLE(<x:a>, <x:b>, "c,d") AS ?t) {}')
    with pytest.raises(Unsayable, match="triple term"):
        written(found, key)
