from hypothesis import given
from hypothesis import strategies as st

from server.charts import WIDTH, shares
from server.facts import Row

YEARS = st.lists(st.integers(1980, 2030), min_size=1)


def rows(years: list[int]) -> list[Row]:
    return [{"year": str(year), "count": str(years.count(year))} for year in sorted(set(years))]


@given(YEARS, st.data())
def test_shares_are_n_of_the_n_there_are(years: list[int], data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(0, len(years) - 1)))
    part = [years[place] for place in sorted(places)]
    made = shares(rows(part), rows(years))
    assert made.total == len(years)
    assert {series.key: count for series, count in made.totals}["part"] == len(part)
    for bar in made.bars:
        first = int(bar.label[:4])
        whole = [year for year in years if first <= year < first + 5]
        own = [year for year in part if first <= year < first + 5]
        assert bar.note == (f"{len(own)} of {len(whole)}" if whole else "")
        assert bar.end <= WIDTH + 0.02
    longest = max(made.bars, key=lambda bar: bar.total)
    assert abs(longest.end - WIDTH) < 0.02


def test_without_studies_there_is_no_bar() -> None:
    assert shares([], []).bars == []
