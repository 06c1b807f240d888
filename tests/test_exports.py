import gzip
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import to_isomorphic

from graph import exports
from graph.build import build
from graph.jsonld import node
from graph.prefixes import BASE, prefixes, term
from graph.release import Release
from tests.small import SIZE, small_data

Triples = set[ox.Triple]
DEFAULT = ox.DefaultGraph()
WRITTEN = {"atlas.ttl.gz": ox.RdfFormat.TURTLE, "atlas.jsonld.gz": ox.RdfFormat.JSON_LD}

NASTY = (
    ['"', '"""', "'", "\\", "\\n", "\n", " .\n<urn:x>", "\t", "\r\n", "\x00", "\x1f", "\x7f", "�",
     "@prefix x: <y> .", '{"@id": "x"}', "<urn:a>", "_:b", "\u2028", "💤", "\ufeff"]
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(NASTY)
LOCAL = st.text("abzAZ019-_.~%/#?&='()*,;:!$+@äŒ雪", max_size=9).map(
    lambda text: re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
)
SPACES = st.sampled_from([*prefixes().values(), f"{BASE}/evidence/", "urn:x:", "http://e.example/"])


def iri(space: str, local: str) -> ox.NamedNode:
    # Only one number sign fits into an IRI.
    return ox.NamedNode(
        space
        + (local.replace("#", "") if "#" in space else local.replace("#", "", local.count("#") - 1))
    )


IRIS = st.builds(iri, SPACES, LOCAL)
LITERALS = (
    st.builds(ox.Literal, TEXTS)
    | st.builds(
        lambda text, tag: ox.Literal(text, language=tag),
        TEXTS,
        st.sampled_from(["en", "de-ch", "zh-hant"]),
    )
    | st.builds(lambda text, kind: ox.Literal(text, datatype=kind), TEXTS, IRIS)
    | st.builds(ox.Literal, st.integers() | st.booleans() | st.floats(allow_nan=False))
)
PREDICATES = IRIS | st.just(term("rdf:type"))
QUADS = st.lists(st.builds(ox.Quad, IRIS, PREDICATES, IRIS | LITERALS), max_size=12)


def default_graph(release: Release) -> Triples:
    quads = ox.parse(path=str(release.dump_path), format=ox.RdfFormat.N_QUADS)
    return {quad.triple for quad in quads if quad.graph_name == DEFAULT}


def unpacked(release: Release, name: str) -> bytes:
    return gzip.decompress((release.folder / name).read_bytes())


def read(text: bytes, form: ox.RdfFormat) -> Triples:
    quads = list(ox.parse(text, format=form))
    assert {quad.graph_name for quad in quads} <= {DEFAULT}
    return {quad.triple for quad in quads}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_file_of_triples_is_the_default_graph(name: str, real_release: Release) -> None:
    found = read(unpacked(real_release, name), WRITTEN[name])
    assert len(found) > 50_000
    assert found == default_graph(real_release)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_rdflib_reads_the_same_from_turtle_and_json_ld(release: Release) -> None:
    lines = ox.serialize(default_graph(release), format=ox.RdfFormat.N_TRIPLES) or b""
    graphs = [
        rdflib.Graph().parse(data=text, format=form)
        for text, form in (
            (lines, "nt"),
            (unpacked(release, "atlas.ttl.gz"), "turtle"),
            (unpacked(release, "atlas.jsonld.gz"), "json-ld"),
        )
    ]
    assert len(graphs[0]) > 1000
    assert to_isomorphic(graphs[0]) == to_isomorphic(graphs[1]) == to_isomorphic(graphs[2])


def test_the_packed_dump_is_the_dump(release: Release) -> None:
    assert unpacked(release, "atlas.nq.gz") == release.dump_path.read_bytes()


def test_turtle_names_each_prefix_and_each_subject_once(release: Release) -> None:
    head, _, body = unpacked(release, "atlas.ttl.gz").decode().partition("\n\n")
    assert head.splitlines() == [f"@prefix {p}: <{iri}> ." for p, iri in prefixes().items()]
    subjects = [block.split()[0] for block in body.strip().split("\n\n")]
    assert len(subjects) == len({*subjects}) == len({t.subject for t in default_graph(release)})


def test_json_ld_has_a_node_a_line_and_its_context_inside(release: Release) -> None:
    text = unpacked(release, "atlas.jsonld.gz").decode()
    document = json.loads(text)
    assert document["@context"] == prefixes()
    lines = [
        json.loads(line.rstrip(",")) for line in text.splitlines() if line.startswith('{"@id"')
    ]
    assert lines == document["@graph"]
    (paper,) = (
        one for one in lines if one["@id"].endswith("daniels-2011-socialization-model#paper")
    )
    assert paper["bibo:doi"] == "10.1017/s1352465810000792"
    assert paper["atlas:year"] == {"@value": "2011", "@type": "xsd:integer"}


@settings(max_examples=150, deadline=None)
@given(QUADS, st.integers(1, 6))
def test_what_is_written_in_pieces_is_read_back_whole(
    tmp_path_factory: pytest.TempPathFactory, quads: list[ox.Quad], most: int
) -> None:
    folder = tmp_path_factory.mktemp("exports", numbered=True)
    # The order of the dump, with a named graph that is left out.
    named = [
        ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode("urn:graph"))
        for quad in quads
    ]
    lines = ox.serialize([*quads, *named], format=ox.RdfFormat.N_QUADS) or b""
    dump = folder / "atlas.nq"
    dump.write_bytes(b"".join(sorted(set(lines.splitlines(keepends=True)))))
    pieces = list(exports.read_default_graph(dump, most))
    subjects = [{quad.subject for quad in piece} for piece in pieces]
    assert sum(map(len, subjects)) == len({quad.subject for quad in quads})
    short = exports.shortener(BASE)
    with (
        exports.turtle(folder / "atlas.ttl.gz", BASE) as write_turtle,
        exports.jsonld(folder / "atlas.jsonld.gz", BASE) as write_jsonld,
    ):
        for piece in pieces:
            write_turtle(piece)
            write_jsonld(
                [
                    node([q for q in piece if q.subject == s], short)
                    for s in dict.fromkeys(q.subject for q in piece)
                ]
            )
    wanted = {quad.triple for quad in quads}
    for name, form in WRITTEN.items():
        assert read(gzip.decompress((folder / name).read_bytes()), form) == wanted


def test_two_builds_give_the_same_bytes_in_every_file_but_the_dated_one(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    first, second = (build(tmp_path / name, data).manifest.files for name in "ab")
    assert len(first) == 9
    # RO-Crate wants the day of publication; that of both is the same unless midnight came between.
    assert [(f.name, f.digest) for f in first[:-1]] == [(f.name, f.digest) for f in second[:-1]]
    assert first[-1].name == "ro-crate-metadata.json"


def test_under_another_base_every_file_has_the_other_base(tmp_path: Path) -> None:
    release = build(tmp_path / "releases", small_data(tmp_path), "https://atlas.example")
    wanted = default_graph(release)
    for name, form in WRITTEN.items():
        text = unpacked(release, name)
        assert read(text, form) == wanted
        assert b"atlas:paper" in text
        assert b"https://atlas.example/ontology#" in text.splitlines()[0 if "ttl" in name else 1]
    entries = pq.read_table(release.folder / "entries.parquet").column("entry").to_pylist()
    assert all(entry.startswith("https://atlas.example/evidence/") for entry in entries)
    assert len(entries) == SIZE
