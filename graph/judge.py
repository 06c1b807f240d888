"""Judge every entry that states whom its study took in, by the rules of each policy version."""

import pyoxigraph as ox

from graph.errors import AtlasError
from graph.partitions import DATASET
from graph.paths import RULES
from graph.prefixes import term
from graph.rule_set import Rule, RuleSet, describe_rule_set, read_rule_sets


def judge(store: ox.Store) -> int:
    """Run the rule sets that `store` describes over its default graph; return how many judgements.

    Every set judges every entry, in the order of their numbers, and each judgement stays. Which of
    them is current says the set of the dataset's current policy alone. A rule sees what the rules
    before it said, so the first that fits decides. Judging again adds nothing, but rules only add:
    after a change of facts, judge a fresh store. Raises AtlasError where the current policy has no
    rules.
    """
    before = _count(store)
    current = _objects(store, DATASET, "atlas:currentPolicy")
    rule_sets = [found for found in read_rule_sets() if _is_described(store, found)]
    encoded = [_objects(store, found.node, "atlas:policyVersion") for found in rule_sets]
    if missing := current.difference(*encoded):
        named = ", ".join(sorted(map(str, missing)))
        raise AtlasError(f"no rules in {RULES} encode the current policy {named}; write them")
    for rule_set, policies in zip(rule_sets, encoded, strict=True):
        store.extend(ox.Quad(*triple) for triple in describe_rule_set(rule_set))
        for rule in rule_set.rules:
            if current & policies or rule.stage != "current":
                _run(store, rule)
    return _count(store) - before


def _run(store: ox.Store, rule: Rule) -> None:
    made = store.query(rule.query)
    assert isinstance(made, ox.QueryTriples)
    said = made.serialize(format=ox.RdfFormat.N_TRIPLES)
    store.bulk_load(said, format=ox.RdfFormat.N_TRIPLES)


def _is_described(store: ox.Store, rule_set: RuleSet) -> bool:
    kind = rule_set.node, term("rdf:type"), term("atlas:RuleSetVersion")
    return ox.Quad(*kind) in store


def _objects(store: ox.Store, subject: ox.NamedNode, curie: str) -> set[object]:
    quads = store.quads_for_pattern(subject, term(curie), None, ox.DefaultGraph())
    return {quad.object for quad in quads}


def _count(store: ox.Store) -> int:
    kind = term("rdf:type"), term("atlas:PemAssessment")
    return sum(1 for _ in store.quads_for_pattern(None, *kind, ox.DefaultGraph()))
