"""The page of papers that were retracted or are in doubt, and of those that correct others."""

from server.facts import Facts, read_query
from server.pages import Page

_LISTS = ("retractions", "concerns", "lifted", "corrections")


def retractions_page(facts: Facts) -> Page:
    """Return the page, with the query that each of its lists is made by."""
    values: dict[str, object] = {name: facts.rows(name) for name in _LISTS}
    values["queries"] = {name: facts.rebase(read_query(name)) for name in _LISTS}
    return Page("retractions.html", values)
