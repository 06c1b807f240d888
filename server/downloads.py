"""The files of the served release, whole or in parts."""

from threading import BoundedSemaphore

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header

from graph.crate import NAME as CRATE
from graph.files import ReleaseFile
from graph.release import Release
from server.problems import RETRY_AFTER, Problem

# Each holds a thread of the pages for as long as its client reads.
_DOWNLOADS = 4
_JSON_LD = "http://www.w3.org/ns/json-ld#"
_CRATE_PROFILE = f"{_JSON_LD}flattened {_JSON_LD}compacted https://w3id.org/ro/crate"


def content_type(file: ReleaseFile) -> str:
    """Return the media type of the bytes of `file`: of a packed one, that of the packing."""
    if file.name == CRATE:
        return dump_options_header(file.media_type, {"profile": _CRATE_PROFILE})
    return file.compression or file.media_type


def blueprint(release: Release) -> Blueprint:
    """Return the route of the files of `release`."""
    routes = Blueprint("downloads", __name__)
    free = BoundedSemaphore(_DOWNLOADS)
    files = {file.name: file for file in release.manifest.files}

    @routes.get("/release/<name>/<file>")
    def download(name: str, file: str) -> Response:
        if name != release.id or file not in files:
            problem = f"Only the files of the release that is served are here: {release.id}."
            raise Problem("not-found", problem)
        response = _send(release, files[file])
        if not free.acquire(blocking=False):
            response.close()
            raise Problem("too-many-downloads", headers=dict(RETRY_AFTER))
        # A response passed through would not say when it is over.
        response.direct_passthrough = False
        response.call_on_close(free.release)
        return response

    return routes


def _send(release: Release, file: ReleaseFile) -> Response:
    path = release.folder / file.name
    try:
        response = send_file(path.absolute(), content_type(file), etag=file.digest)
    except RequestedRangeNotSatisfiable as error:
        raise Problem(
            "range-not-satisfiable", headers={"Content-Range": f"bytes */{file.size}"}
        ) from error
    # Search engines are to find the pages that explain the data.
    response.headers["X-Robots-Tag"] = "noindex"
    return response
