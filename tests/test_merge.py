from itertools import product
from pathlib import Path

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.describe import INFERRED_GRAPH
from graph.merge import merge_shards, shard_lines
from graph.prefixes import BASE

REVISION = ox.NamedNode(f"{BASE}/evidence/a/revision/1")
TERMS = [ox.NamedNode("urn:a"), ox.NamedNode("urn:a-b"), INFERRED_GRAPH, REVISION]
LITERALS = [
    ox.Literal(text) for text in ("a", "a .", f"a {INFERRED_GRAPH} .", f"a {REVISION} .", 'a" .\n')
]
LITERALS += [ox.Literal("a", language="en"), ox.Literal("a", datatype=ox.NamedNode("urn:d"))]
OBJECTS: list[ox.NamedNode | ox.Literal] = [*TERMS, *LITERALS]
TRIPLES = [ox.Triple(s, p, o) for s, p, o in product(TERMS, TERMS, OBJECTS)]
SHARD = st.tuples(*[st.sets(st.sampled_from(TRIPLES), max_size=12)] * 3)
Triples = set[ox.Triple]


def written(triples: set[ox.Triple]) -> bytes:
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


@settings(max_examples=25, deadline=None)  # each starts `sort`
@given(st.lists(SHARD, min_size=1, max_size=4))
def test_what_any_shard_asserts_is_asserted_and_only_the_rest_is_inferred(
    tmp_path_factory: object, shards: list[tuple[Triples, Triples, Triples]]
) -> None:
    folder = Path(str(tmp_path_factory.mktemp("merge")))  # type: ignore[attr-defined]
    files = []
    for number, (asserted, inferred, earlier) in enumerate(shards):
        files.append(folder / f"{number}.nq")
        lines = shard_lines(written(asserted), written(inferred))
        ends = f" {REVISION} .\n".encode()
        lines |= {line[:-3] + ends for line in written(earlier).splitlines(keepends=True)}
        files[-1].write_bytes(b"".join([b"#{}\n", *sorted(lines)]))
    merge_shards(files, folder / "merged.nq")
    all_asserted = set().union(*(asserted for asserted, _, _ in shards))
    all_inferred = set().union(*(inferred for _, inferred, _ in shards))
    expected = {ox.Quad(*triple) for triple in all_asserted | all_inferred}
    expected |= {ox.Quad(s, p, o, INFERRED_GRAPH) for s, p, o in all_inferred - all_asserted}
    expected |= {ox.Quad(s, p, o, REVISION) for _, _, earlier in shards for s, p, o in earlier}
    found = (folder / "merged.nq").read_bytes().splitlines(keepends=True)
    assert set(ox.parse(b"".join(found), format=ox.RdfFormat.N_QUADS)) == expected
    assert found == sorted(set(found))
