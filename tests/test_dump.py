from pathlib import Path

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.dump import sha256, write_dump

S = ox.NamedNode("https://www.mecfsatlas.com/evidence/x")
P = ox.NamedNode("https://www.mecfsatlas.com/ontology#p")
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=5)


def said(texts: list[str]) -> list[ox.Quad]:
    return [ox.Quad(S, P, ox.Literal(text)) for text in texts]


@settings(max_examples=25, deadline=None)  # each starts `sort`
@given(TEXTS)
def test_the_order_of_insertion_does_not_show(tmp_path_factory: object, texts: list[str]) -> None:
    folder = Path(str(tmp_path_factory.mktemp("dump")))  # type: ignore[attr-defined]
    for name, order in (("a.nq", texts), ("b.nq", texts[::-1])):
        (folder / "merged.nq").write_bytes(b"")
        write_dump(folder / "merged.nq", said(order), folder / name)
    assert (folder / "a.nq").read_bytes() == (folder / "b.nq").read_bytes()
    assert sha256(folder / "a.nq") == sha256(folder / "b.nq")


@settings(max_examples=25, deadline=None)  # each starts `sort`
@given(TEXTS)
def test_another_base_renames_iris_and_no_literal(
    tmp_path_factory: object, texts: list[str]
) -> None:
    folder = Path(str(tmp_path_factory.mktemp("dump")))  # type: ignore[attr-defined]
    texts = [*texts, '<https://www.mecfsatlas.com/x> "quoted" <https://www.mecfsatlas.com/y>']
    lines = ox.serialize(said(texts), format=ox.RdfFormat.N_QUADS) or b""
    (folder / "merged.nq").write_bytes(b"".join(sorted(lines.splitlines(keepends=True))))
    write_dump(folder / "merged.nq", [], folder / "c.nq", "https://atlas.example")
    quads = list(ox.parse(path=str(folder / "c.nq")))
    assert {quad.subject.value for quad in quads} == {"https://atlas.example/evidence/x"}
    assert {quad.object.value for quad in quads} == set(texts)
