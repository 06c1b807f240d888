import html
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from memento_client import MementoClient

from graph.build import build
from graph.prefixes import BASE, term
from graph.release import Release
from server.cli import main
from server.facts import Facts
from server.formats import Kind, kind_at, offers
from server.problems import PROBLEM_JSON
from server.settings import Settings
from server.verification import verify
from tests.past import DEFINED, MERGED, REDEFINED, UNDEFINED
from tests.site import free_port, serve
from tests.small import DEFINITIONS
from tests.test_verification import printed

PAGE, GONE, TWICE = f"/{DEFINED}", f"/{UNDEFINED}", f"/{REDEFINED}"
DATA = [row for row in offers(Kind.ENTITY) if isinstance(row.writer, ox.RdfFormat)]
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def origin(past: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the release with a past, served where its things say that they are."""
    folder, port = tmp_path_factory.mktemp("origin"), free_port()
    build(folder / "releases", past, f"http://127.0.0.1:{port}")
    with serve(Settings(releases=folder / "releases"), folder, port) as site:
        yield site.address.rstrip("/")


def test_a_definition_names_its_gate_and_map_in_every_format(past_client: FlaskClient) -> None:
    for ending in ("", ".html", *(row.suffix for row in DATA)):
        links = past_client.get(PAGE + ending).headers["Link"]
        assert f'<{BASE}/timegate{PAGE}>; rel="timegate"' in links
        assert f'<{BASE}/timemap{PAGE}>; rel="timemap"; type="application/link-format"' in links
    assert "timegate" not in past_client.get("/journal/fixture-journal").headers.get("Link", "")
    assert "timegate" not in past_client.get("/case-definition").headers.get("Link", "")


def test_a_definition_without_a_history_has_none_of_it(client: FlaskClient) -> None:
    response = client.get(PAGE, headers=HTML)
    assert "timegate" not in response.headers["Link"]
    assert "Release " in printed(client, PAGE)
    for kind in ("timegate", "timemap"):
        assert client.get(f"/{kind}{PAGE}").status_code == 404


@pytest.mark.parametrize(
    ("time", "number"),
    [
        ("Mon, 01 Dec 2025 00:00:00 GMT", 1),
        ("Sun, 01 Feb 2026 12:00:00 GMT", 2),
        ("Sat, 28 Feb 2026 00:00:00 GMT", 2),
        ("Wed, 01 Jan 2031 00:00:00 GMT", 3),
    ],
)
def test_a_time_leads_to_what_it_said_then(
    time: str, number: int, past_client: FlaskClient
) -> None:
    then = {"Accept-Datetime": time}
    response = past_client.get(f"/timegate{PAGE}", headers=then)
    assert response.status_code == 302
    assert response.headers["Location"] == f"{PAGE}/revision/{number}"
    typed = past_client.get(f"/timegate{PAGE}.rdf", headers=then)
    assert typed.headers["Location"] == f"{PAGE}/revision/{number}.rdf"
    found = past_client.get(f"{PAGE}/revision/{number}.ttl")
    month = ("Jan", "Feb", "Mar")[number - 1]
    assert f" 01 {month} 2026 12:00:00 GMT" in found.headers["Memento-Datetime"]
    assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    ["/journal/brain", "/case-definition/none", "/case-definition/a b", "/case-definition", "/x/y"],
)
def test_what_has_no_history_has_neither_gate_nor_map(path: str, past_client: FlaskClient) -> None:
    for kind in ("timegate", "timemap"):
        assert past_client.get(f"/{kind}{path}").status_code == 404


def test_the_map_lists_all_revisions(past_client: FlaskClient) -> None:
    rows = past_client.get(f"/timemap{PAGE}?format=json").get_json()["mementos"]["list"]
    assert [row["uri"] for row in rows] == [f"{BASE}{PAGE}/revision/{n}" for n in (1, 2, 3)]
    gone = past_client.get(f"/timemap{GONE}").text
    assert gone.count("memento") == 2


def test_a_memento_client_walks_a_definition_through_time(origin: str) -> None:
    client, seen = MementoClient(), []
    for month in (1, 2, 3):
        info = client.get_memento_info(origin + PAGE, datetime(2026, month, 15))  # noqa: DTZ001
        assert info["original_uri"] == origin + PAGE
        assert info["timegate_uri"] == f"{origin}/timegate{PAGE}"
        mementos = info["mementos"]
        assert mementos["closest"]["datetime"].month == month
        assert mementos["first"]["uri"] == [f"{origin}{PAGE}/revision/1"]
        assert mementos["last"]["uri"] == [f"{origin}{PAGE}/revision/3"]
        (address,) = mementos["closest"]["uri"]
        assert client.get_original_uri(address) == origin + PAGE
        assert f"recorded on 2026-0{month}-01" in httpx.get(address, headers=HTML).text
        seen.append(address)
    assert seen == [f"{origin}{PAGE}/revision/{n}" for n in (1, 2, 3)]


def test_the_page_has_its_revisions_and_a_reference_that_verifies(
    past_client: FlaskClient, past_release: Release
) -> None:
    text = past_client.get(PAGE, headers=HTML).text
    assert "Revision 3 of this case definition, recorded on 2026-03-01" in text
    found = re.findall(r'<li value="(\d)"><a href="([^"]+)">', text)
    assert found == [(str(n), f"{PAGE}/revision/{n}") for n in (3, 2, 1)]
    reference = printed(past_client, PAGE)
    assert re.fullmatch(
        r"ME/CFS Atlas\. Revision 3, sha256:[0-9a-f]{64}\. "
        rf"Accessed \d{{4}}-\d\d-\d\d\. {BASE}{PAGE}/revision/3",
        reference,
    )
    releases = str(past_release.folder.parent)
    done = CliRunner().invoke(main, ["verify", reference, "--releases", releases])
    assert (done.exit_code, "is exactly what was read" in done.output) == (0, True)
    altered = re.sub("sha256:.{64}", f"sha256:{'0' * 64}", reference)
    done = CliRunner().invoke(main, ["verify", altered, "--releases", releases])
    assert (done.exit_code, "has the digest" in done.output) == (1, True)
    other = reference.replace("case-definition", "journal")
    done = CliRunner().invoke(main, ["verify", other, "--releases", releases])
    assert "is no revision that is kept" in done.output


def test_every_real_definition_has_a_reference_that_verifies(
    real_client: FlaskClient, real_release: Release
) -> None:
    facts = Facts(real_release)
    rows = facts.rows("definitions")
    assert len(rows) == DEFINITIONS
    for row in rows:
        text = html.unescape(printed(real_client, row["definition"].removeprefix(BASE)))
        assert verify(text, facts.store).iri == text.split()[-1]


def test_a_withdrawn_definition_says_who_withdrew_it_when_and_why(past_client: FlaskClient) -> None:
    response = past_client.get(GONE, headers=HTML)
    assert response.status_code == 410
    for part in (
        "This case definition was withdrawn",
        "It is no study.",
        "2026-04-01",
        f'href="{GONE}/revision/1"',
    ):
        assert part in response.text
    assert f'<{BASE}/timemap{GONE}>; rel="timemap"' in response.headers["Link"]
    problem = past_client.get(GONE, headers={"Accept": PROBLEM_JSON})
    assert (problem.status_code, problem.mimetype) == (410, PROBLEM_JSON)
    assert problem.get_json(force=True)["revision"] == f"{BASE}{GONE}/revision/2"
    assert len(DATA) == 5
    for row in DATA:
        assert isinstance(row.writer, ox.RdfFormat)
        found = past_client.get(GONE + row.suffix)
        assert found.status_code == 410
        last = ox.NamedNode(f"{BASE}{GONE}/revision/2")
        said = {quad.triple for quad in ox.parse(found.data, format=row.writer)}
        assert ox.Triple(ox.NamedNode(BASE + GONE), term("pav:hasCurrentVersion"), last) in said


@pytest.mark.parametrize("end", ["", ".ttl", "?format=jsonld", ".html?x=1"])
def test_a_merged_definition_leads_to_the_one_that_took_its_place(
    end: str, past_client: FlaskClient
) -> None:
    response = past_client.get(TWICE + end)
    assert (response.status_code, response.headers["Location"]) == (301, PAGE + end)
    assert f'<{PAGE}>; rel="successor-version"' in response.headers["Link"]
    assert past_client.get(TWICE + end, follow_redirects=True).status_code == 200
    assert past_client.get(f"{TWICE}/revision/1.nt").status_code == 200


def test_an_identifier_leads_to_the_entry_of_a_paper_and_never_to_a_withdrawn_definition(
    past_client: FlaskClient,
) -> None:
    assert past_client.get("/pmid/99999996").status_code == 404
    assert past_client.get("/pmid/99999997").headers["Location"] == f"/evidence/{MERGED}"


def test_a_withdrawn_definition_is_on_no_list(past_client: FlaskClient) -> None:
    text = past_client.get("/case-definition", headers=HTML).text
    assert GONE not in text
    assert TWICE not in text
    assert PAGE in text
    compared = past_client.get(f"/compare?definition=dowsett1990&definition={GONE.split('/')[2]}")
    assert compared.status_code == 400


def test_no_iri_of_a_definition_that_was_ever_published_is_not_found(
    past_client: FlaskClient, past_release: Release
) -> None:
    quads = ox.parse(path=str(past_release.dump_path), format=ox.RdfFormat.N_QUADS)
    nodes = {node.value for quad in quads for node in quad if isinstance(node, ox.NamedNode)}
    own = {node.partition("#")[0] for node in nodes if node.startswith(f"{BASE}/case-definition/")}
    assert len(own) > DEFINITIONS * 2
    found = {path: past_client.head(path.removeprefix(BASE)).status_code for path in own}
    others = {path.removeprefix(BASE): status for path, status in found.items() if status != 200}
    assert others == {GONE: 410, TWICE: 301}


@pytest.mark.parametrize("end", ["0", "01", "4", "x", "1/2", "", "%00", "9" * 50, "1/revision/1"])
def test_what_was_never_recorded_of_a_definition_is_not_found(
    end: str, past_client: FlaskClient
) -> None:
    assert past_client.get(f"{PAGE}/revision/{end}").status_code == 404


def test_only_what_has_revisions_has_addresses_of_revisions() -> None:
    assert kind_at(f"{PAGE}/revision/1.patch") is Kind.REVISION
    assert kind_at(PAGE) is Kind.ENTITY
    assert kind_at("/journal/brain/revision/1") is Kind.ENTITY
    assert kind_at("/case-definition") is Kind.ENTITY
