"""The page of a journal: its names, and what this atlas has of it."""

from itertools import groupby

from server.asked import ask
from server.charts import NOT_JUDGED, chart
from server.documents import Document
from server.facts import Facts
from server.pages import Page
from server.things import Thing

MOST_SHOWN = 100


def journal_page(facts: Facts, document: Document) -> Page:
    """Return the page of one journal, with its entries by year."""
    thing = Thing(facts, document.iri)
    entries = ask(facts, "journal-entries", journal=thing.node)
    years = ask(facts, "journal-years", journal=thing.node)
    shown = entries.rows[:MOST_SHOWN]
    judged = frozenset({NOT_JUDGED})
    values: dict[str, object] = {
        "thing": thing,
        "key": document.iri.rpartition("/")[2],
        "names": thing.texts("atlas:printedName"),
        "total": len(entries.rows),
        "shown": len(shown),
        "years": [
            (year, list(rows)) for year, rows in groupby(shown, lambda row: row.get("year", ""))
        ],
        "chart": chart(years.rows),
        "judged": chart(years.rows, judged).total,
        "asked": [entries, years],
    }
    return Page("journal.html", values)
