"""TimeGate and TimeMap of all that has revisions (RFC 7089): the way to one by time, and the list.

The format is chosen first, then the time: an address that names a format leads to the revision
in that format, and every revision negotiates its format as the document does.
"""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from graph.kept import KEPT
from server.facts import Facts
from server.formats import Kind, format_keys, is_known, named, offers, pick, split_suffix
from server.links import Links
from server.memento import History, read_accept_datetime
from server.plain_pages import conditional
from server.problems import FOUND, Problem
from server.resources import CACHING
from server.revisions import TIMEGATE, TIMEMAP, history

_VARY = {"Vary": "accept-datetime"}
# The path of a document of which revisions are kept.
_DOCUMENT = f"<any({', '.join(repr(kept.key) for kept in KEPT)}):kind>/<name>"


def blueprint(facts: Facts, links: Links) -> Blueprint:
    """Return the routes through time of the release of `facts`."""
    routes = Blueprint("mementos", __name__)

    @routes.get(f"{TIMEGATE}/{_DOCUMENT}")
    def timegate(kind: str, name: str) -> BaseResponse:
        path, form = split_suffix(f"/{kind}/{name}")
        known = _find(facts, path)
        if form is not None and form not in offers(Kind.REVISION):
            detail = f"Revisions are not kept as {form.media_type}."
            raise Problem("not-acceptable", detail, headers=_VARY)
        chosen = known.at(read_accept_datetime(request.headers.get("Accept-Datetime")))
        target = chosen.address.removeprefix(facts.base) + (form.suffix if form else "")
        wanted = request.args.get("format")
        address = links.path(target, format=wanted) if wanted else links.path(target)
        response = redirect(address, FOUND)
        response.headers.update({**_VARY, **CACHING, "Link": known.gate_links(chosen)})
        return response

    @routes.get(f"{TIMEMAP}/{_DOCUMENT}")
    def timemap(kind: str, name: str) -> BaseResponse:
        known = _find(facts, f"/{kind}/{name}")
        form = request.args.get("format", "")
        if form and not is_known(form):
            detail = f"There is no format {form!r}; use one of {format_keys()}."
            raise Problem("unknown-format", detail)
        choice = (
            named(Kind.TIMEMAP, form) if form else pick(Kind.TIMEMAP, request.headers.get("Accept"))
        )
        if choice is None:
            rows = [row.media_type for row in offers(Kind.TIMEMAP)]
            detail = f"This is available as {', '.join(rows)}."
            raise Problem("not-acceptable", detail, {"formats": rows}, {"Vary": "Accept"})
        write = known.as_json if choice.format.key == "json" else known.as_links
        response = conditional(facts, choice.content_type, write)
        response.headers["Vary"] = "Accept"
        return response

    return routes


def _find(facts: Facts, path: str) -> History:
    found = history(facts, path)
    if found is None:
        raise Problem("not-found", f"No revisions of {path} are recorded.")
    return found
