"""Two or more case definitions beside each other."""

from dataclasses import dataclass
from urllib.parse import urlencode

import pyoxigraph as ox

from graph.prefixes import BASE
from server.asked import Asked, ask, ask_of_each, ask_text, bind
from server.charts import NOT_JUDGED, PEM, Chart, shares
from server.definitions import MOST_SHOWN
from server.facts import Facts, Row, read_query
from server.lineage import revised
from server.pages import Page
from server.problems import Problem
from server.things import Thing

FEWEST, MOST = 2, 8
# What stands in the query for the definitions that it is asked of, and for their number.
_EXAMPLE, _EXAMPLES = f"<{BASE}/case-definition/ccc2003>", "= 1)"


@dataclass(frozen=True)
class Column:
    """One of the compared definitions; `years` are its studies by year and PEM judgement."""

    thing: Thing
    key: str
    years: list[Row]
    revises: list[Thing]
    chart: Chart

    @property
    def total(self) -> int:
        """Return how many studies applied it."""
        return sum(int(row["count"]) for row in self.years)

    @property
    def judged(self) -> dict[str, int]:
        """Return its studies by PEM judgement, by key, those that are there."""
        found: dict[str, int] = {}
        for row in self.years:
            key = row.get("pem", NOT_JUDGED)
            found[key] = found.get(key, 0) + int(row["count"])
        return found

    @property
    def span(self) -> str:
        """Return from when to when its studies are, "" where no year is known."""
        years = sorted(row["year"] for row in self.years if "year" in row)
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
    whole = ask(facts, "criteria-years")
    years = ask_of_each(facts, "definition-years", "definition", nodes)
    overlaps, together = _overlaps(facts, nodes), _together(facts, nodes)
    columns = _columns(facts, dict(zip(keys, things, strict=True)), years.rows, whole.rows)
    values |= {
        "columns": columns,
        "judgements": [one for one in PEM if any(one.key in column.judged for column in columns)],
        "overlaps": {(row["one"], row["other"]): row for row in overlaps.rows},
        "together": together.rows[:MOST_SHOWN],
        "together_count": len(together.rows),
        "asked": [years, whole, overlaps, together],
    }
    return Page("compare.html", values)


def _columns(
    facts: Facts, things: dict[str, Thing], years: list[Row], whole: list[Row]
) -> list[Column]:
    earlier = revised(facts)
    columns = []
    for key, thing in things.items():
        own = [row for row in years if row["definition"] == thing.iri]
        columns.append(Column(thing, key, own, earlier.get(thing.iri, []), shares(own, whole)))
    return columns


def _overlaps(facts: Facts, nodes: list[ox.NamedNode]) -> Asked:
    written = facts.rebase(read_query("overlaps"))
    return ask_text(facts, "overlaps", bind(bind(written, "other", nodes), "one", nodes))


def _together(facts: Facts, nodes: list[ox.NamedNode]) -> Asked:
    written = facts.rebase(read_query("together"))
    chosen = " ".join(str(node) for node in nodes)
    written = written.replace(facts.rebase(_EXAMPLE), chosen)
    return ask_text(facts, "together", written.replace(_EXAMPLES, f"= {len(nodes)})"))
