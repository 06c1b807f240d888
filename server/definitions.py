"""The pages of the case definitions."""

from server.documents import Document
from server.facts import Facts
from server.pages import Page
from server.things import Thing


def definition_page(facts: Facts, document: Document) -> Page:
    """Return the page of one case definition: what it demands and which studies applied it."""
    thing = Thing(facts, document.iri)
    studies = facts.rows("studies", definition=thing.node)
    later = facts.store.quads_for_pattern(None, facts.term("atlas:revises"), thing.node)
    counts: dict[str, int] = {}
    for row in studies:
        label = row.get("pemLabel", "not judged")
        counts[label] = counts.get(label, 0) + 1
    values: dict[str, object] = {
        "thing": thing,
        "status": thing.one("atlas:pemStatus"),
        "source": thing.one("atlas:pemStatusSource"),
        "revises": thing.all("atlas:revises"),
        "revised_by": sorted(
            {Thing(facts, str(quad.subject.value)) for quad in later},  # type: ignore[union-attr]
            key=lambda found: found.label,
        ),
        "studies": studies,
        "counts": counts,
    }
    return Page("definition.html", values)


def definitions_page(facts: Facts) -> Page:
    """Return the list of case definitions."""
    return Page("definitions.html", {"rows": facts.rows("definitions")})
