"""How a problem is told: as a page to who prefers one, else as problem+json."""

import json

from server.formats import BY_KEY, content_type
from server.messages import Response
from server.negotiation import choose
from server.pages import Page, Renderer
from server.problems import PROBLEM_JSON, Problem

_HTML = BY_KEY["html"]


def explain(
    problem: Problem,
    base: str,
    accept: str | None = None,
    request_id: str = "",
    renderer: Renderer | None = None,
) -> Response:
    """Return `problem` as `accept` prefers it; without a renderer there are no pages."""
    document = problem.document(base, request_id)
    headers = {"Vary": "Accept", **problem.headers}
    status, key = problem.type.status, problem.key
    if renderer and choose(accept, [PROBLEM_JSON, _HTML.media_type]) == _HTML.media_type:
        body = renderer.render(Page("problem.html", {"problem": problem, "document": document}))
        return Response(body, content_type(_HTML).content_type, status, headers, key)
    body = json.dumps(document, ensure_ascii=False).encode()
    return Response(body, PROBLEM_JSON, status, headers, key)
