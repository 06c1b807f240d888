import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given

from server.citations import MOST_AUTHORS, Author, Paper, bibtex, primary, snapshot
from tests.citations import WORDS, squeezed, unlatexed

ANN, BO, CY = Author("Ann A", "A", "Ann"), Author("Bo B", "B", "Bo"), Author("The Group")


@pytest.mark.parametrize(
    ("paper", "wanted"),
    [
        (Paper("T", (ANN,), year="2001"), "A, Ann (2001). T."),
        (Paper("T.", (ANN, BO), year="2001", journal="J."), "A, Ann & B, Bo (2001). T. J."),
        (Paper("T?", (ANN, BO, CY)), "A, Ann, B, Bo, & The Group (no year). T?"),
        (Paper("T", (ANN,), is_complete=False), "A, Ann, et al. (no year). T."),
        (
            Paper("T", year="2001", doi="10.1/a"),
            "Unknown authors (2001). T. https://doi.org/10.1/a",
        ),
        (
            Paper("T", year="2001", doi="10.1/a<b>;(c)"),
            "Unknown authors (2001). T. https://doi.org/10.1/a%3Cb%3E;(c)",
        ),
        (
            Paper("T", pmid="7"),
            "Unknown authors (no year). T. https://pubmed.ncbi.nlm.nih.gov/7/",
        ),
    ],
    ids=["one", "two", "three", "broken off", "none", "odd DOI", "no DOI"],
)
def test_the_primary_citation_is_as_the_atlas_has_it(paper: Paper, wanted: str) -> None:
    assert primary(paper) == wanted
    assert ".." not in primary(paper)


def test_a_long_list_ends_in_et_al() -> None:
    cited = primary(Paper("T", (ANN,) * (MOST_AUTHORS + 1)))
    assert cited.startswith(", ".join(["A, Ann"] * MOST_AUTHORS) + ", et al. (")


def test_bibtex_keeps_corporate_names_and_open_lists() -> None:
    made = bibtex(Paper("T", (ANN, CY), is_complete=False, pmid="7"), "x", "https://a.example/x")
    assert "author = {A, Ann and {The Group} and others}" in made
    assert "note = {PubMed: 7}" in made
    assert made.startswith("@article{mecfsatlas-x,")


@given(WORDS)
def test_bibtex_is_read_back_to_the_same_title(title: str) -> None:
    library = parse_string(bibtex(Paper(title, year="2001"), "x", "https://a.example"))
    assert not library.failed_blocks
    fields = library.entries[0].fields_dict
    assert fields["year"].value == "2001"
    assert unlatexed(fields["title"].value) == squeezed(title)


def test_the_snapshot_names_versions_state_and_day() -> None:
    made = snapshot(["Generator v1"], "Revision 3, sha256:ab", "2026-02-03", "https://x")
    assert made == (
        "ME/CFS Atlas. Generator v1. Revision 3, sha256:ab. Accessed 2026-02-03. https://x"
    )
