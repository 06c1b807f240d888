"""The dump of the served release: where it is, what the graph says of it, and its bytes."""

from collections.abc import Iterator
from threading import BoundedSemaphore

import pyoxigraph as ox
from flask import Blueprint, Response, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from graph.release import Release
from server.facts import Facts
from server.formats import BY_KEY
from server.problems import RETRY_AFTER, Problem

_NQUADS = BY_KEY["nq"].media_type
_IANA = "https://www.iana.org/assignments/media-types/"
# Each holds a thread of the pages for as long as its client reads.
_DOWNLOADS = 4


def dump_address(release: Release) -> str:
    """Return the path of the dump of `release`."""
    return f"/release/{release.id}/{release.dump_path.name}"


def dump_triples(facts: Facts, about: ox.NamedNode) -> Iterator[ox.Triple]:
    """Return that `about` is distributed as the dump, and what that is (DCAT 3).

    The dump is the part `#dump` of the release's document.
    """
    release, base = facts.release, facts.base
    whole = f"{base}/release/{release.id}"
    dump, checksum = ox.NamedNode(f"{whole}#dump"), ox.NamedNode(f"{whole}#dump-checksum")
    algorithm, _, digest = release.manifest.digest.partition(":")
    size = str(release.dump_path.stat().st_size)
    said: dict[ox.NamedNode, dict[str, ox.NamedNode | ox.Literal]] = {
        dump: {
            "rdf:type": facts.term("dcat:Distribution"),
            "rdfs:label": ox.Literal(f"Release {release.id} as N-Quads", language="en"),
            "dcat:downloadURL": ox.NamedNode(base + dump_address(release)),
            "dcat:mediaType": ox.NamedNode(_IANA + _NQUADS),
            "dcat:byteSize": ox.Literal(size, datatype=facts.term("xsd:nonNegativeInteger")),
            "spdx:checksum": checksum,
        },
        checksum: {
            "rdf:type": facts.term("spdx:Checksum"),
            "spdx:algorithm": facts.term(f"spdx:checksumAlgorithm_{algorithm}"),
            "spdx:checksumValue": ox.Literal(digest, datatype=facts.term("xsd:hexBinary")),
        },
    }
    yield ox.Triple(about, facts.term("dcat:distribution"), dump)
    for subject, values in said.items():
        for name, value in values.items():
            yield ox.Triple(subject, facts.term(name), value)


def blueprint(release: Release) -> Blueprint:
    """Return the route of the dump of `release`."""
    routes = Blueprint("downloads", __name__)
    free = BoundedSemaphore(_DOWNLOADS)

    @routes.get("/release/<name>/atlas.nq")
    def dump(name: str) -> Response:
        if name != release.id:
            problem = f"Only the release that is served has its dump here: {release.id}."
            raise Problem("not-found", problem)
        response = _send(release)
        if not free.acquire(blocking=False):
            response.close()
            raise Problem("too-many-downloads", headers=dict(RETRY_AFTER))
        # A response passed through would not say when it is over.
        response.direct_passthrough = False
        response.call_on_close(free.release)
        return response

    return routes


def _send(release: Release) -> Response:
    path = release.dump_path
    try:
        return send_file(path.absolute(), _NQUADS, etag=release.manifest.digest)
    except RequestedRangeNotSatisfiable as error:
        size = {"Content-Range": f"bytes */{path.stat().st_size}"}
        raise Problem("range-not-satisfiable", headers=size) from error
