"""The log of changes as feeds: Atom with its archive (RFC 4287, RFC 5005), and JSON Feed 1.1.

The newest events come first. Closed pages are archive documents, whose bytes never change, so no
library writes them: its next version might write them otherwise. Version 1.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from server.change_stream import PATH
from server.revision_files import NOT_XML
from server.told import Told

_TITLE = "ME/CFS Atlas: changes"
_ATOM = "application/atom+xml"
_PATCH = "application/rdf-patch"


@dataclass(frozen=True)
class Feed:
    """Events of a site at `base`, in the order in which they are told.

    `path` is what they stand at; `older` the number of the page that goes on with earlier events,
    `newer` that with later ones, 0 where there is none. `last` is the sequence number after which
    the next ones come. A document that `is_archive` never changes. `updated` stands for the moment
    of the newest event where there is none.
    """

    base: str
    path: str
    events: Sequence[Told]
    last: int
    updated: str
    older: int = 0
    newer: int = 0
    is_archive: bool = False

    @property
    def address(self) -> str:
        """Return the address of what is told."""
        return self.base + self.path

    def page(self, number: int, suffix: str) -> str:
        """Return the address of a page in the format of that suffix."""
        return f"{self.base}{PATH}/{number}{suffix}"

    def after(self, sequence: int) -> str:
        """Return the address of what comes after that event."""
        return f"{self.base}{PATH}.json?after={sequence}"


def write_atom(feed: Feed) -> bytes:
    """Return `feed` as Atom; whoever follows `prev-archive` from the newest one meets them all."""
    moments = [told.event.created for told in feed.events]
    links = [
        _link("self", f"{feed.address}.atom", _ATOM),
        _link("alternate", feed.address, "text/html"),
        _link("current", f"{feed.base}{PATH}.atom", _ATOM),
    ]
    if feed.older:
        links.append(_link("prev-archive", feed.page(feed.older, ".atom"), _ATOM))
    if feed.newer:
        links.append(_link("next-archive", feed.page(feed.newer, ".atom"), _ATOM))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang="en">',
        _element("id", feed.address),
        _element("title", _TITLE),
        _element("updated", max(moments, default=feed.updated)),
        f"<author>{_element('name', 'ME/CFS Atlas')}{_element('uri', f'{feed.base}/')}</author>",
        *(["<fh:archive/>"] if feed.is_archive else []),
        *links,
        *(_entry(feed.base, told) for told in feed.events),
        "</feed>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _entry(base: str, told: Told) -> str:
    event = told.event
    reason = (
        f"<category scheme={quoteattr(f'{base}/vocabulary/revision-reason')}"
        f" term={quoteattr(told.reason)} label={quoteattr(_plain(told.happened))}/>"
    )
    lines = [
        "<entry>",
        _element("id", base + event.path),
        _element("title", told.headline),
        _element("updated", event.created),
        _element("published", event.created),
        _link("alternate", base + event.path, "text/html"),
        _link("related", base + event.document, "text/html"),
        _link("related", f"{base}{event.path}.patch", _PATCH),
        reason,
        _element("summary", told.summary),
        "</entry>",
    ]
    return "\n".join(lines)


def write_json_feed(feed: Feed, next_url: str, own_url: str = "") -> bytes:
    """Return `feed` as JSON Feed that goes on at `next_url`, "" for nowhere.

    `_atlas` has what the feed format has no place for; of its `after` one asks the next time.
    """
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _TITLE,
        "home_page_url": feed.base + PATH,
        "feed_url": own_url or f"{feed.address}.json",
        **({"next_url": next_url} if next_url else {}),
        "language": "en",
        "authors": [{"name": "ME/CFS Atlas", "url": f"{feed.base}/"}],
        "_atlas": {
            "about": feed.base + PATH,
            "last": feed.last,
            "after": feed.after(feed.last),
        },
        "items": [_item(feed.base, told) for told in feed.events],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(base: str, told: Told) -> dict[str, object]:
    before, after = told.pem or ("", "")
    event = told.event
    return {
        "id": base + event.path,
        "url": base + event.path,
        "title": told.headline,
        "content_text": told.summary,
        "date_published": event.created,
        "tags": [told.reason],
        "_atlas": {
            "sequence": told.sequence,
            "document": base + event.document,
            "revision": event.number,
            "digest": told.digest,
            "reason": told.reason,
            "aspects": told.aspects,
            "pemBefore": before or None,
            "pemAfter": after or None,
            "policyVersions": [base + path for path in told.policies],
            "replacedBy": base + told.replaced_by if told.replaced_by else None,
            "patch": f"{base}{event.path}.patch",
        },
    }


def _link(relation: str, address: str, media_type: str) -> str:
    return f'<link rel="{relation}" type="{media_type}" href={quoteattr(address)}/>'


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_plain(text))}</{name}>"


def _plain(text: str) -> str:
    # A bare carriage return would be read as a line feed.
    return NOT_XML.sub("\ufffd", text).replace("\r", " ")
