"""The readable pages of value lists, and of anything in the graph that has no page of its own."""

import pyoxigraph as ox

from server.asked import ask
from server.documents import Document
from server.facts import Facts
from server.pages import Page
from server.things import Thing
from server.values import values_of

# A document of more parts than this (a whole graph) is counted, not listed; one of more
# statements than this is told in a line for each part.
MOST_PARTS = 800
MOST_TRIPLES = 600
_WORDS = ("sh:message", "skos:definition", "rdfs:comment", "skos:prefLabel", "rdfs:label")
# The one list whose values have pages of their own.
_DEFINITIONS = "case-definition"


def scheme_page(facts: Facts, document: Document) -> Page:
    """Return the page of one list of values."""
    scheme = Thing(facts, document.iri)
    key = document.iri.rpartition("/")[2]
    is_definitions = key == _DEFINITIONS
    asked = (
        ask(facts, "definitions") if is_definitions else ask(facts, "values", scheme=scheme.node)
    )
    values = {
        "scheme": scheme,
        "values": [] if is_definitions else values_of(facts, key, asked.rows),
        "members": asked.rows if is_definitions else [],
        "asked": [asked],
    }
    return Page("scheme.html", values)


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
