"""What can be seen of a query without parsing it: its form, and whether its answer may be kept."""

import re

from server.formats import Kind

_GAP = r"(?:\s|\#[^\r\n]*(?=[\r\n]|\Z))*+"
_PROLOGUE = rf"(?:(?:base{_GAP}<[^<>]*>|prefix{_GAP}[^\s:<>#]*:{_GAP}<[^<>]*>){_GAP})*+"
_FORM = re.compile(rf"{_GAP}{_PROLOGUE}(select|ask|construct|describe)\b", re.IGNORECASE)
# Functions that give another value each time; a name that only contains one is not meant.
_VOLATILE = re.compile(r"(?<![?$:\w-])(?:now|rand|uuid|struuid|bnode)\b", re.IGNORECASE)
_KINDS = {"select": Kind.SELECT, "ask": Kind.ASK}


def query_form(text: str) -> Kind | None:
    """Return the kind of answer a valid query `text` has; None where that is not plain to see."""
    found = _FORM.match(text)
    return _KINDS.get(found[1].lower(), Kind.GRAPH) if found else None


def is_volatile(text: str) -> bool:
    """Return whether asking `text` again may give another answer from the same data."""
    return _VOLATILE.search(text) is not None
