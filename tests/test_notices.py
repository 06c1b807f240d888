"""What those who published a paper announced of it is told wherever a page names the paper."""

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from lxml import etree

from graph.prefixes import BASE, term
from tests.noted import (
    CLEAN,
    CORRECTION,
    DOUBTED,
    JOURNAL_VERSION,
    REINSTATED,
    REPLACED,
    RETRACTED,
)
from tests.test_pages import in_order, page

MARK = '<strong class="mark {}-mark">{}</strong>'


def test_an_expression_of_concern_is_told_in_words_and_is_no_retraction(
    noted_client: FlaskClient,
) -> None:
    text = page(noted_client, DOUBTED)
    in_order(
        text,
        [
            "<title>Expression of concern: Fixture of a preprint",
            '<aside class="concern" id="concern-2"',
            "An expression of concern was issued about this paper on 2014-05-06 by Editors of a made-up "
            "journal.",
            "a warning, no retraction",
            'href="https://doi.org/10.5555/concern"',
            "that was taken back in 2013-01.",
            'href="https://doi.org/10.5555/settled"',
        ],
    )
    for false in ("was retracted", "must not be relied on", "Retracted"):
        assert false not in text


def test_a_reinstated_paper_is_not_called_retracted(noted_client: FlaskClient) -> None:
    text = page(noted_client, REINSTATED)
    in_order(
        text,
        [
            "This paper was retracted on 2008-02-03 by A made-up publisher &amp; &lt;Sons&gt;; that was taken back in "
            "2009-10.",
            "https://doi.org/10.5555/retraction",
            "https://doi.org/10.5555/reinstated",
        ],
    )
    assert "<title>Retracted" not in text
    assert "must not be relied on" not in text
    assert 'class="mark ' not in text.partition('id="related"')[0]
    assert "etracted" not in noted_client.get(f"{REINSTATED}.bib").text
    assert "creativeWorkStatus" not in text


def test_a_retracted_paper_leads_to_what_replaced_it_and_back(noted_client: FlaskClient) -> None:
    text = page(noted_client, REPLACED)
    in_order(text, ["retracted on 2008-02-03", "Replaced by:", f'href="{CLEAN}#paper"'])
    in_order(
        page(noted_client, CLEAN),
        ["This replaces:", f'href="{REPLACED}#paper"', MARK.format("retracted", "Retracted")],
    )
    assert "This paper was retracted" not in page(noted_client, CLEAN)


def test_a_correction_and_what_it_corrects_name_each_other(noted_client: FlaskClient) -> None:
    in_order(
        page(noted_client, CORRECTION),
        [
            "This is a notice that corrects:",
            f'href="{REPLACED}#paper"',
            MARK.format("retracted", "Retracted"),
        ],
    )
    in_order(page(noted_client, REPLACED), ["Corrected by:", f'href="{CORRECTION}#paper"'])
    pair = {(BASE + REPLACED + "#paper", BASE + CORRECTION + "#paper")}
    for path in (CORRECTION, REPLACED):
        found = links(noted_client, f"{path}.nt?_profile=schemaorg", "schema:correction")
        assert found == pair
    assert links(noted_client, f"{REPLACED}.ttl", "atlas:correctedBy") == pair


def test_a_preprint_and_its_journal_version_name_each_other(noted_client: FlaskClient) -> None:
    in_order(
        page(noted_client, DOUBTED),
        [
            "It was published as:",
            f'href="{JOURNAL_VERSION}#paper"',
            "each was read and judged by itself",
        ],
    )
    text = page(noted_client, JOURNAL_VERSION)
    in_order(
        text,
        [
            "Its preprint:",
            f'href="{DOUBTED}#paper"',
            MARK.format("concern", "Expression of concern"),
            "judged by itself",
        ],
    )
    # What is said of the preprint is not said of the journal version.
    assert "<title>Expression" not in text
    assert 'class="concern"' not in text
    pair = {(BASE + JOURNAL_VERSION + "#paper", BASE + DOUBTED + "#paper")}
    for path in (DOUBTED, JOURNAL_VERSION):
        assert links(noted_client, f"{path}.nt?_profile=schemaorg", "schema:isBasedOn") == pair
    assert links(noted_client, f"{JOURNAL_VERSION}.ttl", "atlas:hasPreprint") == pair


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
def test_no_list_names_a_retracted_or_doubted_paper_unmarked(
    name: str, noted_client: FlaskClient
) -> None:
    path, expected = LISTS[name]
    tree = etree.HTML(page(noted_client, path).encode())
    for entry, words in expected.items():
        own = f"//main//a[@href='{entry}' or @href='{entry}#paper']"
        found = [link for link in tree.xpath(own) if (link.text or "").strip()]
        assert found, entry
        for link in found:
            if link.text == "the paper that took its place":
                continue
            following = link.xpath(
                "following-sibling::*[1][self::strong[starts-with(@class, 'mark ')]]"
            )
            assert [mark.text for mark in following] == [words], (path, entry)
    for entry in (REINSTATED, CLEAN):
        for link in tree.xpath(f"//main//a[@href='{entry}']"):
            assert not link.xpath(
                "following-sibling::*[1][self::strong[starts-with(@class, 'mark ')]]"
            )


def test_the_page_of_retractions_has_each_kind_apart(noted_client: FlaskClient) -> None:
    text = page(noted_client, "/retractions")
    in_order(
        text,
        [
            "Retracted papers", REPLACED, "retracted on 2008-02-03 by A made-up publisher &amp; &lt;Sons&gt;",
            "https://doi.org/10.5555/retraction", f'href="{CLEAN}"', RETRACTED,
            "Papers with an expression of concern", "a warning, no retraction".capitalize(), DOUBTED,
            "since 2014-05-06, by Editors of a made-up journal", "https://doi.org/10.5555/concern",
            "Taken back", DOUBTED, "expression of concern of 2012-12, taken back in 2013-01",
            REINSTATED, "retraction of 2008-02-03, taken back in 2009-10",
            "Papers that correct others", CORRECTION,
        ],
    )  # fmt: skip
    retracted = text[text.index('id="retracted"') : text.index('id="concerns"')]
    assert REINSTATED not in retracted
