"""Judge every entry that states whom its study took in, by running the rules of the policy."""

import pyoxigraph as ox

from graph.prefixes import term
from graph.rule_set import CURRENT, describe_rule_set, read_rules


def judge(store: ox.Store, rule_set: str = CURRENT) -> int:
    """Run `rule_set` over the default graph of `store`, adding its judgements; return how many.

    Each rule sees what the rules before it said, so the first that fits decides. Judging again
    adds nothing, but rules only add: after a change of facts, judge a fresh store.
    """
    before = _count(store)
    store.extend(ox.Quad(*triple) for triple in describe_rule_set(rule_set))
    for rule in read_rules(rule_set):
        made = store.query(rule.query)
        assert isinstance(made, ox.QueryTriples)
        said = made.serialize(format=ox.RdfFormat.N_TRIPLES)
        store.bulk_load(said, format=ox.RdfFormat.N_TRIPLES)
    return _count(store) - before


def _count(store: ox.Store) -> int:
    kind = term("rdf:type"), term("atlas:PemAssessment")
    return sum(1 for _ in store.quads_for_pattern(None, *kind, ox.DefaultGraph()))
