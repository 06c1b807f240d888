"""Data that change from release to release, and how the tests of the log of changes read it."""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
from flask.testing import FlaskClient
from lxml import etree

from graph.build import build
from graph.history import History, read_history
from graph.kept import history_files
from graph.prefixes import BASE, term, value
from graph.release import Release
from graph.revise import Order, revise
from server.app import create_app
from server.facts import Facts
from server.formats import Kind, offers
from tests.past import REVISED
from tests.small import edit

SIZE, JUNE, JULY = 4, datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
FORMS = {row.key: row.suffix for row in offers(Kind.CHANGES)}
RDF = {"trig": ox.RdfFormat.TRIG, "jsonld": ox.RdfFormat.JSON_LD}
ATOM = "{http://www.w3.org/2005/Atom}"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"
TREE, LDES = "https://w3id.org/tree#", "https://w3id.org/ldes#"
SEQUENCE = term("atlas:sequenceNumber")
VOLUME = '\n<#paper> <http://purl.org/ontology/bibo/volume> "7" .\n'


@dataclass(frozen=True)
class Present:
    """A release with its pages, and the histories that it was made from."""

    client: FlaskClient
    release: Release
    histories: list[History]

    @property
    def count(self) -> int:
        return sum(len(history.revisions) for history in self.histories)

    @property
    def revisions(self) -> list[str]:
        """Return the IRIs of all revisions in the order of the log."""
        found = [
            (revision.created, history.document, revision.number, revision.iri)
            for history in self.histories
            for revision in history.revisions
        ]
        return [iri for *_, iri in sorted(found)]


def present(data: Path, releases: Path, base: str = BASE) -> Present:
    release = build(releases, data, base)
    histories = [read_history(path) for path in history_files(data)]
    return Present(create_app(Facts(release)).test_client(), release, histories)


def make_presents(past: Path, folder: Path) -> list[Present]:
    """Make three releases of `past`, each with more events; the third of another atlas too."""
    data = shutil.copytree(past, folder / "data")
    made = [present(data, folder / "releases")]
    for path in sorted((data / "evidence").glob("fixture-*.ttl"))[:3]:
        path.write_text(path.read_text("utf-8") + VOLUME, encoding="utf-8")
    revise(data, Order("edit", "Volumes.", created=JUNE))
    made.append(present(data, folder / "releases"))
    edit(data / "evidence" / f"{REVISED}.ttl", 'bibo:pages "1–9"', 'bibo:pages "1–8"')
    revise(data, Order("correction", "Pages.", created=JULY))
    made += [present(data, folder / "releases")]
    made += [present(data, folder / "other", "https://atlas.example")]
    return made


def told(client: FlaskClient, path: str) -> dict[str, object]:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/feed+json")
    found: dict[str, object] = json.loads(response.data)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    return found


def items(feed: dict[str, object]) -> list[dict[str, object]]:
    found = feed["items"]
    assert isinstance(found, list)
    return found


def extension(about: dict[str, object]) -> dict[str, object]:
    found = about["_atlas"]
    assert isinstance(found, dict)
    return found


def sequence(item: dict[str, object]) -> int:
    return int(str(extension(item)["sequence"]))


def poll(client: FlaskClient, address: object) -> tuple[list[dict[str, object]], object]:
    """Return what is told from `address` on, and the address to ask the next time."""
    found: list[dict[str, object]] = []
    while address:
        feed = told(client, str(address).removeprefix(BASE))
        found += items(feed)
        latest, address = extension(feed)["after"], feed.get("next_url")
    return found, latest


def feed(client: FlaskClient, path: str) -> etree._Element:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/atom+xml")
    return etree.fromstring(response.data)


def link(about: etree._Element, relation: str) -> str:
    found = [one.get("href") for one in about.findall(f"{ATOM}link") if one.get("rel") == relation]
    return str(found[0]).removeprefix(BASE) if found else ""


def texts(about: etree._Element, name: str) -> list[str]:
    return [one.text or "" for one in about.iter(ATOM + name)]


def quads(client: FlaskClient, path: str, key: str) -> set[ox.Quad]:
    response = client.get(path + FORMS[key])
    assert response.status_code == 200
    # Pages are named as their reader calls them: another host, other names.
    return set(ox.parse(response.data, format=RDF[key], base_iri=f"https://mirror.example{path}"))


def pages(one: Present) -> list[str]:
    return [f"/changes/{number}" for number in range(1, one.count // SIZE + 2)]


def objects(found: set[ox.Quad], name: str) -> list[str]:
    return [value(quad.object) for quad in found if quad.predicate.value == name]
