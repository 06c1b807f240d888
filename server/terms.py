"""The readable pages of value lists, and of anything in the graph that has no page of its own."""

import pyoxigraph as ox

from server.asked import ask
from server.documents import Document
from server.facts import Facts
from server.pages import Page
from server.things import Thing
from server.values import values_of

# A document of more parts than this (a whole graph) is counted, not listed.
MOST_PARTS = 400
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
    about: dict[str, list[ox.Triple]] = {}
    if len(parts) <= MOST_PARTS:
        for triple in document.triples:
            about.setdefault(_name(triple.subject), []).append(triple)
    pointing = facts.rows("pointing", thing=ox.NamedNode(document.iri))
    values: dict[str, object] = {
        "thing": Thing(facts, document.iri),
        "about": about,
        "part_count": len(parts),
        "triple_count": len(document.triples),
        "pointing": [
            (Thing(facts, row["subject"]), row["predicate"])
            for row in pointing
            if row["subject"] not in parts and not row["subject"].startswith("_:")
        ],
    }
    return Page("thing.html", values)


def _name(subject: object) -> str:
    return subject.value if isinstance(subject, ox.NamedNode) else str(subject)
