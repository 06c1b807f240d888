"""What a revision says, for people: read from its record and its content, and from nothing else.

Names of properties and values are their keys, for their labels may change. Version 1, frozen as
its template is.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from graph.prefixes import term, value
from server.revision_files import Frozen
from server.revision_words import ASKS, BADGES, CONCERN, DEMANDS, NOUNS, QUESTION, RECORD, SECTIONS

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBER = re.compile(r"(\d+)")
# Its own name is that of rdf:type.
_MADE_FOR = "http://purl.org/dc/elements/1.1/type"
_CAPITALS = {"doi", "pem", "pmid"}
_WEB = ("https://", "http://")
Nodes = list[ox.NamedNode | ox.Literal]
Said = defaultdict[tuple[str, str], Nodes]


@dataclass(frozen=True)
class Value:
    """One value: its text, the address it leads to or "", and its language or ""."""

    text: str
    href: str = ""
    language: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the document, "" for that itself: its properties with their values."""

    fragment: str
    rows: list[tuple[str, list[Value]]]


class Reading:
    """One revision as its page tells it; own things lead to their path on this site."""

    def __init__(self, frozen: Frozen, base: str) -> None:
        """Read `frozen`, whose own things are under `base`."""
        self.frozen, self._base = frozen, base
        self._said: Said = defaultdict(list)
        for triple in sorted([*frozen.triples, *frozen.record], key=str):
            if isinstance(triple.object, ox.NamedNode | ox.Literal):
                key = value(triple.subject), triple.predicate.value
                self._said[key].append(triple.object)
        self._paper = self._first(frozen.document, "atlas:paper")

    @property
    def number(self) -> str:
        """Return the number of the revision."""
        return self._first(self.frozen.iri, "schema:version")

    @property
    def day(self) -> str:
        """Return the day on which it was recorded."""
        return self._first(self.frozen.iri, "dcterms:created")[:10]

    @property
    def reason(self) -> str:
        """Return the key of the reason for it."""
        found = self._first(self.frozen.iri, "atlas:revisionReason")
        return found.rpartition("#")[2]

    @property
    def path(self) -> str:
        """Return the path of the document."""
        return self.frozen.document.removeprefix(self._base)

    @property
    def noun(self) -> str:
        """Return what people call such a document."""
        return NOUNS[self.path.split("/")[1]][0]

    @property
    def current(self) -> str:
        """Return what people call that which it says today."""
        return NOUNS[self.path.split("/")[1]][1]

    @property
    def title(self) -> str:
        """Return the title of the paper, or the name of what has none; else the path."""
        names = (self._first(self.frozen.document, name) for name in ("skos:prefLabel", QUESTION))
        title = self._first(self._paper, "dcterms:title")
        return title or next(filter(None, names), self.path)

    @property
    def query(self) -> str:
        """Return the text of a saved query, "" for anything else."""
        texts = (self._first(self.frozen.document, name) for name in ASKS)
        return next(filter(None, texts), "")

    @property
    def demands(self) -> list[tuple[str, list[Value]]]:
        """Return what a case definition demanded, and where it came from; nothing of an entry."""
        return [] if self._paper else self._rows(self.frozen.document, DEMANDS)

    @property
    def record(self) -> list[tuple[str, list[Value]]]:
        """Return when, why, by whom and by what it was made."""
        return self._rows(self.frozen.iri, RECORD)

    @property
    def changes(self) -> list[tuple[str, list[Value], list[Value]]]:
        """Return what changed since the revision before: what of, what it was, what it is.

        Values that stayed are in neither list.
        """
        sides = self.frozen.difference.removed, self.frozen.difference.added
        found: dict[tuple[str, str], tuple[Nodes, Nodes]] = {}
        for side, triples in enumerate(sides):
            for triple in triples:
                key = value(triple.subject), triple.predicate.value
                if isinstance(triple.object, ox.NamedNode | ox.Literal):
                    found.setdefault(key, ([], []))[side].append(triple.object)
        return [
            (self._about(*key), self._values(old), self._values(new))
            for key, (old, new) in sorted(found.items(), key=lambda row: _natural(" ".join(row[0])))
        ]

    @property
    def authors(self) -> list[str]:
        """Return the authors as printed, in their order."""
        found = self._things(self._paper, "atlas:author")
        return [self._first(author, "atlas:printedName") for author in found]

    @property
    def is_complete(self) -> bool:
        """Say whether these are all authors, as far as is known."""
        return self._first(self._paper, "atlas:authorListComplete") != "false"

    @property
    def bibliography(self) -> list[str]:
        """Return journal, year, DOI and PubMed id, as far as they are known."""
        journal = self._first(self._paper, "schema:isPartOf").rpartition("/")[2]
        doi = self._first(self._paper, "bibo:doi")
        pmid = self._first(self._paper, "bibo:pmid")
        found = (
            journal,
            self._first(self._paper, "atlas:year"),
            f"doi:{doi}" if doi else "",
            f"PubMed {pmid}" if pmid else "",
        )
        return [part for part in found if part]

    @property
    def badges(self) -> list[tuple[str, list[Value]]]:
        """Return the badges that it has."""
        return self._rows(self.frozen.document, BADGES)

    @property
    def sections(self) -> list[tuple[str, list[Value]]]:
        """Return the texts by their kind, in the order of the page."""
        found = [(heading, self._things(self.frozen.document, name)) for heading, name in SECTIONS]
        return [(heading, self._texts(texts)) for heading, texts in found if texts]

    @property
    def is_machine_drafted(self) -> bool:
        """Say whether a program drafted any of its texts."""
        drafted = term("atlas:machineDrafted").value
        return any(
            predicate == drafted and value(said[0]) == "true"
            for (_, predicate), said in self._said.items()
        )

    @property
    def retraction(self) -> list[tuple[str, list[Value]]]:
        """Return day and notice of a retraction of the paper; nothing where none stood."""
        found = self._first(self._paper, "atlas:retraction")
        if found and self._first(found, "atlas:liftedOn"):
            return []
        names = (("Retracted on", "dcterms:date"), ("Notice", "dcterms:source"))
        return self._rows(found, names) if found else []

    @property
    def concerns(self) -> list[list[tuple[str, list[Value]]]]:
        """Return issuer, day and notice of each expression of concern that stood."""
        found = self._things(self._paper, "atlas:expressionOfConcern")
        standing = [node for node in found if not self._first(node, "atlas:liftedOn")]
        return [self._rows(node, CONCERN) for node in standing]

    @property
    def parts(self) -> list[Part]:
        """Return all that it said, part by part: the document first, numbered parts by number."""
        subjects = sorted({value(t.subject) for t in self.frozen.triples}, key=_natural)
        return [Part(subject.partition("#")[2], self._all(subject)) for subject in subjects]

    def _about(self, subject: str, predicate: str) -> str:
        part = subject.partition("#")[2]
        return f"#{part} {_words(predicate)}" if part else _words(predicate)

    def _all(self, subject: str) -> list[tuple[str, list[Value]]]:
        own = {name: said for (about, name), said in self._said.items() if about == subject}
        return [(_words(name), self._values(said)) for name, said in sorted(own.items())]

    def _rows(
        self, subject: str, names: Iterable[tuple[str, str]]
    ) -> list[tuple[str, list[Value]]]:
        found = [(words, self._said.get((subject, term(name).value), [])) for words, name in names]
        return [(words, self._values(said)) for words, said in found if said]

    def _texts(self, things: list[str]) -> list[Value]:
        name = term("rdf:value").value
        return [text for thing in things for text in self._values(self._said[thing, name])]

    def _things(self, subject: str, name: str) -> list[str]:
        found = [value(node) for node in self._said.get((subject, term(name).value), [])]
        return sorted(found, key=lambda iri: (self._position(iri), _natural(iri)))

    def _position(self, iri: str) -> int:
        return int(self._first(iri, "schema:position") or 0)

    def _first(self, subject: str, name: str) -> str:
        found = self._said.get((subject, term(name).value), [])
        return value(min(found, key=_is_foreign)) if found else ""

    def _values(self, nodes: Iterable[ox.NamedNode | ox.Literal]) -> list[Value]:
        return [self._value(node) for node in sorted(nodes, key=lambda node: _natural(node.value))]

    def _value(self, node: ox.NamedNode | ox.Literal) -> Value:
        text = node.value
        if isinstance(node, ox.Literal):
            return Value(text, language=node.language or "")
        if text == self.frozen.document:
            return Value(f"the {self.noun}")
        part = text.removeprefix(f"{self.frozen.document}#")
        if part != text:
            return Value(f"#{part}", f"#{part}")
        path = text.removeprefix(self._base)
        if path != text and path.startswith("/"):
            return Value(re.split("[/#]", path)[-1], path)
        return Value(text, text if text.startswith(_WEB) else "")


def _is_foreign(node: ox.NamedNode | ox.Literal) -> bool:
    return isinstance(node, ox.Literal) and node.language not in {None, "en"}


def _words(iri: str) -> str:
    """Return what a property is called: the words of its own name."""
    if iri == _MADE_FOR:
        return "made for"
    words = _CAMEL.sub(" ", re.split("[/#]", iri)[-1]).lower().split()
    return " ".join(word.upper() if word in _CAPITALS else word for word in words)


def _natural(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts numbers within texts by their size."""
    parts = _NUMBER.split(text)
    digits = (part.lstrip("0") if place % 2 else part for place, part in enumerate(parts))
    return [(len(part) if place % 2 else -1, part) for place, part in enumerate(digits)]
