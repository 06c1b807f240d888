import json
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import extruct
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from graph.prefixes import term
from graph.release import Release
from server.citations import read_paper
from server.documents import find_document
from server.embedding import embedded
from server.facts import Facts
from server.highwire import meta_tags
from server.schema_org import schema_org, schema_org_home
from server.things import Thing
from tests.conftest import SEED

SCHEMA = "https://schema.org/"
ODD = "/evidence/fixture-2001-markup-title"
PREPRINT = "/evidence/fixture-2012-preprint"
PATHS = [f"/evidence/{SEED}", ODD, PREPRINT, "/evidence/fixture-2013-groups-required", "/dataset",
         "/case-definition/fukuda1994", "/vocabulary/topic", "/journal/plos-one",
         "/query/one-paper-by-doi"]  # fmt: skip


@pytest.fixture(scope="module")
def facts(release: Release) -> Facts:
    return Facts(release)


def view(facts: Facts, path: str) -> list[ox.Triple]:
    document = find_document(facts, path)
    assert document is not None
    return schema_org(facts, document)


def node(facts: Facts, path: str) -> dict[str, object]:
    found = json.loads(embedded(view(facts, path)))
    assert isinstance(found, dict)
    return found


def test_our_page_is_about_the_article_and_not_the_article(facts: Facts) -> None:
    page = node(facts, ODD)
    assert page["@type"] == ["AboutPage", "CreativeWork"]
    assert page["@id"] == page["url"] == facts.base + ODD
    article = page["about"]
    assert isinstance(article, dict)
    assert article["@type"] == ["ScholarlyArticle", "MedicalScholarlyArticle"]
    assert page["mainEntity"] == {"@id": article["@id"]}
    assert page["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert page["isAccessibleForFree"] is True
    assert page["dateModified"] == "2026-11-23"
    assert article["name"] == 'Fixture <script>alert(1)</script> & {braces} "quoted" é 100%?'
    assert article["creativeWorkStatus"] == "Retracted"
    assert article["datePublished"] == "2001-02"
    assert article["sameAs"] == "https://doi.org/10.5555/fixture_(1)%3Ca%3E;b"
    assert article["author"][:2] == [
        {"@id": f"{facts.base}{ODD}#author-1-agent", "@type": "Person", "name": "Ann Löhn",
         "familyName": "Löhn", "givenName": "Ann"},
        {"@id": f"{facts.base}{ODD}#author-2-agent", "name": "Bo & Co Group"},
    ]  # fmt: skip
    doubted = node(facts, PREPRINT)["about"]
    assert isinstance(doubted, dict)
    assert doubted["creativeWorkStatus"] == ["Expression of concern", "Preprint"]


def test_a_draft_by_a_machine_is_no_abstract(facts: Facts) -> None:
    assert "abstract" not in node(facts, ODD)
    assert str(node(facts, f"/evidence/{SEED}")["abstract"]).startswith("In this early study")


def test_the_seed_entry_says_what_it_is_filed_under(facts: Facts) -> None:
    page = node(facts, f"/evidence/{SEED}")
    names = {word["name"]: word["termCode"] for word in page["keywords"]}  # type: ignore[attr-defined]
    assert names == {"Treatment": "treatment", "PEM unclear": "unclear", "RCT": "rct"}
    article = page["about"]
    assert isinstance(article, dict)
    assert article["isPartOf"] == {
        "@id": f"{facts.base}/journal/behavioural-and-cognitive-psychotherapy",
        "@type": "Periodical",
        "name": "Behavioural and Cognitive Psychotherapy",
        "alternateName": "Behavioural and cognitive psychotherapy",
    }
    assert [(row["propertyID"], row["value"]) for row in article["identifier"]] == [
        ("doi", "10.1017/s1352465810000792"),
        ("pmid", "21092360"),
    ]
    applied = node(facts, "/evidence/fixture-2013-groups-required")["mentions"]
    assert [row["termCode"] for row in applied] == ["ccc2003", "fukuda1994"]  # type: ignore[attr-defined]


def test_a_definition_is_a_term_in_a_set(facts: Facts) -> None:
    found = node(facts, "/case-definition/fukuda1994")
    assert found["@type"] == "DefinedTerm"
    assert found["termCode"] == "fukuda1994"
    assert found["inDefinedTermSet"] == {"@id": f"{facts.base}/vocabulary/case-definition"}
    terms = node(facts, "/vocabulary/case-definition")
    assert terms["@type"] == "DefinedTermSet"
    assert len(terms["hasDefinedTerm"]) > 10  # type: ignore[arg-type]


def test_a_saved_query_is_source_code_of_the_dataset(facts: Facts) -> None:
    page = node(facts, "/query/one-paper-by-doi")
    assert page["@type"] == "SoftwareSourceCode"
    assert page["name"] == "What does the atlas say of the paper with this DOI?"
    assert page["keywords"] == ["DOI", "paper"]
    assert page["programmingLanguage"] == "SPARQL"
    assert page["isPartOf"]["@id"] == f"{facts.base}/dataset"  # type: ignore[index]


def test_the_dataset_lists_its_downloads(facts: Facts) -> None:
    found = node(facts, "/dataset")
    assert (found["@type"], found["version"]) == ("Dataset", facts.release.id)
    assert datetime.fromisoformat(str(found["dateModified"])) <= datetime.now(UTC)
    assert found["creator"] == {
        "@id": f"{facts.base}/dataset#editors",
        "name": "Editors of the ME/CFS Atlas knowledge graph",
    }
    downloads = found["distribution"]
    assert isinstance(downloads, list)
    assert len(downloads) == 8
    (download,) = [row for row in downloads if row["name"] == "All graphs as N-Quads"]
    assert download["encodingFormat"] == "application/n-quads"
    assert download["contentUrl"].endswith("/atlas.nq")
    assert download["contentSize"] == f"{facts.release.dump_path.stat().st_size} B"
    assert f"sha256:{download['sha256']}" == facts.release.manifest.digest
    assert node(facts, f"/release/{facts.release.id}")["distribution"] == downloads


def test_the_site_can_be_searched(facts: Facts) -> None:
    found = json.loads(embedded(schema_org_home(facts)))
    assert found["@type"] == ["WebSite", "DataCatalog"]
    assert found["dataset"]["@id"] == f"{facts.base}/dataset"
    action = found["potentialAction"]
    assert action["target"]["urlTemplate"] == f"{facts.base}/evidence?q={{search_term_string}}"
    assert action["query-input"] == "required name=search_term_string"


def test_what_schema_org_has_no_words_for_has_no_such_view(facts: Facts) -> None:
    for path in ("/policy/v0.1", "/graph/inferred", "/shapes", "/ontology"):
        assert view(facts, path) == []
    assert embedded([]) == ""


@pytest.mark.parametrize("path", PATHS)
def test_it_is_schema_org_alone_without_blank_nodes(path: str, facts: Facts) -> None:
    made = view(facts, path)
    assert made
    assert len(set(made)) == len(made)
    for triple in made:
        assert isinstance(triple.subject, ox.NamedNode)
        assert triple.subject.value.startswith(facts.base)
        if triple.predicate == term("rdf:type"):
            assert str(triple.object).startswith(f"<{SCHEMA}")
        else:
            assert triple.predicate.value.startswith(SCHEMA)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("path", [*PATHS, "/"])
def test_every_reader_finds_the_same_graph_in_a_page(path: str, facts: Facts) -> None:
    made = schema_org_home(facts) if path == "/" else view(facts, path)
    text = embedded(made)
    page = f'<html><head><script type="application/ld+json">{text}</script></head></html>'
    (found,) = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    assert found == json.loads(text)
    by_oxigraph = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)}
    assert by_oxigraph == set(made)
    turtle = "\n".join(f"{triple} ." for triple in made)
    by_rdflib = rdflib.Graph().parse(data=text, format="json-ld")
    assert set(by_rdflib) == set(rdflib.Graph().parse(data=turtle, format="nt"))


def test_it_says_what_the_tags_for_zotero_say(real_release: Release) -> None:
    facts, found = Facts(real_release), 0
    for row in facts.rows("entries")[::4]:
        page = json.loads(embedded(view(facts, row["entry"].removeprefix(facts.base))))
        article = page["about"]
        paper = read_paper(Thing(facts, article["@id"]))
        tags = {name.removeprefix("citation_"): value for name, value in meta_tags(paper)}
        tags.pop("author", None)
        assert said(article) == tags
        authors = [article["author"]] if isinstance(article.get("author"), dict) else article.get("author", [])  # fmt: skip
        assert [author["name"] for author in authors] == [
            author.printed for author in paper.authors
        ]
        found += 1
    assert found == 200


def said(article: dict[str, object]) -> dict[str, str]:
    whole: object = article.get("isPartOf", {})
    values = {"title": article.get("name"), "publication_date": "/".join(str(article["datePublished"]).split("-")) if "datePublished" in article else None}  # fmt: skip
    while isinstance(whole, dict) and whole:
        values |= {"issue": whole.get("issueNumber") or values.get("issue")}
        values |= {"volume": whole.get("volumeNumber") or values.get("volume")}
        values |= {"journal_title": whole.get("name")}
        whole = whole.get("isPartOf")
    pages = str(article.get("pagination", "")).split("-")
    values |= dict(zip(("firstpage", "lastpage"), pages, strict=False))
    identifiers = article.get("identifier", [])
    for row in [identifiers] if isinstance(identifiers, dict) else identifiers:  # type: ignore[attr-defined]
        values[row["propertyID"]] = row["value"]
    return {name: str(value) for name, value in values.items() if value}


class Script(HTMLParser):
    """The text of the script elements of a page, and how many elements there are."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


TEXTS = st.text() | st.lists(
    st.sampled_from(["</script>", "<!--", "-->", "]]>", "<script", "\u2028", "&amp;", '"', "\\", "</SCRIPT ", "a"])
).map("".join)  # fmt: skip


@given(TEXTS)
def test_no_text_ends_the_script_element(text: str) -> None:
    subject = ox.NamedNode("https://a.example/x")
    made = embedded([ox.Triple(subject, term("schema:name"), ox.Literal(text))])
    assert not set(made) & set("<>&\u2028\u2029")
    found = Script(f'<script type="application/ld+json">{made}</script><p>')
    assert found.tags == ["script", "p"]
    assert json.loads("".join(found.texts))["name"] == text
    assert unescape(made) == made
