"""How a rule set differs from the one it revises: its changes.ttl, read and held to the files."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph.errors import AtlasError
from graph.prefixes import BASE, term, value

CHANGES = "changes.ttl"
RULE_SETS = f"{BASE}/rule-set/"


@dataclass(frozen=True)
class Changes:
    """What `changes.ttl` says: the version revised, the number of the set, and each change.

    `replaced` are names of rules of the version revised, `replacing` names of the set's own. The
    first rule set revises none, "", and has no such file.
    """

    revised: str = ""
    number: int = 1
    replaced: frozenset[str] = frozenset()
    replacing: frozenset[str] = frozenset()
    triples: tuple[ox.Triple, ...] = ()


def read_changes(folder: Path) -> Changes:
    """Return how the rule set in `folder` differs from the one that it revises."""
    path, own = folder / CHANGES, RULE_SETS + folder.name
    if not path.exists():
        return Changes()
    try:
        triples = tuple(quad.triple for quad in ox.parse(path=str(path)))
    except SyntaxError as error:
        raise AtlasError(f"{path}: is not valid Turtle: {error.msg}") from error
    said = {t.predicate: value(t.object) for t in triples if value(t.subject) == own}
    revised = said.get(term("prov:wasRevisionOf"), "")
    number = said.get(term("schema:position"), "")
    if not revised.startswith(RULE_SETS) or not number.isdecimal():
        problem = "say of the rule set which it revises (prov:wasRevisionOf) and its number"
        raise AtlasError(f"{path}: {problem} (schema:position)")
    return Changes(
        revised.removeprefix(RULE_SETS),
        int(number),
        _names(triples, "atlas:replacedRule", revised, path),
        _names(triples, "atlas:replacingRule", own, path),
        triples,
    )


def taken_over(query: str, before: tuple[str, int], after: tuple[str, int]) -> str:
    """Return a rule of one rule set, given by version and number, as one of another.

    It names its own rule set, and the judgements of that set's number.
    """
    (old, old_number), (new, number) = before, after
    query = re.sub(rf"(?<=\brule-set/){re.escape(old)}(?=#)", new, query)
    query = re.sub(rf"(?<=\bset:){re.escape(old)}(?![\w.])", new, query)
    return query.replace(f'"#pem-{old_number}"', f'"#pem-{number}"')


def refuse_unnamed(
    changes: Changes, own: Iterable[str], revised: Iterable[str], path: Path
) -> None:
    """Raise AtlasError unless `changes` name each of the set's `own` rules, and no others."""
    wrong = {
        "name as atlas:replacingRule each rule that has a file": set(own) - changes.replacing,
        "write the file of the rule named as atlas:replacingRule": changes.replacing - set(own),
        "name as atlas:replacedRule a rule of the set revised": changes.replaced - set(revised),
    }
    for repair, names in wrong.items():
        if names:
            raise AtlasError(f"{path}: {repair}: {', '.join(sorted(names))}")


def _names(triples: Iterable[ox.Triple], curie: str, rule_set: str, path: Path) -> frozenset[str]:
    found = {value(t.object) for t in triples if t.predicate == term(curie)}
    if strangers := sorted(iri for iri in found if not iri.startswith(f"{rule_set}#")):
        raise AtlasError(f"{path}: {curie} has to name a rule of {rule_set}, not {strangers[0]}")
    return frozenset(iri.partition("#")[2] for iri in found)
