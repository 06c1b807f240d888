import re
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE
from graph.release import Release
from server.facts import Facts
from server.formats import Kind, offers
from tests.conftest import SEED

PAGE = f"/evidence/{SEED}"
# RFC 8288, section 3, for links without the extended notation of parameters.
LINK = re.compile(r'\s*<([^<>"\s]*)>((?:\s*;\s*[\w-]+="[^"\\]*")*)\s*(?:,|$)')
PARAMETER = re.compile(r';\s*([\w-]+)="([^"]*)"')
RDF = [row for row in offers(Kind.ENTITY) if row.writer]


@dataclass(frozen=True)
class Link:
    target: str
    relation: str
    media_type: str


def read_links(header: str) -> list[Link]:
    """Return the links of a header, one for each relation; nothing of it may be left over."""
    found, place = [], 0
    while place < len(header):
        match = LINK.match(header, place)
        assert match, header[place:]
        parameters = dict(PARAMETER.findall(match[2]))
        relations = parameters["rel"].split()
        found += [Link(match[1], name, parameters.get("type", "")) for name in relations]
        place = match.end()
    return found


def links(client: FlaskClient, path: str, accept: str = "*/*") -> dict[str, list[Link]]:
    header = client.get(path, headers={"Accept": accept}).headers["Link"]
    found: dict[str, list[Link]] = {}
    for link in read_links(header):
        found.setdefault(link.relation, []).append(link)
    return found


def targets(found: list[Link]) -> list[str]:
    return [link.target for link in found]


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.html"])
def test_an_entry_page_has_the_signposts(path: str, client: FlaskClient) -> None:
    found = links(client, path, "text/html")
    assert targets(found["cite-as"]) == [BASE + PAGE]
    assert targets(found["type"])[0] == "https://schema.org/AboutPage"
    assert len(found["type"]) == 2
    assert targets(found["license"]) == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert targets(found["related"]) == ["https://doi.org/10.1017/s1352465810000792"]
    data = [*(row.media_type for row in RDF), "application/ld+json"]
    assert [link.media_type for link in found["describedby"]] == data
    assert len(RDF) == 5
    assert "describes" not in found
    for link in found["describedby"]:
        assert client.get(link.target).mimetype == link.media_type


@pytest.mark.parametrize("key", [row.key for row in RDF])
def test_the_data_of_an_entry_describe_it(key: str, client: FlaskClient) -> None:
    (row,) = [row for row in RDF if row.key == key]
    found = links(client, f"{PAGE}.{key}")
    assert found == links(client, PAGE, row.media_type)
    assert targets(found["describes"]) == targets(found["cite-as"]) == [BASE + PAGE]
    assert {"license", "related"} <= found.keys()
    assert "describedby" not in found


def test_a_paper_without_a_doi_is_related_to_none(client: FlaskClient) -> None:
    found = links(client, "/evidence/fixture-2012-preprint", "text/html")
    assert "cite-as" in found
    assert "related" not in found


def test_what_is_no_entry_is_not_cited_as_one(client: FlaskClient) -> None:
    for path in ("/case-definition/fukuda1994", "/dataset", "/ontology"):
        assert links(client, path).keys() == {"canonical", "alternate"}
    assert targets(links(client, "/")["api-catalog"]) == ["/.well-known/api-catalog"]


def test_the_links_of_every_entry_are_read_and_short(
    real_client: FlaskClient, real_release: Release
) -> None:
    rows = Facts(real_release).rows("entries")
    assert len(rows) > 700
    for row in rows:
        path = row["entry"].removeprefix(BASE)
        header = real_client.head(f"{path}.html").headers["Link"]
        assert len(header) < 4096
        assert {"cite-as", "describedby"} <= {link.relation for link in read_links(header)}
