"""The page that explains the atlas from its own data: badges, rules, versions, and gaps."""

import re
from dataclasses import dataclass

import pyoxigraph as ox

from graph.rule_set import STAGES
from server.asked import Asked, ask
from server.facts import Facts, Row
from server.pages import Page
from server.things import Thing
from server.values import values_of

# List of values → what the page calls the badge that shows it.
_BADGES = {
    "evidence-level": "Evidence level",
    "confidence": "Confidence",
    "pem-requirement": "PEM",
    "publication-type": "Publication type",
    "peer-review": "Peer review",
}
# The lists that say what the rules look at.
_FACTS = ("pem-status", "join-rule", "text-read")
_STAGES = {
    "group": "For each patient group: the first line that fits decides",
    "study": "For the study: its groups are put together",
    "assemble": "What a judgement rests on is written beside it",
    "current": "Which judgement is the current one",
}
# What is known of some → of what, and how the page says that it is missing.
_GAPS = (
    ("source of the PEM status", "case definition", "PEM statuses need a source"),
    ("PEM status", "case definition", "case definitions have an uncertain PEM status"),
    ("judgement", "entry", "entries have no PEM judgement: nobody has looked yet"),
    ("definition applied", "entry", "entries have no case definition recorded"),
    ("whether PEM was studied", "entry", "entries do not say whether the study examined PEM"),
    ("evidence level", "entry", "entries have no evidence level, for want of a source"),
    ("all authors", "entry", "entries have an author list that may be incomplete"),
    ("DOI", "entry", "entries have no DOI on record"),
)
_SAID = re.compile(r"atlas:pemValue value:([a-z-]+)")


@dataclass(frozen=True)
class Gap:
    """So many of so many lack something, in words."""

    count: int
    total: int
    words: str


@dataclass(frozen=True)
class Stage:
    """Rules that do one thing, in their order; each with the PEM value that its text gives."""

    key: str
    heading: str
    rules: list[tuple[Row, str]]


def how_it_works_page(facts: Facts) -> Page:
    """Return the page that says how entries, badges and judgements come about."""
    sets = ask(facts, "rule-sets")
    rules = ask(facts, "rules", set=ox.NamedNode(sets.rows[0]["set"])) if sets.rows else None
    known, reasons, makers = ask(facts, "known"), ask(facts, "reasons"), ask(facts, "makers")
    counted = ask(facts, "values")
    lists = {key: values_of(facts, key, counted.rows) for key in (*_BADGES, *_FACTS)}
    count = {row["known"]: int(row["count"]) for row in known.rows}
    values: dict[str, object] = {
        "badges": [(name, lists[key]) for key, name in _BADGES.items()],
        "lists": lists,
        "rule_set": Thing(facts, sets.rows[0]["set"]) if rules else None,
        "other_sets": [Thing(facts, row["set"]) for row in sets.rows[1:]],
        "policy": Thing(facts, sets.rows[0]["policy"]) if rules else None,
        "stages": _stages(rules),
        "reasons": reasons.rows,
        "makers": makers.rows,
        "entries": count.get("entry", 0),
        "without_texts": count.get("only bibliography", 0),
        "gaps": _gaps(count),
        "asked": [asked for asked in (rules, reasons, counted, makers, known) if asked],
    }
    return Page("how-it-works.html", values)


def _stages(rules: Asked | None) -> list[Stage]:
    rows = rules.rows if rules else []
    found = []
    for key in STAGES:
        own = [row for row in rows if row["rule"].rpartition("#")[2].startswith(f"{key}-")]
        said = [_SAID.search(row["text"]) for row in own]
        pairs = [(row, match[1] if match else "") for row, match in zip(own, said, strict=True)]
        found.append(Stage(key, _STAGES[key], pairs))
    return [stage for stage in found if stage.rules]


def _gaps(count: dict[str, int]) -> list[Gap]:
    rows = [
        Gap(count.get(of, 0) - count.get(known, 0), count.get(of, 0), words)
        for known, of, words in _GAPS
    ]
    return [gap for gap in rows if gap.count]
