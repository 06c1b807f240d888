import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pyoxigraph as ox
import pytest
from hypothesis import given, settings

from server.results.environment import SINGLE_THREADED
from server.results.faults import Unsayable
from tests.results import NAMES, ROWS, XSD, Row, solutions, written

ZONE = "2020-01-01T05:00:00.25+05:00"
# Cells (text and XSD type) → the column's type and values; a type named "" is a plain string.
COLUMNS: list[tuple[list[tuple[str, str]], object, list[object]]] = [
    ([("1", "integer"), ("-2", "int")], pa.int64(), [1, -2]),
    ([("9" * 18, "integer")], pa.int64(), [10**18 - 1]),
    ([("1", "integer"), ("9" * 20, "integer")], pa.string(), ["1", "9" * 20]),
    ([("x", "integer"), ("1", "integer")], pa.string(), ["x", "1"]),
    ([("1.50", "decimal"), ("-20.25", "decimal")], pa.decimal128(4, 2), [Decimal("1.5"), Decimal("-20.25")]),
    ([("7", "integer"), ("0.25", "decimal")], pa.decimal128(3, 2), [Decimal(7), Decimal("0.25")]),
    ([("1.5e0", "double"), ("INF", "double")], pa.float64(), [1.5, float("inf")]),
    ([("infinity", "double")], pa.string(), ["infinity"]),
    ([("0.1", "float")], pa.float64(), [0.1]),
    ([("1", "double"), ("0.1", "decimal")], pa.string(), ["1", "0.1"]),
    ([("true", "boolean"), ("false", "boolean")], pa.bool_(), [True, False]),
    ([("2020-02-29", "date")], pa.date32(), [date(2020, 2, 29)]),
    ([("2020-02-30", "date")], pa.string(), ["2020-02-30"]),
    ([("2020-02-28Z", "date")], pa.string(), ["2020-02-28Z"]),
    ([("1994", "gYear"), ("-0044", "gYear")], pa.int32(), [1994, -44]),
    ([(ZONE, "dateTime")], pa.timestamp("us", "UTC"), [datetime(2020, 1, 1, 0, 0, 0, 250_000, UTC)]),
    ([("2020-01-01T00:00:00", "dateTime")], pa.timestamp("us"), [datetime(2020, 1, 1)]),  # noqa: DTZ001 - it has no zone
    ([("2020-01-01T00:00:00", "dateTime"), ("2020-01-01T00:00:00Z", "dateTime")], pa.string(), ["2020-01-01T00:00:00", "2020-01-01T00:00:00Z"]),
    ([("2020-01-01T00:00:00.1234567Z", "dateTime")], pa.string(), ["2020-01-01T00:00:00.1234567Z"]),
    ([("2020", "gYear"), ("2020-01-01", "date")], pa.string(), ["2020", "2020-01-01"]),
    ([("12:00:00", "time")], pa.string(), ["12:00:00"]),
    ([("7", ""), ("8", "")], pa.string(), ["7", "8"]),
    ([("7", ""), ("8", "integer")], pa.string(), ["7", "8"]),
]  # fmt: skip


def table(body: bytes, key: str) -> pa.Table:
    if key == "arrow":
        return pa.ipc.open_stream(body).read_all()
    return pa.parquet.read_table(io.BytesIO(body), use_threads=False)


def literal(text: str, name: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name)) if name else ox.Literal(text)


@pytest.mark.parametrize("key", ["arrow", "parquet"])
@pytest.mark.parametrize(("cells", "kind", "values"), COLUMNS, ids=lambda value: str(value)[:40])
def test_xsd_types_are_column_types(
    key: str, cells: list[tuple[str, str]], kind: object, values: list[object]
) -> None:
    rows: list[Row] = [{"s": literal(*cell)} for cell in cells]
    found = table(written(solutions([{}, *rows], ("s",)), key), key)
    assert found.schema.field("s").type == kind
    assert found["s"].to_pylist() == [None, *values]


@pytest.mark.parametrize("key", ["arrow", "parquet"])
@settings(deadline=None)
@given(rows=ROWS)
def test_a_table_has_every_value_in_its_place(key: str, rows: list[Row]) -> None:
    found = table(written(solutions(rows), key), key)
    assert found.column_names == list(NAMES)
    for name in NAMES:
        wanted = [row.get(name) for row in rows]
        about = {k.decode(): v.decode() for k, v in (found.field(name).metadata or {}).items()}
        kinds = {type(value).__name__ for value in wanted if value}
        said = {"iri": "NamedNode", "blank": "BlankNode", "literal": "Literal"}
        assert {said[kind] for kind in about.get("kind", "").split()} == kinds
        if found.field(name).type == pa.string():
            texts = [
                f"_:{v.value}" if isinstance(v, ox.BlankNode) else v and v.value for v in wanted
            ]
            assert found[name].to_pylist() == texts
        else:
            nothing = [value is None for value in wanted]
            assert [value is None for value in found[name].to_pylist()] == nothing


@pytest.mark.parametrize("key", ["arrow", "parquet"])
def test_an_empty_answer_keeps_its_columns(key: str) -> None:
    found = table(written(solutions([]), key), key)
    assert (found.column_names, found.num_rows) == (list(NAMES), 0)
    assert set(found.schema.types) == {pa.string()}
    with pytest.raises(Unsayable, match="without columns"):
        written(solutions([{}], ()), key)


def test_the_metadata_say_what_the_terms_were() -> None:
    rows: list[Row] = [
        {"s": ox.NamedNode("x:s"), "value": ox.Literal("a", language="en")},
        {"s": ox.BlankNode("b"), "value": ox.Literal("b", language="de")},
    ]
    found = table(written(solutions(rows), "arrow"), "arrow").schema
    assert found.field("s").metadata == {b"kind": b"blank iri"}
    assert found.field("value").metadata == {b"kind": b"literal", b"languages": b"de en"}
    assert found.field("nö").metadata is None


def test_many_rows_come_in_batches_and_pandas_reads_them() -> None:
    rows: list[Row] = [
        {"s": literal(str(n), "integer"), "value": ox.Literal("x" * 50)} for n in range(50_000)
    ]
    body = written(solutions(rows, ("s", "value")), "arrow")
    batches = list(pa.ipc.open_stream(body))
    assert len(batches) > 5
    assert max(batch.num_rows for batch in batches) <= 8192
    parquet = written(solutions(rows, ("s", "value")), "parquet")
    frame = pd.read_parquet(io.BytesIO(parquet))
    assert frame["s"].sum() == sum(range(50_000))
    assert (frame["value"] == "x" * 50).all()


def test_a_forked_process_with_neither_files_nor_memory_to_spare_needs_one_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED],
        env={**os.environ, **SINGLE_THREADED},
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        check=True,
    )
    said = json.loads(done.stdout)
    assert said == {"before": 1, "after": 1, "sizes": [True, True, True], "pandas": False}


FORKED = """
import io, json, os, resource, sys
import pyoxigraph as ox
from server.results.write import warm, write
from tests.results import solutions

def threads():
    return os.stat("/proc/self/task").st_nlink - 2

names = ("s", "value", "_1")
rows = [dict(zip(names, (ox.NamedNode(f"x:{n}"), ox.Literal(n * 1.5), ox.Literal(n)))) for n in range(20_000)]
warm()
before, answers = threads(), {key: solutions(rows, names) for key in ("arrow", "parquet", "csv")}
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
with open("/proc/self/statm") as pages:
    size = int(pages.read().split()[0]) * resource.getpagesize() + (96 << 20)
resource.setrlimit(resource.RLIMIT_AS, (size, size))
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
sizes = []
for key, answer in answers.items():
    body = io.BytesIO()
    write(answer, key, body, {}, 0)
    sizes.append(len(body.getvalue()) > 10_000)
said = {"before": before, "after": threads(), "sizes": sizes, "pandas": "pandas" in sys.modules}
print(json.dumps(said), flush=True)
os._exit(0)
"""
