import json

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from flask.testing import FlaskClient
from hypothesis import given

from graph.release import Release
from server.citation_files import CITATION_FILES
from server.citations import Author, Paper
from server.facts import Facts
from server.formats import Kind, offers
from server.highwire import meta_tags
from tests.citations import (
    PAPERS,
    Head,
    Said,
    papers,
    ris_lines,
    said_bib,
    said_csl,
    said_ris,
    squeezed,
    unlatexed,
)
from tests.conftest import SEED

ANN = Author("Ann A", "A", "Ann")
# What Zotero's translator for embedded metadata reads once per page; authors come many times.
# What is called so in CSL-JSON, by rispy and in BibTeX.
_SAME = (
    ("title", "title", "title"),
    ("container-title", "secondary_title", "journal"),
    ("volume", "volume", "volume"),
    ("issue", "number", "number"),
    ("DOI", "doi", "doi"),
)
_ONCE = {
    *("title", "publication_date", "journal_title", "volume", "issue"),
    *("firstpage", "lastpage", "doi", "pmid"),
}


@given(PAPERS)
def test_every_citation_format_carries_the_same_facts(paper: Paper) -> None:
    readers = {"bib": said_bib, "ris": said_ris, "csl": said_csl}
    assert set(readers) == set(CITATION_FILES)
    assert set(CITATION_FILES) == {
        row.key for row in offers(Kind.ENTRY) if row.media_type.startswith("application/")
    } - {row.key for row in offers(Kind.ENTRY) if row.writer or "linkset" in row.key}
    wanted = Said(
        squeezed(paper.title),
        tuple(squeezed(author.inverted) for author in paper.authors),
        paper.year,
        squeezed(paper.doi),
        squeezed(paper.journal),
    )
    for key, read in readers.items():
        assert read(CITATION_FILES[key](paper, "x", "https://a.example/x")) == wanted, key


@pytest.mark.parametrize(
    ("issued", "ris_date", "parts"),
    [
        ("2001", None, [2001]),
        ("2001-02", "2001/02//", [2001, 2]),
        ("2001-02-03", "2001/02/03/", [2001, 2, 3]),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(
    issued: str, ris_date: str | None, parts: list[int]
) -> None:
    paper = Paper("T", year="2001", issued=issued)
    files = {key: make(paper, "x", "https://a") for key, make in CITATION_FILES.items()}
    assert dict(ris_lines(files["ris"])).get("DA") == ris_date
    assert json.loads(files["csl"])["issued"] == {"date-parts": [parts]}
    assert ("month = {2}" in files["bib"]) is (len(parts) > 1)
    assert ("day = {3}" in files["bib"]) is (len(parts) > 2)
    date = dict(meta_tags(paper))["citation_publication_date"]
    assert [int(part) for part in date.split("/")] == parts


@pytest.mark.parametrize(
    ("printed", "span"),
    [
        ("221–27", ["221", "227"]),
        ("3525-3534", ["3525", "3534"]),
        ("e1–e3", ["e1", "e3"]),
        ("288–304.e288", ["288", "304.e288"]),
        ("jrm43340", ["jrm43340"]),
        ("1–3, 7–9", ["1–3, 7–9"]),
        ("", []),
    ],
)
def test_pages_are_the_same_in_every_format(printed: str, span: list[str]) -> None:
    paper = Paper("T", year="2001", volume="7", issue="2", pages=printed)
    assert paper.span == span
    files = {key: make(paper, "x", "https://a") for key, make in CITATION_FILES.items()}
    lines = dict(ris_lines(files["ris"]))
    assert [lines[tag] for tag in ("SP", "EP") if tag in lines] == span
    assert (lines["VL"], lines["IS"]) == ("7", "2")
    item = json.loads(files["csl"])
    assert (item["volume"], item["issue"], item.get("page", "")) == ("7", "2", "-".join(span))
    assert "volume = {7}" in files["bib"]
    assert "number = {2}" in files["bib"]
    if len(span) == 2:
        assert f"pages = {{{'--'.join(span)}}}" in files["bib"]


def test_every_format_says_what_is_a_preprint_and_where_a_list_breaks_off() -> None:
    paper = Paper("T", (ANN,), is_complete=False, is_preprint=True, pmid="7")
    files = {key: make(paper, "x", "https://a") for key, make in CITATION_FILES.items()}
    lines, item = dict(ris_lines(files["ris"])), json.loads(files["csl"])
    assert (lines["TY"], item["type"]) == ("UNPB", "article")
    assert "note = {Preprint. PubMed: 7}" in files["bib"]
    assert "others" in files["bib"]
    assert lines["N1"] == item["note"] == "The list of authors is not complete."
    assert (lines["AN"], lines["DB"], item["PMID"]) == ("7", "PubMed", "7")
    assert (lines["ID"], item["id"]) == ("mecfsatlas-x", "mecfsatlas-x")
    plain = CITATION_FILES["csl"](Paper("T"), "x", "https://a")
    assert json.loads(plain)["type"] == "article-journal"
    assert set(json.loads(plain)) == {"id", "type", "title", "URL"}


def test_real_reference_managers_read_every_paper_to_the_same_facts(
    real_release: Release,
) -> None:
    found = 0
    for slug, paper in papers(Facts(real_release)):
        files = {key: make(paper, slug, "https://a") for key, make in CITATION_FILES.items()}
        item = json.loads(files["csl"])
        (ris,) = rispy.loads(files["ris"])
        (entry,) = parse_string(files["bib"]).entries
        bib = {key: field.value for key, field in entry.fields_dict.items()}
        names = [
            name.get("literal") or f"{name['family']}, {name['given']}"
            for name in item.get("author", [])
        ]
        assert [squeezed(name) for name in ris.get("authors", [])] == [*map(squeezed, names)]
        broken = [] if paper.is_complete else ["others"]
        written = [unlatexed(name) for name in bib.get("author", "").split(" and ") if name]
        assert written == [*map(squeezed, names), *(broken if names else [])]
        assert (ris["id"], entry.key) == (item["id"], item["id"])
        year = str(item["issued"]["date-parts"][0][0]) if "issued" in item else None
        assert ris.get("year") == bib.get("year") == year
        pages = [value for key in ("start_page", "end_page") if (value := ris.get(key))]
        for csl_name, ris_name, bib_name in _SAME:
            said = squeezed(item.get(csl_name, ""))
            assert squeezed(ris.get(ris_name, "")) == said, (slug, ris_name)
            assert unlatexed(bib.get(bib_name, "")) == said, (slug, bib_name)
        assert "-".join(pages) == item.get("page", "")
        # LaTeX prints two hyphens as a dash, which ours is squeezed to.
        assert unlatexed(bib.get("pages", "")) == squeezed("–".join(pages))
        assert (f"PubMed: {item.get('PMID')}" in bib.get("note", "")) is ("PMID" in item)
        assert ris.get("accession_number") == item.get("PMID")
        found += 1
    assert found == 799


def test_a_line_break_in_a_title_does_not_break_ris() -> None:
    text = CITATION_FILES["ris"](Paper("T\r\nER  - \nX", year="2001"), "x", "https://a")
    assert dict(ris_lines(text))["TI"] == "T ER - X"


def test_zotero_saves_the_paper_from_the_page_of_an_entry(client: FlaskClient) -> None:
    found = Head(client.get(f"/evidence/{SEED}").text).found
    assert found["doi"] == ["10.1017/s1352465810000792"]
    assert found["pmid"] == ["21092360"]
    assert found["author"] == ["Daniels, Jo", "Wearden, Alison J"]
    assert set(found) <= _ONCE | {"author"}
    odd = Head(client.get("/evidence/fixture-2001-markup-title").text).found
    assert odd["title"] == ['Fixture <script>alert(1)</script> & {braces} "quoted" é 100%?']
    assert odd["doi"] == ["10.5555/fixture_(1)<a>;b"]
    assert odd["author"] == ["Löhn, Ann", "Bo & Co Group", "D, C", "F, E"]
    assert odd["publication_date"] == ["2001/02"]
    assert all(len(odd[name]) == 1 for name in set(odd) & _ONCE)


@pytest.mark.parametrize("path", ["/", "/evidence", "/case-definition/fukuda1994", "/sparql"])
def test_other_pages_are_no_paper_to_save(path: str, client: FlaskClient) -> None:
    assert "citation_" not in client.get(path).text


def test_the_files_of_an_entry_say_what_the_graph_says(client: FlaskClient) -> None:
    page = "/evidence/fixture-2001-markup-title"
    texts = {row.key: client.get(f"{page}{row.suffix}") for row in offers(Kind.ENTRY)}
    item = json.loads(texts["csl"].data)
    assert texts["csl"].mimetype == "application/vnd.citationstyles.csl+json"
    assert item["issued"] == {"date-parts": [[2001, 2]]}
    assert item["author"][:2] == [{"family": "Löhn", "given": "Ann"}, {"literal": "Bo & Co Group"}]
    assert dict(ris_lines(texts["ris"].text))["DO"] == item["DOI"] == "10.5555/fixture_(1)<a>;b"
    assert texts["bib"].text.startswith("@article{mecfsatlas-fixture-2001-markup-title,")
    assert item["URL"].endswith(page)
    preprint = client.get("/evidence/fixture-2012-preprint.csl.json").get_json(force=True)
    assert preprint["type"] == "article"
