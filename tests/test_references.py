import json
import re
from dataclasses import replace
from itertools import cycle, islice

import pytest
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.formatter import plain
from citeproc.source.json import CiteProcJSON
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.release import Release
from server.citation_files import csl
from server.citation_styles import STYLES, Wanted, find_style
from server.citations import Author, Paper, read_paper
from server.facts import Facts
from server.problems import Problem
from server.references import MEDIA_TYPE, content_type, reference, wanted_by
from server.things import Thing
from tests.citations import PAPERS, papers
from tests.conftest import SEED

JO, AL = Author("Jo Daniels", "Daniels", "Jo"), Author("Alison J Wearden", "Wearden", "Alison J")
GROUP = Author("The Bo & Co Group")
TITLE = "Socialization to the model: the active component in the therapeutic alliance? A preliminary study"
DOI = "10.1017/s1352465810000792"
FULL = Paper(
    title="Rest", authors=(JO, AL), year="2011", journal="Behaviour", doi="10.1/ab", issued="2011-03",
    volume="12", issue="3", pages="221–27",
)  # fmt: skip
# As the style manuals print such a paper; of the seed, volume, issue and pages are not known.
SEED_IN = {
    "apa": (
        f"Daniels, J., & Wearden, A. J. (2011). {TITLE}. Behavioural and Cognitive Psychotherapy. "
        f"https://doi.org/{DOI}"
    ),
    "vancouver": (
        f"Daniels J, Wearden AJ. {TITLE}. Behavioural and Cognitive Psychotherapy. 2011. "
        f"doi:{DOI} PubMed PMID: 21092360."
    ),
    "ieee": (
        f"J. Daniels and A. J. Wearden, “{TITLE},” Behavioural and Cognitive Psychotherapy, 2011, "
        f"doi: {DOI}."
    ),
}
FULL_IN = {
    "apa": "Daniels, J., & Wearden, A. J. (2011). Rest. Behaviour, 12(3), 221–227. https://doi.org/10.1/ab",
    "vancouver": "Daniels J, Wearden AJ. Rest. Behaviour. 2011 Mar;12(3):221–7. doi:10.1/ab",
    "ieee": "J. Daniels and A. J. Wearden, “Rest,” Behaviour, vol. 12, no. 3, pp. 221–227, Mar. 2011, doi: 10.1/ab.",
    "nature": "Daniels, J. & Wearden, A. J. Rest. Behaviour 12, 221–227 (2011).",
    "ama": "Daniels J, Wearden AJ. Rest. Behaviour. 2011;12(3):221-227. doi:10.1/ab",
    "mla": "Daniels, J., and A. J. Wearden. “Rest.” Behaviour, vol. 12, no. 3, Mar. 2011, pp. 221–27, https://doi.org/10.1/ab.",
}
# What would be said of a paper by who knows no more of it than that volume and pages are missing.
NOT_OUT = re.compile(r"ahead of print|in press|forthcoming|published online|preprint", re.I)


def test_the_seed_paper_is_as_the_manuals_have_it(release: Release) -> None:
    facts = Facts(release)
    paper = read_paper(Thing(facts, f"{facts.base}/evidence/{SEED}#paper"))
    for style, wanted in SEED_IN.items():
        assert reference(paper, SEED, find_style(style)) == wanted
    assert reference(paper, SEED) == SEED_IN["apa"]


@pytest.mark.parametrize("style", FULL_IN)
def test_a_paper_of_which_all_is_known(style: str) -> None:
    assert reference(FULL, "x", find_style(style)) == FULL_IN[style]


@pytest.mark.parametrize(
    ("paper", "style", "wanted"),
    [
        (Paper("Rest?"), "apa", "Rest? (n.d.)."),
        (Paper("Rest."), "vancouver", "Rest."),
        (Paper("Rest.", year="2001"), "apa", "Rest. (2001)."),
        (Paper("Rest", (GROUP,), year="2001"), "apa", "The Bo & Co Group. (2001). Rest."),
        (Paper("Rest", (JO,), False, "2001"), "apa", "Daniels, J. et al. (2001). Rest."),
        (
            Paper("Rest", (JO, AL), False, "2001"),
            "vancouver",
            "Daniels J, Wearden AJ, et al. Rest. 2001.",
        ),
        (
            Paper("Rest", (JO,), year="2001", journal="medRxiv", is_preprint=True),
            "apa",
            "Daniels, J. (2001). Rest. medRxiv.",
        ),
        (
            Paper("Rest", (JO,), year="2001", pmid="7"),
            "apa",
            "Daniels, J. (2001). Rest. https://pubmed.ncbi.nlm.nih.gov/7/",
        ),
        (
            Paper("<i>A</i> & {b} `c` $d$", (JO,), year="2001", doi="10.1/a(1)<b>;c%2f"),
            "apa",
            "Daniels, J. (2001). <i>A</i> & {b} `c` $d$. https://doi.org/10.1/a(1)<b>;c%2f",
        ),
        (
            Paper("Rest?", (JO, AL), year="2001", journal="J Foo."),
            "ieee",
            "J. Daniels and A. J. Wearden, “Rest?” J Foo., 2001.",
        ),
        (Paper("Rest.\nNow", (JO,)), "mla", "Daniels, J. Rest. Now."),
    ],
    ids=[
        *("a title", "full stop", "no author", "group", "broken off", "two, broken off"),
        *("preprint", "no DOI", "markup", "question", "line break"),
    ],
)
def test_what_is_missing_or_odd_leaves_no_trace(paper: Paper, style: str, wanted: str) -> None:
    assert reference(paper, "x", find_style(style)) == wanted


@pytest.mark.parametrize("style", [*STYLES, "acta-radiologica", "anatomical-sciences-education"])
def test_no_style_says_how_far_a_paper_has_come(style: str) -> None:
    paper = replace(FULL, volume="", issue="", pages="", issued="2011")
    assert not NOT_OUT.search(reference(paper, "x", find_style(style)))


def test_a_style_says_it_in_the_words_of_a_locale() -> None:
    assert "Bd. 12, Nr. 3, S. 221–227, März 2011" in reference(FULL, "x", find_style("ieee", "de"))
    british = find_style("harvard-cite-them-right", "en-GB")
    assert reference(FULL, "x", british) == (
        "Daniels, J. and Wearden, A.J. (2011) ‘Rest’, Behaviour, 12(3), pp. 221–227. "
        "Available at: https://doi.org/10.1/ab."
    )
    assert find_style("nature").locale == "en-GB"
    # A journal that follows another's style in a language of its own.
    assert find_style("zookeys").locale == "en-US"
    assert reference(FULL, "x", find_style("zookeys"))


@given(PAPERS, st.sampled_from(list(STYLES)))
@settings(deadline=None, max_examples=60)
def test_a_reference_is_one_line_with_the_title_in_it(paper: Paper, style: str) -> None:
    made = reference(paper, "x", find_style(style))
    assert not set(made) & set("\r\n\t")
    squeezed = "".join(made.split()).casefold()
    title = "".join(paper.title.split()).casefold()
    assert title.removesuffix(".") in squeezed
    assert ".." not in made.replace(paper.title, "").replace(paper.journal, "")


def test_real_papers_have_references_in_every_style_offered(real_release: Release) -> None:
    # Every fourth; nine styles and a stride of four, so that each style gets its share.
    found, styles = 0, cycle([*STYLES])
    for slug, paper in islice(papers(Facts(real_release)), 0, None, 4):
        style = next(styles)
        made = reference(paper, slug, find_style(style))
        assert not re.search(r"(?<!\.)\.\.(?!\.)|[?!][.,]|\bNone\b|  |<", made), (style, made)
        assert paper.is_complete or "et al" in made, (style, made)
        if not paper.is_preprint:
            assert not NOT_OUT.search(made.lower().replace(paper.title.lower(), "")), made
        found += 1
    assert found == 200


def test_one_paper_after_the_other_comes_out_as_alone() -> None:
    wanted = find_style("vancouver")
    first = [reference(paper, "x", wanted) for paper in (FULL, Paper("Rest"), FULL)]
    assert first[0] == first[2] == FULL_IN["vancouver"]


@pytest.mark.parametrize(
    ("accept", "style", "locale"),
    [
        ("", "apa", "en-US"),
        (MEDIA_TYPE, "apa", "en-US"),
        (f"{MEDIA_TYPE}; style=ieee; locale=de-AT", "ieee", "de-AT"),
        (f'{MEDIA_TYPE.upper()};STYLE="bmj";locale=EN_gb', "bmj", "en-GB"),
        (f"text/html, {MEDIA_TYPE};style=mla;q=0.3", "modern-language-association", "en-US"),
        (f"{MEDIA_TYPE};style=ieee;q=0.3, {MEDIA_TYPE};style=bmj", "bmj", "en-GB"),
        (f'{MEDIA_TYPE};style="http://www.zotero.org/styles/nature"', "nature", "en-GB"),
        ("nonsense;;", "apa", "en-US"),
    ],
)
def test_the_media_type_names_style_and_locale(accept: str, style: str, locale: str) -> None:
    assert wanted_by(accept) == Wanted(style, locale)
    said = content_type(Wanted(style, locale))
    assert said == f"text/x-bibliography; style={style}; locale={locale}; charset=utf-8"


@pytest.mark.parametrize(
    "style", ["nope", "../apa", "/etc/passwd", "apa.csl/", "dependent/zookeys", "a" * 5000, "\0"]
)
def test_a_style_that_is_none_gets_the_list_of_those_that_are(style: str) -> None:
    with pytest.raises(Problem) as caught:
        find_style(style)
    assert caught.value.key == "unknown-style"
    assert caught.value.extensions["styles"] == [*STYLES]
    assert "https://www.zotero.org/styles" in caught.value.detail
    assert len(caught.value.detail) < 400


def test_a_locale_that_is_none_gets_the_list_of_those_that_are() -> None:
    for locale in ("xx", "../en-US", "en-US/../en-US"):
        with pytest.raises(Problem) as caught:
            find_style("apa", locale)
        assert "en-US" in str(caught.value.extensions["locales"])


@pytest.mark.parametrize(
    "style", ["agora", "biological-journal-of-the-linnean-society", "abi-technik"]
)
def test_a_style_that_cannot_write_it_says_so(style: str) -> None:
    with pytest.raises(Problem, match="unknown-style"):
        reference(FULL, "x", find_style(style))


@given(st.text(max_size=60))
def test_no_header_is_too_strange(accept: str) -> None:
    assert wanted_by(accept) == Wanted()


def test_another_program_reads_our_csl_json_to_the_same_reference() -> None:
    item = json.loads(csl(FULL, "x", "https://a.example"))
    style = CitationStylesStyle("apa", "en-US", validate=False)
    made = CitationStylesBibliography(style, CiteProcJSON([item]), plain)
    made.register(Citation([CitationItem(item["id"])]))
    assert [str(text) for text in made.bibliography()] == [FULL_IN["apa"]]
