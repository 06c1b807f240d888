"""TimeGate and TimeMap of entries (RFC 7089): the way to a revision by time, and the list of all.

The format is chosen first, then the time: an address that names a format leads to the revision
in that format, and every revision negotiates its format as the entry does.
"""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from server.facts import Facts
from server.formats import Kind, format_keys, is_known, named, offers, pick, split_suffix
from server.links import Links
from server.memento import History, read_accept_datetime
from server.plain_pages import conditional
from server.problems import FOUND, Problem
from server.resources import CACHING
from server.revisions import TIMEGATE, TIMEMAP, history

_VARY = {"Vary": "accept-datetime"}


def blueprint(facts: Facts, links: Links) -> Blueprint:
    """Return the routes through time of the release of `facts`."""
    routes = Blueprint("mementos", __name__)

    @routes.get(f"{TIMEGATE}/evidence/<slug>")
    def timegate(slug: str) -> BaseResponse:
        path, form = split_suffix(f"/evidence/{slug}")
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

    @routes.get(f"{TIMEMAP}/evidence/<slug>")
    def timemap(slug: str) -> BaseResponse:
        known = _find(facts, f"/evidence/{slug}")
        name = request.args.get("format", "")
        if name and not is_known(name):
            detail = f"There is no format {name!r}; use one of {format_keys()}."
            raise Problem("unknown-format", detail)
        choice = (
            named(Kind.TIMEMAP, name) if name else pick(Kind.TIMEMAP, request.headers.get("Accept"))
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
