from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.build import build
from graph.describe import SAMPLES, describe
from graph.partitions import DATASET, VOID_GRAPH, count_partitions
from graph.prefixes import BASE, prefixes, term
from graph.release import Release
from server.formats import Kind, offers
from tests.small import small_data

Node = ox.NamedNode | ox.Literal
Keys = Counter[tuple[str, ...]]
# The completion query of an editor of other projects, over the VoID graph.
COMPLETION = """
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?class ?property ?to ?datatype ?size WHERE {
  ?members void:class ?class ; void:entities ?size ; void:propertyPartition ?part .
  ?part void:property ?property .
  OPTIONAL {
    { ?part void:classPartition ?target . ?target void:class ?to }
    UNION
    { ?part ext:datatypePartition ?values . ?values ext:datatype ?datatype }
  }
}
"""
PARTITIONS = """
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX ext: <http://ldf.fi/void-ext#>
SELECT ?class ?size ?property ?triples ?leaf ?count WHERE {
  { <https://www.mecfsatlas.com/dataset> void:classPartition ?members .
    ?members void:class ?class ; void:entities ?size ; void:propertyPartition ?part . }
  UNION
  { <https://www.mecfsatlas.com/dataset> void:propertyPartition ?part }
  ?part void:property ?property ; void:triples ?triples .
  OPTIONAL {
    ?part void:classPartition|ext:datatypePartition ?below .
    ?below void:class|ext:datatype ?leaf ; void:triples ?count .
  }
}
"""


@pytest.fixture(scope="module")
def store(real_release: Release) -> ox.Store:
    return ox.Store.read_only(str(real_release.store_path))


@pytest.fixture(scope="module")
def void(store: ox.Store) -> list[ox.Quad]:
    return list(store.quads_for_pattern(None, None, None, VOID_GRAPH))


def text(node: object) -> str:
    return node.value if isinstance(node, ox.NamedNode | ox.Literal) else ""


def rows(store: ox.Store, query: str) -> list[dict[str, str]]:
    found = store.query(query, default_graph=VOID_GRAPH)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [{name: text(row[name]) for name in names} for row in found]


def said(void: list[ox.Quad], subject: ox.NamedNode, name: str) -> list[str]:
    return [text(q.object) for q in void if (q.subject, q.predicate) == (subject, term(name))]


def how_many(store: ox.Store, query: str) -> int:
    found = store.query(
        f"SELECT (COUNT({query.partition(' ')[0]}) AS ?n) {{ {query.partition(' ')[2]} }}"
    )
    assert isinstance(found, ox.QuerySolutions)
    return int(text(next(found)["n"]))


STATISTICS = {
    "void:triples": "* ?s ?p ?o",
    "void:distinctSubjects": "DISTINCT?s ?s ?p ?o",
    "void:distinctObjects": "DISTINCT?o ?s ?p ?o",
    "void:properties": "DISTINCT?p ?s ?p ?o",
    "void:classes": "DISTINCT?c ?s a ?c",
    "void:entities": f'DISTINCT?s ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE}/"))',
}


@pytest.mark.parametrize("name", STATISTICS)
def test_a_statistic_is_what_the_store_counts(
    name: str, store: ox.Store, void: list[ox.Quad]
) -> None:
    assert said(void, DATASET, name) == [str(how_many(store, STATISTICS[name]))]


def test_every_partition_counts_what_is_in_the_store(store: ox.Store) -> None:
    triples = [q.triple for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())]
    classes: dict[object, list[str]] = {}
    for triple in triples:
        if triple.predicate == term("rdf:type"):
            classes.setdefault(triple.subject, []).append(text(triple.object))
    sizes = Counter(kind for kinds in classes.values() for kind in kinds)
    counted: Keys = Counter()
    for triple in triples:
        name, value = triple.predicate.value, triple.object
        leaves = classes.get(value, [])
        datatypes = [value.datatype.value] if isinstance(value, ox.Literal) else []
        for kind in ["", *classes.get(triple.subject, [])]:
            below = [*datatypes, *(leaves if kind else [])]
            counted.update([(kind, name), *((kind, name, leaf) for leaf in below)])
    found: Keys = Counter()
    for row in rows(store, PARTITIONS):
        assert row["size"] == (str(sizes[row["class"]]) if row["class"] else "")
        found[(row["class"], row["property"])] = int(row["triples"])
        if row["leaf"]:
            found[(row["class"], row["property"], row["leaf"])] = int(row["count"])
    assert len(found) > 1_000
    assert found == counted


def test_named_graphs_are_counted_that_of_void_itself_included(
    store: ox.Store, void: list[ox.Quad]
) -> None:
    every = [name for name in store.named_graphs() if isinstance(name, ox.NamedNode)]
    # Those of earlier revisions are counted together.
    names = [name for name in every if "/revision/" not in name.value]
    assert len(names) == 3
    for name in names:
        size = sum(1 for _ in store.quads_for_pattern(None, None, None, name))
        assert said(void, name, "void:triples") == [str(size)]
        assert said(void, name, "dcterms:title")


def test_an_editor_can_complete_from_it(store: ox.Store) -> None:
    found = rows(store, COMPLETION)
    paper, entry = term("atlas:Paper").value, term("atlas:EvidenceEntry").value
    assert len(found) > 700
    ends = {(r["class"], r["property"], r["to"] or r["datatype"]) for r in found}
    assert (paper, term("dcterms:title").value, term("rdf:langString").value) in ends
    assert (paper, term("dcterms:issued").value, term("xsd:gYear").value) in ends
    assert (entry, term("atlas:paper").value, paper) in ends
    assert (paper, term("dcterms:issued").value, term("xsd:date").value) not in ends


def test_no_property_mixes_tagged_and_plain_text(store: ox.Store) -> None:
    tagged, plain = term("rdf:langString").value, term("xsd:string").value
    leaves: dict[str, set[str]] = {}
    for row in rows(store, PARTITIONS):
        leaves.setdefault(row["property"], set()).add(row["leaf"])
    assert len(leaves) > 100
    assert [name for name, kinds in leaves.items() if {tagged, plain} <= kinds] == []


def test_the_vocabularies_cover_every_class_and_property(
    store: ox.Store, void: list[ox.Quad]
) -> None:
    known = tuple(said(void, DATASET, "void:vocabulary"))
    assert len(known) > 10
    found = rows(store, PARTITIONS)
    used = {row["property"] for row in found} | {row["class"] for row in found} - {""}
    assert [iri for iri in used if not iri.startswith(known)] == []


def test_the_dataset_is_named_licensed_and_exemplified(
    store: ox.Store, void: list[ox.Quad]
) -> None:
    for name in ("dcterms:title", "dcterms:description", "dcterms:license"):
        assert len(said(void, DATASET, name)) == 1
    assert said(void, DATASET, "void:sparqlEndpoint") == [f"{BASE}/sparql"]
    assert said(void, DATASET, "void:uriSpace") == [f"{BASE}/"]
    assert any("language tag" in words for words in said(void, DATASET, "rdfs:comment"))
    samples = sorted(said(void, DATASET, "void:exampleResource"))
    assert samples == sorted(BASE + path for path in SAMPLES)


def test_all_its_nodes_have_iris(void: list[ox.Quad]) -> None:
    assert all(isinstance(quad.subject, ox.NamedNode) for quad in void)
    assert all(isinstance(quad.object, ox.NamedNode | ox.Literal) for quad in void)


def test_kinds_of_values_and_strange_terms_are_kept_apart() -> None:
    store = ox.Store()
    store.load(
        b"""@prefix e: <https://example.org/v#> .
        e:a a e:A ; e:p "x", 1 ; e:q "x"@en, 2, e:b ; <https://example.org/odd/(x)> true .
        e:b a e:B ; e:p 2 ; e:q 3 . e:c e:p e:b .""",
        format=ox.RdfFormat.TURTLE,
    )
    found, space = count_partitions(store), "https://example.org/v#"
    xsd, tagged = prefixes()["xsd"], term("rdf:langString").value
    wanted = {
        ("A", "p", f"{xsd}string"): 1, ("A", "p", f"{xsd}integer"): 1, ("A", "q", tagged): 1,
        ("A", "q", f"{xsd}integer"): 1, ("A", "q", ""): 1, ("B", "p", f"{xsd}integer"): 1,
        ("B", "q", f"{xsd}integer"): 1,
    }  # fmt: skip
    counted = {key: size for key, size in found.datatypes.items() if key[1].startswith(space)}
    assert counted == {(space + kind, space + name, d): n for (kind, name, d), n in wanted.items()}
    assert found.links == {(f"{space}A", f"{space}q", f"{space}B"): 1}
    assert found.by_property[f"{space}p"] == 4
    assert found.vocabularies == [
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "https://example.org/odd/", space,
    ]  # fmt: skip
    assert all(isinstance(quad.subject, ox.NamedNode) for quad in found.quads())


def test_the_manifest_repeats_the_counts(real_release: Release, void: list[ox.Quad]) -> None:
    counts = real_release.manifest.counts
    assert [str(counts["triples"])] == said(void, DATASET, "void:triples")
    assert counts["entries"] > 700
    judged = sum(size for key, size in counts.items() if key.startswith("PEM "))
    assert judged == counts["entries"]


def test_an_empty_store_can_be_described() -> None:
    store = ox.Store()
    assert describe(store)["triples"] == 0
    assert len(list(store.quads_for_pattern(DATASET, term("void:triples"), None))) == 1


def test_under_another_base_the_description_speaks_of_it(tmp_path: Path) -> None:
    base = "https://atlas.example"
    release = build(tmp_path / "releases", small_data(tmp_path), base)
    store = ox.Store.read_only(str(release.store_path))
    graph = ox.NamedNode(f"{base}/.well-known/void")
    quads = list(store.quads_for_pattern(None, None, None, graph))
    assert len(quads) > 1_000
    assert not [quad for quad in quads if BASE in str(quad)]


def test_the_description_is_a_document_in_every_format(client: FlaskClient) -> None:
    path = VOID_GRAPH.value.removeprefix(BASE)
    graphs = []
    for row in offers(Kind.ENTITY):
        response = client.get(f"{path}.{row.key}")
        assert response.status_code == 200, row.key
        if isinstance(row.writer, ox.RdfFormat):
            quads = ox.parse(response.data, format=row.writer)
            graphs.append({quad.triple for quad in quads})
    assert len(graphs) >= 3
    assert len(graphs[0]) > 1_000
    assert all(found == graphs[0] for found in graphs)
