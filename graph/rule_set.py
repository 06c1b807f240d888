"""A rule set: the published SPARQL rules that encode one version of the PEM policy."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph.errors import AtlasError
from graph.paths import RULES
from graph.prefixes import BASE, term

CURRENT = "v0.1"
STAGES = ("group", "study", "assemble", "current")
_FILE = re.compile(rf"({'|'.join(STAGES)})-(\d\d)-([a-z-]+)")


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the sentence that says it to readers, and the SPARQL that does it."""

    name: str
    sentence: str
    query: str


def read_rules(rule_set: str = CURRENT, folder: Path = RULES) -> list[Rule]:
    """Return the rules of `rule_set` in the order in which they run: by stage, then by number.

    Raises AtlasError where there are none, or where a file is no rule.
    """
    paths = sorted((folder / rule_set).glob("*.rq"), key=_place)
    if not paths:
        raise AtlasError(f"there is no rule set {rule_set}; look into {folder}")
    return [_read(path) for path in paths]


def digest(rules: list[Rule]) -> str:
    """Return one digest, sha256:hex, over names and texts of `rules` in their order."""
    whole = "".join(f"{rule.name}\n{rule.query}\n" for rule in rules)
    return f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"


def describe_rule_set(rule_set: str = CURRENT, folder: Path = RULES) -> list[ox.Triple]:
    """Return the rules as RDF: `/rule-set/<version>#<name>`, each with sentence, order and SPARQL.

    The rules themselves read the order from here.
    """
    rules = read_rules(rule_set, folder)
    node = ox.NamedNode(f"{BASE}/rule-set/{rule_set}")
    triples = [ox.Triple(node, term("atlas:textDigest"), ox.Literal(digest(rules)))]
    for position, rule in enumerate(rules, 1):
        iri = ox.NamedNode(f"{node.value}#{rule.name}")
        triples += (
            ox.Triple(node, term("atlas:policyRule"), iri),
            ox.Triple(iri, term("rdf:type"), term("atlas:PolicyRule")),
            ox.Triple(iri, term("rdfs:label"), _english(rule.name.replace("-", " "))),
            ox.Triple(iri, term("skos:definition"), _english(rule.sentence)),
            ox.Triple(iri, term("schema:position"), ox.Literal(position)),
            ox.Triple(iri, term("sh:construct"), ox.Literal(rule.query)),
        )
    return triples


def _place(path: Path) -> tuple[int, int]:
    stage, number, _ = _parts(path)
    return STAGES.index(stage), int(number)


def _parts(path: Path) -> tuple[str, str, str]:
    match = _FILE.fullmatch(path.stem)
    if match is None:
        raise AtlasError(f"{path}: no name of a rule; use <{'|'.join(STAGES)}>-<NN>-<name>.rq")
    return match[1], match[2], match[3]


def _read(path: Path) -> Rule:
    stage, _, name = _parts(path)
    query = path.read_text(encoding="utf-8")
    sentence = query.partition("\n")[0]
    if not sentence.startswith("# "):
        raise AtlasError(f"{path}: the first line must be a comment that says the rule to readers")
    return Rule(f"{stage}-{name}", sentence[2:], query)


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
