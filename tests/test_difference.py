import pyoxigraph as ox
import pytest
from hypothesis import given

from graph.difference import Difference, changes, compare, patch, rdf_patch
from graph.prefixes import BASE, term
from tests.triples import DOCUMENT, triple_sets

Triples = frozenset[ox.Triple]
SAID = {
    "one value for another": (
        ["#paper bibo:volume 12"], ["#paper bibo:volume 13"], ["#paper volume: 12 → 13"],
    ),
    "a value where there was none": ([], ["#paper bibo:volume 12"], ["#paper volume: added 12"]),
    "a value that is gone": (["#paper bibo:volume 12"], [], ["#paper volume: removed 12"]),
    "a list, of which only what changed is told": (
        ["atlas:topic /vocabulary/topic#a", "atlas:topic /vocabulary/topic#b"],
        ["atlas:topic /vocabulary/topic#b", "atlas:topic /vocabulary/topic#c",
         "atlas:topic /vocabulary/topic#d"],
        ["topic: topic#a → topic#c, topic#d"],
    ),
    "a part of the entry": (
        ["atlas:currentAssessment #pem-1"], ["atlas:currentAssessment #pem-2"],
        ["current assessment: #pem-1 → #pem-2"],
    ),
    "our own property by its label": (
        ["atlas:pemRequirement /vocabulary/pem-requirement#unclear"],
        ["atlas:pemRequirement /vocabulary/pem-requirement#required"],
        ["PEM requirement: pem-requirement#unclear → pem-requirement#required"],
    ),
    "the entry before its parts, properties in their order": (
        [], ["#paper bibo:volume 1", "bibo:volume 1", "#paper bibo:issue 1"],
        ["volume: added 1", "#paper issue: added 1", "#paper volume: added 1"],
    ),
    "nothing": (["#paper bibo:volume 12"], ["#paper bibo:volume 12"], []),
}  # fmt: skip


def triple(line: str) -> ox.Triple:
    *part, predicate, text = line.split(" ")
    subject = ox.NamedNode(DOCUMENT + "".join(part))
    bases = {"#": DOCUMENT, "/": BASE}
    value = ox.NamedNode(bases[text[0]] + text) if text[0] in bases else ox.Literal(text)
    return ox.Triple(subject, term(predicate), value)


def said(old: list[str], new: list[str]) -> list[str]:
    return [str(change) for change in changes(compare(map(triple, old), map(triple, new)))]


@given(triple_sets(), triple_sets())
def test_a_difference_leads_from_one_to_the_other_and_back(old: Triples, new: Triples) -> None:
    difference = compare(old, new)
    assert patch(old, difference) == new
    assert patch(new, difference.reversed) == old
    assert bool(difference) == (old != new)


@given(triple_sets(), triple_sets())
def test_a_difference_fits_only_what_it_starts_from(old: Triples, new: Triples) -> None:
    difference = compare(old, new)
    if difference:
        with pytest.raises(ValueError, match="other triples"):
            patch(new, difference)


@given(triple_sets(), triple_sets())
def test_an_rdf_patch_says_the_same(old: Triples, new: Triples) -> None:
    found: dict[str, set[ox.Triple]] = {"D": set(), "A": set()}
    for line in rdf_patch(compare(old, new)).removesuffix("\n").split("\n"):
        if line:
            quads = ox.parse(line[2:], format=ox.RdfFormat.N_TRIPLES)
            found[line[0]] |= {quad.triple for quad in quads}
    assert patch(old, Difference(frozenset(found["D"]), frozenset(found["A"]))) == new


@given(triple_sets(), triple_sets())
def test_what_is_told_leaves_no_triple_out(old: Triples, new: Triples) -> None:
    difference = compare(old, new)
    told = changes(difference)
    assert sum(len(change.old) for change in told) == len(difference.removed)
    assert sum(len(change.new) for change in told) == len(difference.added)
    assert all("\n" not in change.property for change in told)


@pytest.mark.parametrize("name", SAID)
def test_a_change_is_told_by_meaning(name: str) -> None:
    old, new, expected = SAID[name]
    assert said(old, new) == expected


def test_a_long_text_is_cut_and_a_foreign_language_named() -> None:
    node, title = ox.NamedNode(DOCUMENT), term("rdfs:label")
    old = [ox.Triple(node, title, ox.Literal("x" * 500, language="en"))]
    new = [ox.Triple(node, title, ox.Literal("kurz", language="de"))]
    (change,) = changes(compare(old, new))
    assert str(change) == f"label: {'x' * 120}… → kurz (de)"
