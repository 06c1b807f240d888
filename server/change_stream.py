"""The log of changes as a Linked Data Event Stream, with TREE to find the way between its pages.

A member is a revision: its record with the number of the event, and its whole content in the graph
of its IRI, as files of that revision have it. Pages are named relative to where they are read, so
that a client can follow them from any host; everything else has the IRI by which it is known.

What closed pages say is frozen: version 1, made by what writes the files of revisions.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from graph.prefixes import BASE, term
from server.event_log import EventLog
from server.revision_files import PREFIXES, blocks, head, json_nodes
from server.told import Told

PATH = "/changes"
# The stream itself; its page is no stream.
STREAM = ox.NamedNode(f"{BASE}{PATH}#log")
_TREE, _LDES = "https://w3id.org/tree#", "https://w3id.org/ldes#"
_MORE = {"tree": _TREE, "ldes": _LDES}
# Seconds; there is seldom more than one release a day.
_POLLING = 86_400
_PAGE = re.compile(rf'([<"]){re.escape(BASE)}({PATH}(?:/\d+)?)(?=[>"])')
_SHORT = re.compile(r"<https://w3id\.org/(tree|ldes)#(\w+)>")
_SHORT_JSON = re.compile(r'"https://w3id\.org/(tree|ldes)#(\w+)"')
_RELATIONS = ("GreaterThanOrEqualToRelation", "LessThanOrEqualToRelation")
Value = ox.NamedNode | ox.Literal


def root_stream(log: EventLog, licence: str) -> list[ox.Triple]:
    """Return what the entry point says: what the stream is, and what is on each of its pages."""
    page = _page()
    said = [
        _triple(STREAM, "rdf:type", _ldes("EventStream")),
        _triple(STREAM, "rdfs:label", ox.Literal("Changes of the ME/CFS Atlas", language="en")),
        _triple(STREAM, "dcterms:license", ox.NamedNode(licence)),
        ox.Triple(STREAM, _ldes("timestampPath"), term("dcterms:created")),
        ox.Triple(STREAM, _ldes("sequencePath"), term("atlas:sequenceNumber")),
        ox.Triple(STREAM, _ldes("versionOfPath"), term("dcterms:isVersionOf")),
        ox.Triple(STREAM, _ldes("versionDeletePath"), term("atlas:revisionReason")),
        ox.Triple(STREAM, _ldes("versionDeleteObject"), _withdrawal()),
        ox.Triple(STREAM, _ldes("pollingInterval"), ox.Literal(_POLLING)),
        ox.Triple(STREAM, _tree("view"), page),
        _triple(page, "rdf:type", _tree("Node")),
    ]
    for number in range(1, log.last_page + 1):
        said += _relations(page, number, log.bounds(number))
    return said


def page_stream(number: int, events: Sequence[Told], *, is_closed: bool) -> list[ox.Triple]:
    """Return what the page of that number says of itself: whose members are on it."""
    page = _page(number)
    said = [
        _triple(STREAM, "rdf:type", _ldes("EventStream")),
        ox.Triple(STREAM, _tree("view"), _page()),
        _triple(page, "rdf:type", _tree("Node")),
    ]
    if is_closed:
        said.append(ox.Triple(page, _ldes("immutable"), ox.Literal(value=True)))
    members = (ox.NamedNode(told.frozen.iri) for told in events)
    return said + [ox.Triple(STREAM, _tree("member"), member) for member in members]


def write_trig(about: Sequence[ox.Triple], events: Iterable[Told] = ()) -> bytes:
    """Return what is said `about` stream and page, and the members, as TriG."""
    more = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in _MORE.items())
    own = _PAGE.sub(r"\1\2", _SHORT.sub(r"\1:\2", blocks(_sorted(about))))
    members = "".join(map(_member, events))
    return f"{more}{head()}{own}{members}".encode()


def write_json_ld(about: Sequence[ox.Triple], events: Iterable[Told] = ()) -> bytes:
    """Return what is said `about` stream and page, and the members, as JSON-LD."""
    own = json.dumps(json_nodes(_sorted(about)), ensure_ascii=False)
    own = _PAGE.sub(r"\1\2", _SHORT_JSON.sub(r'"\1:\2"', own))
    nodes = [*json.loads(own), *map(_json_member, events)]
    document = {"@context": PREFIXES | _MORE, "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _member(told: Told) -> str:
    iri, triples = told.frozen.iri, told.frozen.triples
    content = f"<{iri}> {{\n{blocks(triples)}}}\n" if triples else ""
    return f"\n{blocks(_record(told))}{content}"


def _json_member(told: Told) -> dict[str, object]:
    (record,) = json_nodes(_record(told))
    triples = told.frozen.triples
    return record | ({"@graph": json_nodes(triples)} if triples else {})


def _record(told: Told) -> list[ox.Triple]:
    node, number = ox.NamedNode(told.frozen.iri), ox.Literal(told.sequence)
    return _sorted([*told.frozen.record, _triple(node, "atlas:sequenceNumber", number)])


def _relations(page: ox.NamedNode, number: int, bounds: tuple[str, str]) -> Iterator[ox.Triple]:
    """Say between which moments the events of a page are, as far as that is known."""
    known = [(kind, moment) for kind, moment in zip(_RELATIONS, bounds, strict=True) if moment]
    for kind, moment in known or [("Relation", "")]:
        relation = ox.NamedNode(f"{page.value}#page-{number}-{kind}")
        yield ox.Triple(page, _tree("relation"), relation)
        yield _triple(relation, "rdf:type", _tree(kind))
        yield ox.Triple(relation, _tree("node"), _page(number))
        if moment:
            when = ox.Literal(moment, datatype=term("xsd:dateTime"))
            yield ox.Triple(relation, _tree("path"), term("dcterms:created"))
            yield ox.Triple(relation, _tree("value"), when)


def _page(number: int = 0) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}{PATH}/{number}" if number else f"{BASE}{PATH}")


def _tree(name: str) -> ox.NamedNode:
    return ox.NamedNode(_TREE + name)


def _ldes(name: str) -> ox.NamedNode:
    return ox.NamedNode(_LDES + name)


def _withdrawal() -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}/vocabulary/revision-reason#withdrawal")


def _triple(subject: ox.NamedNode, name: str, value: Value) -> ox.Triple:
    return ox.Triple(subject, term(name), value)


def _sorted(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    return sorted(triples, key=str)
