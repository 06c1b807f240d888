from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.prefixes import BASE
from server.linkset import header
from server.problems import Problem
from server.profiles import (
    NATIVE,
    PROFILES,
    SCHEMA_ORG,
    Profile,
    View,
    content_profile,
    named,
    ranked,
    view_links,
    view_triples,
    view_url,
)

OURS, THEIRS = f"{BASE}/shapes", "https://schema.org/"
THIRD = Profile("third", "urn:example:third", "Third")
ALL = (*PROFILES, THIRD)
NAMES = st.sampled_from([OURS, THEIRS, "urn:example:third", "urn:example:other", "*"])
WEIGHTS = st.integers(0, 10).map(lambda tenths: tenths / 10)
PAGE = "/evidence/x"
VIEWS = [
    View(f"{PAGE}.html", "text/html", NATIVE),
    View(f"{PAGE}.ttl", "text/turtle", NATIVE),
    View(view_url(PAGE, SCHEMA_ORG, "application/ld+json"), "application/ld+json", SCHEMA_ORG),
]


def tokens(profiles: list[Profile]) -> str:
    return " ".join(profile.token for profile in profiles)


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, "native schema.org"),
        ("", "native schema.org"),
        (f"<{THEIRS}>", "schema.org"),
        ("<http://schema.org>", "schema.org"),
        (f"<{OURS}>;q=0.5, <{THEIRS}>", "schema.org native"),
        (f"<{OURS}> ; q=0.5 , <{THEIRS}> ; q=0.50", "native schema.org"),
        (f"<{THEIRS}>, *;q=0.1", "schema.org native"),
        (f"*, <{OURS}>;q=0", "schema.org"),
        (f"<{OURS}>;q=0", "schema.org"),
        ("schemaorg", "schema.org"),
        (f"<urn:unknown>;q=1, <{THEIRS}>;q=0.1", "schema.org"),
        (f"<{THEIRS}>;token=quux", "schema.org"),
        (f"<{THEIRS}>;Q=.1, <{OURS}>;q=abc", "schema.org"),
        ("<<<, ;;, \x00", "native schema.org"),
    ],
)
def test_the_header_ranks_the_profiles(accept: str | None, wanted: str) -> None:
    assert tokens(ranked(accept, BASE)) == wanted


@pytest.mark.parametrize("accept", ["<urn:unknown>", f"<{OURS}>;q=0, <{THEIRS}>;q=0", "*;q=0"])
def test_a_header_that_leaves_nothing_gets_the_list_of_profiles(accept: str) -> None:
    with pytest.raises(Problem) as caught:
        ranked(accept, BASE)
    assert caught.value.key == "not-acceptable"
    assert caught.value.extensions["profiles"] == [f"native <{OURS}>", f"schema.org <{THEIRS}>"]


@given(st.dictionaries(NAMES, WEIGHTS, min_size=1))
def test_every_header_is_answered_as_the_oracle_says(wanted: dict[str, float]) -> None:
    accept = ", ".join(
        f"{name if name == '*' else f'<{name}>'};q={weight}" for name, weight in wanted.items()
    )
    only_ruled_out = all(weight == 0 for weight in wanted.values())

    def oracle(profile: Profile) -> float:
        iri = profile.at(BASE)
        return wanted.get(iri, wanted.get("*", 1.0 if only_ruled_out else 0.0))

    steps = sorted({oracle(profile) for profile in ALL} - {0}, reverse=True)
    expected = [profile for step in steps for profile in ALL if oracle(profile) == step]
    if expected:
        assert ranked(accept, BASE, ALL) == expected
    else:
        with pytest.raises(Problem):
            ranked(accept, BASE, ALL)


@given(st.text(max_size=100))
def test_no_header_is_too_strange(accept: str) -> None:
    with suppress(Problem):
        assert set(ranked(accept, BASE)) <= set(PROFILES)


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("native", NATIVE), (OURS, NATIVE), ("schema.org", SCHEMA_ORG), ("schemaorg", SCHEMA_ORG),
        (THEIRS, SCHEMA_ORG), (" schema.org ", SCHEMA_ORG),
    ],
)  # fmt: skip
def test_the_query_names_a_profile_by_token_or_iri(name: str, profile: Profile) -> None:
    assert named(name, BASE) == profile


def test_a_profile_that_is_none_gets_the_list_of_those_that_are() -> None:
    for name in ("nope", "", "NATIVE", "<" + OURS + ">", "x" * 9000):
        with pytest.raises(Problem, match="unknown-profile") as caught:
            named(name, BASE)
        assert f"native <{OURS}>, schema.org <{THEIRS}>" in caught.value.detail
        assert len(caught.value.detail) < 250


def test_our_profile_has_the_iri_of_the_release() -> None:
    assert content_profile(NATIVE, "https://atlas.example") == "<https://atlas.example/shapes>"
    assert content_profile(SCHEMA_ORG, "https://atlas.example") == f"<{THEIRS}>"


def test_a_response_says_its_profile_and_the_other_views() -> None:
    links = view_links(PAGE, BASE, VIEWS, VIEWS[2])
    assert header(links, PAGE).split(", ") == [
        f'<{THEIRS}>; rel="profile"',
        f'<{PAGE}.html>; rel="canonical"; type="text/html"; formats="{OURS}"',
        f'<{PAGE}.ttl>; rel="alternate"; type="text/turtle"; formats="{OURS}"',
        f'<{PAGE}?_profile=schema.org&_mediatype=application/ld%2Bjson>; rel="alternate"; '
        f'type="application/ld+json"; formats="{THEIRS}"',
        f'<http://www.w3.org/ns/dx/prof/Profile>; rel="type"; token="native"; anchor="{OURS}"',
        f'<http://www.w3.org/ns/dx/prof/Profile>; rel="type"; token="schema.org"; anchor="{THEIRS}"',
    ]


def test_the_list_of_views_is_data_too() -> None:
    text = "\n".join(f"{triple} ." for triple in view_triples(BASE + PAGE, BASE, VIEWS))
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.N_TRIPLES)
    found = store.query(
        "PREFIX altr: <http://www.w3.org/ns/dx/connegp/altr#> PREFIX dcterms: <http://purl.org/dc/terms/>"
        "SELECT ?type ?profile (EXISTS { ?page altr:hasDefaultRepresentation ?view } AS ?default)"
        "{ ?page altr:hasDefaultRepresentation|altr:hasRepresentation ?view ."
        "  ?view dcterms:format ?type ; dcterms:conformsTo ?profile } ORDER BY DESC(?default) ?type"
    )
    assert isinstance(found, ox.QuerySolutions)
    rows = [[str(term.value) for term in row if isinstance(term, ox.NamedNode | ox.Literal)] for row in found]  # fmt: skip
    assert rows == [
        ["text/html", OURS, "true"],
        ["application/ld+json", THEIRS, "false"],
        ["text/turtle", OURS, "false"],
    ]
