"""What a page is: a template and what it shows."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Page:
    """A template with its values."""

    template: str
    values: dict[str, object] = field(default_factory=dict)
