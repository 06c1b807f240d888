"""What a page is, a template and what it shows, and how it becomes HTML."""

from dataclasses import dataclass, field
from functools import partial

from jinja2 import Environment, PackageLoader

from server.facts import Facts
from server.links import Links
from server.notices import marks


@dataclass(frozen=True)
class Page:
    """A template with its values."""

    template: str
    values: dict[str, object] = field(default_factory=dict)


class Renderer:
    """Writes the pages of one release."""

    def __init__(self, facts: Facts, links: Links) -> None:
        """Give every template what all of them show."""
        self._templates = Environment(
            loader=PackageLoader("server"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            links=links,
            release=facts.release,
            base=facts.base,
            marks=partial(marks, facts),
            shorten=facts.shorten,
            versions=facts.rows("versions"),
        )

    def render(self, page: Page, **values: object) -> bytes:
        """Return the HTML of `page`, whose template sees further `values` too."""
        template = self._templates.get_template(page.template)
        return template.render(values | page.values).encode()
