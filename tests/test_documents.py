import json
import re
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient

from graph.build import build
from graph.paths import ONTOLOGY, ROOT
from graph.prefixes import BASE
from graph.release import Release
from server.app import create_app
from server.facts import Facts
from server.formats import Kind, offers
from tests.conftest import SEED

PAGE = f"/evidence/{SEED}"
THINGS = [
    PAGE,
    "/evidence/fixture-2001-markup-title",
    "/case-definition/fukuda1994",
    "/vocabulary/pem-reason",
    "/rule-set/v0.1",
    "/rule-set/v0.2",
    "/policy/v0.2",
    "/scanner/v1.4",
    "/dataset",
    "/query/saved-queries",
    "/graph/inferred",
]
WRITERS = {row.key: row.writer for row in offers(Kind.ENTITY) if row.writer}
NASTY = [
    "/evidence/none",
    "/%00",
    "/../etc/passwd",
    "/static/../app.py",
    "/a b<>",
    "/" + "x" * 10_000,
]


def graph(client: FlaskClient, path: str, form: object) -> set[ox.Triple]:
    response = client.get(path)
    assert response.status_code == 200, path
    assert isinstance(form, ox.RdfFormat)
    return {quad.triple for quad in ox.parse(response.data, format=form)}


@pytest.mark.parametrize("path", THINGS)
def test_all_rdf_formats_of_a_document_are_one_graph(path: str, client: FlaskClient) -> None:
    graphs = [graph(client, f"{path}.{key}", form) for key, form in WRITERS.items()]
    assert len(graphs) == 5
    assert graphs[0]
    assert all(found == graphs[0] for found in graphs)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_an_independent_parser_reads_the_same_json_ld(client: FlaskClient) -> None:
    turtle = rdflib.Graph().parse(data=client.get(f"{PAGE}.ttl").text, format="turtle")
    compact = rdflib.Graph().parse(data=client.get(f"{PAGE}.jsonld").text, format="json-ld")
    assert len(turtle) > 100
    assert set(turtle) == set(compact)


def test_an_entry_comes_with_its_parts(client: FlaskClient) -> None:
    found = graph(client, "/evidence/fixture-2013-groups-required.ttl", ox.RdfFormat.TURTLE)
    parts = {str(triple.subject).rpartition("#")[2].rstrip(">") for triple in found}
    wanted = {"paper", "author-1", "group-2", "group-2-criterion-1", "pem-1", "pem-1-group-2"}
    assert wanted <= parts


def test_the_ontology_is_served_as_written(client: FlaskClient) -> None:
    written = (ONTOLOGY / "atlas.ttl").read_bytes()
    assert client.get("/ontology.ttl").data == written
    assert client.get("/ontology", headers={"Accept": "text/turtle"}).data == written
    assert len(graph(client, "/ontology.jsonld", ox.RdfFormat.JSON_LD)) > 300
    assert len(graph(client, "/shapes.ttl", ox.RdfFormat.TURTLE)) > 300


def test_the_context_knows_every_prefix_and_own_property(client: FlaskClient) -> None:
    context = client.get("/context.jsonld").get_json(force=True)["@context"]
    assert context["atlas"] == f"{BASE}/ontology#"
    assert context["paper"] == {"@id": "atlas:paper", "@type": "@id"}
    assert context["accessed"] == {"@id": "atlas:accessed", "@type": "xsd:date"}


def test_a_representation_names_itself_and_the_others(client: FlaskClient) -> None:
    response = client.get(PAGE, headers={"Accept": "text/turtle"})
    assert response.headers["Content-Location"] == f"{PAGE}.ttl"
    assert response.headers["Vary"] == "Accept, Accept-Profile, Accept-Encoding"
    assert f'<{BASE}{PAGE}>; rel="canonical"' in response.headers["Link"]
    for row in offers(Kind.ENTRY)[:-2]:
        assert (
            f'<{PAGE}{row.suffix}>; rel="alternate"; type="{row.media_type}"'
            in (response.headers["Link"])
        )


def test_what_a_client_has_is_not_sent_again(client: FlaskClient) -> None:
    tags = set()
    for row in offers(Kind.ENTRY):
        first = client.get(PAGE, headers={"Accept": row.media_type})
        tags.add(first.headers["ETag"])
        again = client.get(
            PAGE, headers={"Accept": row.media_type, "If-None-Match": first.headers["ETag"]}
        )
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Vary"] == "Accept, Accept-Profile, Accept-Encoding"
    assert len(tags) == 12


@pytest.mark.parametrize("path", ["/", "/evidence", "/problems", "/nope", *THINGS])
def test_head_says_what_get_says(path: str, client: FlaskClient) -> None:
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code
    assert head.data == b""
    assert dict(head.headers) == dict(got.headers)


def test_an_impossible_accept_gets_a_list_of_what_there_is(client: FlaskClient) -> None:
    response = client.get(PAGE, headers={"Accept": "image/png"})
    assert (response.status_code, response.mimetype) == (406, "application/problem+json")
    assert response.get_json(force=True)["formats"][:2] == ["text/html", "text/turtle"]
    assert f"{PAGE}.ttl" in response.get_json(force=True)["alternates"]
    assert f"{PAGE}.csl.json" in response.get_json(force=True)["alternates"]
    assert 'rel="alternate"' in response.headers["Link"]
    assert client.get(f"{PAGE}?format=nope").status_code == 400
    assert client.get(f"{PAGE}?format=csv").status_code == 406
    assert client.get(f"{PAGE}?format=ttl").mimetype == "text/turtle"


def test_only_an_entry_can_be_cited(client: FlaskClient) -> None:
    citation = {"Accept": "application/x-bibtex"}
    assert client.get(PAGE, headers=citation).mimetype == "application/x-bibtex"
    assert client.get(PAGE, headers={"Accept": "*/*"}).mimetype == "text/html"
    for path in ("/case-definition/fukuda1994", "/dataset", "/"):
        refused = client.get(path, headers=citation)
        assert refused.status_code == 406
        assert "application/x-bibtex" not in refused.get_json(force=True)["formats"]
        assert "bibtex" not in client.get(path).headers["Link"]
    assert client.get("/case-definition/fukuda1994.bib").status_code == 404
    assert client.get("/case-definition/fukuda1994?format=bib").status_code == 406


@pytest.mark.parametrize("path", NASTY, ids=lambda path: path[:20])
def test_a_nasty_path_is_a_problem_that_gives_nothing_away(path: str, client: FlaskClient) -> None:
    for accept in ("*/*", "text/html"):
        response = client.get(path, headers={"Accept": accept})
        assert response.status_code == 404
        assert str(ROOT) not in response.text
        assert "Traceback" not in response.text


def test_every_own_iri_of_the_release_resolves(
    real_client: FlaskClient, real_release: Release
) -> None:
    quads = ox.parse(path=str(real_release.dump_path), format=ox.RdfFormat.N_QUADS)
    nodes = {node for quad in quads for node in quad if isinstance(node, ox.NamedNode)}
    own = {node.value.partition("#")[0] for node in nodes if node.value.startswith(f"{BASE}/")}
    # The endpoint stands before the pages; tests/test_sparql.py asks it.
    documents = sorted(own - {f"{BASE}/sparql"})
    assert len(documents) > 1_100
    for accept in ("text/html", "text/turtle"):
        missing = [
            document
            for document in documents
            if real_client.head(
                document.removeprefix(BASE), headers={"Accept": accept}
            ).status_code != 200
        ]  # fmt: skip
        assert missing == []


def test_every_part_of_an_entry_has_a_place_on_its_page(client: FlaskClient) -> None:
    for slug in ("fixture-2013-groups-required", "fixture-2001-markup-title"):
        page = client.get(f"/evidence/{slug}.html").text
        found = graph(client, f"/evidence/{slug}.ttl", ox.RdfFormat.TURTLE)
        parts = {str(t.subject)[1:-1].partition("#")[2] for t in found} - {""}
        hidden = {f"pem-{n}-{part}" for n in (1, 2) for part in ("judging", "association")}
        hidden |= {"author-1", "group-2-criterion-1"}
        assert {part for part in parts if f'id="{part}"' not in page} <= hidden


def test_a_release_under_another_base_is_the_same_site(tiny_data: Path) -> None:
    base = "https://atlas.example"
    release = build(tiny_data.parent / "other", tiny_data, base)
    client = create_app(Facts(release)).test_client()
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "PEM unclear" in page.text
    assert client.get("/").text.count("Fukuda") == 1
    document = json.loads(client.get(f"{PAGE}.jsonld").data)
    assert document["@graph"][0]["@id"] == base + PAGE
    assert BASE not in client.get("/ontology.ttl").text


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.ttl", f"{PAGE}.bib"])
def test_a_representation_is_sent_in_the_coding_its_client_takes(
    path: str, web: httpx.Client
) -> None:
    plain = web.get(path, headers={"Accept-Encoding": "identity"})
    tags = {plain.headers["ETag"]}
    for coding in ("gzip", "zstd"):
        headers = {"Accept-Encoding": coding}
        coded = web.get(path, headers=headers)
        assert coded.headers["Content-Encoding"] == coding
        assert coded.content == plain.content
        tags.add(coded.headers["ETag"])
        again = web.get(path, headers=headers | {"If-None-Match": coded.headers["ETag"]})
        assert again.status_code == 304
    assert len(tags) == 3


def test_only_pages_are_for_search_engines(client: FlaskClient) -> None:
    assert "X-Robots-Tag" not in client.get(PAGE, headers={"Accept": "text/html"}).headers
    for row in offers(Kind.ENTRY)[1:]:
        assert client.get(PAGE + row.suffix).headers["X-Robots-Tag"] == "noindex"


def test_a_page_says_the_day_on_which_it_is_read(client: FlaskClient) -> None:
    text = client.get(PAGE, headers={"Accept": "text/html"}).text
    assert re.search(r"Accessed 20\d\d-\d\d-\d\d\. https:", text)
    assert "\x02" not in text


READERS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml", "trig": "trig"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", THINGS[:6])
def test_rdflib_reads_every_format_to_the_same_graph(path: str, client: FlaskClient) -> None:
    assert set(READERS) == set(WRITERS)
    found = []
    for key, name in READERS.items():
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data=client.get(f"{path}.{key}").text, format=name)
        found.append({triple[:3] for triple in dataset.quads()})
    assert len(found[0]) > 3
    for one in found[1:]:
        assert one == found[0]
