"""Why an entry has its PEM judgement: the facts, the rules that fired, and the query that asks."""

from dataclasses import dataclass

from graph.prefixes import BASE
from server.earlier import Earlier, earlier_judgements, plan_of
from server.facts import read_query
from server.things import Thing

_SEED = f"{BASE}/evidence/daniels-2011-socialization-model"


@dataclass(frozen=True)
class GroupReasoning:
    """One patient group: what its patients had to meet, and what the rules say of it."""

    thing: Thing
    definitions: list[tuple[Thing, Thing | None]]
    join_rule: Thing | None
    criteria: list[tuple[Thing, bool]]
    alteration: str
    is_subset: bool
    outcome: Thing | None
    value: Thing | None
    rule: Thing | None


@dataclass(frozen=True)
class Reasoning:
    """A judgement and what stands behind it; without one, `value` is None."""

    assessment: Thing | None
    value: Thing | None
    reason: Thing | None
    rule: Thing | None
    policy: Thing | None
    rule_set: Thing | None
    judging: Thing | None
    association: Thing | None
    inclusion: Thing | None
    text_read: Thing | None
    has_participants: bool
    groups: list[GroupReasoning]
    comments: list[str]
    day: str
    corrected_by: Thing | None
    earlier: list[Earlier]
    facts_used: list[Thing]
    is_studied: bool | None
    query: str


def reasoning(entry: Thing) -> Reasoning:
    """Return why `entry` has its current PEM judgement."""
    current = entry.one("atlas:currentAssessment")
    inclusion = entry.one("atlas:inclusion")
    judging = _one(current, "prov:wasGeneratedBy")
    association = _one(judging, "prov:qualifiedAssociation")
    policy, rule_set = plan_of(current)
    said = current.all("atlas:groupOutcome") if current else []
    outcomes = {outcome.text("dcterms:subject"): outcome for outcome in said}
    return Reasoning(
        assessment=current,
        value=_one(current, "atlas:pemValue"),
        reason=_one(current, "atlas:pemReason"),
        rule=_one(current, "atlas:rule"),
        policy=policy,
        rule_set=rule_set,
        judging=judging,
        association=association,
        inclusion=inclusion,
        text_read=_one(inclusion, "atlas:textRead"),
        has_participants=not inclusion or inclusion.is_true("atlas:hasParticipants") is not False,
        groups=[_group(group, outcomes.get(group.iri)) for group in _all(inclusion, "atlas:group")],
        comments=[
            comment
            for thing in (current, inclusion)
            if thing
            for comment in thing.texts("rdfs:comment")
        ],
        day=current.text("dcterms:date") if current else "",
        corrected_by=_one(current, "prov:wasAttributedTo"),
        earlier=earlier_judgements(entry),
        facts_used=[fact for fact in _all(current, "atlas:basedOn") if fact != inclusion],
        is_studied=entry.is_true("atlas:pemStudied"),
        query=own_query("why", entry),
    )


def own_query(name: str, entry: Thing) -> str:
    """Return the text of the fixed query `name`, which asks about the seed entry, for `entry`."""
    own = BASE + entry.iri.removeprefix(entry.facts.base)
    return entry.facts.rebase(read_query(name).replace(_SEED, own))


def _group(group: Thing, outcome: Thing | None) -> GroupReasoning:
    return GroupReasoning(
        thing=group,
        definitions=[(used, used.one("atlas:pemStatus")) for used in group.all("atlas:definition")],
        join_rule=group.one("atlas:joinRule"),
        criteria=[
            (criterion, bool(criterion.is_true("atlas:demandsPem")))
            for criterion in group.all("atlas:extraCriterion")
        ],
        alteration=group.text("atlas:alteration"),
        is_subset=bool(group.is_true("atlas:subsetOnly")),
        outcome=outcome,
        value=_one(outcome, "atlas:pemValue"),
        rule=_one(outcome, "atlas:rule"),
    )


def _one(thing: Thing | None, curie: str) -> Thing | None:
    return thing.one(curie) if thing else None


def _all(thing: Thing | None, curie: str) -> list[Thing]:
    return thing.all(curie) if thing else []
