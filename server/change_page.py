"""The page of the events on one page of the log: its own template, which knows no site of today."""

from collections.abc import Sequence

from server.event_log import Stretch
from server.frozen_templates import frozen_template
from server.told import Told

# The formats of version 1; those that come later are not named on these pages.
_FORMATS = (("TriG", ".trig"), ("JSON-LD", ".jsonld"), ("JSON Feed", ".json"), ("Atom", ".atom"))


def change_page(
    number: int, stretch: Stretch, groups: Sequence[tuple[Told, list[Told]]], newer: int
) -> bytes:
    """Return the page of that number; the same bytes in every release once it is closed.

    `newer` is the number of the next page, 0 for the last, which grows.
    """
    values = {
        "number": number, "stretch": stretch, "groups": groups, "newer": newer,
        "formats": _FORMATS,
    }  # fmt: skip
    return frozen_template("changes-1.html").render(values).encode()
