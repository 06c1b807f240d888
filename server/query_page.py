"""The query page: a query, its answer or its problem, and what its editor asks for."""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from graph.examples import read_examples
from graph.saved_queries import SavedQuery
from server.answers import graph, table, verdict
from server.facts import Facts, read_query
from server.formats import Format, Kind, offers
from server.lexicon import Lexicon
from server.lint import Remark, lint
from server.pages import Page, Renderer
from server.problems import Problem
from server.query import Answer
from server.snippets import snippets

# Longer queries get buttons that send them by POST, where others get links.
LONGEST_ADDRESS = 6000
# What `make assets` makes, where npm is installed.
EDITOR = Path(__file__).parent / "static" / "editor" / "editor.js"


@dataclass(frozen=True)
class Place:
    """Where in a query a problem is: the line, and what of it stands before, at and after."""

    line: int
    column: int
    before: str
    at: str
    after: str


class QueryPages:
    """The query page over one release."""

    def __init__(self, facts: Facts) -> None:
        """Read nothing yet."""
        self._facts = facts
        self.lexicon = Lexicon(facts)

    @cached_property
    def examples(self) -> list[SavedQuery]:
        """Return the saved queries in the order in which they are learnt from."""
        return read_examples(self._facts.store, self._facts.base)

    def example(self, name: str) -> SavedQuery | None:
        """Return the saved query of that name."""
        return next((row for row in self.examples if row.name == name), None)

    def remarks(self, query: str) -> list[Remark]:
        """Return what is odd about `query` in this release."""
        return lint(query, self._facts.prefixes, self.lexicon)

    def first(self, endpoint: str) -> Page:
        """Return the page of somebody who has asked nothing yet."""
        return self.page(self._facts.rebase(read_query("first")), endpoint)

    def page(
        self,
        query: str,
        endpoint: str,
        answer: Answer | None = None,
        problem: Problem | None = None,
    ) -> Page:
        """Return the page of `query`, which came to `answer`, to `problem`, or has not been run.

        The answer is in SPARQL JSON, or in Turtle; `endpoint` is the URL that code has to ask.
        """
        query = query.replace("\r\n", "\n")
        kind = answer.kind if answer else None
        body = answer.body if answer else b""
        values: dict[str, object] = {
            "query": query,
            "endpoint": endpoint,
            "examples": self.examples,
            "has_editor": EDITOR.is_file(),
            "kind": kind,
            "formats_of_answer": data_formats(kind),
            "is_long": is_long(query),
            "remarks": self.remarks(query),
            "snippets": snippets(endpoint, query),
            "table": table(self._facts, body) if kind is Kind.SELECT else None,
            "verdict": verdict(body) if kind is Kind.ASK else None,
            "graph": graph(self._facts, body) if kind is Kind.GRAPH else None,
            "problem": problem,
            "place": _place(query, problem) if problem else None,
        }
        return Page("sparql.html", values)


def blueprint(facts: Facts, pages: QueryPages, renderer: Renderer) -> Blueprint:
    """Return the routes that the query page and its editor use beside the endpoint."""
    routes = Blueprint("query_page", __name__)

    @routes.get("/sparql/terms.json")
    def terms() -> BaseResponse:
        response = jsonify(pages.lexicon.document)
        response.set_etag(facts.fingerprint)
        response.headers["Cache-Control"] = "no-cache"
        return response.make_conditional(request)

    @routes.route("/sparql/lint", methods=["GET", "POST"])
    def remarks() -> Response:
        return jsonify(remarks=[asdict(remark) for remark in pages.remarks(_query())])

    @routes.route("/sparql/snippets", methods=["GET", "POST"])
    def code() -> Response:
        found = snippets(endpoint_url(), _query())
        return jsonify(snippets={snippet.key: snippet.code for snippet in found})

    @routes.get("/sparql/example")
    def example() -> BaseResponse:
        name = request.args.get("name")
        if not name:
            return redirect("/sparql")
        found = pages.example(name)
        if found is None:
            raise Problem("not-found", "No query is saved under this name.")
        page = pages.page(found.text, endpoint_url())
        return Response(renderer.render(page), mimetype="text/html")

    return routes


def endpoint_url() -> str:
    """Return the URL of the endpoint as the client of this request reaches it."""
    return f"{request.url_root}sparql"


def _query() -> str:
    query = request.values.get("query")
    if query is None:
        raise Problem("bad-request", "There is no parameter `query`.")
    return query


def is_long(query: str) -> bool:
    """Return whether `query` is too long for an address."""
    return len(quote(query)) > LONGEST_ADDRESS


def data_formats(kind: Kind | None) -> list[Format]:
    """Return the formats for programs that an answer of that `kind` comes in."""
    return [row for row in offers(kind) if row.key != "html"] if kind else []


def _place(query: str, problem: Problem) -> Place | None:
    line, column = problem.extensions.get("line"), problem.extensions.get("column")
    lines = query.split("\n")
    if not isinstance(line, int) or not isinstance(column, int) or not 1 <= line <= len(lines):
        return None
    words = lines[line - 1]
    start = min(max(column - 1, 0), len(words))
    # Of a long line, what is near.
    before = words[max(0, start - 80) : start]
    return Place(line, column, before, words[start : start + 1], words[start + 1 : start + 81])
