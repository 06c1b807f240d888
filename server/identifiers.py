"""Ways home: `/doi/…`, `/pmid/…` and `/orcid/…` lead to what the atlas has of it.

The answer is 303 (See Other, RFC 9110): what the identifier names is the paper, and the entry is
another thing that is about it. The client asks there again, with the same Accept header.
"""

from http import HTTPStatus

import pyoxigraph as ox
from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from graph.identifiers import doi, doi_iri, pmid
from server.facts import Facts
from server.links import Links
from server.problems import Problem


def blueprint(facts: Facts, links: Links) -> Blueprint:
    """Return the routes that lead from identifiers to the entries of `facts`."""
    routes = Blueprint("identifiers", __name__)

    @routes.get("/doi/<path:text>")
    def by_doi(text: str) -> BaseResponse:
        bare = doi(text)
        if bare is None:
            raise Problem("not-found", "This is no DOI. One begins like this: /doi/10.1234/abc")
        return _home(facts, links, "doi", bare, doi_iri(bare))

    @routes.get("/pmid/<text>")
    def by_pmid(text: str) -> BaseResponse:
        digits = pmid(text)
        if digits is None:
            raise Problem("not-found", "This is no PubMed id, which has one to eight digits.")
        paper = f"https://pubmed.ncbi.nlm.nih.gov/{digits}/"
        return _home(facts, links, "pmid", digits, paper)

    @routes.get("/orcid/<text>")
    def by_orcid(text: str) -> BaseResponse:
        raise Problem(
            "not-found",
            f"No author in this release has an ORCID iD, so none is known as {text[:40]}. "
            "Names are kept as printed, and are not claimed to be one person.",
        )

    return routes


def _home(facts: Facts, links: Links, name: str, identifier: str, paper: str) -> BaseResponse:
    # One query each: with a variable for the property the engine would go through all papers.
    found = facts.rows(f"entry-by-{name}", **{name: ox.Literal(identifier)})
    if not found:
        detail = f"No entry of this release is about that paper. The paper may be at {paper}"
        raise Problem("not-found", detail, {"paper": paper})
    form = request.args.get("format")
    path = found[0]["entry"].removeprefix(facts.base)
    target = links.path(path, format=form) if form else links.path(path)
    response = redirect(target, HTTPStatus.SEE_OTHER)
    response.headers["Vary"] = "Accept"
    return response
