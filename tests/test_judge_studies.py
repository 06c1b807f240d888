from collections import Counter
from dataclasses import replace
from itertools import combinations_with_replacement, pairwise, product

import pyoxigraph as ox
import pytest

from graph.judge import judge
from graph.prefixes import BASE, prefixes
from tests.policy import (
    DEFINITIONS,
    EXAMPLES,
    POLICIES,
    RULE_SETS,
    STATUSES,
    Group,
    Study,
    Verdict,
    of_study,
    turtle,
)


def judged(studies: dict[str, Study], more: str = "") -> ox.Store:
    store = ox.Store()
    entries = "".join(turtle(name, study) for name, study in studies.items())
    store.load(RULE_SETS + DEFINITIONS + entries + more, format=ox.RdfFormat.TURTLE)
    judge(store)
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    """Each answer as what stands last in its IRIs and literals."""
    found = store.query(query, prefixes=prefixes())
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(last(getattr(node, "value", "")) for node in row) for row in found]


def last(text: str) -> str:
    return text.rpartition("#")[2].rpartition("/")[2]


def verdicts(store: ox.Store, policy: str) -> dict[str, Verdict]:
    found = rows(
        store,
        "SELECT ?e ?v ?r ?l WHERE { ?e atlas:pemAssessment ?a . "
        "?a a atlas:PemAssessment ; atlas:pemValue ?v ; atlas:pemReason ?r ; atlas:rule ?l . "
        f"<{BASE}/rule-set/{policy}> atlas:policyRule ?l }}",
    )
    assert len({row[0] for row in found}) == len(found), "one judgement each"
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def assert_as_the_table_says(studies: dict[str, Study]) -> dict[str, Counter[str]]:
    """Compare with the table of each policy; return how often each rule decided, by policy."""
    store = judged(studies)
    fired = {}
    for policy in POLICIES:
        found = verdicts(store, policy)
        wanted = {
            name: said for name, study in studies.items() if (said := of_study(study, policy))
        }
        wrong = {name: (found.get(name), said) for name, said in wanted.items()}
        assert not {name: pair for name, pair in wrong.items() if pair[0] != pair[1]}
        assert set(found) == set(wanted)
        fired[policy] = Counter(line for _, _, line in wanted.values())
    return fired


@pytest.mark.parametrize("example", [name for name in EXAMPLES if name != "nothing"])
def test_each_line_of_the_table_names_itself_as_what_decided(example: str) -> None:
    study = Study((EXAMPLES[example],))
    store = judged({"s": study})
    line = f"group-{example.split(maxsplit=1)[0]}"
    later = line.replace("any-mixed", "any-one-does-not-require")
    for policy, name in zip(POLICIES, (line, later), strict=True):
        found = verdicts(store, policy)["s"]
        assert found == of_study(study, policy)
        assert found[2] == name


@pytest.mark.parametrize("join", ["all", "any", "unknown", None])
def test_definitions_without_a_recorded_status_or_join_are_never_more_certain(
    join: str | None,
) -> None:
    kinds = (*STATUSES, "absent")
    sets = [m for size in (1, 2, 3) for m in combinations_with_replacement(kinds, size)]
    assert len(sets) == 55
    fired = assert_as_the_table_says(
        {f"s{number}": Study((Group(found, join),)) for number, found in enumerate(sets)}
    )
    for lines in fired.values():
        assert len(lines) == {"all": 3, "any": 4}.get(join or "", 2)


@pytest.mark.parametrize("read", ["title", "abstract", "full-text"])
def test_two_and_three_groups_are_put_together_as_the_table_says(read: str) -> None:
    kinds = list(EXAMPLES.values())
    together = [*product(kinds, repeat=2), *combinations_with_replacement(kinds, 3)]
    assert len(together) == 14 * 14 + 560
    fired = assert_as_the_table_says(
        {f"s{number}": Study(groups, read) for number, groups in enumerate(together)}
    )
    assert fired["v0.2"]["study-groups-disagree"] > 400
    assert all(len(lines) > 10 for lines in fired.values())


def test_a_demand_for_pem_goes_before_everything_else_in_its_group() -> None:
    demands = [(), (False,), (True,), (False, True)]
    cases = {
        f"s{number}": Study((replace(kind, demands=said, altered=altered),))
        for number, (kind, said, altered) in enumerate(
            product(EXAMPLES.values(), demands, [False, True])
        )
    }
    assert len(cases) == 14 * 4 * 2
    assert assert_as_the_table_says(cases)["v0.2"]["group-stated"] == 56


def test_a_subset_in_any_group_makes_the_study_mixed() -> None:
    cases = {
        f"s{number}": Study((replace(one, subset=a), replace(other, subset=b)))
        for number, (one, other, a, b) in enumerate(
            product(EXAMPLES.values(), EXAMPLES.values(), [False, True], [False, True])
        )
    }
    assert assert_as_the_table_says(cases)["v0.2"]["study-subset-only"] == 14 * 14 * 3


@pytest.mark.parametrize("read", ["title", "abstract", "full-text", None])
@pytest.mark.parametrize("participants", [True, False], ids=["participants", "none"])
def test_a_study_without_groups_is_unclear_for_the_right_reason(
    read: str | None, participants: bool
) -> None:
    assert_as_the_table_says({"s": Study((), read, participants)})


def test_without_participants_not_applicable_goes_before_the_groups() -> None:
    cases = {
        f"s{number}": Study((replace(kind, subset=True),), participants=False)
        for number, kind in enumerate(EXAMPLES.values())
    }
    assert assert_as_the_table_says(cases)["v0.2"] == {"study-not-applicable": 14}


def test_an_unknown_definition_counts_as_uncertain() -> None:
    study = Study((Group(("nowhere",), "all"),))
    for policy in POLICIES:
        assert verdicts(judged({"s": study}), policy)["s"][1] == "definition-uncertain"


@pytest.mark.parametrize(("number", "day"), [(1, "2026-11-25"), (2, "2026-11-26")])
def test_a_judgement_says_what_it_rests_on_and_who_made_it_when(number: int, day: str) -> None:
    store = judged({"s": Study((EXAMPLES["all-one-requires"], EXAMPLES["all-none-requires"]))})
    own = f"VALUES ?a {{ <{BASE}/evidence/s#pem-{number}> }}"
    based = rows(store, f"SELECT ?f WHERE {{ {own} ?a atlas:basedOn ?f }}")
    facts = ["group-1", "group-2", "inclusion", "optional0", "optional1", "required0"]
    assert sorted(fact for (fact,) in based) == facts
    made = rows(
        store,
        f"SELECT ?d ?u ?agent ?plan WHERE {{ {own} ?a dcterms:date ?d ; prov:wasGeneratedBy ?g . "
        "?g prov:used ?u ; prov:qualifiedAssociation ?q . "
        "?q prov:agent ?agent ; prov:hadPlan ?plan }",
    )
    assert made == [(day, "inclusion", f"v0.{number}", f"v0.{number}")]
    outcomes = rows(
        store,
        f"SELECT ?o ?s ?v WHERE {{ {own} ?a atlas:groupOutcome ?o . "
        "?o dcterms:subject ?s ; atlas:pemValue ?v } ORDER BY ?o",
    )
    assert outcomes == [
        (f"pem-{number}-group-1", "group-1", "required"),
        (f"pem-{number}-group-2", "group-2", "not-required"),
    ]


@pytest.mark.parametrize("corrections", [1, 2])
def test_the_last_of_several_corrections_is_current_and_not_credited_to_the_rules(
    corrections: int,
) -> None:
    names = ["pem-1", *(f"correction-{number}" for number in range(1, corrections + 1))]
    more = "".join(
        f"<evidence/s> atlas:pemAssessment <evidence/s#{name}> .\n"
        f"<evidence/s#{name}> a atlas:PemAssessment ; prov:wasRevisionOf <evidence/s#{corrected}>"
        " ; atlas:pemReason <vocabulary/pem-reason#stated>"
        " ; atlas:pemValue <vocabulary/pem-requirement#required> .\n"
        for corrected, name in pairwise(names)
    )
    store = judged({"s": Study((EXAMPLES["all-none-requires"],))}, more)
    current = "SELECT ?a ?v WHERE { ?e atlas:currentAssessment ?a ; atlas:pemRequirement ?v }"
    assert rows(store, current) == [(f"correction-{corrections}", "required")]
    first = f"SELECT ?v WHERE {{ <{BASE}/evidence/s#pem-1> atlas:pemValue ?v }}"
    assert rows(store, first) == [("not-required",)]
    made = "SELECT ?a WHERE { ?a prov:wasGeneratedBy ?g } ORDER BY ?a"
    assert rows(store, made) == [("pem-1",), ("pem-2",)]
