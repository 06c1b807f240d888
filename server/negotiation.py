"""Content negotiation by the Accept header (RFC 9110, section 12.5.1), as one pure function."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PART = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*")+')
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE = re.compile(rf"({_WORD})/({_WORD})")
_WEIGHT = re.compile(r"0(\.\d*)?|1(\.0*)?|\.\d+", re.ASCII)


@dataclass(frozen=True)
class MediaRange:
    """One element of an Accept header."""

    type: str
    subtype: str
    weight: float

    def specificity(self, media_type: str) -> int:
        """Return 3 where the range names `media_type`, 2 for type/*, 1 for */*, 0 for no match."""
        kind, _, subtype = media_type.partition("/")
        if (self.type, self.subtype) == (kind, subtype):
            return 3
        if (self.type, self.subtype) == (kind, "*"):
            return 2
        return int((self.type, self.subtype) == ("*", "*"))


def choose(accept: str | None, offers: Sequence[str]) -> str | None:
    """Return the media type of `offers` that `accept` prefers, or None where none will do.

    `offers` are lower case, in our order of preference, which settles ties. Of equal weights, a
    type that is named comes before one that only a wildcard covers: who sends
    `application/json, */*` can read JSON and takes the rest as it comes. No header, or one of
    which nothing can be read, accepts anything. Parameters other than q do not narrow a range:
    what is offered has no variants that differ by them.
    """
    ranges = parse(accept or "")
    if not ranges:
        return offers[0]
    best, most = None, (0.0, 0)
    for offer in offers:
        found = _weight(ranges, offer)
        if found[0] and found > most:
            best, most = offer, found
    return best


def parse(accept: str) -> list[MediaRange]:
    """Return the media ranges of an Accept header, leaving out what is malformed."""
    found = (_media_range(element) for element in _ELEMENT.findall(accept))
    return [media_range for media_range in found if media_range]


def _media_range(element: str) -> MediaRange | None:
    name, *parameters = (part.strip() for part in _PART.findall(element) or [""])
    match = _RANGE.fullmatch(name.lower())
    if match is None or (match[1] == "*" and match[2] != "*"):
        return None
    weight = "1"
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            weight = value.strip()
            break
    return MediaRange(match[1], match[2], float(weight)) if _WEIGHT.fullmatch(weight) else None


def _weight(ranges: list[MediaRange], offer: str) -> tuple[float, int]:
    """Return the weight that the most specific range gives to `offer`, and how specific it is."""
    fitting = [(row.specificity(offer), row.weight) for row in ranges]
    most = max(specificity for specificity, _ in fitting)
    if not most:
        return 0.0, 0
    return max(weight for specificity, weight in fitting if specificity == most), most
