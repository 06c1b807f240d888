"""The page of papers that were retracted, and of those that correct others."""

from server.facts import Facts, read_query
from server.pages import Page


def retractions_page(facts: Facts) -> Page:
    """Return the page, with the query that each of its lists is made by."""
    names = ("retractions", "corrections")
    values: dict[str, object] = {name: facts.rows(name) for name in names}
    values["queries"] = {name: facts.rebase(read_query(name)) for name in names}
    return Page("retractions.html", values)
