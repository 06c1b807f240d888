import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.identity import is_other_paper
from graph.prefixes import BASE, term
from graph.revise import Order, revise
from tests.past import first_of
from tests.small import ENTRY, recorded_data

PAPER = ox.NamedNode(f"{BASE}/evidence/x#paper")


def said(**values: str) -> set[ox.Triple]:
    names = {"doi": "bibo:doi", "pmid": "bibo:pmid", "title": "dcterms:title"}
    return {ox.Triple(PAPER, term(names[key]), ox.Literal(text)) for key, text in values.items()}


@pytest.mark.parametrize(
    ("before", "after", "is_other"),
    [
        (said(doi="10.1/a", title="One"), said(doi="10.1/b", title="Two"), True),
        (said(doi="10.1/a", title="One"), said(pmid="7", title="Two"), True),
        (said(doi="10.1/a", pmid="7", title="One"), said(doi="10.1/b", pmid="7"), False),
        (said(doi="10.1/a", title="One"), said(doi="10.1/b", title="ONE "), False),
        (said(title="One"), said(title="Two"), False),
        (said(title="One"), said(doi="10.1/b", title="Two"), False),
        (said(), said(), False),
    ],
    ids=[
        "all is other",
        "other kinds of identifier",
        "one identifier was wrong",
        "the identifier was wrong",
        "only a title is known",
        "an identifier was added",
        "nothing is known",
    ],
)
def test_another_paper_has_neither_identifier_nor_title_in_common(
    before: set[ox.Triple], after: set[ox.Triple], is_other: bool
) -> None:
    assert is_other_paper(before, after) == is_other


def another_doi(text: str) -> str:
    return re.sub(r"10\.5555/[\w.-]+", "10.5555/another", text)


def another_paper(text: str) -> str:
    title = re.search(r'dcterms:title "([^"]+)"', text)
    assert title
    return another_doi(text).replace(title[1], "Another one")


@pytest.mark.parametrize("reason", ["edit", "correction", "model"])
@pytest.mark.parametrize(
    ("change", "is_taken"), [(another_paper, False), (another_doi, True)], ids=["paper", "DOI"]
)
def test_a_published_iri_is_not_reused_for_another_paper(
    change: Callable[[str], str], is_taken: bool, reason: str, tmp_path: Path
) -> None:
    data = recorded_data(tmp_path)
    path = data / "evidence" / f"{ENTRY}.ttl"
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")
    revised = revise(data, Order(reason, "Because.", created=first_of(3)))
    assert [why for _, why in revised.left] == (
        []
        if is_taken
        else ["is about another paper now; withdraw it, and give that paper a slug of its own"]
    )
