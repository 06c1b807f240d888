"""The slug of a paper: family name, year, and two words of its title that carry meaning."""

import re
from collections.abc import Container

from anyascii import anyascii

# Words that carry no meaning in a title; "what" and "versus" do, as the site's own slugs show.
_EMPTY = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "between",
        "by",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "over",
        "that",
        "the",
        "their",
        "this",
        "to",
        "up",
        "was",
        "were",
        "with",
    )
)


def fold(text: str) -> str:
    """Return `text` in lower-case ASCII letters and digits, words parted by one space."""
    return " ".join(re.findall(r"[a-z0-9]+", anyascii(re.sub(r"['’´`¨]", "", text)).lower()))


def slug(family: str | None, year: int, title: str, taken: Container[str]) -> str:
    """Return a slug that is not in `taken`: the second of its kind ends in -2, the third in -3.

    A slug is a name, not an identity: a published one never changes, so call this only once.
    """
    name = fold(family or "").replace(" ", "") or "unknown"
    words = [word for word in fold(title).split() if word not in _EMPTY][:2]
    plain = "-".join([name, str(year), *words])
    number, found = 1, plain
    while found in taken:
        number += 1
        found = f"{plain}-{number}"
    return found
