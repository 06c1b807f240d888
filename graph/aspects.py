"""Which aspects of an entry a change touches: the keys of the value list `revision-aspect`."""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from graph.difference import Difference
from graph.prefixes import term

# What a change of neither a known property nor a thing of a known class touches.
_OTHER = "record"
_BY_PROPERTY = {
    term(curie): aspect
    for aspect, curies in {
        "bibliography": "dcterms:identifier rdfs:label atlas:paper",
        "classification": "atlas:topic atlas:evidenceLevel atlas:confidence atlas:publicationType "
        "atlas:publicationTypeBasis atlas:peerReview",
        "criteria": "atlas:inclusion atlas:pemStudied",
        "judgement": "atlas:pemAssessment atlas:currentAssessment atlas:pemRequirement",
        "links": "cito:cites atlas:preprintOf atlas:correctionOf atlas:replicates",
        "policy": "prov:hadPlan prov:agent",
        "record": "atlas:recordedOn atlas:snapshot atlas:badgesFrom",
        "retraction": "atlas:retraction",
    }.items()
    for curie in curies.split()
}
_BY_CLASS = {
    term(curie): aspect
    for aspect, curies in {
        "bibliography": "atlas:Paper atlas:Authorship",
        "criteria": "atlas:Inclusion atlas:PatientGroup atlas:ExtraCriterion",
        "judgement": "atlas:PemAssessment atlas:GroupOutcome prov:Activity prov:Association",
        "record": "atlas:EvidenceEntry atlas:BibliographicEntry atlas:Snapshot",
        "retraction": "atlas:Retraction",
        "texts": "atlas:Text atlas:Finding atlas:Conclusion atlas:Question",
    }.items()
    for curie in curies.split()
}
ASPECTS = frozenset({*_BY_PROPERTY.values(), *_BY_CLASS.values()})


def changed_aspects(
    difference: Difference, old: Iterable[ox.Triple], new: Iterable[ox.Triple]
) -> frozenset[str]:
    """Return the aspects of an entry that `difference`, from `old` to `new`, touches."""
    kinds = _kinds(old) | _kinds(new)
    return frozenset(_aspect(t, kinds) for t in difference.removed | difference.added)


def _kinds(triples: Iterable[ox.Triple]) -> dict[object, str]:
    """Return the aspect of each thing that has a known class."""
    return {
        triple.subject: _BY_CLASS[triple.object]
        for triple in triples
        if triple.predicate == term("rdf:type")
        and isinstance(triple.object, ox.NamedNode)
        and triple.object in _BY_CLASS
    }


def _aspect(triple: ox.Triple, kinds: Mapping[object, str]) -> str:
    if triple.predicate in _BY_PROPERTY:
        return _BY_PROPERTY[triple.predicate]
    # The entry itself is of many aspects: what it links tells which.
    of_subject = kinds.get(triple.subject, _OTHER)
    return kinds.get(triple.object, of_subject) if of_subject == _OTHER else of_subject
