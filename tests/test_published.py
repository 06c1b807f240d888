"""What was published once stays, or says why it is gone."""

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.archiving import open_archive
from graph.build import build
from graph.errors import BuildRefused
from graph.prefixes import BASE, term
from graph.published import hold_to_published, published
from graph.release import Release, current_release
from graph.report import InvalidSources
from server.app import create_app
from server.facts import Facts
from server.problems import PROBLEM_JSON
from tests.small import ENTRY, edit, small_data

ACTA, NEW = "/journal/acta-made-up", "/journal/acta-newly-made-up"
_JOURNAL = """
<https://www.mecfsatlas.com{}> a atlas:Journal ;
    rdfs:label "Acta Made Up"@en ; atlas:printedName "Acta Made Up {}" .
"""
_WITHDRAWN = """
@base <https://www.mecfsatlas.com/> .
@prefix atlas: <https://www.mecfsatlas.com/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<journal/acta-made-up> a atlas:Withdrawn ;
    atlas:withdrawnOn "2026-11-24"^^xsd:date ;
    prov:wasAttributedTo <dataset#editors> ;
    skos:changeNote "There never was such a journal & “none” like it."@en .
"""
_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
INSTEAD = """
<journal/acta-made-up> dcterms:isReplacedBy <journal/acta-newly-made-up> .
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder without a history, of which a release is made."""
    found = small_data(tmp_path)
    journals = found / "journals.ttl"
    more = "".join(_JOURNAL.format(path, path[-9:]) for path in (ACTA, NEW))
    journals.write_text(journals.read_text(encoding="utf-8") + more, encoding="utf-8")
    build(found.parent / "releases", found)
    return found


def drop_journal(data: Path) -> None:
    edit(data / "journals.ttl", _JOURNAL.format(ACTA, ACTA[-9:]), "")


def withdraw(data: Path, more: str = "") -> None:
    drop_journal(data)
    (data / "withdrawn.ttl").write_text(_WITHDRAWN + more, encoding="utf-8")


def drop_entry(data: Path) -> None:
    (data / "evidence" / f"{ENTRY}.ttl").unlink()


def drop_version(data: Path) -> None:
    text = (data / "agents.ttl").read_text(encoding="utf-8")
    start = text.index("<scanner/v1.4>")
    edit(data / "agents.ttl", text[start : text.index("\n\n", start)], "")


@pytest.mark.parametrize(
    ("change", "path"),
    [(drop_journal, ACTA), (drop_entry, f"/evidence/{ENTRY}"), (drop_version, "/scanner/v1.4")],
    ids=["journal", "entry without a history", "version of a program"],
)
def test_a_published_thing_that_is_gone_without_a_word_stops_the_build(
    change: Callable[[Path], None], path: str, data: Path
) -> None:
    releases = data.parent / "releases"
    before = current_release(releases).id
    change(data)
    for force in (False, True):
        with pytest.raises(BuildRefused, match=f"{BASE}{path}.*never lost.*withdrawn.ttl"):
            build(releases, data, force=force)
    assert current_release(releases).id == before


@pytest.mark.parametrize(
    ("iri", "is_missed"),
    [
        ("/vocabulary/pem-reason#mixed", True),
        ("/ontology#PemAssessment", True),
        ("/case-definition/fukuda1994", True),
        (f"/evidence/{ENTRY}", True),
        # Parts of entries come and go with their revisions.
        (f"/evidence/{ENTRY}#author-1", False),
    ],
)
def test_terms_and_values_are_held_to_the_register_one_by_one(
    iri: str, is_missed: bool, data: Path
) -> None:
    releases = data.parent / "releases"
    dump = current_release(releases).dump_path.read_text(encoding="utf-8")
    lines = [
        line for line in dump.splitlines(keepends=True) if not line.startswith(f"<{BASE}{iri}")
    ]
    assert len(lines) < len(dump.splitlines())
    forged = data.parent / "forged.nq"
    forged.write_text("".join(lines), encoding="utf-8")
    with open_archive(releases, reads_only=True) as archive:
        assert (iri in published(archive, archive.names()[-1])) == is_missed
        if is_missed:
            with pytest.raises(BuildRefused, match=f"{BASE}{iri}"):
                hold_to_published(archive, forged, BASE)
        else:
            hold_to_published(archive, forged, BASE)


def test_what_the_register_misses_is_counted_where_it_is_much(data: Path) -> None:
    releases = data.parent / "releases"
    (data.parent / "empty.nq").touch()
    with (
        open_archive(releases, reads_only=True) as archive,
        pytest.raises(BuildRefused, match=r"and \d{3,} more"),
    ):
        hold_to_published(archive, data.parent / "empty.nq", BASE)


def test_the_same_things_under_another_base_are_no_loss(data: Path) -> None:
    build(data.parent / "releases", data, "https://atlas.example.org")


def client_of(release: Release) -> FlaskClient:
    return create_app(Facts(release)).test_client()


def test_a_journal_that_was_withdrawn_says_so_in_every_format(data: Path) -> None:
    withdraw(data)
    client = client_of(build(data.parent / "releases", data))
    page = client.get(ACTA, headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (410, "text/html")
    for part in ("2026-11-24", "There never was such a journal &amp; “none”", "Editors of the"):
        assert part in page.text
    for suffix, form in ((".ttl", ox.RdfFormat.TURTLE), (".nt", ox.RdfFormat.N_TRIPLES)):
        response = client.get(ACTA + suffix)
        said = {quad.predicate for quad in ox.parse(response.data, format=form)}
        assert response.status_code == 410
        assert term("skos:changeNote") in said
    problem = client.get(ACTA, headers={"Accept": PROBLEM_JSON})
    assert (problem.status_code, problem.mimetype) == (410, PROBLEM_JSON)
    assert problem.get_json(force=True)["withdrawn"] == "2026-11-24"
    assert client.get(f"{ACTA}-2").status_code == 404
    assert client.get(NEW).status_code == 200


def test_a_journal_that_gave_way_to_another_leads_there(data: Path) -> None:
    withdraw(data, INSTEAD)
    releases = data.parent / "releases"
    client = client_of(build(releases, data))
    for end in ("", ".ttl", "?format=nt"):
        response = client.get(ACTA + end)
        assert (response.status_code, response.headers["Location"]) == (301, NEW + end)
    assert f'<{NEW}>; rel="successor-version"' in response.headers["Link"]
    # It counts as published for good.
    (data / "withdrawn.ttl").unlink()
    with pytest.raises(BuildRefused, match=ACTA):
        build(releases, data)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("<journal/acta-made-up> dcterms:isReplacedBy <journal/nobodys> .", "took its place"),
        (_JOURNAL.format(ACTA, "again").replace("rdfs:label", _LABEL), "is described"),
    ],
)
def test_a_withdrawal_that_cannot_be_kept_is_refused(more: str, message: str, data: Path) -> None:
    withdraw(data, more)
    with pytest.raises(InvalidSources, match=message):
        build(data.parent / "releases", data)
