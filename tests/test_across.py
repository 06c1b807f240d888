"""That a shape or rule which looks beyond one entry and what it links stands in shapes/across.ttl."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDFS, URIRef, Variable
from rdflib.paths import AlternativePath, SequencePath
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from graph import shacl
from graph.prefixes import prefixes
from graph.rule_set import read_rule_sets
from graph.sources import ENTRIES, parts, read_sources
from tests.small import edit, small_data

PARTS = {URIRef(node.value) for node in parts()}
LOCAL = {
    check.shape.partition("#")[2]: check.query
    for stage in ("sources", "judged")
    for check in shacl.checks(stage)
    if check.path is None
}
RULES = {
    f"{rule_set.version} {rule.name}": rule.query
    for rule_set in read_rule_sets()
    for rule in rule_set.rules
}
ACROSS = {check.shape.partition("#")[2]: check.query for check in shacl.checks("across")}


def patterns(value: object) -> Iterator[tuple[Node, Node | PropertyPath, Node]]:
    """Yield the triple patterns of a query, those in sub-queries and filters too."""
    if isinstance(value, CompValue):
        # Where a filter has a pattern of its own, its triples come one after the other.
        found = list(terms(dict(value).get("triples", ())))
        yield from zip(*(found[place::3] for place in range(3)), strict=True)
        for name, part in value.items():
            if name not in ("triples", "template"):
                yield from patterns(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from patterns(part)


def terms(value: object) -> Iterator[Any]:
    """Yield what stands in lists and tuples within one another."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from terms(part)
    else:
        yield value


def bindings(value: object) -> Iterator[tuple[Variable, set[Variable]]]:
    """Yield each variable that a query makes by BIND, with those that it makes it from."""
    if isinstance(value, CompValue):
        if value.name == "Extend":
            yield value["var"], set(variables(value["expr"]))
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from bindings(part)


def variables(value: object) -> Iterator[Variable]:
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, CompValue):
        yield from variables(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from variables(part)


def steps(path: Node | PropertyPath) -> list[Node]:
    """Return the properties that a path follows; fails at kinds that nobody has thought about."""
    if isinstance(path, AlternativePath | SequencePath):
        return [step for arg in path.args for step in steps(arg)]
    assert not isinstance(path, PropertyPath), path
    return [path]


def is_local(query: str, root: str) -> bool:
    """Say whether all that `query` reads is reached from `root`: along links, or back by parts."""
    algebra = prepareQuery(query, initNs=prefixes()).algebra
    waiting, made = list(patterns(algebra)), list(bindings(algebra))
    reached: set[Node] = {Variable(root)}
    assert waiting
    for _ in range(len(waiting)):
        for subject, path, value in waiting:
            back = value in reached and set(steps(path)) <= PARTS
            # The ontology is the same for every entry.
            is_shared = isinstance(subject, URIRef) or path == RDFS.subPropertyOf
            if subject in reached or is_shared or back:
                reached |= {subject, value}
        reached |= {variable for variable, source in made if source and source <= reached}
    return all(subject in reached for subject, _, _ in waiting)


# The first looks for what names a text, and takes only the entry in whose document the text stands.
# The second looks at what all entries share alone, and that is in every shard.
SEEN_TO_BE_LOCAL = {"Text-entry", "Dataset-current-encoded"}


@pytest.mark.parametrize("name", sorted(set(LOCAL) - SEEN_TO_BE_LOCAL))
def test_a_shape_of_one_entry_looks_no_further(name: str) -> None:
    assert is_local(LOCAL[name], "this")


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_judges_an_entry_by_itself(name: str) -> None:
    assert is_local(RULES[name], "entry")


def test_what_stands_among_the_shapes_across_entries_must() -> None:
    # A paper of two entries is refused when the files are read, too, as a part taken from another.
    # What a paper links is looked at when everything is together, wherever it stands.
    local = {name for name in ACROSS if is_local(ACROSS[name], "this")}
    assert local == {"Entry-one-paper", *(name for name in ACROSS if name.startswith("PaperLinks"))}
    assert set(ACROSS) - local == {"Paper-doi-twice", "Paper-pmid-twice"}


def test_the_shapes_across_entries_trip_by_both_engines(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    one, other = sorted((data / "evidence").glob("*.ttl"))[:2]
    edit(one, "atlas:paper <#paper>", f"atlas:paper <{ENTRIES}{other.stem}#paper>")
    for path in (one, other):
        text = path.read_text(encoding="utf-8")
        doi = text.partition('bibo:doi "')[2].partition('"')[0]
        edit(path, f'bibo:doi "{doi}"', 'bibo:doi "10.5555/same" ; bibo:pmid "12"')
    store = read_sources(data).store
    for engine in (shacl.validate, shacl.reference):
        tripped = {found.shape.partition("#")[2] for found in engine(store, "across")}
        assert tripped == {"Entry-one-paper", "Paper-doi-twice", "Paper-pmid-twice"}


def test_all_constraints_and_rules_are_looked_at() -> None:
    assert len(LOCAL) > 15
    assert len(RULES) == 22 + 23
