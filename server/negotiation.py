"""Choose a format by an Accept header, as RFC 9110 says: one pure function."""

from collections.abc import Sequence

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from server.formats import Format


def choose(accept: str | None, offered: Sequence[Format]) -> Format | None:
    """Return the offered format that `accept` wants most, or None where it wants none of them.

    The most specific range that matches a type gives its quality; ties go to the order offered.
    """
    if not accept or not accept.strip():
        return offered[0] if offered else None
    ranges = parse_accept_header(accept.lower(), MIMEAccept)
    qualities = [(_quality(form.media_type, ranges), form) for form in offered]
    best = max((quality for quality, _ in qualities), default=0.0)
    return next((form for quality, form in qualities if quality == best and best > 0), None)


def _quality(media_type: str, ranges: MIMEAccept) -> float:
    wide = media_type.partition("/")[0] + "/*"
    for wanted in (media_type, wide, "*/*"):
        found = [quality for name, quality in ranges if name.partition(";")[0].strip() == wanted]
        if found:
            return max(found)
    return 0.0
