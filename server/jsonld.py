"""Write triples without blank nodes as compact JSON-LD that loses nothing."""

import json
import re
from collections.abc import Iterable
from itertools import groupby
from typing import cast

import pyoxigraph as ox

from graph.prefixes import term
from server.context import Context, Term, compaction, context_url
from server.facts import Facts
from server.problems import Problem

Node = dict[str, object]
_TYPE = term("rdf:type").value
_STRING = term("xsd:string").value
_LINK, _ENGLISH = "@id", "en"
# What JSON says as well as RDF does: numbers that every reader keeps, in their one spelling.
_NATIVE = {
    term("xsd:integer").value: re.compile(r"0|-?[1-9][0-9]{0,14}"),
    term("xsd:boolean").value: re.compile(r"true|false"),
}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?!//)")


def write(facts: Facts, triples: Iterable[ox.Triple], *, inline: bool = True) -> bytes:
    """Return `triples`, ordered by subject, as one JSON-LD document in the terms of our context.

    `inline`: the context is inside, as much of it as is used; otherwise it is named, and has to
    be fetched. Problem: an IRI would be read as another one.
    """
    writer = _Writer(facts)
    nodes = [
        writer.node(subject, list(about))
        for subject, about in groupby(triples, key=lambda triple: triple.subject)
    ]
    named = writer.used_context() if inline else context_url(facts)
    document = {"@context": named, "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


class _Writer:
    """One document being written: which terms and prefixes it has used so far."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._context: Context = compaction(facts)
        self._terms: set[str] = set()
        self._prefixes: set[str] = set()

    def used_context(self) -> dict[str, object]:
        """Return the part of the context that the document needs."""
        rows = [self._context.terms[name] for name in sorted(self._terms)]
        prefixes = {name: self._context.prefixes[name] for name in sorted(self._prefixes)}
        return {**prefixes, **{row.name: row.definition for row in rows}}

    def node(self, subject: object, triples: list[ox.Triple]) -> Node:
        """Return what is said of `subject`."""
        assert isinstance(subject, ox.NamedNode)
        node: Node = {"@id": self._iri(subject.value)}
        lists = {"@type"}
        for triple in triples:
            key, value, is_list = self._said(triple.predicate.value, triple.object)
            values = cast(list[object], node.setdefault(key, []))
            values.append(value)
            lists |= {key} if is_list else set()
        return {
            key: value[0] if isinstance(value, list) and len(value) == 1 and key not in lists
            else value
            for key, value in node.items()
        }  # fmt: skip

    def _said(self, predicate: str, value: object) -> tuple[str, object, bool]:
        if predicate == _TYPE and isinstance(value, ox.NamedNode):
            return "@type", self._name(value.value), True
        row = self._context.by_iri.get(predicate)
        if row is None or row.plain is None:
            return self._name(predicate), self._value(value, None), False
        self._use(row)
        return row.name, self._value(value, row), row.is_list

    def _value(self, value: object, row: Term | None) -> object:
        plain = row.plain if row else None
        if isinstance(value, ox.NamedNode):
            iri = self._iri(value.value)
            return iri if plain == _LINK else {"@id": iri}
        assert isinstance(value, ox.Literal)
        text, kind = value.value, value.datatype.value
        if value.language:
            said = {"@value": text, "@language": value.language}
            return text if plain == _ENGLISH == value.language else said
        if kind == _STRING:
            # Where a string means something else, its being one has to be said.
            return {"@value": text} if plain else text
        fits = plain is not None and plain != "" and plain == self._short(kind)
        if (fits or not plain) and kind in _NATIVE and _NATIVE[kind].fullmatch(text):
            return json.loads(text)
        return text if fits else {"@value": text, "@type": self._name(kind)}

    def _name(self, iri: str) -> str:
        """Return the shortest name of a property, a class or a datatype."""
        row = self._context.by_iri.get(iri)
        if row and row.plain is None:
            self._use(row)
            return row.name
        short = self._short(iri)
        if short == iri:
            return self._iri(iri)
        self._prefixes.add(short.partition(":")[0])
        return short

    def _short(self, iri: str) -> str:
        return self._context.shorten(self._facts, iri)

    def _use(self, row: Term) -> None:
        self._terms.add(row.name)
        for name in (row.curie, row.plain or ""):
            prefix, colon, _ = name.partition(":")
            self._prefixes |= {prefix} if colon else set()

    def _iri(self, iri: str) -> str:
        found = _SCHEME.match(iri)
        if found and found[1] in self._context.prefixes:
            detail = (
                f"JSON-LD cannot say <{iri[:80]}>, because {found[1]} is a prefix of its context."
            )
            raise Problem("format-cannot-say", detail)
        return iri
