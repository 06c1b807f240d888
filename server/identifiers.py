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
from server.withdrawn import Withdrawn


def blueprint(facts: Facts, links: Links, withdrawn: Withdrawn) -> Blueprint:
    """Return the routes that lead from identifiers to the entries of `facts`."""
    routes = Blueprint("identifiers", __name__)

    @routes.get("/doi/<path:text>")
    def by_doi(text: str) -> BaseResponse:
        bare = doi(text)
        if bare is None:
            raise Problem("not-found", "This is no DOI. One begins like this: /doi/10.1234/abc")
        path = _find(facts, withdrawn, "doi", bare, doi_iri(bare))
        return _home(links, path)

    @routes.get("/pmid/<text>")
    def by_pmid(text: str) -> BaseResponse:
        digits = pmid(text)
        if digits is None:
            raise Problem("not-found", "This is no PubMed id, which has one to eight digits.")
        paper = f"https://pubmed.ncbi.nlm.nih.gov/{digits}/"
        return _home(links, _find(facts, withdrawn, "pmid", digits, paper))

    @routes.get("/orcid/<text>")
    def by_orcid(text: str) -> BaseResponse:
        raise Problem(
            "not-found",
            f"No author in this release has an ORCID iD, so none is known as {text[:40]}. "
            "Names are kept as printed, and are not claimed to be one person.",
        )

    return routes


def _find(facts: Facts, withdrawn: Withdrawn, name: str, identifier: str, paper: str) -> str:
    """Return the path of the entry that is about `paper`, or was until it was withdrawn."""
    # One query each: with a variable for the property the engine would go through all papers.
    found = facts.rows(f"entry-by-{name}", **{name: ox.Literal(identifier)})
    path = found[0]["entry"].removeprefix(facts.base) if found else ""
    path = path or withdrawn.about(facts.term(f"bibo:{name}"), identifier)
    if not path:
        detail = f"No entry of this release is about that paper. The paper may be at {paper}"
        raise Problem("not-found", detail, {"paper": paper})
    return path


def _home(links: Links, path: str) -> BaseResponse:
    form = request.args.get("format")
    target = links.path(path, format=form) if form else links.path(path)
    response = redirect(target, HTTPStatus.SEE_OTHER)
    response.headers["Vary"] = "Accept"
    return response
