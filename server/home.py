"""The first page: what this is, how much of it there is, and where to begin."""

from server.charts import NOT_JUDGED, PEM, chart
from server.documents import Document
from server.facts import Facts, read_query
from server.pages import Page


def home_page(facts: Facts, _: Document) -> Page:
    """Return the home page with counts from the store."""
    years = facts.rows("years")
    judged = {series.key: 0 for series in PEM}
    for row in years:
        judged[row.get("pem", NOT_JUDGED)] += int(row["count"])
    definitions = facts.rows("definitions")
    values = {
        "total": sum(judged.values()),
        "judged": [(series.label, judged[series.key], series.key) for series in PEM],
        "chart": chart(years),
        "judged_chart": chart(years, frozenset({NOT_JUDGED})),
        "definitions": definitions,
        "first_query": facts.rebase(read_query("first")),
        "recent": facts.rows("newest-with-texts"),
    }
    return Page("home.html", values)
