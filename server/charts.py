"""Charts of counts by span of years, as stacked bars that need no colour and no script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.facts import Row

SPAN = 5
WIDTH = 260
ROW = 26
NOT_JUDGED = "not-judged"
NO_YEAR = "no year"


@dataclass(frozen=True)
class Series:
    """One kind of thing that is counted; `fill` is solid, lines, dots or soft."""

    key: str
    label: str
    fill: str


PEM = (
    Series("required", "PEM required", "solid"),
    Series("not-required", "PEM not required", "lines"),
    Series("unclear", "PEM unclear", "dots"),
    Series(NOT_JUDGED, "not judged", "soft"),
)
SHARE = (Series("part", "applied it", "solid"), Series("rest", "applied others only", "soft"))
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Segment:
    """A piece of a bar, in units of the drawing."""

    series: Series
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A span of years with its counts by series; `note` is written at its end."""

    label: str
    note: str
    counts: dict[str, int]
    segments: list[Segment]
    y: int

    @property
    def total(self) -> int:
        """Return the count over all series."""
        return sum(self.counts.values())

    @property
    def end(self) -> float:
        """Return where its last piece ends."""
        return self.segments[-1].x + self.segments[-1].width if self.segments else 0


@dataclass(frozen=True)
class Chart:
    """Bars by time, and the totals of the series."""

    bars: list[Bar]
    totals: list[tuple[Series, int]]

    @property
    def height(self) -> int:
        """Return the height of the drawing."""
        return ROW * len(self.bars)

    @property
    def total(self) -> int:
        """Return the count over all bars."""
        return sum(count for _, count in self.totals)


def chart(rows: list[Row], without: frozenset[str] = frozenset()) -> Chart:
    """Return the chart of `rows` (?year ?pem ?count), leaving out the series in `without`."""
    counts: Counts = {}
    for row in rows:
        key = row.get("pem", NOT_JUDGED)
        if key not in without:
            _add(counts, row, key, int(row["count"]))
    shown = [series for series in PEM if series.key not in without]
    return _chart(counts, shown, lambda bar: str(sum(bar.values())))


def shares(part: list[Row], whole: list[Row]) -> Chart:
    """Return how many of `whole` (?year ?count) are also in `part`, as "n of N" by span of years.

    A bar is as long as its N, so that a share of few does not look like a share of many.
    """
    counts: Counts = {}
    for row in whole:
        _add(counts, row, "rest", int(row["count"]))
    for row in part:
        _add(counts, row, "part", int(row["count"]))
        _add(counts, row, "rest", -int(row["count"]))
    return _chart(counts, SHARE, lambda bar: f"{bar.get('part', 0)} of {sum(bar.values())}")


def _add(counts: Counts, row: Row, key: str, number: int) -> None:
    span = counts.setdefault(_span(row.get("year", "")), {})
    span[key] = span.get(key, 0) + number


def _chart(
    counts: Counts, series: Sequence[Series], note: Callable[[dict[str, int]], str]
) -> Chart:
    labels = _labels(counts)
    most = max((sum(counts.get(label, {}).values()) for label in labels), default=1)
    bars = []
    for place, label in enumerate(labels):
        found = counts.get(label, {})
        words = note(found) if found else ""
        bars.append(Bar(label, words, found, _segments(found, series, most), ROW * place))
    totals = [(one, sum(bar.counts.get(one.key, 0) for bar in bars)) for one in series]
    return Chart(bars, totals)


def _span(year: str) -> str:
    if not year:
        return NO_YEAR
    first = int(year) // SPAN * SPAN
    return f"{first}–{(first + SPAN - 1) % 100:02}"


def _labels(counts: Counts) -> list[str]:
    firsts = [int(label[:4]) for label in counts if label != NO_YEAR]
    if not firsts:
        return list(counts)
    labels = [_span(str(year)) for year in range(min(firsts), max(firsts) + 1, SPAN)]
    return [*labels, NO_YEAR] if NO_YEAR in counts else labels


def _segments(counts: dict[str, int], series: Sequence[Series], most: int) -> list[Segment]:
    found, x = [], 0.0
    for one in series:
        if number := counts.get(one.key, 0):
            width = number * WIDTH / most
            found.append(Segment(one, number, round(x, 2), round(width, 2)))
            x += width
    return found
