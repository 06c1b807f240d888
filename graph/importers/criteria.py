"""Bring what methods sections demanded of patients into the entries that are there."""

import difflib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from graph.errors import ImportRefused
from graph.identifiers import doi
from graph.importers.entries import Known, Progress
from graph.importers.record import ImportReport
from graph.prefixes import BASE, term, value, vocabulary
from graph.sources import parse_file
from graph.turtle import write_turtle

_READ = {"full text (methods)": "full-text", "abstract": "abstract", "title": "title"}
_PEM = re.compile(r"post-?exertional (malaise|neuroimmune)|\bPEM\b|\bPENE\b", re.IGNORECASE)
_RULES = ("all", "any", "unknown")


def add_criteria(
    items: list[Mapping[str, object]],
    data: Path,
    day: date,
    report: ImportReport,
    progress: Progress,
) -> None:
    """Add an inclusion to the entry of each item; nothing is written if one item is refused."""
    known, definitions = Known(data), _definitions(data)
    planned: list[tuple[str, list[ox.Triple]]] = []
    for done, item in enumerate(items, 1):
        name = _entry_of(item, known)
        path = data / "evidence" / f"{name}.ttl"
        triples = [quad.triple for quad in parse_file(path)]
        entry = ox.NamedNode(f"{BASE}/evidence/{name}")
        if any(t.subject == entry and t.predicate == term("atlas:inclusion") for t in triples):
            report.skipped.append((str(item["key"]), f"{name} has its criteria already"))
        else:
            node = ox.NamedNode(f"{entry.value}#inclusion")
            added = _inclusion(entry.value, item, day, definitions)
            link = ox.Triple(entry, term("atlas:inclusion"), node)
            last = max(n for n, t in enumerate(triples) if t.subject == entry) + 1
            planned.append((name, [*triples[:last], link, *triples[last:], *added]))
        progress(done, len(items))
    for name, triples in planned:
        write_turtle(data / "evidence" / f"{name}.ttl", triples, f"{BASE}/evidence/{name}")
        report.written.append(name)


def _definitions(data: Path) -> set[str]:
    kind = term("atlas:CaseDefinition")
    quads = parse_file(data / "case-definitions.ttl")
    return {value(q.subject).rsplit("/", 1)[-1] for q in quads if q.object == kind}


def _entry_of(item: Mapping[str, object], known: Known) -> str:
    key, title = str(item.get("key")), str(item.get("title") or "").rstrip(". ")
    year = re.search(r"(19|20)\d\d", key)
    bare = doi(str(item["doi"])) if item.get("doi") else None
    name = known.find(title, year[0] if year else "", bare)
    if name is None:
        raise ImportRefused(f"{key}: no entry reads this paper; import the paper first")
    return name


def _inclusion(
    entry: str, item: Mapping[str, object], day: date, definitions: set[str]
) -> list[ox.Triple]:
    key, node = str(item["key"]), ox.NamedNode(f"{entry}#inclusion")
    read = _READ.get(str(item.get("read")))
    groups = item.get("groups")
    if read is None or not isinstance(groups, list):
        raise ImportRefused(f"{key}: read: give one of {', '.join(_READ)}, and a list of groups")
    triples = [
        ox.Triple(node, term("rdf:type"), term("atlas:Inclusion")),
        ox.Triple(node, term("atlas:textRead"), vocabulary("text-read", read)),
        ox.Triple(node, term("atlas:recordedOn"), _typed(day.isoformat(), "xsd:date")),
    ]
    if item.get("note"):
        triples.append(ox.Triple(node, term("rdfs:comment"), _words(str(item["note"]))))
    numbered = list(enumerate(groups, 1))
    links = [ox.NamedNode(f"{entry}#group-{number}") for number, _ in numbered]
    triples += [ox.Triple(node, term("atlas:group"), link) for link in links]
    for number, group in numbered:
        triples += _group(links[number - 1], number, group, key, definitions)
    return triples


def _group(
    node: ox.NamedNode, number: int, group: Mapping[str, object], key: str, definitions: set[str]
) -> list[ox.Triple]:
    rule, used, extra = group.get("rule"), group.get("definitions"), group.get("extra") or []
    if rule not in _RULES or not isinstance(used, list) or not isinstance(extra, list):
        raise ImportRefused(f"{key}: group {number}: give a rule ({', '.join(_RULES)}) and lists")
    for name in used:
        if name not in definitions:
            near = ", ".join(difflib.get_close_matches(name, sorted(definitions))) or "none near"
            raise ImportRefused(f"{key}: group {number}: no case definition {name!r}; near: {near}")
    triples = [
        ox.Triple(node, term("rdf:type"), term("atlas:PatientGroup")),
        ox.Triple(node, term("rdfs:label"), _words(str(group["label"]))),
        ox.Triple(node, term("schema:position"), _typed(str(number), "xsd:integer")),
    ]
    for name in used:
        definition = ox.NamedNode(f"{BASE}/case-definition/{name}")
        triples.append(ox.Triple(node, term("atlas:definition"), definition))
    if used:
        triples.append(ox.Triple(node, term("atlas:joinRule"), vocabulary("join-rule", str(rule))))
    if group.get("alteration"):
        words = _words(str(group["alteration"]))
        triples.append(ox.Triple(node, term("atlas:alteration"), words))
    subset = _typed(str(group.get("subset") is True).lower(), "xsd:boolean")
    triples.append(ox.Triple(node, term("atlas:subsetOnly"), subset))
    criteria = [ox.NamedNode(f"{node.value}-criterion-{n}") for n in range(1, len(extra) + 1)]
    triples += [ox.Triple(node, term("atlas:extraCriterion"), one) for one in criteria]
    for one, text in zip(criteria, extra, strict=True):
        demands = _typed(str(bool(_PEM.search(text))).lower(), "xsd:boolean")
        triples += [
            ox.Triple(one, term("rdf:type"), term("atlas:ExtraCriterion")),
            ox.Triple(one, term("rdfs:label"), _words(text)),
            ox.Triple(one, term("atlas:demandsPem"), demands),
        ]
    return triples


def _typed(value: str, datatype: str) -> ox.Literal:
    return ox.Literal(value, datatype=term(datatype))


def _words(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
