from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.build import build
from graph.prefixes import BASE
from server.app import create_app
from server.facts import Facts
from server.formats import BY_KEY, Kind, offers
from server.nanopubs import nanopub_address
from server.signing import Signer
from server.site import Site
from tests.nanopublications import GROUPS, NP, PAGE, has_signature, library
from tests.small import ENTRY, small_data

# The library still uses what rdflib gives up, and so does rdflib.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning"),
    pytest.mark.usefixtures("nanopub_library"),
]


@pytest.mark.parametrize("kind", ["unsigned", "signed"])
def test_all_formats_say_the_same(kind: str, client: FlaskClient, signed: FlaskClient) -> None:
    asked = {"unsigned": client, "signed": signed}[kind]
    writers = {row.key: row.writer for row in offers(Kind.NANOPUB) if row.writer}
    assert list(writers) == ["trig", "jsonld", "nq"]
    found = []
    for name, writer in writers.items():
        response = asked.get(f"{PAGE}.{name}")
        assert response.content_type == BY_KEY[name].media_type
        assert isinstance(writer, ox.RdfFormat)
        found.append(set(ox.parse(response.data, format=writer)))
    assert len(found[0]) > 20
    assert found[0] == found[1] == found[2]
    assert len({quad.graph_name for quad in found[0]}) == 4


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/trig"),
        ("*/*", "application/trig"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-quads", "application/n-quads"),
    ],
)
def test_data_come_first_and_browsers_get_a_page(
    accept: str | None, content_type: str, client: FlaskClient
) -> None:
    response = client.get(PAGE, headers={"Accept": accept} if accept else {})
    assert response.content_type == content_type
    assert "Accept" in response.headers["Vary"]


def test_formats_without_graphs_are_not_acceptable(client: FlaskClient) -> None:
    response = client.get(PAGE, headers={"Accept": "text/turtle"})
    assert response.status_code == 406
    assert response.json
    assert "application/trig" in response.json["formats"]
    assert client.get(f"{PAGE}.bib").status_code == 404
    assert client.get(f"{PAGE}?format=nothing").status_code == 400


def test_the_page_has_a_place_for_each_graph(client: FlaskClient, signed: FlaskClient) -> None:
    for asked, words in ((client, "It is not signed."), (signed, "It is signed")):
        page = asked.get(f"{PAGE}.html").text
        assert words in page
        for name in ("Head", "assertion", "provenance", "pubinfo"):
            assert page.count(f'id="{name}"') == 1
        assert f'href="{GROUPS}"' in page
        assert "PEM required" in page


def test_headers_lead_to_the_entry_and_to_what_it_is(client: FlaskClient) -> None:
    link = client.get(PAGE).headers["Link"]
    assert f'<{BASE + PAGE}>; rel="canonical"' in link
    assert f'<{BASE + GROUPS}>; rel="collection"' in link
    assert f'<{NP}Nanopublication>; rel="type"' in link
    assert '<https://creativecommons.org/publicdomain/zero/1.0/>; rel="license"' in link


@pytest.mark.parametrize(
    "path",
    [
        "/evidence/nobody-2000-nothing-here/nanopub/1",
        "/evidence/fixture-2002-bibliography-only/nanopub/1",
        f"{GROUPS}/nanopub/3",
        f"{GROUPS}/nanopub/0",
        f"{GROUPS}/nanopub/01",
        f"{GROUPS}/nanopub/one",
        f"{GROUPS}/nanopub/",
        f"{GROUPS}/nanopub",
        f"{GROUPS}/nanopub/1/",
        f"{GROUPS}/nanopub/1/x/y",
        f"{GROUPS}/nanopub/" + "9" * 5000,
        "/evidence/a b<>/nanopub/1",
        "/evidence/%00/nanopub/1",
        "/case-definition/fukuda1994/nanopub/1",
    ],
)
@pytest.mark.parametrize("kind", ["unsigned", "signed"])
def test_what_is_not_there_is_a_problem(
    path: str, kind: str, client: FlaskClient, signed: FlaskClient
) -> None:
    response = {"unsigned": client, "signed": signed}[kind].get(path)
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_a_release_under_another_base_has_nanopublications_there(
    tmp_path: Path, signer: Signer
) -> None:
    base = "https://atlas.example.org"
    facts = Facts(build(tmp_path / "releases", small_data(tmp_path), base=base))
    for site in (Site(facts), Site(facts, signer)):
        text = create_app(facts, site).test_client().get(f"/evidence/{ENTRY}/nanopub/1").text
        assert f"{base}/evidence/{ENTRY}/nanopub/1" in text
        assert BASE not in text
        assert library(text).is_valid
    assert has_signature(library(text))


def test_addresses_are_those_of_judgements_only() -> None:
    assert nanopub_address(f"{BASE}/evidence/a#pem-12") == f"{BASE}/evidence/a/nanopub/12"
    for iri in ("#pem-0", "#pem-1-group-1", "#pem-1-judging", "#paper", "", "#pem-1\n"):
        assert nanopub_address(f"{BASE}/evidence/a{iri}") is None
