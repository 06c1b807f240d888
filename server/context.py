"""The JSON-LD context of the project, made from the prefix table and the ontology."""

import json

import pyoxigraph as ox

from server.documents import find_document
from server.facts import Facts


def context(facts: Facts) -> bytes:
    """Return the context document: every prefix, and every own property by its local name."""
    terms: dict[str, object] = {"id": "@id", "type": "@type", **facts.prefixes}
    ontology = find_document(facts, "/ontology")
    assert ontology is not None
    own = facts.prefixes["atlas"]
    kinds = {facts.term("owl:ObjectProperty"): True, facts.term("owl:DatatypeProperty"): False}
    ranges = {
        triple.subject: triple.object
        for triple in ontology.triples
        if triple.predicate == facts.term("rdfs:range")
    }
    for triple in ontology.triples:
        subject, kind = triple.subject, triple.object
        if isinstance(kind, ox.NamedNode) and kind in kinds and isinstance(subject, ox.NamedNode):
            name = subject.value.removeprefix(own)
            terms[name] = _property(facts, name, kinds[kind], ranges.get(subject))
    document = {"@context": dict(sorted(terms.items()))}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _property(facts: Facts, name: str, is_link: bool, reach: object) -> dict[str, str]:
    about = {"@id": f"atlas:{name}"}
    if is_link:
        return {**about, "@type": "@id"}
    if isinstance(reach, ox.NamedNode) and not reach.value.endswith("#string"):
        return {**about, "@type": facts.shorten(reach.value)}
    return about if isinstance(reach, ox.NamedNode) else {**about, "@language": "en"}
