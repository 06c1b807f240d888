import io
import json
import shutil
import subprocess
import urllib.parse
from pathlib import Path
from xml.dom.minidom import Document

import httpx
import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, RDFXML, TSV, TURTLE, XML, SPARQLWrapper

from graph.prefixes import BASE
from server.settings import Settings
from tests.conftest import CLIENTS
from tests.site import serve

ENTRY = f"{BASE}/ontology#EvidenceEntry"
COUNT = f"SELECT (COUNT(?e) AS ?n) {{ ?e a <{ENTRY}> }}"
GRAPH = "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 5"
YEARS = f"""
PREFIX atlas: <{BASE}/ontology#>
SELECT ?entry ?year ?complete {{
  ?entry atlas:paper ?paper . ?paper atlas:year ?year
  OPTIONAL {{ ?paper atlas:authorListComplete ?complete }}
}} ORDER BY ?entry"""


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_gets_rows(method: str, form: str, address: str) -> None:
    wrapper = SPARQLWrapper(f"{address}/sparql", returnFormat=form)
    wrapper.setMethod(method)
    wrapper.setQuery(COUNT)
    found = wrapper.queryAndConvert()
    text = found.toxml() if isinstance(found, Document) else str(found)
    assert "5" in text
    assert "n" in text


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("form", [TURTLE, RDFXML, JSONLD, N3, XML])
def test_sparqlwrapper_gets_graphs(method: str, form: str, address: str) -> None:
    wrapper = SPARQLWrapper(f"{address}/sparql", returnFormat=form)
    wrapper.setMethod(method)
    wrapper.setQuery(GRAPH)
    found = wrapper.queryAndConvert()
    if isinstance(found, bytes):
        assert len(list(ox.parse(found, format=ox.RdfFormat.TURTLE))) == 5
    else:
        assert isinstance(found, rdflib.Graph)
        assert len(found) == 5


def test_an_rdflib_store_reads_the_endpoint_as_a_graph(address: str) -> None:
    store = SPARQLStore(f"{address}/sparql")
    graph = rdflib.Graph(store)
    entries = list(graph.subjects(rdflib.RDF.type, rdflib.URIRef(ENTRY)))
    assert len(entries) == 5
    (row,) = graph.query(COUNT)
    assert isinstance(row, rdflib.query.ResultRow)
    assert str(row[0]) == "5"


def test_rdflib_parses_a_construct_by_its_address(address: str) -> None:
    graph = rdflib.Graph()
    graph.parse(f"{address}/sparql?{urllib.parse.urlencode({'query': GRAPH})}", format="turtle")
    assert len(graph) == 5


def test_pandas_reads_csv_by_its_address(address: str) -> None:
    given = urllib.parse.urlencode({"query": YEARS, "format": "csv"})
    frame = pd.read_csv(f"{address}/sparql?{given}")
    assert list(frame.columns) == ["entry", "year", "complete"]
    assert frame["year"].min() > 1900


def test_arrow_brings_typed_columns_to_a_data_frame(web: httpx.Client) -> None:
    headers = {"Accept": "application/vnd.apache.arrow.stream"}
    answer = web.post("/sparql", data={"query": YEARS}, headers=headers)
    table = pa.ipc.open_stream(answer.content).read_all()
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {"entry": "string", "year": "int64", "complete": "bool"}
    assert len(table.to_pandas()) >= 5


def test_parquet_brings_typed_columns_to_a_data_frame(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": YEARS, "format": "parquet"})
    assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
    frame = pd.read_parquet(io.BytesIO(answer.content))
    assert str(frame["year"].dtype) == "int64"


def comunica(node: Path, query: str, *sources: str) -> list[dict[str, str]]:
    """Return the rows that Comunica finds over `sources`, whose kind it finds out by itself."""
    done = subprocess.run(
        [node, CLIENTS / "ask.mjs", query, *sources],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, str]] = json.loads(done.stdout)
    return rows


def test_comunica_finds_out_that_it_is_an_endpoint(node: Path, address: str) -> None:
    assert comunica(node, COUNT, f"{address}/sparql") == [{"n": "5"}]


def test_comunica_federates_over_two_endpoints(
    node: Path, address: str, settings: Settings, tmp_path: Path
) -> None:
    with serve(settings, tmp_path) as other:
        query = f"""
        PREFIX atlas: <{BASE}/ontology#>
        SELECT DISTINCT ?entry ?year {{
          ?entry a atlas:EvidenceEntry ; atlas:paper ?paper . ?paper atlas:year ?year
        }}"""
        rows = comunica(node, query, f"{address}/sparql", f"{other.address}/sparql")
    assert len(rows) == 5
    assert all(int(row["year"]) > 1900 for row in rows)


def test_curl_gets_csv(address: str) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    command = [curl, "-sS", "-H", "Accept: text/csv", f"{address}/sparql"]
    done = subprocess.run(
        [*command, "--data-urlencode", f"query={COUNT}"], capture_output=True, check=True
    )
    assert done.stdout == b"n\r\n5\r\n"
