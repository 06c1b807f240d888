"""The page of the dataset and of its release: what it is, its files, and how to load them."""

from dataclasses import dataclass

from graph.crate import NAME as CRATE
from graph.tables import TABLES
from server.building import build_values
from server.dcat import distributed, file_address
from server.documents import Document
from server.facts import Facts
from server.known_releases import is_known
from server.pages import Page
from server.snippets import Snippet
from server.stamp import MARK
from server.things import Thing

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_CODE = (
    (
        "pandas",
        "Python with pandas",
        "pandas, pyarrow",
        """\
import pandas as pd

files = "{files}"
entries = pd.read_parquet(files + "entries.parquet", dtype_backend="pyarrow")
print(entries["pem_requirement"].value_counts(dropna=False))
""",
    ),
    (
        "duckdb",
        "DuckDB",
        "duckdb",
        """\
SELECT pem_requirement, count(*) AS entries
FROM read_parquet('{files}entries.parquet')
GROUP BY pem_requirement ORDER BY entries DESC;
""",
    ),
    (
        "oxigraph",
        "A SPARQL endpoint of your own",
        "curl, oxigraph",
        """\
curl -sSfO {files}atlas.nq.gz
oxigraph load --location atlas --file atlas.nq.gz
oxigraph serve-read-only --location atlas
""",
    ),
)


@dataclass(frozen=True)
class Download:
    """A file as the page lists it."""

    name: str
    title: str
    description: str
    path: str
    size: str
    digest: str


def dataset_page(facts: Facts, document: Document) -> Page:
    """Return the page of the dataset, or of the release that `document` describes."""
    release, dataset = facts.release, Thing(facts, f"{facts.base}/dataset")
    title, name = dataset.text("dcterms:title"), f"release {release.id}"
    is_release = document.iri != dataset.iri
    values: dict[str, object] = {
        "title": f"{title}, {name}" if is_release else title,
        "thing": Thing(facts, document.iri),
        "dataset": dataset,
        "is_release": is_release,
        "previous": before if is_known(facts, before := release.manifest.previous) else None,
        "counts": [row for row in release.manifest.counts.items() if "PEM" not in row[0]],
        "downloads": _downloads(facts),
        "crate": file_address(release, CRATE),
        "tables": TABLES,
        "snippets": loading(facts),
        "citation": citation(facts),
        **build_values(release.manifest),
    }
    return Page("dataset.html", values)


def loading(facts: Facts) -> list[Snippet]:
    """Return code that loads the files of the release."""
    files = facts.base + file_address(facts.release, "")
    return [
        Snippet(key, label, needs, code.format(files=files)) for key, label, needs, code in _CODE
    ]


def citation(facts: Facts) -> str:
    """Return how to cite the release as a whole, as of the day whose mark it has."""
    title = Thing(facts, f"{facts.base}/dataset").text("dcterms:title")
    manifest = facts.release.manifest
    return (
        f"{title}. Release {manifest.id} ({manifest.digest}). Accessed {MARK}. "
        f"{facts.base}/release/{manifest.id}"
    )


def readable_size(size: int) -> str:
    """Return a number of bytes in the unit that leaves at most three digits before the point."""
    number, unit = float(size), 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    digits = 1 if unit and number < 9.95 else 0
    # A number and its unit stay on one line.
    return f"{number:.{digits}f}\N{NO-BREAK SPACE}{_UNITS[unit]}"


def _downloads(facts: Facts) -> list[Download]:
    return [
        Download(
            file.name,
            file.title,
            file.description,
            file_address(facts.release, file.name),
            readable_size(file.size),
            file.digest.partition(":")[2],
        )
        for file in sorted(distributed(facts.release), key=lambda file: file.is_rdf)
    ]
