"""The routes of releases: the list of all, an earlier one, its entries, two of them compared."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from http import HTTPStatus
from itertools import islice
from threading import BoundedSemaphore

from cachetools import LRUCache
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from graph.comparison import Comparison, compare_releases
from graph.register import Recorded, entries
from graph.release import Manifest, place
from server.asking import Asked, read_asked
from server.building import build_values
from server.dataset import readable_size
from server.documents import Document, serialize
from server.flask_messages import give, read_request
from server.formats import BY_KEY, kind_at, pick, split_suffix
from server.known_releases import archive_of, files_of, find_manifest, find_releases
from server.linkset import header
from server.pages import Page
from server.problems import RETRY_AFTER, Problem
from server.release_comparison import as_json, causes, last_part, reason_of
from server.release_documents import (
    comparison_document,
    comparison_path,
    fragment,
    release_document,
)
from server.resources import CACHING
from server.site import Site

_BETWEEN = "..."
# Entries on one page, and changes of one kind on the page of a comparison; data have them all.
_ENTRIES, _CHANGES = 200, 100
# To compare releases that have nothing alike takes seconds.
_AT_ONCE, _KEPT = 2, 8
_HTML = BY_KEY["html"]


class ReleasePages:
    """Answers for the releases beside the one that `site` shows."""

    def __init__(self, site: Site) -> None:
        """Answer nothing yet."""
        self._site, self._facts = site, site.facts
        self._free = BoundedSemaphore(_AT_ONCE)
        self._comparisons: LRUCache[tuple[str, str], Comparison] = LRUCache(_KEPT)

    def index(self) -> BaseResponse:
        """Return the list of all releases."""
        self._require_html()
        known = find_releases(self._facts)
        return self._page(Page("releases.html", {"known": known}), " ".join(known))

    def document(self) -> BaseResponse:
        """Return the release, or the comparison, that this request names."""
        made = read_request()
        name = split_suffix(made.path)[0].rpartition("/")[2]
        if name == self._facts.release.id:
            return give(self._site.resources.answer(made))
        asked = read_asked(made, self._facts.base)
        if not asked.manner.is_plain:
            raise Problem("not-acceptable", "Releases have no other views.")
        if _BETWEEN in name:
            old, _, new = name.partition(_BETWEEN)
            return self._answer(asked, lambda: self._compared(asked, old, new), old, new)
        return self._answer(asked, lambda: self._release(asked, name), name)

    def entries(self, name: str, form: str) -> BaseResponse:
        """Return the entries of a release with their revisions, in the format of that key."""
        number = request.args.get("page", 1, type=int)
        start = (max(number, 1) - 1) * _ENTRIES
        with archive_of(self._facts, name) as archive:
            listed = entries(archive, name)
            if form != "html":
                return self._send(_LISTS[form](list(listed)), BY_KEY[form].media_type, name)
            self._require_html()
            rows = list(islice(listed, start, start + _ENTRIES + 1))
        if not rows or number < 1:
            raise Problem("not-found", "This list has no such page.")
        values = {
            "name": name, "rows": rows[:_ENTRIES], "number": number,
            "has_more": len(rows) > _ENTRIES,
        }  # fmt: skip
        return self._page(Page("release-entries.html", values), name)

    def _release(self, asked: Asked, name: str) -> bytes:
        manifest, facts = find_manifest(self._facts, name), self._facts
        document = release_document(facts, manifest)
        if asked.manner.form != "html":
            return serialize(facts, document, asked.manner.form)
        return self._render(asked, _release_page(self._site, manifest, document))

    def _compared(self, asked: Asked, old: str, new: str) -> bytes:
        comparison, facts, form = self._compare(old, new), self._facts, asked.manner.form
        if form == "json":
            return as_json(comparison)
        if form == "html":
            return self._render(asked, _comparison_page(self._site, comparison))
        return serialize(facts, comparison_document(facts, comparison), form)

    def _compare(self, old: str, new: str) -> Comparison:
        found = self._comparisons.get((old, new))
        if found is None:
            if not self._free.acquire(blocking=False):
                raise Problem("busy", headers=dict(RETRY_AFTER))
            try:
                with archive_of(self._facts, old, new) as archive:
                    found = compare_releases(archive, old, new)
            finally:
                self._free.release()
            self._comparisons[old, new] = found
        return found

    def _answer(self, asked: Asked, make: Callable[[], bytes], *names: str) -> BaseResponse:
        path, links = asked.path, self._site.links
        # What has a folder can be had; the rest of a release never changes.
        known = (find_manifest(self._facts, name) for name in names)
        there = [len(files_of(self._facts, manifest)) for manifest in known]
        response = self._send(make, asked.content_type, path, asked.manner.form, *map(str, there))
        response.headers["Content-Location"] = links.location(path, asked.manner)
        response.headers["Link"] = header(links.all(path), links.path(path))
        return response

    def _render(self, asked: Asked, page: Page) -> bytes:
        formats = self._site.links.formats(asked.path)
        return self._site.renderer.render(page, path=asked.path, formats=formats)

    def _page(self, page: Page, *parts: str) -> Response:
        return self._send(lambda: self._site.renderer.render(page), *_HTML.types.values(), *parts)

    def _send(self, body: bytes | Callable[[], bytes], content_type: str, *parts: str) -> Response:
        """Return `body`, or 304 where the client has it; `parts` say what may change of it."""
        said = "\n".join([self._facts.fingerprint, request.full_path, content_type, *parts])
        etag = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
        if etag in request.if_none_match:
            response = Response(status=HTTPStatus.NOT_MODIFIED)
        else:
            body = body if isinstance(body, bytes) else body()
            response = Response(body, content_type=content_type)
        response.set_etag(etag)
        response.headers.update({**CACHING, "Vary": "Accept, Accept-Profile"})
        return response

    def _require_html(self) -> None:
        if pick(kind_at("/"), request.headers.get("Accept"), [_HTML]) is None:
            detail = f"This page is available as {_HTML.media_type}."
            raise Problem("not-acceptable", detail, {"formats": [_HTML.media_type]})


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the releases beside the one that `site` shows."""
    routes, pages = Blueprint("releases", __name__), ReleasePages(site)
    routes.add_url_rule("/release", "index", pages.index)
    routes.add_url_rule("/release/<name>", "document", lambda name: pages.document())
    routes.add_url_rule(
        "/release/<name>/entries", "entries", lambda name: pages.entries(name, "html")
    )
    for form in _LISTS:
        routes.add_url_rule(
            f"/release/<name>/entries.{form}",
            f"entries-{form}",
            lambda name, form=form: pages.entries(name, form),
        )
    return routes


def _release_page(site: Site, manifest: Manifest, document: Document) -> Page:
    facts, known = site.facts, find_releases(site.facts)
    there = {file.name for file in files_of(facts, manifest)}
    values = {
        **build_values(manifest),
        "document": document,
        "files": [(file, readable_size(file.size), file.name in there) for file in manifest.files],
        "before": manifest.previous if manifest.previous in known else None,
        "after": [name for name, other in known.items() if other.previous == manifest.id],
        "compare": comparison_path,
    }
    return Page("release.html", values)


def _comparison_page(site: Site, comparison: Comparison) -> Page:
    values = {
        "comparison": comparison,
        "is_backwards": place(comparison.old) > place(comparison.new),
        "turned": comparison_path(comparison.new, comparison.old),
        "causes": causes(comparison),
        "most": _CHANGES,
        "last_part": last_part,
        "reason_of": reason_of,
        "fragment": lambda change: fragment(site.facts, change),
    }
    return Page("release-comparison.html", values)


def _as_json(rows: list[Recorded]) -> bytes:
    found = [
        {"entry": row.entry, "revision": row.revision or None, "digest": row.digest or None}
        for row in rows
    ]
    return json.dumps(found, indent=1).encode() + b"\n"


def _as_csv(rows: list[Recorded]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["entry", "revision", "digest"])
    writer.writerows([row.entry, row.revision, row.digest] for row in rows)
    return text.getvalue().encode()


_LISTS: dict[str, Callable[[list[Recorded]], bytes]] = {"json": _as_json, "csv": _as_csv}
