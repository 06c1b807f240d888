"""Rule sets: the published SPARQL rules, each set encoding one version of the PEM policy."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from graph.errors import AtlasError
from graph.paths import RULES
from graph.prefixes import term
from graph.rule_changes import (
    CHANGES,
    RULE_SETS,
    Changes,
    read_changes,
    refuse_unnamed,
    taken_over,
)

STAGES = ("group", "study", "assemble", "current")
_FILE = re.compile(rf"({'|'.join(STAGES)})-(\d\d)-([a-z-]+)")


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the sentence that says it to readers, and the SPARQL that does it.

    `origin` is the version that it was taken over from, "" where the set has a file of its own.
    """

    name: str
    sentence: str
    query: str
    place: tuple[int, int]
    origin: str = ""

    @property
    def stage(self) -> str:
        """Return the stage of judging that the rule belongs to; "current" is the last."""
        return STAGES[self.place[0]]


@dataclass(frozen=True)
class RuleSet:
    """One version: its rules in the order in which they run, and how it differs from another.

    Its judgements are called `#pem-<number>`.
    """

    version: str
    rules: tuple[Rule, ...]
    changes: Changes

    @property
    def node(self) -> ox.NamedNode:
        """Return the rule set as it is called in the graph."""
        return ox.NamedNode(RULE_SETS + self.version)


def read_rule_sets(folder: Path = RULES) -> list[RuleSet]:
    """Return all rule sets in `folder` by their numbers; AtlasError where two have the same."""
    found = [read_rule_set(path.name, folder) for path in folder.iterdir() if path.is_dir()]
    if len({rule_set.changes.number for rule_set in found}) < len(found):
        raise AtlasError(f"{folder}: two rule sets have one number; number one anew in {CHANGES}")
    return sorted(found, key=lambda rule_set: rule_set.changes.number)


def read_rule_set(version: str, folder: Path = RULES) -> RuleSet:
    """Return the rule set of that version: its files, and what it takes over, by stage and number.

    Raises AtlasError where there are no rules, where a file is no rule, or where what changed is
    not said as it is.
    """
    path = folder / version
    own = [_read(file) for file in sorted(path.glob("*.rq"))]
    changes = read_changes(path)
    if not own:
        raise AtlasError(f"there is no rule set {version}; look into {folder}")
    kept: list[Rule] = []
    if changes.revised:
        if read_changes(folder / changes.revised).number >= changes.number:
            raise AtlasError(f"{path}: revises no rule set numbered before its own; mend {CHANGES}")
        revised = read_rule_set(changes.revised, folder)
        refuse_unnamed(changes, _names(own), _names(revised.rules), path)
        kept = list(_taken_over(revised, version, changes))
    rules = sorted([*own, *kept], key=lambda rule: rule.place)
    if len({rule.place for rule in rules}) < len(rules) or len(set(_names(rules))) < len(rules):
        raise AtlasError(f"{path}: two rules have one place or name; number or name one anew")
    return RuleSet(version, tuple(rules), changes)


def digest(rules: tuple[Rule, ...]) -> str:
    """Return one digest, sha256:hex, over names and texts of `rules` in their order."""
    whole = "".join(f"{rule.name}\n{rule.query}\n" for rule in rules)
    return f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"


def describe_rule_set(rule_set: RuleSet) -> list[ox.Triple]:
    """Return the rules as RDF: `/rule-set/<version>#<name>`, each with sentence, order and SPARQL.

    The rules themselves read the order from here.
    """
    node, changes = rule_set.node, rule_set.changes
    triples = [
        *changes.triples,
        ox.Triple(node, term("atlas:textDigest"), ox.Literal(digest(rule_set.rules))),
        ox.Triple(node, term("schema:position"), ox.Literal(changes.number)),
    ]
    for position, rule in enumerate(rule_set.rules, 1):
        iri = ox.NamedNode(f"{node.value}#{rule.name}")
        triples += (
            ox.Triple(node, term("atlas:policyRule"), iri),
            ox.Triple(iri, term("rdf:type"), term("atlas:PolicyRule")),
            ox.Triple(iri, term("rdfs:label"), _english(rule.name.replace("-", " "))),
            ox.Triple(iri, term("skos:definition"), _english(rule.sentence)),
            ox.Triple(iri, term("atlas:ruleStage"), ox.Literal(rule.stage)),
            ox.Triple(iri, term("schema:position"), ox.Literal(position)),
            ox.Triple(iri, term("sh:construct"), ox.Literal(rule.query)),
        )
        if rule.origin:
            origin = ox.NamedNode(f"{RULE_SETS}{rule.origin}#{rule.name}")
            triples.append(ox.Triple(iri, term("prov:wasDerivedFrom"), origin))
    return triples


def _taken_over(revised: RuleSet, version: str, changes: Changes) -> Iterator[Rule]:
    for rule in revised.rules:
        if rule.name not in changes.replaced:
            before = revised.version, revised.changes.number
            query = taken_over(rule.query, before, (version, changes.number))
            yield replace(rule, query=query, origin=revised.version)


def _names(rules: list[Rule] | tuple[Rule, ...]) -> list[str]:
    return [rule.name for rule in rules]


def _read(path: Path) -> Rule:
    match = _FILE.fullmatch(path.stem)
    if match is None:
        raise AtlasError(f"{path}: no name of a rule; use <{'|'.join(STAGES)}>-<NN>-<name>.rq")
    stage, number, name = match.groups()
    query = path.read_text(encoding="utf-8")
    sentence = query.partition("\n")[0]
    if not sentence.startswith("# "):
        raise AtlasError(f"{path}: the first line must be a comment that says the rule to readers")
    return Rule(f"{stage}-{name}", sentence[2:], query, (STAGES.index(stage), int(number)))


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
