import itertools

import pyoxigraph as ox
import pytest

from graph.judge import judge
from graph.prefixes import BASE, prefixes, term, value
from graph.release import Release

STATUSES = ("required", "optional", "not-required", "uncertain")
Outcome = tuple[str, str]
Group = dict[str, object]
HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
POLICIES = ("v0.1", "v0.2")
RULE_SET = """
<{base}/rule-set/{v}> a atlas:RuleSetVersion ; atlas:policyVersion <{base}/policy/{v}> ;
  dcterms:issued "2026-11-23"^^xsd:date .
"""


def by_all(used: tuple[str, ...], _: str) -> Outcome:
    if "required" in used:
        return "required", "by-definition"
    if "uncertain" in used:
        return "unclear", "definition-uncertain"
    return "not-required", "by-definition"


def by_any(used: tuple[str, ...], policy: str) -> Outcome:
    lax = {"optional", "not-required"}
    if set(used) == {"required"}:
        return "required", "by-definition"
    if set(used) <= lax:
        return "not-required", "by-definition"
    if policy == "v0.2" and lax & set(used):
        return "not-required", "by-definition"
    if "required" in used and lax & set(used):
        return "unclear", "mixed"
    return "unclear", "definition-uncertain"


def by_unknown(used: tuple[str, ...], policy: str) -> Outcome:
    one, other = by_all(used, policy)[0], by_any(used, policy)[0]
    return (one, "by-definition") if one == other else ("unclear", "rule-unknown")


ORACLES = {"all": by_all, "any": by_any, "unknown": by_unknown}
CASES = [
    (rule, used)
    for rule in ORACLES
    for size in (1, 2, 3)
    for used in itertools.combinations_with_replacement(STATUSES, size)
]
REQUIRED: Group = {"rule": "all", "used": ("required",)}
NOT_REQUIRED: Group = {"rule": "all", "used": ("optional",)}
UNCERTAIN: Group = {"rule": "all", "used": ("uncertain",)}
STATED: Group = {"rule": "all", "used": ("optional",), "pem": "true"}
ALTERED: Group = {"rule": "all", "used": ("required",), "altered": True}
STUDIES: dict[str, tuple[list[Group], str, Outcome]] = {
    "PEM is demanded": ([STATED], "full-text", ("required", "stated")),
    "PEM is demanded with no definition": ([{"pem": "true"}], "abstract", ("required", "stated")),
    "something else is demanded": ([{"pem": "false"}], "full-text", ("unclear", "not-stated")),
    "a definition was altered": ([ALTERED], "full-text", ("unclear", "altered")),
    "read, nothing stated": ([{}], "full-text", ("unclear", "not-stated")),
    "read, no groups": ([], "full-text", ("unclear", "not-stated")),
    "abstract, no groups": ([], "abstract", ("unclear", "not-in-the-text-read")),
    "title, nothing stated": ([{}], "title", ("unclear", "not-in-the-text-read")),
    "groups agree": ([REQUIRED, REQUIRED], "full-text", ("required", "by-definition")),
    "groups agree, first reason": ([REQUIRED, STATED], "full-text", ("required", "stated")),
    "unclear groups agree": ([UNCERTAIN, ALTERED], "full-text", ("unclear", "altered")),
    "groups disagree": ([REQUIRED, NOT_REQUIRED], "full-text", ("unclear", "mixed")),
    "one group is unclear": ([REQUIRED, UNCERTAIN], "full-text", ("unclear", "mixed")),
    "one of three disagrees": ([REQUIRED, STATED, NOT_REQUIRED], "full-text", ("unclear", "mixed")),
    "only a subset": ([REQUIRED | {"subset": "true"}], "full-text", ("unclear", "mixed")),
}


def agents(current: str) -> str:
    sets = "".join(RULE_SET.format(base=BASE, v=policy) for policy in POLICIES)
    return f"{sets}<{BASE}/dataset> atlas:currentPolicy <{BASE}/policy/{current}> .\n"


def study(groups: list[Group], read: str, policy: str = "v0.2") -> str:
    entry = f"{BASE}/evidence/x"
    text = [HEAD, agents(policy), f"@base <{entry}> .", f"@prefix v: <{BASE}/vocabulary/> ."]
    text.append(
        f'<> a atlas:EvidenceEntry ; atlas:inclusion <#i> . <#i> atlas:recordedOn "2026-11-24"^^xsd:date ;'
        f" atlas:textRead <{BASE}/vocabulary/text-read#{read}> ."
    )
    for number, group in enumerate(groups, 1):
        node = f"<#group-{number}>"
        text.append(f"<#i> atlas:group {node} . {node} schema:position {number} ;")
        text.append(f"atlas:subsetOnly {group.get('subset', 'false')} .")
        used = group.get("used", ())
        assert isinstance(used, tuple)
        for place, status in enumerate(used):
            text.append(f"{node} atlas:definition <#d{number}-{place}> .")
            text.append(
                f"<#d{number}-{place}> atlas:pemStatus <{BASE}/vocabulary/pem-status#{status}> ."
            )
        if used:
            text.append(f"{node} atlas:joinRule <{BASE}/vocabulary/join-rule#{group['rule']}> .")
        if "pem" in group:
            text.append(f"{node} atlas:extraCriterion [ atlas:demandsPem {group['pem']} ] .")
        if "altered" in group:
            text.append(f'{node} atlas:alteration "relaxed"@en .')
    return "\n".join(text)


def current(store: ox.Store) -> list[Outcome]:
    query = (
        "SELECT ?v ?r { ?e atlas:currentAssessment ?a . ?a atlas:pemValue ?v ; atlas:pemReason ?r }"
    )
    rows = store.query(query, prefixes=prefixes())
    assert isinstance(rows, ox.QuerySolutions)
    return [(value(r["v"]).partition("#")[2], value(r["r"]).partition("#")[2]) for r in rows]


def judged(turtle: str) -> ox.Store:
    store = ox.Store()
    store.load(turtle, format=ox.RdfFormat.TURTLE)
    judge(store)
    return store


def test_every_multiset_of_statuses_is_tried() -> None:
    assert (len(CASES), len(STUDIES)) == (3 * (4 + 10 + 20), 15)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("rule", "used"), CASES, ids=str)
def test_a_group_is_judged_as_the_table_of_the_current_policy_says(
    rule: str, used: tuple[str, ...], policy: str
) -> None:
    store = judged(study([{"rule": rule, "used": used}], "full-text", policy))
    assert current(store) == [ORACLES[rule](used, policy)]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_judged_as_the_table_of_the_current_policy_says(name: str, policy: str) -> None:
    groups, read, outcome = STUDIES[name]
    assert current(judged(study(groups, read, policy))) == [outcome]


def test_where_nobody_has_looked_there_is_no_judgement() -> None:
    assert current(judged(f"{HEAD}<{BASE}/evidence/x> a atlas:EvidenceEntry .")) == []


def test_no_participants_is_not_applicable() -> None:
    turtle = study([], "full-text").replace("atlas:textRead", "atlas:hasParticipants false ; dc:x")
    assert current(judged(turtle)) == [("unclear", "not-applicable")]


def test_judging_again_adds_nothing() -> None:
    store = judged(study([REQUIRED, NOT_REQUIRED], "full-text"))
    before = set(store)
    assert judge(store) == 0
    assert set(store) == before


MIXED: Group = {"rule": "any", "used": ("required", "optional")}


def correction(number: int, revised: str) -> str:
    node = f"<#correction-{number}>"
    return f"""<> atlas:pemAssessment {node} . {node} a atlas:PemAssessment ;
      prov:wasRevisionOf <#{revised}> ; atlas:pemValue <{BASE}/vocabulary/pem-requirement#required> ;
      atlas:pemReason <{BASE}/vocabulary/pem-reason#stated> .\n"""


@pytest.mark.parametrize("policy", POLICIES)
def test_both_judgements_stay_and_one_is_current(policy: str) -> None:
    store = judged(study([MIXED], "full-text", policy))
    said = {"v0.1": ("unclear", "mixed"), "v0.2": ("not-required", "by-definition")}
    assert current(store) == [said[policy]]
    nodes = [ox.NamedNode(f"{BASE}/evidence/x#pem-{number}") for number in (1, 2)]
    for node, (value_, _) in zip(nodes, said.values(), strict=True):
        found = store.quads_for_pattern(node, term("atlas:pemValue"), None)
        assert [value(quad.object).partition("#")[2] for quad in found] == [value_]
    (link,) = store.quads_for_pattern(None, term("prov:wasRevisionOf"), nodes[0])
    assert link.subject == nodes[1]


@pytest.mark.parametrize("corrected", ["pem-1", "pem-2"])
def test_a_correction_stays_current_whichever_policy_it_corrected(corrected: str) -> None:
    more = correction(1, corrected)
    store = judged(study([MIXED], "full-text") + more)
    assert current(store) == [("required", "stated")]
    assert len({q.subject for q in store.quads_for_pattern(None, term("atlas:rule"), None)}) == 4


def test_of_corrections_in_a_row_the_last_is_current() -> None:
    more = correction(1, "pem-1") + correction(2, "correction-1").replace("#required", "#unclear")
    assert current(judged(study([MIXED], "full-text") + more)) == [("unclear", "stated")]


def test_two_corrections_that_do_not_know_each_other_are_both_current_and_so_refused() -> None:
    more = correction(1, "pem-1") + correction(2, "pem-2")
    assert len(current(judged(study([MIXED], "full-text") + more))) == 2


def test_the_real_studies_are_judged_as_the_design_counts(real_release: Release) -> None:
    counts = real_release.manifest.counts
    unclear = ("definition-uncertain", "mixed", "rule-unknown")
    assert counts["PEM required by-definition"] == 27
    assert counts["PEM required stated"] == 3
    assert counts["PEM not-required by-definition"] == 5 + 2
    assert sum(counts[f"PEM unclear {reason}"] for reason in unclear) == 6 - 2
