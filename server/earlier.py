"""The judgements of an entry that are not current, and why a later one differs."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.things import Thing


@dataclass(frozen=True)
class Earlier:
    """A judgement that is not current, beside the one that judged anew or corrected it.

    `grounds` are those changes of the later rule set by which the two differ, and empty where
    people made one of the two.
    """

    thing: Thing
    judging: Thing | None
    association: Thing | None
    policy: Thing | None
    value: Thing | None
    reason: Thing | None
    rule: Thing | None
    outcomes: list[Thing]
    later: Thing | None
    later_policy: Thing | None
    is_same: bool
    grounds: list[Thing]


def earlier_judgements(entry: Thing) -> list[Earlier]:
    """Return the judgements of `entry` that are not current, the latest rule set's first."""
    current = entry.one("atlas:currentAssessment")
    made = sorted(entry.all("atlas:pemAssessment"), key=_number, reverse=True)
    return [_earlier(thing, made) for thing in made if thing != current]


def plan_of(judgement: Thing | None) -> tuple[Thing | None, Thing | None]:
    """Return policy version and rule set of a judgement; None and None where people judged."""
    judging = judgement.one("prov:wasGeneratedBy") if judgement else None
    association = judging.one("prov:qualifiedAssociation") if judging else None
    if association is None:
        return None, None
    return association.one("prov:hadPlan"), association.one("prov:agent")


def _earlier(thing: Thing, made: list[Thing]) -> Earlier:
    # The first is of a rule set, where one has judged anew: corrections have no number.
    later = next((other for other in made if other.one("prov:wasRevisionOf") == thing), None)
    policy, _ = plan_of(thing)
    later_policy, rule_set = plan_of(later)
    steps = list(_different(thing, later)) if policy and later and later_policy else []
    changed = {rule for step in steps for rule in step}
    changes = rule_set.all("atlas:ruleChange") if rule_set else []
    judging = thing.one("prov:wasGeneratedBy")
    return Earlier(
        thing=thing,
        judging=judging,
        association=judging.one("prov:qualifiedAssociation") if judging else None,
        policy=policy,
        value=thing.one("atlas:pemValue"),
        reason=thing.one("atlas:pemReason"),
        rule=thing.one("atlas:rule"),
        outcomes=thing.all("atlas:groupOutcome"),
        later=later,
        later_policy=later_policy,
        is_same=policy is not None and later_policy is not None and not steps,
        grounds=[
            change
            for change in changes
            if changed & {change.one("atlas:replacedRule"), change.one("atlas:replacingRule")}
        ],
    )


def _different(thing: Thing, later: Thing) -> Iterator[tuple[Thing | None, Thing | None]]:
    """Yield the two rules of each step, group by group and for the study, that ended otherwise."""
    steps = {outcome.one("dcterms:subject"): outcome for outcome in thing.all("atlas:groupOutcome")}
    pairs = [
        (steps[subject], outcome)
        for outcome in later.all("atlas:groupOutcome")
        if (subject := outcome.one("dcterms:subject")) in steps
    ]
    for before, after in [*pairs, (thing, later)]:
        if _said(before) != _said(after):
            yield before.one("atlas:rule"), after.one("atlas:rule")


def _said(step: Thing) -> tuple[str, str, str]:
    rule = step.text("atlas:rule").partition("#")[2]
    return step.text("atlas:pemValue"), step.text("atlas:pemReason"), rule


def _number(judgement: Thing) -> int:
    _, rule_set = plan_of(judgement)
    return rule_set.position if rule_set else 0
