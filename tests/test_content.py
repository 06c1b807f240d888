import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from graph.content import content_of, contents, digest, triples_of
from graph.kept import CURRENT_REVISION, is_revision
from graph.prefixes import BASE, term
from graph.sources import entry_of
from tests.triples import DOCUMENT, triple_sets


def canonical(triples: frozenset[ox.Triple]) -> bytes:
    """Return the canonical N-Quads by the engine's own RDFC-1.0."""
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""
    return b"".join(sorted(lines.splitlines(keepends=True)))


@given(triple_sets())
def test_a_content_is_the_canonical_form_of_its_triples(triples: frozenset[ox.Triple]) -> None:
    content = content_of(DOCUMENT, triples)
    assert content == canonical(triples)
    assert triples_of(content) == triples


@given(triple_sets(), st.randoms())
def test_a_digest_does_not_depend_on_the_order(
    triples: frozenset[ox.Triple], chance: object
) -> None:
    shuffled = list(triples)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert digest(content_of(DOCUMENT, shuffled)) == digest(content_of(DOCUMENT, triples))


def test_a_digest_is_the_one_that_others_would_compute() -> None:
    title = ox.Literal('Ärger: a\n"b" \\ \u0007', language="en")
    triples = [
        ox.Triple(ox.NamedNode(f"{DOCUMENT}#paper"), term("dcterms:title"), title),
        ox.Triple(ox.NamedNode(DOCUMENT), term("atlas:paper"), ox.NamedNode(f"{DOCUMENT}#paper")),
    ]
    # printf '%s\n' … | LC_ALL=C sort | sha256sum
    assert content_of(DOCUMENT, triples).decode() == (
        f"<{DOCUMENT}#paper> <http://purl.org/dc/terms/title>"
        ' "Ärger: a\\n\\"b\\" \\\\ \\u0007"@en .\n'
        f"<{DOCUMENT}> <{BASE}/ontology#paper> <{DOCUMENT}#paper> .\n"
    )
    assert digest(b"") == (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_a_content_leaves_out_other_things_revisions_and_the_link_to_the_current_one() -> None:
    own = ox.Triple(ox.NamedNode(DOCUMENT), term("rdfs:label"), ox.Literal(f"{CURRENT_REVISION} "))
    others = [
        ox.Triple(ox.NamedNode(DOCUMENT), CURRENT_REVISION, ox.NamedNode(f"{DOCUMENT}/revision/1")),
        ox.Triple(ox.NamedNode(f"{DOCUMENT}/revision/1"), term("schema:version"), ox.Literal(1)),
        ox.Triple(ox.NamedNode(f"{DOCUMENT}-2"), term("rdfs:label"), ox.Literal("x")),
        ox.Triple(ox.NamedNode(f"{BASE}/journal/x"), term("rdfs:label"), ox.Literal("x")),
    ]
    lines = ox.serialize([own, *others], format=ox.RdfFormat.N_TRIPLES) or b""
    assert contents(lines).keys() == {DOCUMENT, f"{DOCUMENT}-2"}
    assert triples_of(contents(lines)[DOCUMENT]) == {own}


def test_a_revision_belongs_to_its_entry() -> None:
    known = {
        f"{DOCUMENT}/revision/1": True,
        f"{DOCUMENT}/revision/12#paper": True,
        f"{DOCUMENT}#a/revision/1": False,
        f"{DOCUMENT}/revision/0": False,
        f"{DOCUMENT}/revision/1x": False,
        f"{BASE}/journal/x/revision/1": False,
    }
    assert {iri: is_revision(iri) for iri in known} == known
    assert {entry_of(iri) for iri, is_one in known.items() if is_one} == {DOCUMENT}
