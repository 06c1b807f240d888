"""Compression of what Flask answers: each coding is a representation with a tag of its own."""

import re
from http import HTTPStatus

from flask import Request, Response

from server.encodings import CODINGS, LEAST, choose_coding, compress

_KINDS = re.compile(
    r"text/.*|image/svg\+xml|application/(.*\+)?(json|xml)|"
    r"application/(javascript|n-triples|n-quads|trig)"
)
_MARK = re.compile(rf'-(?:{"|".join(CODINGS)})(?=")')
_KNOWN, _MARKED = "HTTP_IF_NONE_MATCH", "atlas.marked"


def unmark(request: Request) -> None:
    """Take the coding out of the tags that `request` names, for those who made them without."""
    known = request.environ.get(_KNOWN)
    if known:
        request.environ[_KNOWN], count = _MARK.subn("", known)
        request.environ[_MARKED] = bool(count)


def encode(request: Request, response: Response) -> None:
    """Compress `response` as the client takes it, where that helps; a part of a file never."""
    is_text = _KINDS.fullmatch(response.mimetype or "")
    # Things have tags of their own for each coding.
    is_known = response.status_code == HTTPStatus.NOT_MODIFIED and request.environ.get(_MARKED)
    is_whole = is_text and response.status_code == HTTPStatus.OK
    if not (is_whole or is_known) or "Content-Encoding" in response.headers:
        return
    response.vary.add("Accept-Encoding")
    coding = choose_coding(request.headers.get("Accept-Encoding"))
    if not coding or "Range" in request.headers:
        return
    if not is_known:
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < LEAST:
            return
        response.set_data(compress(body, coding))
        response.headers["Content-Encoding"] = coding
        response.headers.pop("Accept-Ranges", None)
    tag, is_weak = response.get_etag()
    if tag:
        response.set_etag(f"{tag}-{coding}", weak=bool(is_weak))
