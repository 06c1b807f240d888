"""How machines find what is here: robots.txt, the sitemap, and the catalogue of what one asks."""

import json
from functools import cached_property
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, request
from werkzeug.http import dump_options_header

from server.change_stream import PATH as CHANGES
from server.facts import Facts, Row
from server.formats import BY_KEY, Kind, offers
from server.links import CATALOG
from server.problems import Problem

# What one part of a sitemap may have, by sitemaps.org.
MOST_PAGES = 50_000
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML = "application/xml"
_LINKSET = "application/linkset+json"
_CATALOG_PROFILE = "https://www.rfc-editor.org/info/rfc9727"
# Relation of the endpoint (RFC 8631) → where it leads, and what is there.
_ABOUT_ENDPOINT = {
    "service-desc": ("/sparql", BY_KEY["ttl"].media_type),
    "service-doc": ("/sparql", BY_KEY["html"].media_type),
    "service-meta": ("/.well-known/void", BY_KEY["ttl"].media_type),
    "status": ("/readyz", "application/json"),
}


class Sitemap:
    """The pages of one release that are worth finding, in parts."""

    def __init__(self, facts: Facts, most: int = MOST_PAGES) -> None:
        """Read nothing yet; a part has at most so many pages."""
        self._facts = facts
        self._most = most

    @cached_property
    def _rows(self) -> list[Row]:
        return self._facts.rows("sitemap")

    @property
    def parts(self) -> int:
        """Return how many parts there are."""
        return -(-len(self._rows) // self._most)

    def index(self) -> bytes:
        """Return the document that lists the parts.

        It says no day: when a part last changed is known to nobody, for pages also disappear.
        """
        root = ET.Element("sitemapindex", xmlns=_SITEMAP)
        for number in range(1, self.parts + 1):
            part = ET.SubElement(root, "sitemap")
            ET.SubElement(part, "loc").text = f"{self._facts.base}/sitemap-{number}.xml"
        return _document(root)

    def part(self, number: int) -> bytes:
        """Return the part of that number, from 1; the day of an entry is that of its last fact."""
        root = ET.Element("urlset", xmlns=_SITEMAP)
        for row in self._rows[(number - 1) * self._most : number * self._most]:
            page = ET.SubElement(root, "url")
            ET.SubElement(page, "loc").text = row["page"]
            if day := row.get("day"):
                ET.SubElement(page, "lastmod").text = day
        return _document(root)


def blueprint(facts: Facts, sitemap: Sitemap) -> Blueprint:
    """Return the routes by which the release of `facts` is found."""
    routes = Blueprint("discovery", __name__)

    @routes.get("/robots.txt")
    def robots() -> Response:
        return _answer(_robots(facts.base), "text/plain; charset=utf-8")

    @routes.get("/sitemap.xml")
    def sitemap_index() -> Response:
        return _answer(sitemap.index(), _XML)

    @routes.get("/sitemap-<int:number>.xml")
    def sitemap_part(number: int) -> Response:
        if not 1 <= number <= sitemap.parts:
            raise Problem("not-found", "The sitemap has no such part.")
        return _answer(sitemap.part(number), _XML)

    @routes.get(CATALOG)
    def api_catalog() -> Response:
        kind = dump_options_header(_LINKSET, {"profile": _CATALOG_PROFILE})
        response = _answer(_catalog(facts.base), kind)
        response.headers["Link"] = f'<{facts.base}{CATALOG}>; rel="api-catalog"'
        return response

    return routes


def _robots(base: str) -> bytes:
    # Queries cost what pages do not; what they are made of is in the dump. The rule that is
    # longer wins (RFC 9309), so `/sparql` itself may be read.
    # Searches are without number; the sitemap has every entry.
    rules = ("Allow: /", "Disallow: /evidence?", "Disallow: /sparql?")
    lines = ("User-agent: *", *rules, "", f"Sitemap: {base}/sitemap.xml")
    return "".join(f"{line}\n" for line in lines).encode()


def _catalog(base: str) -> bytes:
    endpoint = {
        relation: [{"href": base + path, "type": kind}]
        for relation, (path, kind) in _ABOUT_ENDPOINT.items()
    }
    items = [{"href": f"{base}/sparql"}, {"href": base + CHANGES}]
    log = {
        "anchor": base + CHANGES,
        "service-doc": [{"href": base + CHANGES, "type": BY_KEY["html"].media_type}],
        "alternate": [
            {"href": f"{base}{CHANGES}{row.suffix}", "type": row.media_type}
            for row in offers(Kind.CHANGES)[1:]
        ],
    }
    catalog = {"anchor": base + CATALOG, "item": items}
    linkset = {"linkset": [catalog, {"anchor": f"{base}/sparql", **endpoint}, log]}
    return json.dumps(linkset, indent=1).encode() + b"\n"


def _document(root: ET.Element) -> bytes:
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _answer(body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
