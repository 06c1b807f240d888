import hashlib
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from graph.content import digest
from graph.difference import Difference, patch
from graph.history import read_history
from graph.kept import name_of
from server.formats import Kind, offers
from server.revision_files import FILES, Frozen
from server.revision_page import revision_page
from tests.past import DEFINED, JUDGED, REVISED, UNDEFINED, WITHDRAWN

FOLDER = Path(__file__).parent / "fixtures" / "history"
# The SHA-256 of every representation of the fixtures. What was published must stay as it is: a
# change that breaks these makes version 2 of template or writer, for revisions recorded after it.
GOLDEN = FOLDER / "golden.json"


def frozen() -> dict[str, Frozen]:
    """Return the revisions of the fixtures, by the end of their IRI."""
    found = {}
    for path in sorted(FOLDER.rglob("*.trig")):
        past = read_history(path)
        before = b""
        for revision in past.revisions:
            name = name_of(revision.iri)
            content = revision.content
            found[name] = Frozen(revision.iri, past.document, revision.record, content, before)
            before = content
    return found


REVISIONS = frozen()
FORMS = {"html": revision_page, **FILES}
TRIPLES = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
FULL = {name: one for name, one in REVISIONS.items() if one.content}

READ_BY_RDFLIB = pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
)


def digests(name: str) -> dict[str, str]:
    return {
        form: hashlib.sha256(write(REVISIONS[name])).hexdigest() for form, write in FORMS.items()
    }


def test_there_is_a_writer_for_every_format_of_revisions() -> None:
    assert set(FORMS) == {row.key for row in offers(Kind.REVISION)}
    assert len(REVISIONS) == 16


@pytest.mark.parametrize("name", REVISIONS)
def test_every_representation_is_byte_for_byte_what_was_published(name: str) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert set(golden) == set(REVISIONS)
    assert digests(name) == golden[name]


@READ_BY_RDFLIB
@pytest.mark.parametrize("name", FULL)
def test_all_formats_say_the_same_to_an_independent_parser(name: str) -> None:
    one = REVISIONS[name]
    graphs = [
        set(rdflib.Graph().parse(data=FILES[form](one), format=parser))
        for form, parser in TRIPLES.items()
    ]
    assert len(graphs[0]) == len(one.triples) >= 10
    assert all(graph == graphs[0] for graph in graphs)


@pytest.mark.parametrize("name", REVISIONS)
def test_trig_has_the_record_and_the_content_in_a_graph_of_its_own(name: str) -> None:
    one = REVISIONS[name]
    quads = list(ox.parse(FILES["trig"](one), format=ox.RdfFormat.TRIG))
    record = {quad.triple for quad in quads if quad.graph_name == ox.DefaultGraph()}
    content = {quad.triple for quad in quads if quad.graph_name == ox.NamedNode(one.iri)}
    assert record == set(one.record)
    assert content == set(one.triples)
    assert len(quads) == len(record) + len(content)


@pytest.mark.parametrize("name", REVISIONS)
def test_n_triples_and_n_quads_are_the_bytes_that_were_digested(name: str) -> None:
    one = REVISIONS[name]
    known = {str(t.object).strip('"') for t in one.record if "contentDigest" in str(t.predicate)}
    assert {digest(FILES[form](one)) for form in ("nt", "nq")} == known


@pytest.mark.parametrize("name", REVISIONS)
def test_the_patch_makes_a_revision_of_the_one_before(name: str) -> None:
    one, sides = REVISIONS[name], {"D": set[ox.Triple](), "A": set[ox.Triple]()}
    for line in FILES["patch"](one).decode().splitlines():
        (quad,) = ox.parse(line[2:], format=ox.RdfFormat.N_TRIPLES)
        sides[line[0]].add(quad.triple)
    before = {quad.triple for quad in ox.parse(one.before, format=ox.RdfFormat.N_TRIPLES)}
    found = Difference(removed=frozenset(sides["D"]), added=frozenset(sides["A"]))
    assert patch(before, found) == set(one.triples)


def test_a_page_says_that_it_is_old_why_and_what_changed() -> None:
    text = revision_page(REVISIONS[f"{REVISED}/revision/2"]).decode()
    assert "Revision 2, recorded on 2026-02-01." in text
    assert f'The current reading is at <a href="/evidence/{REVISED}">' in text
    assert "It says &lt;little&gt; more." in text
    assert "<ins>A &lt;b&gt;draft&lt;/b&gt; &amp; little more.</ins>" in text
    assert "This paper was retracted." in text
    assert "Machine draft." in text
    assert "<script" not in text


def test_the_page_of_a_judged_entry_has_its_values_by_key() -> None:
    text = revision_page(REVISIONS[f"{JUDGED}/revision/1"]).decode()
    assert '<span>PEM</span> <a href="/vocabulary/pem-requirement#required">required</a>' in text
    assert 'id="pem-1-group-2"' in text
    assert "This is the first revision on record." in text


def test_the_page_of_a_withdrawal_says_so() -> None:
    text = revision_page(REVISIONS[f"{WITHDRAWN}/revision/2"]).decode()
    assert "The entry was withdrawn by this revision" in text
    assert "It is no study." in text
    assert FILES["nt"](REVISIONS[f"{WITHDRAWN}/revision/2"]) == b""


def test_the_page_of_a_definition_says_what_it_demanded_then() -> None:
    text = revision_page(REVISIONS[f"{DEFINED}/revision/3"]).decode()
    assert "it says what the case definition said then. The current text is at" in text
    assert "<h1>Dowsett criteria for ME (1990)</h1>" in text
    assert '<dd><a href="/vocabulary/pem-status#uncertain">uncertain</a></dd>' in text
    assert "<dd>Bell, E. J.</dd>\n<dd>Dowsett, E. G.</dd>" in text
    assert "<ins>Dowsett &amp; Ramsay &lt;1990&gt;</ins>" in text
    assert "entry" not in text.lower()
    assert "Unknown authors" not in text


def test_the_page_of_a_withdrawn_definition_says_so() -> None:
    text = revision_page(REVISIONS[f"{UNDEFINED}/revision/2"]).decode()
    assert "The case definition was withdrawn by this revision" in text
    assert "entry" not in text.lower()


@READ_BY_RDFLIB
def test_what_xml_and_turtle_escape_survives() -> None:
    node, text = ox.NamedNode("https://x.org/a"), 'a\r\n\t"\\<&>]]> é 𝄞'
    odd = ox.NamedNode("https://x.org/terms/odd.name")
    said = [ox.Literal(text), ox.Literal(text, language="de"), ox.Literal("1", datatype=node)]
    lines = b"".join(sorted(f"{ox.Triple(node, odd, one)} .\n".encode() for one in said))
    one = Frozen("https://x.org/a/revision/1", "https://x.org/a", frozenset(), lines)
    for form, parser in TRIPLES.items():
        graph = rdflib.Graph().parse(data=FILES[form](one), format=parser)
        assert {str(value) for value in graph.objects()} == {text, "1"}, form
        assert len(graph) == 3, form
