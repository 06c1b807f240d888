"""What all pages of one release share."""

from server.facts import Facts
from server.links import Links
from server.messages import Request, Response
from server.nanopub_documents import NanopubDocuments
from server.pages import Renderer
from server.prepared import Prepared
from server.problem_pages import explain
from server.problems import Problem
from server.query_page import QueryPages
from server.representations import Representations
from server.resources import Resources
from server.signing import Signer
from server.withdrawn import Withdrawn


class Site:
    """One release as pages show it."""

    def __init__(self, facts: Facts, signer: Signer | None = None) -> None:
        """Make what is needed for every page; read no lists yet.

        Nanopublications are signed by `signer`.
        """
        self.facts = facts
        self.links = Links(facts)
        self.renderer = Renderer(facts, self.links)
        self.queries = QueryPages(facts)
        nanopubs = NanopubDocuments(facts, self.links, self.renderer, signer)
        self.representations = Representations(facts, self.links, self.renderer, nanopubs)
        self.prepared = Prepared()
        version = facts.fingerprint + nanopubs.key
        self.withdrawn = Withdrawn(facts, self.links, self.renderer)
        self.resources = Resources(
            facts.base, self.links, self.representations, self.prepared, version, self.withdrawn
        )

    def explain(self, request: Request, problem: Problem) -> Response:
        """Return `problem` as the client of `request` prefers it."""
        accept = request.header("accept")
        return explain(problem, self.facts.base, accept, request.id, self.renderer)
