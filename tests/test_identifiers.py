from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.identifiers import doi
from graph.prefixes import BASE, term
from graph.release import Release
from tests.conftest import SEED

HOME = f"/evidence/{SEED}"
ODD = "/evidence/fixture-2001-markup-title"
SPELLINGS = [
    ("10.1017/s1352465810000792", HOME),
    ("10.1017/S1352465810000792", HOME),
    ("10.1017%2FS1352465810000792", HOME),
    ("doi:10.1017/S1352465810000792", HOME),
    ("DOI:%2010.1017/s1352465810000792", HOME),
    ("DOI%2010.1017/s1352465810000792", HOME),
    ("https://doi.org/10.1017/S1352465810000792", HOME),
    ("https:/doi.org/10.1017/S1352465810000792", HOME),
    ("HTTP://DX.DOI.ORG/10.1017/s1352465810000792", HOME),
    ("doi.org/10.1017/s1352465810000792", HOME),
    (quote("https://doi.org/10.1017/S1352465810000792", safe=""), HOME),
    ("10.5555/fixture_(1)%3Ca%3E;b", ODD),
    ("10.5555%2fFixture_%281%29%3Ca%3E%3Bb", ODD),
    ("https://doi.org/10.5555/fixture_(1)%3Ca%3E;b", ODD),
    (quote("https://doi.org/10.5555/fixture_(1)%3Ca%3E;b", safe=""), ODD),
]


@pytest.mark.parametrize(("spelled", "home"), SPELLINGS)
def test_a_doi_in_any_spelling_leads_home(spelled: str, home: str, client: FlaskClient) -> None:
    response = client.get(f"/doi/{spelled}")
    assert (response.status_code, response.headers["Location"]) == (303, home)
    assert "Accept" in response.headers["Vary"]


def test_spellings_come_through_the_real_server(web: httpx.Client) -> None:
    for spelled, home in SPELLINGS:
        response = web.get(f"/doi/{spelled}")
        assert (response.status_code, response.headers["Location"]) == (303, home), spelled
    assert web.get("/doi/10.5555/none").headers["Content-Type"] == "application/problem+json"


def test_every_identifier_of_the_real_entries_leads_to_its_own(
    real_client: FlaskClient, real_release: Release
) -> None:
    quads = ox.parse(path=str(real_release.dump_path), format=ox.RdfFormat.N_QUADS)
    routes = {term(f"bibo:{name}"): name for name in ("doi", "pmid")}
    led = 0
    for quad in quads:
        subject, name = str(quad.subject)[1:-1], routes.get(quad.predicate)
        if name and subject.endswith("#paper"):
            response = real_client.head(f"/{name}/{quote(str(quad.object.value), safe='')}")
            home = subject.removeprefix(BASE).removesuffix("#paper")
            assert (response.status_code, response.headers.get("Location")) == (303, home)
            led += 1
    assert led > 700


def test_a_pubmed_id_leads_home(client: FlaskClient) -> None:
    response = client.get("/pmid/21092360")
    assert (response.status_code, response.headers["Location"]) == (303, HOME)
    assert client.head("/pmid/21092360").headers["Location"] == HOME


@pytest.mark.parametrize("path", ["/doi/10.1017/S1352465810000792", "/pmid/21092360"])
def test_what_was_asked_for_is_what_comes_after_one_hop(path: str, client: FlaskClient) -> None:
    for media_type in ("text/html", "text/turtle", "application/x-bibtex"):
        headers = {"Accept": media_type}
        response = client.get(path, headers=headers, follow_redirects=True)
        assert (response.status_code, response.mimetype) == (200, media_type)
        assert len(response.history) == 1
    named = client.get(f"{path}?format=ris", follow_redirects=True)
    assert named.mimetype == "application/x-research-info-systems"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/doi/10.5555/none", "https://doi.org/10.5555/none"),
        ("/doi/10.5555/%00", "No entry"),
        ("/doi/10.5555/" + "x" * 10_000, "No entry"),
        ("/doi/none", "/doi/10.1234/abc"),
        ("/doi/https://example.org/10.5555/none", "/doi/10.1234/abc"),
        ("/pmid/1", "https://pubmed.ncbi.nlm.nih.gov/1/"),
        ("/pmid/PMC1", "one to eight digits"),
        ("/orcid/0000-0002-1825-0097", "ORCID"),
    ],
    ids=lambda text: text[:30],
)
def test_an_unknown_identifier_is_a_problem_that_helps(
    path: str, detail: str, client: FlaskClient
) -> None:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert detail in response.get_json(force=True)["detail"]
    assert "Accept" in response.headers["Vary"].split(", ")
    page = client.get(path, headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_markup_in_an_identifier_stays_text(client: FlaskClient) -> None:
    for path in ("/doi/10.5555/<script>", "/orcid/<script>"):
        assert "<script>" not in client.get(path, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    "text", ["notdoi.org/10.1000/x", "doix10.1000/x", "https:///doi.org/10.1000/x"]
)
def test_what_only_looks_like_a_resolver_is_none(text: str) -> None:
    assert doi(text) is None
