from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest

from graph.build import build
from graph.errors import BuildRefused
from graph.prefixes import prefixes
from graph.release import Release
from graph.rows import Rows
from graph.tables import TABLES, TYPES, Column, Table
from tests.conftest import SEED
from tests.small import edit, small_data

BY_NAME = {table.name: table for table in TABLES}
COLUMNS = [pytest.param(t, c, id=f"{t.name}.{c.column}") for t in TABLES for c in t.columns]
Found = dict[str, list[str]]


def frame(release: Release, name: str) -> pd.DataFrame:
    return pd.read_parquet(release.folder / f"{name}.parquet", dtype_backend="pyarrow")


def rows_of(store: ox.Store, query: str) -> list[list[str | None]]:
    found = store.query(query, prefixes=prefixes())
    assert isinstance(found, ox.QuerySolutions)
    return [[getattr(cell, "value", None) for cell in row] for row in found]


def by_sparql(store: ox.Store, table: Table, column: Column) -> Found:
    """Return what the column's path says by SPARQL, row by row: an independent reading of it.

    The names of two things may be equal, so the things before the last step are told apart.
    """
    start = f"?root a {table.root} . "
    start += f"?root {table.rows} ?row ." if table.rows else "BIND(?root AS ?row)"
    before, _, last = column.path.rpartition("/")
    step = f"?row {before} ?thing . ?thing {last} ?value" if before else f"?row {last} ?value"
    value = f"OPTIONAL {{ {step} }}" if column.path else "BIND(?row AS ?value)"
    found: Found = {}
    for row, cell, _ in rows_of(
        store, f"SELECT DISTINCT ?row ?value ?thing WHERE {{ {start} {value} }}"
    ):
        found.setdefault(str(row), []).extend([cell] if cell is not None else [])
    return found


def said(value: object, column: Column) -> list[str]:
    if column.type == "test":
        return ["x"] if value else []
    if isinstance(value, list):
        return sorted(value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return [] if value is None else [text.lower() if isinstance(value, bool) else text]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@pytest.mark.parametrize("which", ["release", "real_release"])
def test_every_cell_is_what_the_path_of_its_column_finds(
    which: str, table: Table, column: Column, request: pytest.FixtureRequest
) -> None:
    release: Release = request.getfixturevalue(which)
    store = ox.Store.read_only(str(release.store_path))
    cells = pq.read_table(
        release.folder / table.file, columns=[table.columns[0].column, column.column]
    )
    keys = cells.column(0).to_pylist()
    wanted = by_sparql(store, table, column)
    assert len(keys) == len({*keys}) == len(wanted) > 0
    values = cells.column(cells.num_columns - 1).to_pylist()
    for key, value in zip(keys, values, strict=True):
        found = wanted[key][:1] and ["x"] if column.type == "test" else sorted(wanted[key])
        assert said(value, column) == found, key


def test_there_are_as_many_rows_as_sparql_counts(real_release: Release) -> None:
    store = ox.Store.read_only(str(real_release.store_path))
    kinds = {
        "entries": "atlas:EvidenceEntry", "authorships": "atlas:Authorship",
        "judgements": "atlas:PemAssessment", "case-definitions": "atlas:CaseDefinition",
    }  # fmt: skip
    for name, kind in kinds.items():
        ((count,),) = rows_of(store, f"SELECT (COUNT(*) AS ?n) {{ ?s a {kind} }}")
        assert len(frame(real_release, name)) == int(str(count)) > 20
    entries = frame(real_release, "entries")
    judged = rows_of(
        store,
        "SELECT ?k (COUNT(?e) AS ?n) { ?e atlas:pemRequirement/skos:notation ?k } GROUP BY ?k",
    )
    assert entries["pem_requirement"].value_counts().to_dict() == {
        k: int(str(n)) for k, n in judged
    }
    counts = real_release.manifest.counts
    assert entries["pem_requirement"].isna().sum() == counts["PEM not judged"] > 600


def test_columns_are_typed_and_documented(real_release: Release) -> None:
    assert (len(TABLES), len(COLUMNS)) == (4, 70)
    for table in TABLES:
        schema = pq.read_schema(real_release.folder / table.file)
        assert schema.equals(table.schema, check_metadata=True)
        assert table.columns[0].path == ""
        assert schema.metadata[b"description"].decode() == table.description
        for field, column in zip(schema, table.columns, strict=True):
            assert field.name == column.column == column.column.lower().replace("-", "_")
            assert field.type == TYPES[column.type]
            assert field.metadata[b"description"].decode() == column.meaning
    types = frame(real_release, "entries").dtypes
    arrow = {name: dtype.pyarrow_dtype for name, dtype in types.items()}
    wanted = {"year": pa.int32(), "recorded_on": pa.date32(), "has_texts": pa.bool_()}
    assert {name: arrow[name] for name in wanted} == wanted
    assert arrow["case_definitions"] == TYPES["list"]


def test_not_judged_and_not_looked_at_are_missing(release: Release) -> None:
    entries = frame(release, "entries").set_index("slug")
    bare, seed = entries.loc["fixture-2002-bibliography-only"], entries.loc[SEED]
    for column in ("pem_requirement", "pem_reason", "judgement", "doi", "text_read", "pem_studied"):
        assert pd.isna(bare[column]), column
    assert bare["case_definitions"] is None or pd.isna(bare["case_definitions"])
    assert list(seed["case_definitions"]) == []
    assert (seed["pem_requirement"], seed["text_read"]) == ("unclear", "abstract")
    assert (seed["has_texts"], bare["has_texts"]) == (True, False)


def test_authors_stand_in_their_order(real_release: Release) -> None:
    entries = frame(real_release, "entries").set_index("entry")
    names = frame(real_release, "authorships").sort_values(["entry", "position"])
    lists = names.groupby("entry")["printed_name"].agg(list)
    longest = lists.map(len).idxmax()
    assert len(lists[longest]) > 10
    for entry, wanted in lists.items():
        assert list(entries.loc[entry, "authors"]) == wanted


def test_an_entry_whose_slug_begins_another_keeps_its_own_parts(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    first = min((data / "evidence").glob("*.ttl"))
    text = first.read_text(encoding="utf-8")
    title = text.partition('dcterms:title "')[2].partition('"')[0]
    copy = text.replace(first.stem, f"{first.stem}-2").replace(title, f"{title} Again")
    doi = text.partition('bibo:doi "')[2].partition('"')[0]
    pmid = text.partition('bibo:pmid "')[2].partition('"')[0]
    copy = copy.replace(doi, f"{doi}x") if doi else copy
    copy = copy.replace(pmid, "99999999") if pmid else copy
    (data / "evidence" / f"{first.stem}-2.ttl").write_text(copy, encoding="utf-8")
    entries = frame(build(tmp_path / "releases", data), "entries").set_index("slug")
    assert entries.loc[first.stem, "title"] == title
    assert entries.loc[f"{first.stem}-2", "title"] == f"{title} Again"


def test_two_values_where_there_is_room_for_one_are_refused(tmp_path: Path) -> None:
    def shorten(iri: str) -> str:
        return iri

    with (
        pytest.raises(
            BuildRefused, match=r"urn:x has 2 values for the column year; .*graph/columns"
        ),
        Rows(tmp_path, ox.Store(), shorten, "urn:evidence/") as rows,
    ):
        rows.add({"@id": "urn:x", "@type": "atlas:CaseDefinition", "atlas:year": ["2001", "2002"]})


def test_rows_are_written_before_they_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.rows.ROW_GROUP", 2)
    data = small_data(tmp_path)
    edit(min((data / "evidence").glob("*.ttl")), "immune", "thymus")
    release = build(tmp_path / "releases", data)
    assert pq.ParquetFile(release.folder / "entries.parquet").num_row_groups == 2
    assert len(frame(release, "case-definitions")) == 26
