"""A chart of counts by span of years, as stacked bars that need no colour and no script."""

from dataclasses import dataclass

from server.facts import Row

SPAN = 5
WIDTH = 300
ROW = 26
NOT_JUDGED = "not-judged"
SERIES = (
    ("required", "PEM required"),
    ("not-required", "PEM not required"),
    ("unclear", "PEM unclear"),
    (NOT_JUDGED, "not judged"),
)
NO_YEAR = "no year"


@dataclass(frozen=True)
class Segment:
    """A piece of a bar, in units of the drawing."""

    key: str
    label: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A span of years with its counts by series."""

    label: str
    counts: dict[str, int]
    segments: list[Segment]
    y: int

    @property
    def total(self) -> int:
        """Return the count over all series."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Chart:
    """Bars by time, and the totals of the series that have any."""

    bars: list[Bar]
    totals: list[tuple[str, str, int]]

    @property
    def height(self) -> int:
        """Return the height of the drawing."""
        return ROW * len(self.bars)


def chart(rows: list[Row], without: frozenset[str] = frozenset()) -> Chart:
    """Return the chart of `rows` (?year ?pem ?count), leaving out the series in `without`."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        key = row.get("pem", NOT_JUDGED)
        if key not in without:
            span = counts.setdefault(_span(row.get("year", "")), {})
            span[key] = span.get(key, 0) + int(row["count"])
    labels = _labels(counts)
    most = max((sum(counts.get(label, {}).values()) for label in labels), default=1)
    bars = [
        Bar(label, counts.get(label, {}), _segments(counts.get(label, {}), most), ROW * place)
        for place, label in enumerate(labels)
    ]
    totals = [
        (key, label, sum(bar.counts.get(key, 0) for bar in bars))
        for key, label in SERIES
        if key not in without
    ]
    return Chart(bars, totals)


def _span(year: str) -> str:
    if not year:
        return NO_YEAR
    first = int(year) // SPAN * SPAN
    return f"{first}–{(first + SPAN - 1) % 100:02}"


def _labels(counts: dict[str, dict[str, int]]) -> list[str]:
    firsts = [int(label[:4]) for label in counts if label != NO_YEAR]
    if not firsts:
        return list(counts)
    labels = [_span(str(year)) for year in range(min(firsts), max(firsts) + 1, SPAN)]
    return [*labels, NO_YEAR] if NO_YEAR in counts else labels


def _segments(counts: dict[str, int], most: int) -> list[Segment]:
    found, x = [], 0.0
    for key, label in SERIES:
        if number := counts.get(key, 0):
            width = number * WIDTH / most
            found.append(Segment(key, label, number, round(x, 2), round(width, 2)))
            x += width
    return found
