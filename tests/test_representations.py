"""The views of one entry beside its page and its data, as their clients ask for them."""

import json
import re

import extruct
import httpx
import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient
from signposting import (
    Signposting,
    find_signposting_html,
    find_signposting_http,
    find_signposting_linkset,
)

from graph.prefixes import BASE
from server.formats import Kind, offers
from tests.conftest import SEED

PAGE = f"/evidence/{SEED}"
SCHEMA = "https://schema.org/"
RDF = [row for row in offers(Kind.ENTRY) if row.writer]
VIEWED = [
    *("/", PAGE, "/case-definition/fukuda1994", "/vocabulary/pem-reason", "/dataset"),
    "/journal/behavioural-and-cognitive-psychotherapy",
]


def triples(body: bytes, media_type: str) -> set[ox.Triple]:
    form = ox.RdfFormat.from_media_type(media_type)
    assert form is not None
    return {quad.triple for quad in ox.parse(body, format=form)}


def embedded(client: FlaskClient, path: str) -> str:
    text = client.get(path, headers={"Accept": "text/html"}).text
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return str(found)


@pytest.mark.parametrize("path", VIEWED)
def test_the_view_of_schema_org_is_one_graph_in_every_format_and_in_the_page(
    path: str, client: FlaskClient
) -> None:
    found = []
    for row in RDF:
        response = client.get(
            path, headers={"Accept": row.media_type, "Accept-Profile": f"<{SCHEMA}>"}
        )
        assert response.mimetype == row.media_type
        assert response.headers["Content-Profile"] == f"<{SCHEMA}>"
        found.append(triples(response.data, row.media_type))
    found.append(triples(embedded(client, path).encode(), "application/ld+json"))
    assert len(found) == 6
    assert found[0]
    assert all(one == found[0] for one in found)
    assert all(
        str(t.predicate).startswith((f"<{SCHEMA}", "<http://www.w3.org/1999")) for t in found[0]
    )


def test_readers_of_pages_find_the_paper_and_not_our_page_as_the_article(
    client: FlaskClient,
) -> None:
    text = client.get(PAGE, headers={"Accept": "text/html"}).text
    (data,) = extruct.extract(text, base_url=BASE + PAGE, syntaxes=["json-ld"])["json-ld"]
    assert data["@id"] == BASE + PAGE
    assert "ScholarlyArticle" not in str(data["@type"])
    # It is described where it is named first.
    paper = data["about"]
    assert paper["@id"] == data["mainEntity"]["@id"] == f"{BASE}{PAGE}#paper"
    assert "https://doi.org/10.1017/s1352465810000792" in str(paper["sameAs"])


def test_data_without_a_view_of_schema_org_say_so(client: FlaskClient) -> None:
    response = client.get("/scanner/v1.4", headers={"Accept-Profile": f"<{SCHEMA}>"})
    assert response.status_code == 406
    assert client.get("/scanner/v1.4?_profile=native").status_code == 200


def test_who_knows_profiles_is_told_which_there_are(client: FlaskClient) -> None:
    headers = {
        "Accept": "text/turtle",
        "Accept-Profile": "<urn:none>;q=1, <https://schema.org/>;q=0.5",
    }
    response = client.get(PAGE, headers=headers)
    link = response.headers["Link"]
    assert f'<{SCHEMA}>; rel="profile"' in link
    assert link.count('rel="canonical"') == 1
    assert f'{PAGE}.html>; rel="canonical"; type="text/html"' in link
    assert 'token="schema.org"' in link
    assert "Accept-Profile" in response.headers["Vary"]
    own = response.headers["Content-Location"]
    assert own == f"{PAGE}.ttl?_profile=schema.org&_mediatype=text/turtle"
    assert client.get(own).data == response.data


@pytest.mark.parametrize("row", RDF, ids=lambda row: row.key)
def test_the_list_of_views_names_each_with_its_profile(row: object, client: FlaskClient) -> None:
    kind = row.media_type  # type: ignore[attr-defined]
    response = client.get(f"{PAGE}?_profile=alt", headers={"Accept": kind})
    assert response.mimetype == kind
    found = triples(response.data, kind)
    views = {t.object for t in found if "epresentation" in str(t.predicate)}
    assert len(views) == (len(RDF) + 5) + len(RDF)
    for view in views:
        assert isinstance(view, ox.NamedNode)
        answer = client.get(view.value.removeprefix(BASE))
        said = {str(t.object) for t in found if t.subject == view}
        assert f'"{answer.mimetype}"' in said


def test_a_view_is_chosen_by_address_alone(client: FlaskClient) -> None:
    headers = {"Accept": "text/html"}
    address = f"{PAGE}?_profile=schemaorg&_mediatype=application/ld%2Bjson"
    response = client.get(address, headers=headers)
    assert response.mimetype == "application/ld+json"
    assert json.loads(response.data) == json.loads(embedded(client, PAGE))
    assert client.get(f"{PAGE}?_profile=none").status_code == 400
    assert client.get(f"{PAGE}.bib?_profile=schema.org").status_code == 406


@pytest.mark.parametrize(
    ("address", "accept", "style", "words"),
    [
        (PAGE, "text/x-bibliography", "apa", "Daniels, J., & Wearden, A. J. (2011)."),
        (
            PAGE,
            "text/x-bibliography; style=vancouver",
            "nlm-citation-sequence",
            "Daniels J, Wearden AJ.",
        ),
        (f"{PAGE}.ref", "*/*", "apa", "(2011)."),
        (f"{PAGE}.ref?style=ieee", "text/html", "ieee", "J. Daniels and A. J. Wearden"),
        (f"{PAGE}?format=ref&style=apa&locale=de-DE", "*/*", "apa", "Daniels, J., & Wearden"),
    ],
)
def test_a_reference_comes_in_the_style_that_is_asked_for(
    address: str, accept: str, style: str, words: str, client: FlaskClient
) -> None:
    response = client.get(address, headers={"Accept": accept})
    assert words in response.text
    assert f"style={style}; locale=" in response.headers["Content-Type"]
    assert client.get(response.headers["Content-Location"]).data == response.data


def test_references_in_two_styles_have_two_tags(client: FlaskClient) -> None:
    tags = {client.get(f"{PAGE}.ref?style={name}").headers["ETag"] for name in ("apa", "ieee")}
    assert len(tags) == 2


@pytest.mark.parametrize("name", ["none", "../apa", "%00", "a" * 5000])
def test_an_unknown_style_is_a_clear_problem(name: str, client: FlaskClient) -> None:
    response = client.get(f"{PAGE}.ref?style={name}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert "vancouver" in response.text


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_json_ld_names_its_context_where_that_is_asked_for(web: httpx.Client) -> None:
    inline, linked = (web.get(f"{PAGE}.jsonld{more}") for more in ("", "?context=linked"))
    assert isinstance(inline.json()["@context"], dict)
    address = linked.json()["@context"]
    assert address.startswith(f"{BASE}/context.jsonld?version=")
    context = web.get(address.removeprefix(BASE))
    assert context.headers["Content-Type"] == "application/ld+json"
    assert linked.headers["ETag"] != inline.headers["ETag"]
    whole = linked.json() | {"@context": context.json()["@context"]}
    read = [
        rdflib.Graph().parse(data=data, format="json-ld")
        for data in (inline.text, json.dumps(whole))
    ]
    assert set(read[0]) == set(read[1])
    assert len(read[0]) > 100


def test_page_header_and_linksets_say_the_same_signposts(web: httpx.Client) -> None:
    address = f"{web.base_url}{PAGE}"
    by_header = find_signposting_http(address)
    by_page = find_signposting_html(address)
    (linkset, other) = sorted(by_header.linksets, key=lambda post: post.type or "")
    by_linkset = find_signposting_linkset(linkset.target, linkset.type)
    assert other.type == "application/linkset+json"
    assert said(by_header) == said(by_page)
    whole = {
        (rel, target.replace(BASE, str(web.base_url).rstrip("/"), 1))
        for rel, target in said(by_header)
    }
    found = {
        (rel, target.replace(BASE, str(web.base_url).rstrip("/"), 1))
        for rel, target in said(by_linkset)
    }
    assert whole <= found
    assert str(by_header.citeAs.target) == BASE + PAGE if by_header.citeAs else False


def said(found: Signposting) -> set[tuple[str, str]]:
    return {(str(post.rel), str(post.target)) for post in found.signposts}


@pytest.mark.parametrize("address", [f"{PAGE}.linkset", f"{PAGE}.linkset.json"])
def test_the_linkset_is_had_by_suffix_and_by_type(address: str, client: FlaskClient) -> None:
    response = client.get(address)
    kind = "application/linkset" + ("+json" if address.endswith("json") else "")
    assert response.mimetype == kind
    assert client.get(PAGE, headers={"Accept": kind}).data == response.data
    assert f"{BASE}{PAGE}.ttl" in response.text
