"""The pages of the case definitions: one of each, and the list to compare them from."""

from dataclasses import dataclass

from graph.kept import DEFINITION
from server.asked import ask
from server.charts import NOT_JUDGED, PEM, shares
from server.documents import Document
from server.facts import Facts, Row
from server.lineage import lineages, revised
from server.pages import Page
from server.revisions import revisions
from server.snapshots import snapshot_reference
from server.things import Thing

# A page shows so many studies of one kind, and says where the rest are.
MOST_SHOWN = 10
# How a definition was applied → in words.
WAYS = {
    "alone": "on its own",
    "all": "with others, all of which had to be met",
    "any": "with others, any of which sufficed",
    "unknown": "with others; whether all or any had to be met is not known",
}


@dataclass(frozen=True)
class Judged:
    """The studies with one PEM judgement: its key, its label, and their rows."""

    key: str
    label: str
    rows: list[Row]

    @property
    def shown(self) -> list[Row]:
        """Return those that a page lists."""
        return self.rows[:MOST_SHOWN]


def by_judgement(rows: list[Row]) -> list[Judged]:
    """Return `rows` (?pem …) by PEM judgement, in its own order; what nobody judged comes last."""
    found = [
        Judged(one.key, one.label, [row for row in rows if row.get("pem", NOT_JUDGED) == one.key])
        for one in PEM
    ]
    return [judged for judged in found if judged.rows]


def definition_page(facts: Facts, document: Document) -> Page:
    """Return the page of one case definition: what it demands and which studies applied it."""
    thing = Thing(facts, document.iri)
    studies = ask(facts, "studies", definition=thing.node)
    ways = ask(facts, "ways", definition=thing.node)
    altered = ask(facts, "alterations", definition=thing.node)
    part = ask(facts, "definition-years", definition=thing.node)
    whole = ask(facts, "criteria-years")
    count = {row["way"]: row["count"] for row in ways.rows}
    past = revisions(facts, thing.iri)
    values: dict[str, object] = {
        "thing": thing,
        "noun": DEFINITION.noun,
        "revisions": past,
        "snapshot_reference": snapshot_reference(thing, [], past[-1] if past else None),
        "key": thing.text("skos:notation"),
        "status": thing.one("atlas:pemStatus"),
        "source": thing.one("atlas:pemStatusSource"),
        "paper": _paper(facts, thing),
        "lineages": lineages(facts, thing.iri),
        "total": len(studies.rows),
        "judged": by_judgement(studies.rows),
        "ways": [(words, count[way]) for way, words in WAYS.items() if way in count],
        "altered": altered.rows[:MOST_SHOWN],
        "altered_count": len(altered.rows),
        "chart": shares(part.rows, whole.rows),
        "asked": [studies, ways, altered, part, whole],
    }
    return Page("definition.html", values)


def definitions_page(facts: Facts) -> Page:
    """Return the list of case definitions."""
    rows, later = ask(facts, "definitions"), ask(facts, "revisions")
    asked = [rows, later]
    values: dict[str, object] = {"rows": rows.rows, "revised": revised(facts), "asked": asked}
    return Page("definitions.html", values)


def _paper(facts: Facts, thing: Thing) -> Thing | None:
    found = facts.rows("source-paper", definition=thing.node)
    return Thing(facts, found[0]["entry"]) if found else None
