"""A PEM judgement as a nanopublication: four small graphs that say what, why, by whom and when.

A nanopublication is a view of a judgement that the release has; nothing in it is added.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from graph.prefixes import term
from server.facts import Facts, text
from server.things import Thing

_TYPE = term("rdf:type")
# Of what a judgement rests on, which classes are told of, and which of their properties.
_TOLD = {
    "atlas:PemAssessment": (
        *("atlas:pemValue", "atlas:pemReason", "atlas:rule", "atlas:basedOn"),
        *("atlas:groupOutcome", "dcterms:date", "prov:wasGeneratedBy", "prov:wasAttributedTo"),
        *("prov:wasRevisionOf", "rdfs:comment"),
    ),
    "atlas:GroupOutcome": ("dcterms:subject", "atlas:pemValue", "atlas:pemReason", "atlas:rule"),
    "atlas:PolicyRule": ("skos:definition",),
    "atlas:RuleSetVersion": ("atlas:policyVersion", "atlas:textDigest"),
    "prov:Activity": ("prov:used", "prov:qualifiedAssociation"),
    "prov:Association": ("prov:agent", "prov:hadPlan"),
    "atlas:Inclusion": (
        *("atlas:textRead", "atlas:hasParticipants", "atlas:group"),
        *("atlas:recordedOn", "rdfs:comment"),
    ),
    "atlas:PatientGroup": (
        *("rdfs:label", "atlas:definition", "atlas:joinRule", "atlas:extraCriterion"),
        *("atlas:alteration", "atlas:subsetOnly"),
    ),
    "atlas:ExtraCriterion": ("rdfs:label", "atlas:demandsPem"),
    "atlas:CaseDefinition": ("atlas:pemStatus",),
}
# An earlier judgement has a nanopublication of its own.
_NOT_FOLLOWED = {"prov:wasRevisionOf"}
# Of a rule set the number stands for the name.
_JUDGEMENT = re.compile(r"(?P<entry>[^#]+)#(?:pem-)?(?P<name>(?:correction-)?[1-9]\d*)", re.ASCII)
_ADDRESS = re.compile(
    r"(?P<entry>/evidence/[\w.~-]+)/nanopub/(?P<name>(?:correction-)?[1-9]\d*)"
    r"(?:/(?P<artefact>[\w-]+))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Nanopub:
    """A nanopublication: its IRI and its quads, in the order of their graphs."""

    iri: str
    quads: tuple[ox.Quad, ...]


@dataclass(frozen=True)
class Names:
    """The IRI of a nanopublication, and what stands between it and the names of its parts."""

    iri: str
    separator: str = "#"

    @property
    def node(self) -> ox.NamedNode:
        """Return the nanopublication itself."""
        return ox.NamedNode(self.iri)

    def part(self, name: str) -> ox.NamedNode:
        """Return the part of that name."""
        return ox.NamedNode(f"{self.iri}{self.separator}{name}")


def nanopub_address(judgement: str) -> str | None:
    """Return the IRI under which the nanopublication of the judgement with that IRI is found.

    None where the IRI is none of a judgement, `<entry>#pem-<n>` or `<entry>#correction-<n>`.
    Signed or not, and in every release, the address is `<entry>/nanopub/<n>`, for a correction
    `<entry>/nanopub/correction-<n>`.
    """
    found = _JUDGEMENT.fullmatch(judgement)
    return f"{found['entry']}/nanopub/{found['name']}" if found else None


def find_judgement(facts: Facts, path: str) -> tuple[Thing, str] | None:
    """Return the judgement whose nanopublication has the address `path`; None if there is none.

    With it comes the trusty artefact that `path` names, "" where it names none.
    """
    found = _ADDRESS.fullmatch(path)
    if found is None:
        return None
    entry = Thing(facts, facts.base + found["entry"])
    name = found["name"]
    part = name if name.startswith("correction") else f"pem-{name}"
    judgement = Thing(facts, f"{entry.iri}#{part}")
    known = judgement.iri in entry.texts("atlas:pemAssessment")
    return (judgement, found["artefact"] or "") if known else None


def revised(judgement: Thing) -> list[Thing]:
    """Return `judgement` after those that it revised, the first of all at the beginning."""
    found = [judgement]
    while (earlier := found[-1].one("prov:wasRevisionOf")) and earlier not in found:
        found.append(earlier)
    return found[::-1]


def nanopublication(judgement: Thing, names: Names, supersedes: str = "") -> Nanopub:
    """Return the nanopublication of `judgement` under `names`.

    `supersedes` is the IRI of that of the judgement which this one revised, "" for none.
    """
    facts = judgement.facts
    graphs = {
        "Head": _head(facts, names),
        "assertion": _assertion(judgement),
        "provenance": _provenance(judgement, names.part("assertion")),
        "pubinfo": _publication(judgement, names.node, supersedes),
    }
    quads = (
        ox.Quad(triple.subject, triple.predicate, triple.object, names.part(name))
        for name, said in graphs.items()
        for triple in said
    )
    return Nanopub(names.iri, in_order(names.iri, quads))


def in_order(iri: str, quads: Iterable[ox.Quad]) -> tuple[ox.Quad, ...]:
    """Return the quads of the nanopublication `iri` by graph, what is its own first in each."""

    def place(quad: ox.Quad) -> tuple[str, bool, str, bool, str, str]:
        subject, kind = text(quad.subject), quad.predicate != _TYPE
        # In ASCII the names of the graphs (Head, assertion, provenance, pubinfo) are in order.
        is_other = subject != iri and not subject.startswith((f"{iri}#", f"{iri}/"))
        about = quad.predicate.value, str(quad.object)
        return text(quad.graph_name), is_other, subject, kind, *about

    return tuple(sorted(set(quads), key=place))


def _head(facts: Facts, names: Names) -> Iterator[ox.Triple]:
    yield ox.Triple(names.node, facts.term("rdf:type"), facts.term("np:Nanopublication"))
    parts = {
        "np:hasAssertion": "assertion",
        "np:hasProvenance": "provenance",
        "np:hasPublicationInfo": "pubinfo",
    }
    for curie, name in parts.items():
        yield ox.Triple(names.node, facts.term(curie), names.part(name))


def _assertion(judgement: Thing) -> Iterator[ox.Triple]:
    """Say the claim and nothing else, with the paper under the name that others know it by."""
    facts, entry = judgement.facts, _entry(judgement)
    for value in judgement.terms("atlas:pemValue"):
        yield ox.Triple(entry.node, facts.term("atlas:pemRequirement"), value)
    for paper in entry.all("atlas:paper"):
        yield ox.Triple(entry.node, facts.term("atlas:paper"), paper.node)
        yield from _said(paper, "schema:sameAs")


def _provenance(judgement: Thing, assertion: ox.NamedNode) -> Iterator[ox.Triple]:
    facts = judgement.facts
    # The claim and the node of the judgement are the same judging, once as what it says.
    yield ox.Triple(assertion, facts.term("prov:alternateOf"), judgement.node)
    for fact in judgement.terms("atlas:basedOn"):
        yield ox.Triple(assertion, facts.term("prov:wasDerivedFrom"), fact)
    for activity in judgement.terms("prov:wasGeneratedBy"):
        yield ox.Triple(assertion, facts.term("prov:wasGeneratedBy"), activity)
    for maker in makers(judgement):
        yield ox.Triple(assertion, facts.term("prov:wasAttributedTo"), maker.node)
    waiting, seen = [judgement], {judgement}
    while waiting:
        thing = waiting.pop()
        kind = _kind(thing)
        if kind is None:
            continue
        yield ox.Triple(thing.node, facts.term("rdf:type"), facts.term(kind))
        for curie in _TOLD[kind]:
            yield from _said(thing, curie)
            near = [] if curie in _NOT_FOLLOWED else thing.all(curie)
            waiting += (other for other in near if other not in seen)
            seen.update(near)


def _publication(judgement: Thing, own: ox.NamedNode, supersedes: str) -> Iterator[ox.Triple]:
    """Say when it was judged, not when this was written: the same judgement, the same bytes."""
    facts, value = judgement.facts, judgement.one("atlas:pemValue")
    title = f"{value.label if value else 'PEM'}: {_entry(judgement).label}"
    yield ox.Triple(own, facts.term("rdfs:label"), ox.Literal(title, language="en"))
    for day in judgement.terms("dcterms:date"):
        yield ox.Triple(own, facts.term("dcterms:created"), day)
    for maker in makers(judgement):
        yield ox.Triple(own, facts.term("dcterms:creator"), maker.node)
    for license_ in Thing(facts, f"{facts.base}/dataset").terms("dcterms:license"):
        yield ox.Triple(own, facts.term("dcterms:license"), license_)
    if supersedes:
        yield ox.Triple(own, facts.term("npx:supersedes"), ox.NamedNode(supersedes))


def makers(judgement: Thing) -> list[Thing]:
    """Return who or what judged: the people named, else the version that acted."""
    associations = (
        association
        for activity in judgement.all("prov:wasGeneratedBy")
        for association in activity.all("prov:qualifiedAssociation")
    )
    return judgement.all("prov:wasAttributedTo") or [
        agent for association in associations for agent in association.all("prov:agent")
    ]


def _entry(judgement: Thing) -> Thing:
    return Thing(judgement.facts, judgement.iri.partition("#")[0])


def _said(thing: Thing, curie: str) -> Iterator[ox.Triple]:
    for value in thing.terms(curie):
        yield ox.Triple(thing.node, thing.facts.term(curie), value)


def _kind(thing: Thing) -> str | None:
    types = thing.terms("rdf:type")
    return next((kind for kind in _TOLD if thing.facts.term(kind) in types), None)
