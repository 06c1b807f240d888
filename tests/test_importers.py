import json
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.build import check
from graph.errors import ImportRefused
from graph.identifiers import doi, doi_iri, pmcid, pmid
from graph.importers import ImportReport, import_file
from graph.journals import Journals, signature
from graph.paths import DATA
from graph.slugs import fold, slug
from tests.small import small_data

DAY = date(2026, 11, 23)
# Slugs that the public site gave to real papers.
SITE = {
    "daniels-2011-socialization-model": (
        "Daniels",
        "Socialization to the model: the active component",
    ),
    "maya-2023-surveying-metabolic": ("Maya", "Surveying the Metabolic and Dysfunctional Profiles"),
    "jason-2024-head-tilt": ("Jason", "The Head-Up Tilt Table Test as a Measure"),
    "jason-2012-pediatric-myalgic": ("Jason", "Pediatric Myalgic Encephalomyelitis"),
    "craig-2002-chronic-fatigue": ("Craig", "Chronic fatigue syndrome: evaluation and treatment."),
    "brown-2020-meta-analysis": ("Brown", "Meta-analysis investigating post-exertional malaise"),
    "bauermeister-1992-what-relation": (
        "Bauermeister",
        "[What is the relation of human herpesvirus 6",
    ),
    "young-1998-basal-activity": (
        "Young",
        "Basal activity of the hypothalamic-pituitary-adrenal axis",
    ),
    "tomas-2020-effect-myalgic": ("Tomas", "The effect of myalgic encephalomyelitis"),
    "oneal-2022-survey-anti": ("O'Neal", "Survey of Anti-Pathogen Antibody Levels"),
    "gow-1994-studies-enterovirus": ("Gow", "Studies on enterovirus in patients"),
    "yao-2007-thoughts-methods": ("Yao", "The thoughts and methods for clinical research"),
    "conroy-2021-homebound-versus": ("Conroy", "Homebound versus Bedridden Status"),
    "sasso-2025-large-scale": ("Sasso", "Large-scale investigation confirms TRPM3"),
    "cabanas-2019-validation-impaired": ("Cabanas", "Validation of impaired Transient Receptor"),
}
PAPER = {
    "id": "muller2020",
    "type": "article-journal",
    "title": "A made-up <i>paper</i>, for tests.",
    "author": [{"family": "Müller", "given": "Å."}, {"literal": "The Test Group"}],
    "container-title": "J. Transl. Med.",
    "issued": {"date-parts": [[2020, 3]]},
    "DOI": "https://doi.org/10.5555/ABC(1);2-3",
    "PMID": "123",
    "custom": {"authors_complete": False, "study_type": "cohort", "study_type_basis": "title"},
}
CRITERIA = {
    "key": "muller2020",
    "doi": "10.5555/abc(1);2-3",
    "read": "full text (methods)",
    "groups": [
        {"label": "patients", "definitions": ["ccc2003"], "rule": "all",
         "extra": ["post-exertional malaise"], "subset": False}
    ],
}  # fmt: skip


def bring(data: Path, item: object) -> ImportReport:
    file = data.parent / "in.json"
    file.write_text(json.dumps(item), encoding="utf-8")
    return import_file(file, data, recorded_on=DAY)


def test_the_sites_own_slugs_come_out() -> None:
    made = {
        slug(family, int(name.split("-")[1]), title, ()) for name, (family, title) in SITE.items()
    }
    assert made == set(SITE)
    assert len(SITE) == 15


def test_collisions_are_numbered_and_nobody_is_unknown() -> None:
    assert slug(None, 2017, "An outbreak of it", ()) == "unknown-2017-outbreak"
    taken = {"kim-2020-systematic-review", "kim-2020-systematic-review-2"}
    assert slug("Kim", 2020, "Systematic review", taken) == "kim-2020-systematic-review-3"


@given(st.text(max_size=40), st.text(max_size=80))
def test_a_slug_is_always_lower_case_ascii_words(family: str, title: str) -> None:
    made = slug(family, 2020, title, ())
    assert all(
        part.isascii() and part.isalnum() and part == part.lower() for part in made.split("-")
    )


@given(st.text(max_size=40))
def test_a_doi_is_normalised_once_and_for_all(tail: str) -> None:
    once = doi(f"https://doi.org/10.1000/{tail}")
    if once is not None:
        assert doi(once) == once
        ox.NamedNode(doi_iri(once))


@pytest.mark.parametrize("text", ["", "10.1/x", "doi:", "11.1000/x", "10.1000/a b"])
def test_what_is_no_doi_is_none(text: str) -> None:
    assert doi(text) is None


def test_other_identifiers_are_checked() -> None:
    assert (pmid(" 123 "), pmid("PMID 1"), pmid("0")) == ("123", None, None)
    assert (pmcid("pmc12"), pmcid("12"), pmcid("x")) == ("PMC12", "PMC12", None)


def test_spellings_of_one_journal_share_a_signature() -> None:
    names = ["Journal of Translational Medicine", "J. Transl. Med.", "J Transl Med", "J TranslMed"]
    assert len({signature(name) for name in names}) == 1


def test_no_two_real_journals_share_a_spelling() -> None:
    journals = Journals(DATA / "journals.ttl")
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    nodes = [t.subject for t in journals.triples() if t.predicate.value == kind]
    assert len(nodes) == len(set(nodes)) > 300


def test_a_paper_and_its_criteria_come_in_and_are_valid(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    assert bring(data, [PAPER]).written == ["muller-2020-made-paper"]
    assert bring(data, [CRITERIA]).written == ["muller-2020-made-paper"]
    text = (data / "evidence" / "muller-2020-made-paper.ttl").read_text(encoding="utf-8")
    assert '"2020-03"^^xsd:gYearMonth' in text
    assert "atlas:publicationType" not in text
    assert "authorListComplete false" in text
    assert "atlas:demandsPem true" in text
    _, problems = check(data)
    assert problems == []


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    for item in (PAPER, CRITERIA):
        bring(data, [item])
    before = {path: path.read_bytes() for path in data.rglob("*.ttl")}
    for item in (PAPER, CRITERIA):
        assert (bring(data, [item]).written, len(before)) == ([], len(list(data.rglob("*.ttl"))))
    assert {path: path.read_bytes() for path in data.rglob("*.ttl")} == before


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (PAPER | {"DOI": "none"}, "muller2020: DOI: 'none'"),
        (PAPER | {"title": ""}, "muller2020: title"),
        (PAPER | {"issued": {"date-parts": [["soon"]]}}, "muller2020: issued"),
        (PAPER | {"author": [{}]}, "muller2020: author"),
        (7, "item 1"),
        (CRITERIA, "no entry reads this paper"),
    ],
)
def test_a_bad_record_is_refused_by_name_and_nothing_is_written(
    item: object, words: str, tmp_path: Path
) -> None:
    data = small_data(tmp_path)
    before = sorted(data.rglob("*"))
    with pytest.raises(ImportRefused, match=words):
        bring(data, [item])
    assert sorted(data.rglob("*")) == before


def test_an_unknown_definition_is_refused_with_those_near_it(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    bring(data, [PAPER])
    group = {"label": "patients", "definitions": ["ccc2030"], "rule": "all"}
    with pytest.raises(ImportRefused, match="ccc2003"):
        bring(data, [CRITERIA | {"groups": [group]}])


def test_folding_keeps_the_letters_under_accents() -> None:
    assert fold("Löhn-Ångström's Stef´ansson") == "lohn angstroms stefansson"
