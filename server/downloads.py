"""The files of releases, whole or in parts; of one without a folder only its dump, in one piece."""

from collections.abc import Iterator
from threading import BoundedSemaphore

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header

from graph.crate import NAME as CRATE
from graph.files import ReleaseFile
from graph.release import Manifest
from server.facts import Facts
from server.known_releases import archive_of, files_of, find_manifest, releases_folder
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


def blueprint(facts: Facts) -> Blueprint:
    """Return the route of the files of the release of `facts`, and of others beside it."""
    routes = Blueprint("downloads", __name__)
    free = BoundedSemaphore(_DOWNLOADS)

    @routes.get("/release/<name>/<file>")
    def download(name: str, file: str) -> Response:
        manifest, found = _find(facts, name, file)
        response = _send(facts, manifest, found)
        if not free.acquire(blocking=False):
            response.close()
            raise Problem("too-many-downloads", headers=dict(RETRY_AFTER))
        # A response passed through would not say when it is over.
        response.direct_passthrough = False
        response.call_on_close(free.release)
        return response

    return routes


def _find(facts: Facts, name: str, file: str) -> tuple[Manifest, ReleaseFile]:
    manifest = find_manifest(facts, name)
    for found in manifest.files:
        if found.name == file:
            return manifest, found
    names = ", ".join(found.name for found in manifest.files)
    raise Problem("not-found", f"The files of release {name} are {names}.")


def _send(facts: Facts, manifest: Manifest, file: ReleaseFile) -> Response:
    path = releases_folder(facts) / manifest.id / file.name
    if not path.is_file():
        return _send_archived(facts, manifest, file)
    try:
        response = send_file(path.absolute(), content_type(file), etag=file.digest)
    except RequestedRangeNotSatisfiable as error:
        raise Problem(
            "range-not-satisfiable", headers={"Content-Range": f"bytes */{file.size}"}
        ) from error
    # Search engines are to find the pages that explain the data.
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _send_archived(facts: Facts, manifest: Manifest, file: ReleaseFile) -> Response:
    """Send the dump of a release out of the archive, as its pieces are read and proved."""
    if file not in files_of(facts, manifest):
        problem = f"Of release {manifest.id} only {manifest.files[0].name} is still here."
        raise Problem("not-found", problem)

    def pieces() -> Iterator[bytes]:
        # Opened where it is read: a connection belongs to one thread.
        with archive_of(facts, manifest.id) as archive:
            yield from archive.dump(manifest.id)

    response = Response(pieces(), content_type=content_type(file))
    response.content_length = file.size
    response.set_etag(file.digest)
    response.headers.update({"X-Robots-Tag": "noindex", "Accept-Ranges": "none"})
    return response
