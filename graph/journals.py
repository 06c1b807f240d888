"""Journals under one key for all spellings of their names, kept in data/journals.ttl."""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from pyiso4.ltwa import Abbreviate

from graph.prefixes import BASE, term, value
from graph.slugs import fold
from graph.sources import parse_file

_EMPTY = {"the", "of", "in", "and", "for", "on", "a", "de", "der"}


@cache
def _abbreviate() -> Abbreviate:
    return Abbreviate.create()


@cache
def signature(name: str) -> str:
    """Return what all spellings of one name share: its words cut as ISO 4 cuts them, unspaced.

    "Journal of Translational Medicine", "J. Transl. Med." and "J TranslMed" give one signature.
    """
    words = [word for word in re.findall(r"[^\W_]+", name.replace("&", " ")) if word]
    kept = [word for word in words if word.lower() not in _EMPTY]
    if len(kept) < 2:
        return fold(name).replace(" ", "")
    plain = " ".join(kept)
    # The library stumbles over some names that are shorter than their abbreviation.
    with suppress(IndexError):
        plain = _abbreviate()(plain, remove_part=False)
    return fold(plain).replace(" ", "")


class Journals:
    """The journals known so far; `find` adds what is new."""

    def __init__(self, file: Path) -> None:
        """Read the authority `file`, if there is one."""
        self._file = file
        self._printed: dict[str, set[str]] = {}
        self._labels: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        for quad in parse_file(file) if file.exists() else ():
            key = value(quad.subject).rsplit("/", 1)[-1]
            if quad.predicate == term("rdfs:label"):
                self._labels[key] = value(quad.object)
                self._keys.setdefault(signature(value(quad.object)), key)
            elif quad.predicate == term("atlas:printedName"):
                self._printed.setdefault(key, set()).add(value(quad.object))
                self._keys[signature(value(quad.object))] = key

    def find(self, printed: str) -> ox.NamedNode:
        """Return the journal that prints its name so, a new one if no spelling is known."""
        mark = signature(printed)
        key = self._keys.setdefault(mark, fold(printed).replace(" ", "-"))
        self._labels.setdefault(key, printed.rstrip("."))
        self._printed.setdefault(key, set()).add(printed)
        return ox.NamedNode(f"{BASE}/journal/{key}")

    def unglue(self, printed: str) -> tuple[str, str]:
        """Part "End of a title. Journal" into that end and the journal, if it is known."""
        words, stop, name = re.sub(r"([.?]) ", r"\1\n", printed).rpartition("\n")
        words = words.replace("\n", " ").rstrip(".")
        if not stop or signature(printed) in self._keys or signature(name) not in self._keys:
            return "", printed
        return (words, name) if len(words.split()) > 1 or words.endswith("?") else ("", printed)

    def triples(self) -> Iterator[ox.Triple]:
        """Yield all journals, by key."""
        for key in sorted(self._printed):
            node = ox.NamedNode(f"{BASE}/journal/{key}")
            yield ox.Triple(node, term("rdf:type"), term("atlas:Journal"))
            yield ox.Triple(node, term("rdfs:label"), ox.Literal(self._labels[key], language="en"))
            for name in sorted(self._printed[key]):
                yield ox.Triple(node, term("atlas:printedName"), ox.Literal(name))
