"""What those who published a paper announced of it is told wherever the paper is named."""

import csv
import io
import json
import shutil
from pathlib import Path

import bibtexparser
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rispy
from flask.testing import FlaskClient
from lxml import etree

from graph.build import build
from graph.prefixes import BASE, term, value
from graph.release import Release
from graph.revise import Order, revise
from server.app import create_app
from server.facts import Facts
from tests.past import first_of
from tests.small import ENTRY, edit, recorded_data
from tests.test_pages import in_order, page
from tests.test_revise import last, said

RETRACTED, DOUBTED = "/evidence/fixture-2001-markup-title", "/evidence/fixture-2012-preprint"
JOURNAL_VERSION, CLEAN = (
    "/evidence/fixture-2013-groups-required",
    "/evidence/fixture-2002-bibliography-only",
)
REINSTATED, REPLACED = "/evidence/fixture-2007-reinstated", "/evidence/fixture-2008-replaced"
CORRECTION = "/evidence/fixture-2009-correction"
MARK = '<strong class="mark">{}</strong>'
_ENTRY = """\
@base <https://www.mecfsatlas.com{path}> .
@prefix atlas: <https://www.mecfsatlas.com/ontology#> .
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fabio: <http://purl.org/spar/fabio/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<> a atlas:EvidenceEntry , atlas:BibliographicEntry ;
    dcterms:identifier "{slug}" ; rdfs:label "Fixture: {slug}"@en ;
    atlas:paper <#paper> ; atlas:recordedOn "2026-11-25"^^xsd:date ;
    atlas:topic </vocabulary/topic#autonomic> .
<#paper> a atlas:Paper , fabio:JournalArticle ; dcterms:title "Fixture: {slug}"@en ;
    dcterms:issued "2007"^^xsd:gYear ; atlas:year 2007 ;
    schema:isPartOf </journal/acta-physiol> ;
    dc:creator "A Dunn" ; atlas:author <#author-1> .
<#author-1> a atlas:Authorship ; schema:position 1 ; atlas:printedName "A Dunn" .
"""
_RETRACTION = """
<#paper> atlas:retraction <#retraction> .
<#retraction> a atlas:Retraction ; dcterms:date "2008-02-03"^^xsd:date ;
    dc:publisher "A made-up publisher" ; dcterms:source <https://doi.org/10.5555/retraction> .
"""
_LIFTED = """
<#retraction> atlas:liftedOn "2009-10"^^xsd:gYearMonth ;
    atlas:liftingNotice <https://doi.org/10.5555/reinstated> .
"""
_CONCERN = """
<#paper> atlas:expressionOfConcern <#concern> .
<#concern> a atlas:ExpressionOfConcern ; dcterms:date "2026-02-01"^^xsd:date ;
    dcterms:source <https://doi.org/10.5555/concern> .
"""
_MORE = {
    REINSTATED: _RETRACTION + _LIFTED,
    REPLACED: f"{_RETRACTION}<#paper> dcterms:isReplacedBy <{CLEAN}#paper> .\n",
    CORRECTION: f"<#paper> atlas:correctionOf <{REPLACED}#paper> .\n",
}


@pytest.fixture(scope="module")
def noted(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the fixtures and of three more entries."""
    data = shutil.copytree(tiny_data, tmp_path_factory.mktemp("noted") / "data")
    for path, more in _MORE.items():
        slug = path.rpartition("/")[2]
        text = _ENTRY.format(path=path, slug=slug) + more
        (data / "evidence" / f"{slug}.ttl").write_text(text, encoding="utf-8")
    return build(data.parent / "releases", data)


@pytest.fixture(scope="module")
def web(noted: Release) -> FlaskClient:
    return create_app(Facts(noted)).test_client()


def test_an_expression_of_concern_is_told_in_words_and_is_no_retraction(web: FlaskClient) -> None:
    text = page(web, DOUBTED)
    in_order(
        text,
        [
            "<title>Expression of concern: Fixture of a preprint",
            '<aside class="concern" id="concern-2"',
            "Expression of concern on 2014-05-06 by Editors of a made-up journal.",
            "a warning, no retraction",
            'href="https://doi.org/10.5555/concern"',
            "that was taken back on 2013-01.",
            'href="https://doi.org/10.5555/settled"',
        ],
    )
    for false in ("was retracted", "must not be relied on", "Retracted"):
        assert false not in text


def test_a_reinstated_paper_is_not_called_retracted(web: FlaskClient) -> None:
    text = page(web, REINSTATED)
    in_order(
        text,
        [
            "This paper was retracted on 2008-02-03 by A made-up publisher; that was taken back on "
            "2009-10.",
            "https://doi.org/10.5555/retraction",
            "https://doi.org/10.5555/reinstated",
        ],
    )
    assert "<title>Retracted" not in text
    assert "must not be relied on" not in text
    assert 'class="mark"' not in text.partition('id="related"')[0]
    assert "etracted" not in web.get(f"{REINSTATED}.bib").text
    assert "creativeWorkStatus" not in text


def test_a_retracted_paper_leads_to_what_replaced_it_and_back(web: FlaskClient) -> None:
    text = page(web, REPLACED)
    in_order(text, ["retracted on 2008-02-03", "Replaced by:", f'href="{CLEAN}#paper"'])
    in_order(
        page(web, CLEAN), ["This replaces:", f'href="{REPLACED}#paper"', MARK.format("Retracted")]
    )
    assert "This paper was retracted" not in page(web, CLEAN)


def test_a_correction_and_what_it_corrects_name_each_other(
    web: FlaskClient, noted: Release
) -> None:
    in_order(
        page(web, CORRECTION),
        ["This is a notice that corrects:", f'href="{REPLACED}#paper"', MARK.format("Retracted")],
    )
    in_order(page(web, REPLACED), ["Corrected by:", f'href="{CORRECTION}#paper"'])
    pair = {(BASE + REPLACED + "#paper", BASE + CORRECTION + "#paper")}
    for path in (CORRECTION, REPLACED):
        found = links(web, f"{path}.nt?_profile=schemaorg", "schema:correction")
        assert found == pair
    assert links(web, f"{REPLACED}.ttl", "atlas:correctedBy") == pair


def test_a_preprint_and_its_journal_version_name_each_other(web: FlaskClient) -> None:
    in_order(
        page(web, DOUBTED),
        [
            "It was published as:",
            f'href="{JOURNAL_VERSION}#paper"',
            "each was read and judged by itself",
        ],
    )
    text = page(web, JOURNAL_VERSION)
    in_order(
        text,
        [
            "Its preprint:",
            f'href="{DOUBTED}#paper"',
            MARK.format("Expression of concern"),
            "judged by itself",
        ],
    )
    # What is said of the preprint is not said of the journal version.
    assert "<title>Expression" not in text
    assert 'class="concern"' not in text
    pair = {(BASE + JOURNAL_VERSION + "#paper", BASE + DOUBTED + "#paper")}
    for path in (DOUBTED, JOURNAL_VERSION):
        assert links(web, f"{path}.nt?_profile=schemaorg", "schema:isBasedOn") == pair
    assert links(web, f"{JOURNAL_VERSION}.ttl", "atlas:hasPreprint") == pair


def links(client: FlaskClient, path: str, name: str) -> set[tuple[str, str]]:
    suffix = path.partition("?")[0].rpartition(".")[2]
    form = {"nt": ox.RdfFormat.N_TRIPLES, "ttl": ox.RdfFormat.TURTLE}[suffix]
    response = client.get(path)
    assert response.status_code == 200
    quads = ox.parse(response.data, format=form)
    return {
        (quad.subject.value, quad.object.value)
        for quad in quads
        if quad.predicate == term(name)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }


LISTS = {
    "evidence": (
        "/evidence",
        {RETRACTED: "Retracted", REPLACED: "Retracted", DOUBTED: "Expression of concern"},
    ),
    "journal": ("/journal/acta-physiol", {REPLACED: "Retracted"}),
    "author name": ("/author-name?name=A+Dunn", {REPLACED: "Retracted"}),
    "home": ("/", {RETRACTED: "Retracted"}),
    "related by topic": (REINSTATED, {REPLACED: "Retracted"}),
    "cited": (JOURNAL_VERSION, {RETRACTED: "Retracted"}),
    "retractions": (
        "/retractions",
        {RETRACTED: "Retracted", REPLACED: "Retracted", DOUBTED: "Expression of concern"},
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_names_a_retracted_or_doubted_paper_unmarked(name: str, web: FlaskClient) -> None:
    path, expected = LISTS[name]
    tree = etree.HTML(page(web, path).encode())
    for entry, words in expected.items():
        own = f"//main//a[@href='{entry}' or @href='{entry}#paper']"
        found = [link for link in tree.xpath(own) if (link.text or "").strip()]
        assert found, entry
        for link in found:
            if link.text == "the paper that took its place":
                continue
            following = link.xpath("following-sibling::*[1][self::strong[@class='mark']]")
            assert [mark.text for mark in following] == [words], (path, entry)
    for entry in (REINSTATED, CLEAN):
        for link in tree.xpath(f"//main//a[@href='{entry}']"):
            assert not link.xpath("following-sibling::*[1][self::strong[@class='mark']]")


def test_the_page_of_retractions_has_each_kind_apart(web: FlaskClient) -> None:
    text = page(web, "/retractions")
    in_order(
        text,
        [
            "Retracted papers", REPLACED, "retracted on 2008-02-03 by A made-up publisher",
            "https://doi.org/10.5555/retraction", f'href="{CLEAN}"', RETRACTED,
            "Papers with an expression of concern", "a warning, no retraction".capitalize(), DOUBTED,
            "since 2014-05-06, by Editors of a made-up journal", "https://doi.org/10.5555/concern",
            "Taken back", DOUBTED, "expression of concern of 2012-12, taken back on 2013-01",
            REINSTATED, "retraction of 2008-02-03, taken back on 2009-10",
            "Papers that correct others", CORRECTION,
        ],
    )  # fmt: skip
    retracted = text[text.index('id="retracted"') : text.index('id="concerns"')]
    assert REINSTATED not in retracted


def test_lists_as_data_carry_the_marks(web: FlaskClient) -> None:
    rows = {row["slug"]: row for row in csv.DictReader(io.StringIO(web.get("/evidence.csv").text))}
    found = {
        slug: row["editorial_notices"] for slug, row in rows.items() if row["editorial_notices"]
    }
    assert found == {
        RETRACTED.rpartition("/")[2]: "retracted",
        REPLACED.rpartition("/")[2]: "retracted",
        DOUBTED.rpartition("/")[2]: "expression of concern",
    }
    feed = web.get("/evidence.atom").text
    assert "<title>Retracted: Fixture: fixture-2008-replaced" in feed
    assert "<title>Expression of concern: Fixture of a preprint" in feed
    assert "<title>Fixture: fixture-2007-reinstated" in feed
    triples = web.get("/evidence.nt").text
    for part in ("#concern-2", "#concern-1> <https://www.mecfsatlas.com/ontology#liftedOn>"):
        assert part in triples


def test_the_table_of_entries_tells_what_stands_and_what_was_taken_back(noted: Release) -> None:
    table = pq.read_table(noted.folder / "entries.parquet").to_pylist()
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
def test_citations_carry_the_notice(path: str, words: str, web: FlaskClient) -> None:
    (entry,) = bibtexparser.parse_string(web.get(f"{path}.bib").text).entries
    assert entry["note"].startswith(words)
    assert words in str(rispy.loads(web.get(f"{path}.ris").text)[0]["notes"])
    assert words in json.loads(web.get(f"{path}.csl.json").text)["note"]
    assert web.get(f"{path}.ref").text.strip().endswith(f"[{words}]")
    assert f"[{words}]" in page(web, path)
    assert "[" not in web.get(f"{CLEAN}.ref").text


def test_schema_org_says_what_stands(web: FlaskClient) -> None:
    status = term("schema:creativeWorkStatus")
    for path, expected in {
        RETRACTED: {"Retracted"},
        DOUBTED: {"Expression of concern", "Preprint"},
        REINSTATED: set(),
    }.items():
        quads = ox.parse(
            web.get(f"{path}.nt?_profile=schemaorg").data, format=ox.RdfFormat.N_TRIPLES
        )
        assert {quad.object.value for quad in quads if quad.predicate == status} == expected  # type: ignore[union-attr]


def test_one_property_leads_to_notices_of_either_kind(noted: Release) -> None:
    store = ox.Store.read_only(str(noted.store_path))
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
    path.write_text(path.read_text(encoding="utf-8") + _CONCERN, encoding="utf-8")
    ((_, why),) = revise(data, Order("retraction", "Doubts.", created=first_of(3))).left
    assert "states no new retraction" in why
    assert not revise(data, Order("edit", "Doubts.", created=first_of(3))).left
    assert said(last(data), "atlas:changedAspect") == {"retraction"}
    lifted = _LIFTED.replace("#retraction", "#concern").replace("2009-10", "2026-03")
    path.write_text(path.read_text(encoding="utf-8") + lifted, encoding="utf-8")
    assert not revise(data, Order("edit", "Settled.", created=first_of(4))).left
    assert said(last(data), "atlas:changedAspect") == {"retraction"}


def test_a_retraction_that_was_recorded_wrongly_is_a_correction(tmp_path: Path) -> None:
    data = recorded_data(tmp_path)
    path = data / "evidence" / f"{ENTRY}.ttl"
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept + _RETRACTION, encoding="utf-8")
    assert not revise(data, Order("retraction", "Retracted.", created=first_of(3))).left
    path.write_text(kept, encoding="utf-8")
    assert not revise(data, Order("correction", "Of another paper.", created=first_of(4))).left
    client = create_app(Facts(build(tmp_path / "releases", data))).test_client()
    assert "etracted" not in page(client, f"/evidence/{ENTRY}").partition('id="revisions"')[0]
    assert "This paper was retracted." in page(client, f"/evidence/{ENTRY}/revision/2")


def test_the_revision_of_a_reinstated_paper_does_not_call_it_retracted(tmp_path: Path) -> None:
    data = recorded_data(tmp_path)
    path = data / "evidence" / f"{ENTRY}.ttl"
    path.write_text(path.read_text(encoding="utf-8") + _RETRACTION + _LIFTED, encoding="utf-8")
    assert not revise(data, Order("retraction", "Retracted, reinstated.", created=first_of(3))).left
    client = create_app(Facts(build(tmp_path / "releases", data))).test_client()
    text = page(client, f"/evidence/{ENTRY}/revision/2")
    assert "This paper was retracted." not in text
    assert "2009-10" in text
