"""Problems have pages, and every answer its headers."""

import pytest
from flask.testing import FlaskClient

from graph.release import Release
from server.facts import Facts
from server.messages import Request
from server.problems import PROBLEMS, Problem
from server.site import Site
from tests.conftest import SEED
from tests.test_pages import in_order, page


def test_every_problem_has_a_page(client: FlaskClient) -> None:
    assert len(PROBLEMS) == 27
    for key, row in PROBLEMS.items():
        assert row.title in page(client, f"/problems/{key}")
    assert client.get("/problems/none").status_code == 404


def test_a_problem_tells_why_when_by_whom_and_where_to_go(release: Release) -> None:
    facts = Facts(release)
    told: dict[str, str | int | list[str]] = {
        "reason": "Two entries read the same paper.",
        "withdrawnOn": "2026-11-25",
        "withdrawnBy": "Editors",
        "replacedBy": f"{facts.base}/evidence/{SEED}",
    }
    request = Request("GET", "/evidence/gone", b"", [(b"accept", b"text/html")], "", "")
    text = Site(facts).explain(request, Problem("not-found", "", told)).body.decode()
    values = ["Two entries read", "2026-11-25", "Editors", f'<a href="/evidence/{SEED}">']
    in_order(text, values)


@pytest.mark.parametrize("path", ["/", "/nope", "/static/atlas.css", "/evidence/"])
def test_every_answer_carries_the_headers(path: str, client: FlaskClient) -> None:
    with client.get(path) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_wrong_method_is_told_which_are_right(client: FlaskClient) -> None:
    response = client.post(f"/evidence/{SEED}")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response.mimetype == "application/problem+json"
