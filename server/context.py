"""The JSON-LD context of the project, made from the prefix table, the ontology and the shapes."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph.paths import ONTOLOGY, SHAPES
from graph.prefixes import BASE, prefixes, shorten, term
from server.facts import Facts

_PATH = "/context.jsonld"
_LINK, _ENGLISH = "@id", "en"
_OWN = {"owl:ObjectProperty": _LINK, "owl:DatatypeProperty": "", "owl:Class": None}
_ATLAS = "atlas:"
_STRING = term("xsd:string")
# The terms of others that get a short name: which they are, and what their values are.
_OTHERS = {
    "altLabel": ("skos:altLabel", _ENGLISH),
    "comment": ("rdfs:comment", _ENGLISH),
    "doi": ("bibo:doi", ""),
    "familyName": ("schema:familyName", ""),
    "givenName": ("schema:givenName", ""),
    "identifier": ("dcterms:identifier", ""),
    "inScheme": ("skos:inScheme", _LINK),
    "isPartOf": ("schema:isPartOf", _LINK),
    "issue": ("bibo:issue", ""),
    "issued": ("dcterms:issued", ""),
    "label": ("rdfs:label", _ENGLISH),
    "notation": ("skos:notation", ""),
    "pages": ("bibo:pages", ""),
    "pmid": ("bibo:pmid", ""),
    "position": ("schema:position", "xsd:integer"),
    "prefLabel": ("skos:prefLabel", _ENGLISH),
    "sameAs": ("schema:sameAs", _LINK),
    "title": ("dcterms:title", _ENGLISH),
    "value": ("rdf:value", _ENGLISH),
    "volume": ("bibo:volume", ""),
    "wasAttributedTo": ("prov:wasAttributedTo", _LINK),
    "wasDerivedFrom": ("prov:wasDerivedFrom", _LINK),
    "wasGeneratedBy": ("prov:wasGeneratedBy", _LINK),
}


@dataclass(frozen=True)
class Term:
    """A name of the context: the CURIE it stands for, and what values are written plainly.

    `plain` is "@id" for links, "en" for English text, the CURIE of a datatype, or "" for
    strings. A class has None: it is no key.
    """

    name: str
    curie: str
    plain: str | None
    is_list: bool = False

    @property
    def definition(self) -> str | dict[str, str]:
        """Return what the context says of it."""
        if self.plain is None:
            return self.curie
        said = {"@id": self.curie}
        if self.plain:
            said["@language" if self.plain == _ENGLISH else "@type"] = self.plain
        if self.is_list:
            said["@container"] = "@set"
        return said if len(said) > 1 else self.curie


@dataclass(frozen=True)
class Context:
    """The context of releases with one base."""

    prefixes: dict[str, str]
    terms: dict[str, Term]
    _short: dict[str, str] = field(default_factory=dict)

    def shorten(self, facts: Facts, iri: str) -> str:
        """Return the CURIE of a property, class or datatype, of which there are not many."""
        if iri not in self._short:
            self._short[iri] = facts.shorten(iri)
        return self._short[iri]

    @cached_property
    def by_iri(self) -> dict[str, Term]:
        """Return the term that stands for an IRI."""
        found = {}
        for row in self.terms.values():
            prefix, _, local = row.curie.partition(":")
            found[self.prefixes[prefix] + local] = row
        return found

    @cached_property
    def document(self) -> bytes:
        """Return the context as a document: every prefix and every term."""
        terms = {name: row.definition for name, row in self.terms.items()}
        said = {"id": "@id", "type": "@type", **self.prefixes, **terms}
        made = {"@context": {"@version": 1.1, **dict(sorted(said.items()))}}
        return json.dumps(made, ensure_ascii=False, indent=1).encode() + b"\n"

    @cached_property
    def version(self) -> str:
        """Return a digest that changes with the document."""
        return hashlib.sha256(self.document).hexdigest()[:12]


def context(facts: Facts) -> bytes:
    """Return the context document of the release of `facts`."""
    return compaction(facts).document


def compaction(facts: Facts) -> Context:
    """Return the names by which JSON-LD of the release of `facts` is written."""
    return _context(facts.base)


def context_url(facts: Facts) -> str:
    """Return the address of the context, with its version, so that no old copy is taken for it."""
    return f"{facts.base}{_PATH}?version={compaction(facts).version}"


@lru_cache(4)
def _context(base: str) -> Context:
    single = _single()
    terms = {name: Term(name, curie, plain) for name, (curie, plain) in _OTHERS.items()}
    terms |= {row.name: row for row in _own()}
    for name, row in terms.items():
        terms[name] = replace(row, is_list=row.plain is not None and row.curie not in single)
    names = {prefix: space.replace(BASE, base) for prefix, space in prefixes().items()}
    return Context(names, terms)


def _own() -> Iterator[Term]:
    triples = list(_read(ONTOLOGY / "atlas.ttl"))
    reach = {row.subject: row.object for row in triples if row.predicate == term("rdfs:range")}
    kinds = {term(curie): plain for curie, plain in _OWN.items()}
    for row in triples:
        kind, subject = row.object, row.subject
        if row.predicate != term("rdf:type") or not isinstance(subject, ox.NamedNode):
            continue
        curie = shorten(subject.value)
        if not isinstance(kind, ox.NamedNode) or kind not in kinds or not curie.startswith(_ATLAS):
            continue
        plain = kinds[kind]
        if plain == "":
            found = reach.get(subject)
            # Without a range it is text for people.
            plain = shorten(found.value) if isinstance(found, ox.NamedNode) else _ENGLISH
            plain = "" if found == _STRING else plain
        yield Term(curie.removeprefix(_ATLAS), curie, plain)


def _single() -> set[str]:
    """Return the properties that every shape which knows them allows but once."""
    paths: dict[object, str] = {}
    most: dict[object, str] = {}
    for path in sorted(SHAPES.glob("*.ttl")):
        for row in _read(path):
            if row.predicate == term("sh:path") and isinstance(row.object, ox.NamedNode):
                paths[row.subject] = shorten(row.object.value)
            elif row.predicate == term("sh:maxCount") and isinstance(row.object, ox.Literal):
                most[row.subject] = row.object.value
    several = {curie for shape, curie in paths.items() if most.get(shape) != "1"}
    return {*paths.values()} - several


def _read(path: Path) -> Iterator[ox.Triple]:
    for quad in ox.parse(path=str(path)):
        yield quad.triple
