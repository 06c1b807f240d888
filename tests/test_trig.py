import pyoxigraph as ox
from hypothesis import given

from graph.prefixes import BASE
from graph.trig import write_trig
from tests.triples import DOCUMENT, triple_sets

IRI = f"{DOCUMENT}/revision/1"


def read(text: str) -> tuple[frozenset[ox.Triple], frozenset[ox.Triple]]:
    quads = list(ox.parse(text, format=ox.RdfFormat.TRIG, base_iri=f"{BASE}/"))
    default = frozenset(q.triple for q in quads if isinstance(q.graph_name, ox.DefaultGraph))
    named = frozenset(q.triple for q in quads if q.graph_name == ox.NamedNode(IRI))
    assert len(default) + len(named) == len(quads)
    return default, named


@given(triple_sets(), triple_sets())
def test_what_is_written_is_what_is_read(
    record: frozenset[ox.Triple], content: frozenset[ox.Triple]
) -> None:
    assert read(write_trig(DOCUMENT, [(IRI, record, content)])) == (record, content)


@given(triple_sets())
def test_each_triple_stands_on_a_line_of_its_own_in_a_stable_order(
    content: frozenset[ox.Triple],
) -> None:
    text = write_trig(DOCUMENT, [(IRI, [], content)])
    body = [line for line in text.split("\n") if line.startswith("  ")]
    assert len(body) == len(content)
    assert text == write_trig(DOCUMENT, [(IRI, [], sorted(content, key=str, reverse=True))])


def test_a_further_revision_only_adds_lines() -> None:
    paper = [ox.Triple(ox.NamedNode(DOCUMENT), ox.NamedNode("urn:x:p"), ox.Literal("a\nb"))]
    first = write_trig(DOCUMENT, [(IRI, paper, paper)])
    both = write_trig(DOCUMENT, [(IRI, paper, paper), (f"{DOCUMENT}/revision/2", paper, [])])
    assert both.startswith(first)
