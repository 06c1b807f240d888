"""Templates of pages that are kept for good: they know nothing of the site of today."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


@cache
def frozen_template(name: str) -> Template:
    """Return the template of that name; what it is not given is an error."""
    templates = Environment(
        loader=PackageLoader("server"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return templates.get_template(name)
