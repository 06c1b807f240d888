import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.formats import BY_KEY, Kind, content_type, offers, pick, split_suffix
from server.negotiation import choose, parse

TYPES = [row.media_type for row in offers(Kind.ENTITY)]
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RANGES = st.sampled_from([*TYPES, "text/*", "application/*", "*/*", "image/png"])
WEIGHTS = st.integers(0, 10).map(lambda tenths: tenths / 10)


@pytest.mark.parametrize(
    ("accept", "key"),
    [
        (None, "html"),
        ("", "html"),
        ("*/*", "html"),
        (FIREFOX, "html"),
        ("text/turtle", "ttl"),
        ("text/turtle, */*", "ttl"),
        ("*/*, application/*", "jsonld"),
        ("text/turtle, text/html", "html"),
        ("TEXT/Turtle; Q=0.5, application/ld+json;q=0.4", "ttl"),
        ("text/html;q=0.1, */*;q=0.8", "ttl"),
        ("text/turtle;q=0, */*;q=0.1", "html"),
        ("application/*", "jsonld"),
        ("application/json", "jsonld"),
        ('application/ld+json;profile="a,b;q=0"', "jsonld"),
        ("text/turtle;version=1.2", "ttl"),
        ("nonsense, text/turtle", "ttl"),
        ("nonsense", "html"),
        ("text/turtle;q=abc, application/n-triples;q=.1", "nt"),
        ("image/png", None),
        ("*/*;q=0", None),
        ("*/turtle, image/png", None),
    ],
)
def test_the_accept_header_chooses(accept: str | None, key: str | None) -> None:
    choice = pick(Kind.ENTITY, accept)
    assert (choice.format.key if choice else None) == key


@pytest.mark.parametrize(
    ("kind", "key"), [(Kind.SELECT, "srj"), (Kind.ASK, "srj"), (Kind.GRAPH, "ttl")]
)
def test_answers_are_data_unless_a_page_is_asked_for(kind: Kind, key: str) -> None:
    for accept in (None, "*/*"):
        choice = pick(kind, accept)
        assert choice is not None
        assert choice.format.key == key
    page = pick(kind, FIREFOX)
    assert page is not None
    assert page.format.key == "html"


def test_an_alias_is_answered_by_its_own_name_only_when_asked_so() -> None:
    choice = pick(Kind.SELECT, "application/json")
    assert choice is not None
    assert choice.content_type == "application/json"
    assert content_type(BY_KEY["srj"]).content_type == "application/sparql-results+json"
    assert content_type(BY_KEY["csv"]).content_type == "text/csv; charset=utf-8; header=present"


@given(st.dictionaries(RANGES, WEIGHTS, min_size=1))
def test_every_header_is_answered_as_the_oracle_says(ranges: dict[str, float]) -> None:
    header = ", ".join(f"{name};q={weight}" for name, weight in ranges.items())

    def oracle(media_type: str) -> tuple[float, int]:
        wide = media_type.split("/", maxsplit=1)[0] + "/*"
        known = [
            (ranges[name], -place)
            for place, name in enumerate((media_type, wide, "*/*"))
            if name in ranges
        ]
        return known[0] if known else (0, 0)

    best = max(oracle(name) for name in TYPES)
    expected = next(name for name in TYPES if oracle(name) == best) if best[0] else None
    assert choose(header, TYPES) == expected


@given(st.text(max_size=200))
def test_no_header_is_too_strange(accept: str) -> None:
    assert choose(accept, TYPES) in {*TYPES, None}
    assert all(0 <= found.weight <= 1 for found in parse(accept))


def test_only_known_suffixes_are_cut_off() -> None:
    assert split_suffix("/scanner/v1.4") == ("/scanner/v1.4", None)
    assert split_suffix("/.html") == ("/.html", None)
    assert split_suffix("/a.csv") == ("/a.csv", None)
    assert split_suffix("/journal/a.bib") == ("/journal/a.bib", None)
    assert split_suffix("/evidence/a.json") == ("/evidence/a.json", None)
    for row in offers(Kind.ENTRY):
        assert split_suffix(f"/evidence/x{row.suffix}") == ("/evidence/x", row)
