"""Two or more case definitions beside each other."""

from dataclasses import dataclass
from urllib.parse import urlencode

import pyoxigraph as ox

from graph.prefixes import BASE
from server.asked import Asked, ask, ask_of_each, ask_text
from server.charts import Chart, shares
from server.definitions import MOST_SHOWN, Judged, by_judgement
from server.facts import Facts, Row, read_query
from server.lineage import revised
from server.pages import Page
from server.problems import Problem
from server.things import Thing

FEWEST, MOST = 2, 8
# What stands in the query for the definitions that it is asked of.
_EXAMPLE = f"<{BASE}/case-definition/ccc2003>"


@dataclass(frozen=True)
class Column:
    """One of the compared definitions, with its studies by PEM judgement and by time."""

    thing: Thing
    key: str
    studies: list[Row]
    revises: list[Thing]
    chart: Chart

    @property
    def judged(self) -> dict[str, Judged]:
        """Return its studies by PEM judgement, by key."""
        return {judged.key: judged for judged in by_judgement(self.studies)}

    @property
    def span(self) -> str:
        """Return from when to when its studies are, "" where no year is known."""
        years = sorted(row["year"] for row in self.studies if "year" in row)
        return " to ".join(dict.fromkeys((years[0], years[-1]))) if years else ""


def comparison_path(keys: list[str]) -> str:
    """Return the path of the page that compares the case definitions of those keys."""
    return "/compare?" + urlencode([("definition", key) for key in keys])


def read_choice(facts: Facts, asked: list[str]) -> list[str]:
    """Return the keys in `asked`, each once, in their order; Problem where one is not known."""
    keys = list(dict.fromkeys(key.strip() for key in asked if key.strip()))
    known = [row["key"] for row in facts.rows("definitions")]
    if unknown := [key for key in keys if key not in known]:
        names = ", ".join(repr(key[:60]) for key in unknown[:5])
        detail = f"There is no case definition {names}; the known ones are {', '.join(known)}."
        raise Problem("bad-parameter", detail, {"definitions": known})
    if len(keys) > MOST:
        raise Problem("bad-parameter", f"Choose at most {MOST} definitions to compare.")
    return keys


def comparison_page(facts: Facts, keys: list[str]) -> Page:
    """Return the page that compares the definitions of `keys`, or that lets a reader choose."""
    rows = facts.rows("definitions")
    values: dict[str, object] = {"rows": rows, "keys": keys, "fewest": FEWEST, "most": MOST}
    if len(keys) < FEWEST:
        return Page("compare.html", values)
    by_key = {row["key"]: row["definition"] for row in rows}
    things = [Thing(facts, by_key[key]) for key in keys]
    nodes = [thing.node for thing in things]
    whole, overlaps = ask(facts, "criteria-years"), ask(facts, "overlaps")
    studies = ask_of_each(facts, "studies", "definition", nodes)
    years = ask_of_each(facts, "definition-years", "definition", nodes)
    together = _together(facts, nodes)
    earlier = revised(facts)
    columns = [
        Column(
            thing=thing,
            key=key,
            studies=_own(studies.rows, thing),
            revises=earlier.get(thing.iri, []),
            chart=shares(_own(years.rows, thing), whole.rows),
        )
        for key, thing in zip(keys, things, strict=True)
    ]
    values |= {
        "columns": columns,
        "overlaps": {(row["one"], row["other"]): row for row in overlaps.rows},
        "together": together.rows[:MOST_SHOWN],
        "together_count": len(together.rows),
        "asked": [studies, overlaps, years, whole, together],
    }
    return Page("compare.html", values)


def _own(rows: list[Row], thing: Thing) -> list[Row]:
    return [row for row in rows if row["definition"] == thing.iri]


def _together(facts: Facts, nodes: list[ox.NamedNode]) -> Asked:
    written = facts.rebase(read_query("together"))
    chosen = " ".join(str(node) for node in nodes)
    return ask_text(facts, "together", written.replace(facts.rebase(_EXAMPLE), chosen))
