"""What all pages of one release share."""

from functools import cached_property

from server.facts import Facts, Row
from server.links import Links
from server.messages import Request, Response
from server.pages import Renderer
from server.prepared import Prepared
from server.problem_pages import explain
from server.problems import Problem
from server.query_page import QueryPages
from server.representations import Representations
from server.resources import Resources


class Site:
    """One release as pages show it."""

    def __init__(self, facts: Facts) -> None:
        """Make what is needed for every page; read no lists yet."""
        self.facts = facts
        self.links = Links(facts)
        self.renderer = Renderer(facts, self.links)
        self.queries = QueryPages(facts)
        self.representations = Representations(facts, self.links, self.renderer)
        self.prepared = Prepared()
        self.resources = Resources(
            self.links, self.representations, self.prepared, facts.fingerprint
        )

    def explain(self, request: Request, problem: Problem) -> Response:
        """Return `problem` as the client of `request` prefers it."""
        accept = request.header("accept")
        return explain(problem, self.facts.base, accept, request.id, self.renderer)

    @cached_property
    def entries(self) -> list[Row]:
        """Return all entries, the newest papers first."""
        return self.facts.rows("entries")
