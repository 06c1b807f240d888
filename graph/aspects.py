"""Which aspects of a document a change touches: the keys of the value list `revision-aspect`."""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from graph.difference import Difference
from graph.prefixes import term

# What a change touches where no table says otherwise.
_OTHER = "record"
# What these say is of one aspect, whatever they say it of.
_ANYWHERE = {
    "links": "cito:cites atlas:preprintOf atlas:correctionOf atlas:replicates dcterms:isReplacedBy",
    "policy": "prov:hadPlan prov:agent",
    "retraction": "atlas:retraction atlas:expressionOfConcern",
}
# The entry itself is of many aspects: these properties tell which, else what they lead to does.
_OF_ENTRY = {
    "bibliography": "dcterms:identifier rdfs:label",
    "classification": "atlas:topic atlas:evidenceLevel atlas:confidence atlas:publicationType "
    "atlas:publicationTypeBasis atlas:peerReview",
    "criteria": "atlas:pemStudied",
    "judgement": "atlas:pemRequirement",
}
# So is a case definition; it has no parts.
_OF_DEFINITION = {
    "bibliography": "dc:creator dc:type dcterms:source atlas:year atlas:publishedIn bibo:doi "
    "bibo:pmid fabio:hasPubMedCentralId",
    "criteria": "atlas:requiredSymptoms atlas:minimumDurationMonthsAdult "
    "atlas:minimumDurationMonthsChild",
    "links": "atlas:revises",
    "names": "skos:prefLabel skos:altLabel",
    "pem-status": "atlas:pemStatus atlas:pemStatusReason atlas:pemStatusSource "
    "atlas:pemStatusSourceNeeded",
}
_OF_CLASS = {
    "bibliography": "atlas:Paper atlas:Authorship",
    "criteria": "atlas:Inclusion atlas:PatientGroup atlas:ExtraCriterion",
    "judgement": "atlas:PemAssessment atlas:GroupOutcome prov:Activity prov:Association",
    "record": "atlas:EvidenceEntry atlas:BibliographicEntry atlas:Snapshot",
    "retraction": "atlas:Retraction atlas:ExpressionOfConcern",
    "texts": "atlas:Text atlas:Finding atlas:Conclusion atlas:Question atlas:Drafting "
    "atlas:ScannerRun atlas:ScanFinding",
}
# A saved query is all of one aspect.
_OF_QUERY = "query"
ASPECTS = frozenset({*_ANYWHERE, *_OF_ENTRY, *_OF_DEFINITION, *_OF_CLASS, _OF_QUERY})


def _by_term(table: Mapping[str, str]) -> dict[object, str]:
    return {term(curie): aspect for aspect, curies in table.items() for curie in curies.split()}


_ANY_ACTIVITY = {term("prov:Activity"), term("prov:Association")}
_BY_PROPERTY, _BY_CLASS = map(_by_term, (_ANYWHERE, _OF_CLASS))
_BY_ENTRY, _BY_DEFINITION = map(_by_term, (_OF_ENTRY, _OF_DEFINITION))


def changed_aspects(
    difference: Difference, old: frozenset[ox.Triple], new: frozenset[ox.Triple]
) -> frozenset[str]:
    """Return the aspects of a document that `difference`, from `old` to `new`, touches."""
    if _is_a("sh:SPARQLExecutable", old | new):
        return frozenset({_OF_QUERY})
    if _is_a("atlas:CaseDefinition", old | new):
        changed = difference.removed | difference.added
        return frozenset(_BY_DEFINITION.get(triple.predicate, _OTHER) for triple in changed)
    kinds = _kinds(old) | _kinds(new)
    found = {_aspect(triple, kinds) for triple in difference.removed | difference.added}
    plans = _plans(old, kinds), _plans(new, kinds)
    if "policy" in found and not (all(plans) and plans[0] != plans[1]):
        # The first judgement of an entry, or the end of its last one, is no change of policy.
        found = found - {"policy"} | {"judgement"}
    return frozenset(found)


def states_a_status(difference: Difference) -> bool:
    """Say whether a case definition has another PEM status now, by which entries are judged."""
    return any(triple.predicate == term("atlas:pemStatus") for triple in difference.added)


def _is_a(curie: str, triples: Iterable[ox.Triple]) -> bool:
    wanted = term("rdf:type"), term(curie)
    return any((triple.predicate, triple.object) == wanted for triple in triples)


def _plans(triples: Iterable[ox.Triple], kinds: Mapping[object, str]) -> set[object]:
    """Return the versions of policy and rules by which was judged."""
    return {t.object for t in triples if _anywhere(t, kinds) == "policy"}


def _anywhere(triple: ox.Triple, kinds: Mapping[object, str]) -> str | None:
    # Who drafted or scanned a text is no matter of policy.
    return None if kinds.get(triple.subject) == "texts" else _BY_PROPERTY.get(triple.predicate)


def _kinds(triples: frozenset[ox.Triple]) -> dict[object, str]:
    """Return the aspect of each thing that has a known class."""
    typed = [t for t in triples if t.predicate == term("rdf:type") and t.object in _BY_CLASS]
    # A run is an activity too: the class that says more comes last, and decides.
    typed.sort(key=lambda triple: triple.object not in _ANY_ACTIVITY)
    found: dict[object, str] = {triple.subject: _BY_CLASS[triple.object] for triple in typed}
    acted = (triple for triple in triples if triple.predicate == term("prov:qualifiedAssociation"))
    return found | {t.object: found[t.subject] for t in acted if t.subject in found}


def _aspect(triple: ox.Triple, kinds: Mapping[object, str]) -> str:
    if anywhere := _anywhere(triple, kinds):
        return anywhere
    of_subject = kinds.get(triple.subject, _OTHER)
    if of_subject != _OTHER:
        return of_subject
    return _BY_ENTRY.get(triple.predicate) or kinds.get(triple.object, _OTHER)
