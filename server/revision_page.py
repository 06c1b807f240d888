"""The page of a revision: its own template, which knows nothing of the site of today."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from graph.prefixes import BASE
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
    return _template().render(reading=Reading(frozen, BASE), formats=_FORMATS).encode()


@cache
def _template() -> Template:
    templates = Environment(
        loader=PackageLoader("server"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return templates.get_template("revision-1.html")
