"""What those who published a paper announced of it is told in data, citations and revisions."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from flask.testing import FlaskClient

from graph.build import build
from graph.prefixes import BASE, term, value
from graph.release import Release
from graph.revise import Order, revise
from server.app import create_app
from server.facts import Facts
from tests.noted import (
    CLEAN,
    CONCERN,
    DOUBTED,
    LIFTED,
    REINSTATED,
    REPLACED,
    RETRACTED,
    RETRACTION,
)
from tests.past import first_of
from tests.revising import last, said
from tests.small import ENTRY, recorded_data
from tests.test_pages import page


def test_lists_as_data_carry_the_marks(noted_client: FlaskClient) -> None:
    rows = {
        row["slug"]: row
        for row in csv.DictReader(io.StringIO(noted_client.get("/evidence.csv").text))
    }
    found = {
        slug: row["editorial_notices"] for slug, row in rows.items() if row["editorial_notices"]
    }
    assert found == {
        RETRACTED.rpartition("/")[2]: "retracted",
        REPLACED.rpartition("/")[2]: "retracted",
        DOUBTED.rpartition("/")[2]: "expression of concern",
    }
    feed = noted_client.get("/evidence.atom").text
    assert "<title>Retracted: Fixture: fixture-2008-replaced" in feed
    assert "<title>Expression of concern: Fixture of a preprint" in feed
    assert "<title>Fixture: fixture-2007-reinstated" in feed
    triples = noted_client.get("/evidence.nt").text
    for part in ("#concern-2", "#concern-1> <https://www.mecfsatlas.com/ontology#liftedOn>"):
        assert part in triples


def test_the_table_of_entries_tells_what_stands_and_what_was_taken_back(
    noted_release: Release,
) -> None:
    table = pq.read_table(noted_release.folder / "entries.parquet").to_pylist()
    rows = {row["slug"]: row for row in table}
    reinstated, doubted = rows[REINSTATED.rpartition("/")[2]], rows[DOUBTED.rpartition("/")[2]]
    assert (reinstated["retraction"], reinstated["retraction_lifted_on"]) == (
        f"{BASE}{REINSTATED}#retraction",
        "2009-10",
    )
    assert len(doubted["concerns"]) == 2
    assert doubted["concerns_lifted_on"] == ["2013-01"]
    assert rows[REPLACED.rpartition("/")[2]]["retraction_lifted_on"] is None
    assert rows[CLEAN.rpartition("/")[2]]["concerns"] is None


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (REPLACED, "Retracted 2008-02-03 https://doi.org/10.5555/retraction"),
        (DOUBTED, "Expression of concern 2014-05-06 https://doi.org/10.5555/concern"),
    ],
)
def test_citations_carry_the_notice(path: str, words: str, noted_client: FlaskClient) -> None:
    (entry,) = parse_string(noted_client.get(f"{path}.bib").text).entries
    assert entry["note"].startswith(words)
    assert words in str(rispy.loads(noted_client.get(f"{path}.ris").text)[0]["notes"])
    assert words in json.loads(noted_client.get(f"{path}.csl.json").text)["note"]
    assert noted_client.get(f"{path}.ref").text.strip().endswith(f"[{words}]")
    assert f"[{words}]" in page(noted_client, path)
    assert "[" not in noted_client.get(f"{CLEAN}.ref").text


def test_schema_org_says_what_stands(noted_client: FlaskClient) -> None:
    status = term("schema:creativeWorkStatus")
    for path, expected in {
        RETRACTED: {"Retracted"},
        DOUBTED: {"Expression of concern", "Preprint"},
        REINSTATED: set(),
    }.items():
        quads = ox.parse(
            noted_client.get(f"{path}.nt?_profile=schemaorg").data, format=ox.RdfFormat.N_TRIPLES
        )
        assert {quad.object.value for quad in quads if quad.predicate == status} == expected


def test_one_property_leads_to_notices_of_either_kind(noted_release: Release) -> None:
    store = ox.Store.read_only(str(noted_release.store_path))
    quads = store.quads_for_pattern(None, term("atlas:editorialNotice"), None, ox.DefaultGraph())
    found = sorted(value(quad.object).removeprefix(BASE) for quad in quads)
    assert found == [
        f"{RETRACTED}#retraction",
        f"{REINSTATED}#retraction",
        f"{REPLACED}#retraction",
        f"{DOUBTED}#concern-1",
        f"{DOUBTED}#concern-2",
    ]


def test_a_concern_is_recorded_as_an_edit_and_its_end_as_another(tmp_path: Path) -> None:
    data = recorded_data(tmp_path)
    path = data / "evidence" / f"{ENTRY}.ttl"
    path.write_text(path.read_text(encoding="utf-8") + CONCERN, encoding="utf-8")
    ((_, why),) = revise(data, Order("retraction", "Doubts.", created=first_of(3))).left
    assert "states no new retraction" in why
    assert not revise(data, Order("edit", "Doubts.", created=first_of(3))).left
    assert said(last(data), "atlas:changedAspect") == {"retraction"}
    lifted = LIFTED.replace("#retraction", "#concern").replace("2009-10", "2026-03")
    path.write_text(path.read_text(encoding="utf-8") + lifted, encoding="utf-8")
    assert not revise(data, Order("edit", "Settled.", created=first_of(4))).left
    assert said(last(data), "atlas:changedAspect") == {"retraction"}


def test_a_retraction_that_was_recorded_wrongly_is_a_correction(tmp_path: Path) -> None:
    data = recorded_data(tmp_path)
    path = data / "evidence" / f"{ENTRY}.ttl"
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept + RETRACTION, encoding="utf-8")
    assert not revise(data, Order("retraction", "Retracted.", created=first_of(3))).left
    path.write_text(kept, encoding="utf-8")
    assert not revise(data, Order("correction", "Of another paper.", created=first_of(4))).left
    client = create_app(Facts(build(tmp_path / "releases", data))).test_client()
    assert "etracted" not in page(client, f"/evidence/{ENTRY}").partition('id="revisions"')[0]
    assert "This paper was retracted." in page(client, f"/evidence/{ENTRY}/revision/2")


def test_the_revision_of_a_reinstated_paper_does_not_call_it_retracted(tmp_path: Path) -> None:
    data = recorded_data(tmp_path)
    path = data / "evidence" / f"{ENTRY}.ttl"
    path.write_text(path.read_text(encoding="utf-8") + RETRACTION + LIFTED, encoding="utf-8")
    assert not revise(data, Order("retraction", "Retracted, reinstated.", created=first_of(3))).left
    client = create_app(Facts(build(tmp_path / "releases", data))).test_client()
    text = page(client, f"/evidence/{ENTRY}/revision/2")
    assert "This paper was retracted." not in text
    assert "2009-10" in text
