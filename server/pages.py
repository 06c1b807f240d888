"""Every address of the site but the endpoint: one negotiated resource each, as page or as RDF."""

import hashlib

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request

from graph.release import Release
from server import chart, citations
from server.documents import document, write
from server.formats import BY_KEY, Format, offers
from server.negotiation import choose
from server.problems import PROBLEMS, ProblemError
from server.view import Thing

# The class of a thing → the template that shows it; the first that fits is taken.
_TEMPLATES = {
    "atlas:EvidenceEntry": "entry.html",
    "atlas:CaseDefinition": "definition.html",
}
_SUFFIXES = {f".{form.key}": form for form in offers("page")}
_LISTS = {"/evidence": "atlas:EvidenceEntry", "/case-definition": "atlas:CaseDefinition"}


def blueprint(release: Release) -> Blueprint:
    """Return the routes of the pages over the store of `release`."""
    routes = Blueprint("pages", __name__)
    store = ox.Store.read_only(str(release.store_path))
    base = release.manifest.base
    dataset = Thing(store, base, f"{base}/dataset")
    shown = chart.bars(dataset)
    listed = {path: Thing(store, base, "").of(kind) for path, kind in _LISTS.items()}

    @routes.get("/")
    def home() -> str:
        return render_template("home.html", bars=shown, values=chart.VALUES)

    @routes.get("/evidence/")
    @routes.get("/evidence")
    @routes.get("/case-definition/")
    @routes.get("/case-definition")
    def listing() -> str:
        path = request.path.rstrip("/")
        return render_template("list.html", things=listed[path], path=path)

    @routes.get("/problems/<key>")
    def problem(key: str) -> str:
        if key not in PROBLEMS:
            raise ProblemError("not-found", "There is no such problem.")
        kind = PROBLEMS[key]
        body = {"title": kind.title, "advice": kind.advice, "status": kind.status}
        return render_template("problem.html", problem=body)

    @routes.get("/<path:name>")
    def resource(name: str) -> Response:
        path, form = _without_suffix(f"/{name}")
        try:
            triples = document(store, base, path)
        except ValueError:
            # What is no IRI names nothing.
            triples = []
        if not triples:
            raise ProblemError("not-found", "No release of this atlas knows this address.")
        form = form or choose(request.headers.get("Accept"), offers("page"))
        if form is None:
            kinds = ", ".join(offer.media_type for offer in offers("page"))
            raise ProblemError("no-such-format", f"Here are: {kinds}.")
        thing = Thing(store, base, f"{base}{path}")
        body = _page(thing, triples) if form.key == "html" else write(triples, form)
        return _response(body, form, path)

    def _page(thing: Thing, triples: list[ox.Triple]) -> bytes:
        template = next((t for kind, t in _TEMPLATES.items() if thing.is_a(kind)), "thing.html")
        parts = dict.fromkeys(
            t.subject.value for t in triples if isinstance(t.subject, ox.NamedNode)
        )
        things = [Thing(store, base, iri) for iri in parts]
        page = render_template(
            template, thing=thing, parts=things, cite=citations, bars=shown, release_id=release.id
        )
        return page.encode()

    return routes


def _without_suffix(path: str) -> tuple[str, Format | None]:
    for suffix, form in _SUFFIXES.items():
        if path.endswith(suffix):
            return path.removesuffix(suffix), form
    return path, None


def _response(body: bytes, form: Format, path: str) -> Response:
    response = Response(body, content_type=form.content_type)
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Vary"] = "Accept"
    response.headers["Content-Location"] = f"{path}.{form.key}"
    alternates = (
        f'<{path}.{other.key}>; rel="alternate"; type="{other.media_type}"'
        for other in (*offers("page"), BY_KEY["html"])
        if other != form
    )
    response.headers["Link"] = ", ".join(dict.fromkeys(alternates))
    response.make_conditional(request)
    return response
