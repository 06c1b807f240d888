import re

import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE
from graph.release import Release
from server.facts import Facts
from server.formats import BY_KEY
from tests.test_definitions import count
from tests.test_pages import HTML, in_order, page

PART = f"?e atlas:paper/<https://schema.org/isPartOf> <{BASE}/journal/%s>"


@pytest.mark.parametrize("key", ["plos-one", "journal-of-translational-medicine", "acta-physiol"])
def test_the_numbers_are_those_of_the_store(
    key: str, real_release: Release, real_client: FlaskClient
) -> None:
    facts = Facts(real_release)
    text = page(real_client, f"/journal/{key}")
    total = count(facts, PART % key)
    judged = count(facts, f"{PART % key} . ?e atlas:pemRequirement ?pem")
    assert re.search(rf"{total} papers? of this journal", text)
    assert f"{judged} of {total} ha" in text
    assert text.partition("<h2>Papers")[2].count('<a href="/evidence/') == total
    required = count(facts, f"{PART % key} . ?e atlas:pemRequirement/skos:notation 'required'")
    assert f"PEM required: {required}" in text
    bars = re.findall(r"<td>(\d+)</td></tr>", text)
    assert sum(map(int, bars)) == total
    assert f'/evidence?journal={key}"' in text


def test_a_journal_shows_names_and_never_guesses_an_issn(client: FlaskClient) -> None:
    path = "/journal/behavioural-and-cognitive-psychotherapy"
    in_order(page(client, path), ["Printed as", "ISSN", "not recorded", "2011", "Socialization"])
    response = client.get(path, headers={"Accept": BY_KEY["ttl"].media_type})
    assert b"printedName" in response.data
    assert client.head(path, headers=HTML).data == b""


def test_a_journal_without_papers_says_so(client: FlaskClient) -> None:
    text = page(client, "/journal/acta-physiol")
    assert "0 papers of this journal" in text
    assert "<svg" not in text
