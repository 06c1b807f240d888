"""Entries by year and PEM requirement, as the numbers that a chart and its table both show."""

from collections import Counter
from dataclasses import dataclass

from server.view import Thing

VALUES = ("required", "not-required", "unclear", "not-judged")


@dataclass(frozen=True)
class Bar:
    """The entries of one span of years, by PEM value; `label` is "1990–94"."""

    label: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Return how many entries the span has."""
        return sum(self.counts.values())


def bars(dataset: Thing) -> list[Bar]:
    """Return a bar for every five years from the first paper to the last, empty ones too."""
    found: Counter[tuple[int, str]] = Counter()
    for entry in dataset.of("atlas:EvidenceEntry"):
        paper, pem = entry.one("atlas:paper"), entry.one("atlas:pemRequirement")
        year = int(str(paper.one("atlas:year"))) if isinstance(paper, Thing) else 0
        found[year // 5 * 5, pem.key if isinstance(pem, Thing) else "not-judged"] += 1
    years = [start for start, _ in found]
    spans = range(min(years), max(years) + 1, 5) if years else range(0)
    return [
        Bar(f"{start}–{(start + 4) % 100:02d}", {value: found[start, value] for value in VALUES})
        for start in spans
    ]
