"""A rule set: the published SPARQL rules that encode one version of the PEM policy."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph.paths import RULES
from graph.prefixes import BASE, term

CURRENT = "v0.1"
_NAME = re.compile(r"(group|study|whole)-(\d\d)-(.+)")
_STAGES = ("group", "study", "whole")


@dataclass(frozen=True)
class Rule:
    """One rule: its stage (group, study, whole), its place in the order, its sentence and SPARQL."""

    name: str
    stage: str
    position: int
    sentence: str
    query: str


def read_rules(rule_set: str = CURRENT, folder: Path = RULES) -> list[Rule]:
    """Return the rules of `rule_set` in the order in which they run."""
    found = []
    for path in (folder / rule_set).glob("*.rq"):
        match = _NAME.fullmatch(path.stem)
        if match is None:
            raise ValueError(f"{path.name} is no name of a rule: <stage>-<NN>-<name>.rq")
        text = path.read_text(encoding="utf-8")
        place = 100 * _STAGES.index(match[1]) + int(match[2])
        found.append(Rule(match[3], match[1], place, text.splitlines()[0][2:], text))
    return sorted(found, key=lambda rule: rule.position)


def digest(rules: list[Rule]) -> str:
    """Return one digest, sha256:hex, over names and text of all rules in their order."""
    whole = "".join(f"{rule.stage} {rule.name}\n{rule.query}\n" for rule in rules)
    return f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"


def describe_rule_set(rules: list[Rule], rule_set: str = CURRENT) -> Iterator[ox.Triple]:
    """Yield the rule set and its rules as RDF, each rule with its sentence and its SPARQL."""
    node = ox.NamedNode(f"{BASE}/rule-set/{rule_set}")
    yield ox.Triple(node, term("atlas:textDigest"), ox.Literal(digest(rules)))
    for rule in rules:
        iri = ox.NamedNode(f"{node.value}#{rule.name}")
        place = ox.Literal(str(rule.position), datatype=term("xsd:integer"))
        label = rule.name.replace("-", " ")
        yield ox.Triple(node, term("atlas:policyRule"), iri)
        yield ox.Triple(iri, term("rdf:type"), term("atlas:PolicyRule"))
        yield ox.Triple(iri, term("rdfs:label"), ox.Literal(label, language="en"))
        yield ox.Triple(iri, term("skos:definition"), ox.Literal(rule.sentence, language="en"))
        yield ox.Triple(iri, term("schema:position"), place)
        yield ox.Triple(iri, term("sh:construct"), ox.Literal(rule.query))
