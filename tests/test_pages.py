import re

import httpx
import pytest
from flask.testing import FlaskClient

from server.charts import NO_YEAR, WIDTH, chart
from server.entries import BADGES, SECTIONS
from tests.conftest import SEED

HTML = {"Accept": "text/html"}
PAGES = [
    "/",
    "/evidence",
    "/evidence?q=fixture&pem=unclear&pem=not-judged&definition=not-recorded&from=2000&year=not-recorded",
    "/evidence?q=%3Cscript%3Ealert(1)%3C/script%3E&pem=required&per-page=1",
    "/evidence?per-page=2&page=2",
    "/evidence?pem=maybe",
    f"/evidence/{SEED}",
    "/evidence/fixture-2001-markup-title",
    "/evidence/fixture-2013-groups-required",
    "/case-definition",
    "/case-definition/fukuda1994",
    "/case-definition/ramsay1986",
    "/compare",
    "/compare?definition=fukuda1994&definition=ccc2003&definition=oxford1991",
    "/compare?definition=none",
    "/author-name",
    "/author-name?name=Ann+L%C3%B6hn",
    "/author-name?name=Nobody",
    "/how-it-works",
    "/ontology",
    "/shapes",
    "/vocabulary/pem-reason",
    "/vocabulary/case-definition",
    "/rule-set/v0.1",
    "/rule-set/v0.2",
    "/policy/v0.2",
    "/journal/behavioural-and-cognitive-psychotherapy",
    "/dataset",
    "/sparql",
    "/sparql?query=SELECT+*+{+?s+?p+?o+}+LIMIT+9",
    "/sparql?query=SELECT",
    "/problems",
    "/retractions",
    "/nowhere",
]


def page(client: "FlaskClient | httpx.Client", path: str) -> str:
    return client.get(path, headers=HTML).text


def in_order(text: str, words: list[str]) -> None:
    place = 0
    for word in words:
        found = text.find(word, place)
        assert found >= 0, f"{word!r} is missing after {text[place - 40 : place]!r}"
        place = found + len(word)


def test_the_entry_shows_every_field_in_the_order_of_the_atlas(client: FlaskClient) -> None:
    wanted = ["E1 Replicated", "Preliminary", "PEM unclear", "RCT", "Peer-reviewed"]
    wanted += ["Quick read · 30 sec", "<h1>Socialization to the model"]
    wanted += ["Jo Daniels", "Alison J Wearden", "Behavioural and Cognitive Psychotherapy", "2011"]
    wanted += ["https://doi.org/10.1017/s1352465810000792"]
    wanted += [heading for _, heading, _ in SECTIONS[:6]]
    wanted += ["What the PEM badge says", "Not in the text read", "Abstract", "policy v0.1"]
    wanted += ["Primary citation", "Daniels, Jo &amp; Wearden, Alison J (2011). Socialization"]
    wanted += ["BibTeX", "@article{mecfsatlas-daniels-2011-socialization-model,"]
    wanted += ["Generator v1 / Scanner v1.4 / policy v0.1. Release ", "Accessed "]
    wanted += ["This page as data", "Turtle", "JSON-LD", "Release", "Generator v1", "Scanner v1.4"]
    in_order(page(client, f"/evidence/{SEED}"), wanted)


def test_a_missing_badge_says_so_and_nobody_looked_is_not_unclear(client: FlaskClient) -> None:
    text = page(client, "/evidence/fixture-2002-bibliography-only")
    assert text.count("not recorded") == 2 * (len(BADGES) - 1)
    assert "PEM not judged" in text
    assert "PEM unclear" not in text
    in_order(text, ["bibliography only", "Unknown authors", "No texts yet: bibliography only"])
    assert "https://doi.org" not in text


def test_the_reasoning_names_groups_definitions_rules_and_the_query(web: httpx.Client) -> None:
    text = page(web, "/evidence/fixture-2013-groups-required")
    in_order(
        text,
        [
            "Show me why this entry says “PEM required”",
            "Rule that fired",
            "/rule-set/v0.2#",
            "Full text",
            "/policy/v0.2",
            "clinic patients",
            "/case-definition/ccc2003",
            "PEM required by the definition",
            "/case-definition/fukuda1994",
            "All of them",
            "community patients",
            "malaise after exertion",
            "demands PEM",
            "VALUES ?entry { &lt;https://www.mecfsatlas.com/evidence/fixture-2013-groups-required&gt;",
            "Run it",
        ],
    )
    link = re.search(r'href="(/sparql\?query=[^"]+)">Run it', text)
    assert link
    answer = web.get(link[1].replace("&amp;", "&"), headers={"Accept": "text/csv"})
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 4


GROUNDS = "one that does not require PEM let patients in without it"


def test_where_policies_differ_the_page_shows_both_judgements_and_why(
    real_client: FlaskClient,
) -> None:
    text = page(real_client, "/evidence/walitt-2024-deep-phenotyping")
    wanted = ["why this entry says “PEM not required”", "Rule that fired"]
    wanted += ["/rule-set/v0.2#group-any-one-does-not-require", "/policy/v0.2", "Any of them"]
    wanted += ['id="pem-1"', "Under policy v0.1: PEM unclear", "Mixed criteria"]
    wanted += ["/rule-set/v0.1#group-any-mixed", "2026-11-23", "Why policy v0.2 differs"]
    in_order(text, [*wanted, "/rule-set/v0.2#change-1", GROUNDS])
    assert text.count(GROUNDS) == 1
    assert "#change-4" not in text, "what changed in the rule of the study decided nothing"


def test_a_difference_in_one_group_is_told_though_the_study_is_judged_the_same(
    real_client: FlaskClient,
) -> None:
    text = page(real_client, "/evidence/hornig-2015-distinct-plasma")
    wanted = ["CFI cases", "PEM not required", "Under policy v0.1: PEM unclear", "CFI cases"]
    in_order(text, [*wanted, "PEM unclear", GROUNDS, "the study as a whole is the same"])
    assert "#change-3" not in text


def test_where_policies_agree_the_page_says_so_in_a_line(client: FlaskClient) -> None:
    text = page(client, "/evidence/fixture-2013-groups-required")
    in_order(text, ["why this entry says", "/policy/v0.2", 'id="pem-1"', "judged the same"])
    assert "differs" not in text


def test_the_page_of_a_rule_set_lists_what_it_changes_and_why(client: FlaskClient) -> None:
    text = page(client, "/rule-set/v0.2")
    in_order(text, ["What it changes", "/rule-set/v0.1", GROUNDS, "group any mixed", "#change-6"])
    assert "What it changes" not in page(client, "/rule-set/v0.1")
    policy = page(client, "/policy/v0.2")
    in_order(
        policy, ["proposal of this project&#39;s editors", "public atlas judges by policy v0.1"]
    )


def test_markup_in_the_data_stays_text(client: FlaskClient) -> None:
    for path in ("/evidence/fixture-2001-markup-title", "/evidence", "/"):
        text = page(client, path)
        assert "<script>" not in text
        assert text.count("<script") == text.count("<script type=")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "&lt;b&gt;draft&lt;/b&gt;" in page(client, "/evidence/fixture-2001-markup-title")


def test_drafts_and_retractions_are_told(client: FlaskClient) -> None:
    text = page(client, "/evidence/fixture-2001-markup-title")
    in_order(
        text, ["was retracted on 2003-04-05", "https://doi.org/10.5555/notice", "Machine draft"]
    )
    in_order(text, ["Ann Löhn", "Bo &amp; Co Group", "C D", "et al.", "2001"])
    seed = page(client, f"/evidence/{SEED}")
    assert "Machine draft" not in seed
    assert "retracted" not in seed


def test_retracted_papers_are_listed_with_day_and_notice(
    client: FlaskClient, real_client: FlaskClient
) -> None:
    text = page(client, "/retractions")
    in_order(text, ["Retracted papers", "/evidence/fixture-2001-markup-title", "2003-04-05"])
    in_order(text, ["https://doi.org/10.5555/notice", "The query behind this list"])
    assert "<script>alert" not in text
    real = page(real_client, "/retractions")
    assert "it does not say that none was" in real
    assert "No correction is recorded" in real


def test_preprints_and_articles_know_each_other(client: FlaskClient) -> None:
    article = "/evidence/fixture-2013-groups-required"
    assert f'<a href="{article}#paper">' in page(client, "/evidence/fixture-2012-preprint")
    assert '<a href="/evidence/fixture-2012-preprint#paper">' in page(client, article)
    assert "Not applicable" in page(client, "/evidence/fixture-2012-preprint")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_made(path: str, web: httpx.Client) -> None:
    response = web.get(path, headers=HTML)
    text = response.text
    assert response.headers["Content-Type"].startswith("text/html")
    assert len(text) < 300_000
    assert text.startswith('<!doctype html>\n<html lang="en">')
    assert len(re.findall(r"<h1[ >]", text)) == len(re.findall(r"<main ", text)) == 1
    assert '<a class="skip" href="#content">' in text
    assert not re.search(r"<style|\sstyle=|\son\w+=", text)
    scripts = re.findall(r"<script.*?</script>", text, re.DOTALL)
    own = re.compile(r'<script type="module" src="/static/[\w/]+\.js"></script>')
    data = re.compile(r'<script type="application/ld\+json">[^<>&]*</script>')
    active = [script for script in scripts if not data.fullmatch(script)]
    assert all(own.fullmatch(script) for script in active)
    assert bool(active) == path.startswith(("/sparql", "/evidence/", "/case-definition/"))
    assert len(scripts) - len(active) < 2
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    for anchor in re.findall(r'href="#([^"]*)"', text):
        assert anchor in ids
    assert 'href=""' not in text
    assert "has been reviewed" not in text
    assert ".." not in text or "/evidence/" not in path


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(path: str, web: httpx.Client) -> None:
    links = set(re.findall(r'(?:href|src)="(/[^"#]*)', page(web, path)))
    assert links
    for link in sorted(links):
        assert web.get(link.replace("&amp;", "&"), headers=HTML).status_code == 200, link


def test_the_home_page_counts_what_there_is(client: FlaskClient) -> None:
    text = page(client, "/")
    for number, words in ((5, "evidence entries"), (1, "PEM required"), (0, "PEM not required")):
        assert f"<strong>{number}</strong> {words}" in text
    for number, words in ((2, "PEM unclear"), (2, "not judged")):
        assert f"<strong>{number}</strong> {words}" in text
    in_order(text, ["<svg", "2000–04", "The same numbers in a table", "<table", "2010–14"])


def test_a_chart_adds_up_and_keeps_the_empty_years() -> None:
    rows = [
        {"year": "1994", "count": "2"},
        {"year": "2006", "pem": "required", "count": "3"},
        {"year": "2009", "pem": "unclear", "count": "1"},
        {"pem": "unclear", "count": "1"},
    ]
    made = chart(rows)
    assert [bar.label for bar in made.bars] == ["1990–94", "1995–99", "2000–04", "2005–09", NO_YEAR]
    assert [bar.total for bar in made.bars] == [2, 0, 0, 4, 1]
    assert [count for _, count in made.totals] == [3, 0, 2, 2]
    widths = [sum(segment.width for segment in bar.segments) for bar in made.bars]
    assert max(widths) == widths[3] == WIDTH
    assert chart([]).bars == []


def test_the_list_has_pages(real_client: FlaskClient) -> None:
    assert "1 to 50 of 799" in page(real_client, "/evidence")
    assert "751 to 799 of 799" in page(real_client, "/evidence?page=16")
    assert 'rel="next"' not in page(real_client, "/evidence?page=16")
    assert real_client.get("/evidence?page=17").status_code == 404
    assert real_client.get("/evidence/").headers["Location"] == "/evidence"


def test_a_case_definition_says_what_it_demands_and_who_used_it(client: FlaskClient) -> None:
    in_order(
        page(client, "/case-definition/fukuda1994"),
        [
            "CDC 1994 research definition (Fukuda)",
            "PEM optional in the definition",
            "Source",
            "What it demands",
            "6 months (adults)",
            "What it revises, and what revises it",
            "Holmes",
            "Reeves",
            "Names it goes by",
            "Studies that applied it",
            "PEM required: 1",
            "Fixture of two groups",
        ],
    )
