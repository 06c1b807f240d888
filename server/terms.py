"""The readable pages of the ontology, of value lists, and of anything else in the graph."""

from dataclasses import dataclass, field

import pyoxigraph as ox

from server.documents import Document
from server.facts import Facts
from server.pages import Page
from server.things import Thing

_KINDS = {"owl:Class": "Classes", "owl:ObjectProperty": "Links", "owl:DatatypeProperty": "Values"}
_RELATIONS = {
    "rdfs:subClassOf": "narrower than",
    "rdfs:subPropertyOf": "narrower than",
    "rdfs:domain": "said of",
    "rdfs:range": "leads to",
    "owl:inverseOf": "inverse of",
}
# A document of more parts than this (a whole graph) is counted, not listed; one of more
# statements than this is told in a line for each part.
MOST_PARTS = 400
MOST_TRIPLES = 600
_WORDS = ("sh:message", "skos:definition", "rdfs:comment", "skos:prefLabel", "rdfs:label")


@dataclass
class Term:
    """One term of the ontology."""

    iri: str
    name: str
    kind: str = ""
    label: str = ""
    definition: str = ""
    note: str = ""
    relations: list[tuple[str, str, str]] = field(default_factory=list)


def ontology_page(facts: Facts, document: Document) -> Page:
    """Return the page that explains every term of the ontology."""
    kinds = {facts.term(curie).value: heading for curie, heading in _KINDS.items()}
    relations = {facts.term(curie).value: words for curie, words in _RELATIONS.items()}
    texts = {
        facts.term("rdfs:label").value: "label",
        facts.term("skos:definition").value: "definition",
        facts.term("skos:scopeNote").value: "note",
    }
    found: dict[str, Term] = {}
    for triple in document.triples:
        if not isinstance(triple.subject, ox.NamedNode):
            continue
        iri, predicate, value = triple.subject.value, triple.predicate.value, triple.object
        term = found.setdefault(iri, Term(iri, iri.partition("#")[2]))
        if isinstance(value, ox.Literal) and predicate in texts:
            setattr(term, texts[predicate], value.value)
        elif isinstance(value, ox.NamedNode) and predicate in relations:
            term.relations.append((relations[predicate], value.value, facts.shorten(value.value)))
        elif isinstance(value, ox.NamedNode) and value.value in kinds:
            term.kind = kinds[value.value]
    terms = sorted((t for t in found.values() if t.kind), key=lambda t: t.name.lower())
    groups = {
        heading: [term for term in terms if term.kind == heading] for heading in _KINDS.values()
    }
    ontology = Thing(facts, document.iri)
    values = {"ontology": ontology, "groups": groups, "schemes": facts.rows("schemes")}
    return Page("ontology.html", values)


def scheme_page(facts: Facts, document: Document) -> Page:
    """Return the page of one list of values."""
    scheme = Thing(facts, document.iri)
    concepts = [Thing(facts, iri) for iri in document.parts if iri != document.iri]
    order = {row.iri: place for place, row in enumerate(scheme.all("skos:hasTopConcept"))}
    concepts.sort(key=lambda concept: order.get(concept.iri, len(order)))
    members = [] if concepts else facts.rows("definitions")
    return Page("scheme.html", {"scheme": scheme, "concepts": concepts, "members": members})


def thing_page(facts: Facts, document: Document) -> Page:
    """Return the page of anything: what is said of it, part by part, and what points at it."""
    parts = document.parts
    about: dict[str, dict[str, list[object]]] = {}
    if len(parts) <= MOST_PARTS:
        for triple in document.triples:
            said = about.setdefault(_name(triple.subject), {})
            said.setdefault(triple.predicate.value, []).append(triple.object)
    is_long = len(document.triples) > MOST_TRIPLES
    pointing = facts.rows("pointing", thing=ox.NamedNode(document.iri))
    values: dict[str, object] = {
        "thing": Thing(facts, document.iri),
        "about": {} if is_long else about,
        "outline": [(iri, _words(facts, about[iri])) for iri in about] if is_long else [],
        "part_count": len(parts),
        "triple_count": len(document.triples),
        "pointing": [
            (Thing(facts, row["subject"]), row["predicate"])
            for row in pointing
            if row["subject"] not in parts and not row["subject"].startswith("_:")
        ],
    }
    return Page("thing.html", values)


def _words(facts: Facts, said: dict[str, list[object]]) -> str:
    """Return what a part is, in one line: the first text that it has of those that say so."""
    texts = (text for curie in _WORDS for text in said.get(facts.term(curie).value, []))
    return next((text.value for text in texts if isinstance(text, ox.Literal)), "")


def _name(subject: object) -> str:
    return subject.value if isinstance(subject, ox.NamedNode) else str(subject)
