"""The tables of a release: what stands in each column, and by which property path it is found."""

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

_COLUMNS = Path(__file__).parent / "columns"
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "number": pa.int32(),
    "day": pa.date32(),
    "yes-no": pa.bool_(),
    # Whether the path leads anywhere.
    "test": pa.bool_(),
    # As Parquet calls what is in a list.
    "list": pa.list_(pa.field("element", pa.string())),
}


@dataclass(frozen=True)
class Column:
    """One column; `path` leads by SPARQL from the thing of the row to the value, "" is that thing.

    `type` is a key of TYPES. A list is empty, not missing, where the path `recorded` leads
    somewhere: then somebody has looked.
    """

    column: str
    type: str
    path: str
    recorded: str
    meaning: str

    @property
    def field(self) -> pa.Field:
        """Return the Arrow field, documented by its metadata."""
        said = {"description": self.meaning} | ({"path": self.path} if self.path else {})
        return pa.field(self.column, TYPES[self.type], metadata=said)


@dataclass(frozen=True)
class Table:
    """One table: its rows are what the path `rows` leads to from things of the class `root`.

    Where `rows` is "" they are those things themselves. The first column is the IRI of the row.
    """

    name: str
    root: str
    rows: str
    title: str
    description: str

    @property
    def file(self) -> str:
        """Return the name of its file."""
        return f"{self.name}.parquet"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return its columns, as graph/columns lists them."""
        with (_COLUMNS / f"{self.name}.csv").open(encoding="utf-8", newline="") as lines:
            return tuple(Column(**row) for row in csv.DictReader(lines))

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema."""
        return pa.schema(
            [column.field for column in self.columns],
            metadata={"title": self.title, "description": self.description},
        )


TABLES = (
    Table(
        "entries",
        "atlas:EvidenceEntry",
        "",
        "Entries as a table",
        "One row for each evidence entry: its paper, its badges, the case definitions applied, and "
        "the PEM judgement that stands. Where pem_requirement is missing, nobody has judged; that "
        "is not the value unclear.",
    ),
    Table(
        "authorships",
        "atlas:EvidenceEntry",
        "atlas:paper/atlas:author",
        "Authorships as a table",
        "One row for each name in the author list of a paper, as printed. Equal names need not be "
        "one person.",
    ),
    Table(
        "judgements",
        "atlas:EvidenceEntry",
        "atlas:pemAssessment",
        "PEM judgements as a table",
        "One row for each judgement on whether PEM was required, replaced ones included: by which "
        "rule of which policy, and from which facts.",
    ),
    Table(
        "case-definitions",
        "atlas:CaseDefinition",
        "",
        "Case definitions as a table",
        "One row for each case definition: what it is called, whether it requires PEM, and how "
        "that is known.",
    ),
)
