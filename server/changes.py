"""The routes of the log of changes that take a parameter: what came after an event."""

import re

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from server.change_stream import PATH
from server.flask_messages import give, read_request
from server.formats import BY_KEY, Kind, offers
from server.plain_pages import conditional
from server.problems import Problem
from server.resources import CACHING, VARY
from server.site import Site

_AFTER, _FEED = "after", "feed"
_SEQUENCE = re.compile(r"[0-9]{1,15}")


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the entry point of the log of the release of `site`."""
    routes = Blueprint("changes", __name__)

    def answer() -> BaseResponse:
        if _AFTER not in request.args:
            return give(site.resources.answer(read_request()))
        return _after(site)

    routes.add_url_rule(PATH, view_func=answer, endpoint="log")
    for row in offers(Kind.CHANGES):
        routes.add_url_rule(PATH + row.suffix, view_func=answer, endpoint=row.key)
    return routes


def _after(site: Site) -> BaseResponse:
    """Return what came after the event that the request names, so that each is told once."""
    asked = site.resources.read(read_request())
    if asked.manner.form != _FEED:
        raise Problem(
            "bad-parameter", f"Only {PATH}.json tells what came after an event, by `after`."
        )
    given = request.args.getlist(_AFTER)
    if len(given) != 1 or not _SEQUENCE.fullmatch(given[0]):
        raise Problem(
            "bad-parameter",
            "`after` is the sequence number of one event, from 0, in digits: the `last` of what "
            f"was told before. {PATH}.json has that of the newest.",
        )
    changes = site.representations.changes
    response = conditional(site.facts, asked.content_type, lambda: changes.after(int(given[0])))
    response.headers.update({**CACHING, **VARY})
    own = site.links.path(PATH + BY_KEY[_FEED].suffix, after=given[0])
    response.headers["Content-Location"] = own
    response.headers["X-Robots-Tag"] = "noindex"
    return response
