import json
import re
from dataclasses import replace
from html import escape
from types import SimpleNamespace

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from signposting import (
    LinkRel,
    Signposting,
    find_signposting_html,
    find_signposting_http_link,
    find_signposting_linkset,
)

from server.linkset import (
    LINKSET,
    LINKSET_JSON,
    MOST_HEADER,
    Entry,
    Link,
    Variant,
    alternates,
    elements,
    entry_links,
    header,
    linkset,
    linkset_json,
    said_of,
)

BASE = "https://a.example"
PAGE = "/evidence/x"
SCHEMA = "https://schema.org/"
VARIANTS = [
    Variant(f"{PAGE}.html", "text/html"),
    Variant(f"{PAGE}.ttl", "text/turtle", is_data=True),
    Variant(f"{PAGE}.jsonld", "application/ld+json", is_data=True),
    Variant(f"{PAGE}.jsonld?_profile=schema.org", "application/ld+json", True, SCHEMA),
    Variant(f"{PAGE}.bib", "application/x-bibtex"),
]
ENTRY = Entry(
    PAGE, BASE + PAGE, "https://a.example/zero", f"{PAGE}.linkset", ("https://doi.org/10.1/a",)
)
NASTY = ["10.1/a<b>;c", '10.1/(a)"b\\', "10.1/a, <b>; rel=x", "10.1/é%3C\r\nSet-Cookie: a", "10.1/[a]{b}|`^"]  # fmt: skip


def read_html(rows: list[tuple[str, str, str]], monkeypatch: pytest.MonkeyPatch) -> Signposting:
    made = "".join(
        f'<link rel="{escape(rel)}" href="{escape(href)}"' + (f' type="{kind}">' if kind else ">")
        for rel, href, kind in rows
    )
    return read(
        f"<html><head>{made}</head></html>", "text/html", find_signposting_html, monkeypatch
    )


def read(text: str, kind: str, reader: object, monkeypatch: pytest.MonkeyPatch) -> Signposting:
    def answer(url: str, headers: dict[str, str]) -> SimpleNamespace:
        said = {"Content-Type": kind}
        return SimpleNamespace(
            url=url, text=text, headers=said, status_code=200, raise_for_status=lambda: None
        )

    monkeypatch.setattr(requests, "get", answer)
    assert callable(reader)
    found = reader(BASE + PAGE)
    assert isinstance(found, Signposting)
    return found


def without_profiles(found: Signposting) -> set[tuple[str, str, str | None]]:
    return {(str(post.rel), post.target, post.type) for post in found.signposts}


def test_a_real_client_finds_the_same_in_header_page_and_linksets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    links = entry_links(ENTRY, VARIANTS)
    page = said_of(links, PAGE)
    in_header = find_signposting_http_link([header(page, PAGE)], BASE + PAGE)
    in_json = read(
        linkset_json(links, BASE).decode(), LINKSET_JSON, find_signposting_linkset, monkeypatch
    )
    in_text = read(linkset(links, BASE).decode(), LINKSET, find_signposting_linkset, monkeypatch)
    assert in_json.signposts == in_text.signposts
    assert {*in_json} == {*in_header}
    assert len({*in_header}) == 10
    in_page = read_html(elements(page, PAGE), monkeypatch)
    assert without_profiles(in_page) == without_profiles(in_header)
    assert len(in_page.signposts) == len(in_header.signposts)
    assert in_json.other_contexts == {BASE + row.url for row in VARIANTS[1:]}
    assert in_header.other_contexts == set()


def test_an_entry_has_all_that_fair_signposting_asks_for() -> None:
    found = find_signposting_http_link([header(said_of(entry_links(ENTRY, VARIANTS), PAGE), PAGE)], BASE + PAGE)  # fmt: skip
    assert found.citeAs.target == BASE + PAGE
    assert {post.target for post in found.types} == {f"{SCHEMA}AboutPage", f"{SCHEMA}CreativeWork"}
    assert found.license.target == "https://a.example/zero"
    assert {(post.target, post.type) for post in found.describedBy} == {
        (BASE + row.url, row.media_type) for row in VARIANTS if row.is_data
    }
    assert {post.target: {*post.profiles} for post in found.describedBy if post.profiles} == {
        f"{BASE}{PAGE}.jsonld?_profile=schema.org": {SCHEMA}
    }
    assert {post.type for post in found.linksets} == {LINKSET, LINKSET_JSON}
    assert (found.authors, found.items, found.collection) == (set(), set(), None)


def test_the_data_point_back_at_what_they_describe() -> None:
    links = entry_links(ENTRY, VARIANTS)
    for row in VARIANTS[1:]:
        own = said_of(links, row.url, PAGE)
        found = find_signposting_http_link([header(own, row.url)], BASE + row.url)
        assert [post.target for post in found.describes] == [BASE + PAGE]
        assert found.citeAs.target == BASE + PAGE
        assert not found.describedBy
        others = [link for link in own if link.relation == "alternate"]
        assert len(others) == len(VARIANTS)


@pytest.mark.parametrize("doi", NASTY)
def test_a_nasty_doi_stays_one_target(doi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    related = f"https://doi.org/{doi}"
    links = said_of(entry_links(replace(ENTRY, related=(related,)), VARIANTS), PAGE)
    made = header(links, PAGE)
    targets = re.findall(r'<([^<>]*)>; rel="related"', made)
    assert len(targets) == 1
    assert not set(targets[0]) & set('<>"\\^`{}| \r\n')
    (json_target,) = json.loads(linkset_json(links, BASE))["linkset"][0]["related"]
    assert json_target == {"href": targets[0]}
    assert ("related", targets[0], "") in elements(links, PAGE)
    found = find_signposting_http_link([made], BASE + PAGE)
    assert len(found.describedBy) == 3


@given(st.text(), st.text(st.characters(max_codepoint=300)))
def test_no_text_ends_a_link_in_the_header(target: str, value: str) -> None:
    link = Link("related", target, "/x", parameters=(("token", value),))
    made = header([link, Link("license", "/end", "/x")], "/x")
    assert made.isascii()
    assert made.isprintable()
    token = r'"(?:[^"\\]|\\.)*"' if value else ""
    wanted = r'<[^<>"\s]*>; rel="related"' + (f"; token={token}" if value else "")
    assert re.fullmatch(wanted + r', </end>; rel="license"', made)


def test_a_header_is_short_and_the_linkset_has_the_rest() -> None:
    many = alternates(PAGE, [Variant(f"{PAGE}.{'x' * 90}-{n}", "text/plain") for n in range(200)])
    links = [*said_of(entry_links(ENTRY, VARIANTS), PAGE), *many]
    made = header(links, PAGE)
    assert MOST_HEADER - 200 < len(made) <= MOST_HEADER < 8192
    assert made.endswith('type="text/plain"')
    assert 'rel="linkset"' in made
    assert len(json.loads(linkset_json(links, BASE))["linkset"][0]["alternate"]) == 205


def test_a_linkset_says_of_each_context_what_leads_from_it() -> None:
    links = [
        Link("alternate", "/b", "/a", "text/x", parameters=(("formats", "urn:p"), ("token", "p"))),
        Link("license", "https://l.example/", "/a"),
        Link("describes", "/a", "/b"),
    ]
    assert json.loads(linkset_json(links, BASE)) == {
        "linkset": [
            {
                "anchor": f"{BASE}/a",
                "alternate": [
                    {"href": f"{BASE}/b", "type": "text/x", "formats": ["urn:p"], "token": ["p"]}
                ],
                "license": [{"href": "https://l.example/"}],
            },
            {"anchor": f"{BASE}/b", "describes": [{"href": f"{BASE}/a"}]},
        ]
    }
    assert header(links, "/a").endswith(
        '<https://l.example/>; rel="license", </a>; rel="describes"; anchor="/b"'
    )
    assert elements(links, "/b") == [("describes", "/a", "")]
    assert linkset(links, BASE).decode().splitlines()[2] == (
        f'<{BASE}/a>; rel="describes"; anchor="{BASE}/b"'
    )


def test_an_entry_without_licence_or_doi_has_no_links_to_them() -> None:
    links = entry_links(replace(ENTRY, license="", related=()), VARIANTS)
    assert not {link.relation for link in links} & {"license", "related"}
    assert str(LinkRel.cite_as) in {link.relation for link in links}
