"""The PEM policy tables as Python, independent of the rules, with graphs to try both on."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.prefixes import BASE

POLICIES = ("v0.1", "v0.2")
STATUSES = ("required", "optional", "not-required", "uncertain")
Verdict = tuple[str, str, str]


@dataclass(frozen=True)
class Group:
    """A patient group: status of each definition, how they are joined, what else was said."""

    statuses: tuple[str, ...] = ()
    join: str | None = None
    demands: tuple[bool, ...] = ()
    altered: bool = False
    subset: bool = False


@dataclass(frozen=True)
class Study:
    """What was read about whom a study took in."""

    groups: tuple[Group, ...] = ()
    read: str | None = "full-text"
    participants: bool = True


LINES = (
    *("stated", "altered", "all-one-requires", "all-one-uncertain", "all-none-requires"),
    *("any-each-requires", "any-none-requires", "any-mixed", "any-one-does-not-require"),
    "any-otherwise",
    *("unknown-same", "unknown-otherwise", "not-stated", "not-in-the-text-read"),
)
# One group for each line of policy v0.1, and the other values that one line can give.
EXAMPLES = {
    "stated": Group(("optional",), "all", (True,)),
    "altered": Group(("required",), "all", altered=True),
    "all-one-requires": Group(("required", "optional"), "all"),
    "all-one-uncertain": Group(("uncertain", "optional"), "all"),
    "all-none-requires": Group(("optional",), "all"),
    "any-each-requires": Group(("required", "required"), "any"),
    "any-none-requires": Group(("optional", "not-required"), "any"),
    "any-mixed": Group(("required", "optional"), "any"),
    "any-otherwise": Group(("required", "uncertain"), "any"),
    "unknown-same required": Group(("required",), "unknown"),
    "unknown-same not-required": Group(("not-required",), "unknown"),
    "unknown-same unclear": Group(("uncertain",), "unknown"),
    "unknown-otherwise": Group(("required", "optional"), "unknown"),
    "nothing": Group(),
}
_NOT_READ = ("unclear", "not-in-the-text-read", "study-nothing-in-the-text-read")
_WITHOUT_GROUPS: dict[str | None, Verdict | None] = {
    "full-text": ("unclear", "not-stated", "study-nothing-stated"),
    "abstract": _NOT_READ,
    "title": _NOT_READ,
    None: None,
}


def joined(statuses: tuple[str, ...], join: str, policy: str) -> Verdict:
    """Return what the lines for "all" or "any" of the definitions say, the first that fits."""
    requires = [status == "required" for status in statuses]
    unsettled = [status not in STATUSES[:3] for status in statuses]
    some_do_not = bool({"optional", "not-required"} & set(statuses))
    known = not any(unsettled)
    lax = {
        "v0.1": (any(requires) and some_do_not, ("unclear", "mixed", "any-mixed")),
        "v0.2": (some_do_not, ("not-required", "by-definition", "any-one-does-not-require")),
    }
    lines = {
        "all": (
            (any(requires), ("required", "by-definition", "all-one-requires")),
            (any(unsettled), ("unclear", "definition-uncertain", "all-one-uncertain")),
            (True, ("not-required", "by-definition", "all-none-requires")),
        ),
        "any": (
            (all(requires), ("required", "by-definition", "any-each-requires")),
            (known and not any(requires), ("not-required", "by-definition", "any-none-requires")),
            lax[policy],
            (True, ("unclear", "definition-uncertain", "any-otherwise")),
        ),
    }
    return next(verdict for fits, verdict in lines[join] if fits)


def of_group(group: Group, read: str | None, policy: str) -> Verdict:
    """Return what the first line that fits says of `group`, and which line it is."""
    if any(group.demands):
        return "required", "stated", "stated"
    if group.altered:
        return "unclear", "altered", "altered"
    if not group.statuses:
        reason = "not-stated" if read == "full-text" else "not-in-the-text-read"
        return "unclear", reason, reason
    if group.join in ("all", "any"):
        return joined(group.statuses, group.join, policy)
    value = joined(group.statuses, "all", policy)[0]
    if value == joined(group.statuses, "any", policy)[0]:
        return value, "by-definition", "unknown-same"
    return "unclear", "rule-unknown", "unknown-otherwise"


def of_study(study: Study, policy: str) -> Verdict | None:
    """Return value, reason and deciding rule of a study; None where nobody has looked."""
    if not study.participants:
        return "unclear", "not-applicable", "study-not-applicable"
    if not study.groups:
        return _WITHOUT_GROUPS[study.read]
    if any(group.subset for group in study.groups):
        return "unclear", "mixed", "study-subset-only"
    said = [of_group(group, study.read, policy) for group in study.groups]
    if len({value for value, _, _ in said}) > 1:
        return "unclear", "mixed", "study-groups-disagree"
    value, reason, line = min(said, key=lambda verdict: LINES.index(verdict[2]))
    return value, reason, f"group-{line}"


RULE_SETS = f"""@base <{BASE}/> .
@prefix atlas: <ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<rule-set/v0.1> a atlas:RuleSetVersion ;
  atlas:policyVersion <policy/v0.1> ; dcterms:issued "2026-11-23"^^xsd:date .
<rule-set/v0.2> a atlas:RuleSetVersion ;
  atlas:policyVersion <policy/v0.2> ; dcterms:issued "2026-11-26"^^xsd:date .
<dataset> atlas:currentPolicy <policy/v0.2> .
"""
# Three definitions of each status; those of the status "absent" have none recorded.
DEFINITIONS = "".join(
    f"<case-definition/{status}{number}> a atlas:CaseDefinition"
    + (f" ; atlas:pemStatus <vocabulary/pem-status#{status}>" if status != "absent" else "")
    + " .\n"
    for status in (*STATUSES, "absent")
    for number in range(3)
)


def turtle(name: str, study: Study) -> str:
    """Return the triples of the entry `name` that say what `study` says."""
    entry = f"evidence/{name}"
    text = f"<{entry}> a atlas:EvidenceEntry ; atlas:inclusion <{entry}#inclusion> .\n"
    text += f'<{entry}#inclusion> a atlas:Inclusion ; atlas:recordedOn "2026-11-25"^^xsd:date .\n'
    if not study.participants:
        text += f"<{entry}#inclusion> atlas:hasParticipants false .\n"
    if study.read:
        text += f"<{entry}#inclusion> atlas:textRead <vocabulary/text-read#{study.read}> .\n"
    for number, group in enumerate(study.groups, 1):
        text += "".join(_group(f"{entry}#inclusion", f"{entry}#group-{number}", number, group))
    return text


def _group(inclusion: str, node: str, number: int, group: Group) -> Iterator[str]:
    yield f"<{inclusion}> atlas:group <{node}> .\n"
    yield f"<{node}> a atlas:PatientGroup ; schema:position {number} .\n"
    yield f"<{node}> atlas:subsetOnly {str(group.subset).lower()} .\n"
    for place, status in enumerate(group.statuses):
        yield f"<{node}> atlas:definition <case-definition/{status}{place}> .\n"
    if group.join:
        yield f"<{node}> atlas:joinRule <vocabulary/join-rule#{group.join}> .\n"
    if group.altered:
        yield f'<{node}> atlas:alteration "changed"@en .\n'
    for place, demands in enumerate(group.demands, 1):
        yield f"<{node}> atlas:extraCriterion <{node}-criterion-{place}> .\n"
        yield f"<{node}-criterion-{place}> atlas:demandsPem {str(demands).lower()} .\n"
