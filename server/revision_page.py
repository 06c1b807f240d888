"""The page of a revision: its own template, which knows nothing of the site of today."""

from graph.prefixes import BASE
from server.frozen_templates import frozen_template
from server.revision_files import Frozen
from server.revision_reading import Reading

# The formats of version 1; those that come later are not named on these pages.
_FORMATS = (
    ("Turtle", ".ttl"),
    ("JSON-LD", ".jsonld"),
    ("N-Triples", ".nt"),
    ("N-Quads", ".nq"),
    ("TriG, with the record", ".trig"),
    ("RDF/XML", ".rdf"),
    ("RDF Patch", ".patch"),
)


def revision_page(frozen: Frozen) -> bytes:
    """Return the page of `frozen`, the same bytes in every release."""
    return (
        frozen_template("revision-1.html")
        .render(reading=Reading(frozen, BASE), formats=_FORMATS)
        .encode()
    )
