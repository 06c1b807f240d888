import shutil
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.errors import ReleaseMissing
from graph.prefixes import BASE, prefixes
from graph.release import Manifest, Release
from graph.search_index import write_index
from graph.search_rows import SearchRow
from server.finder import Finder
from server.search import Search

# Slug → title, authors, text, what else is said of the entry, and of its paper.
ENTRIES = {
    "word-2001-in-title": ("Lactate in muscle", ["Ann Sørensen"], "Nothing here.", "", ""),
    "word-2002-in-authors": ("A plain title", ["Lactate, A"], "Nothing here.", "", ""),
    "word-2003-in-texts": ("Another title", ["B Group"], "More lactate was found.", "", ""),
    "word-2004-alike": ("Lactase in the gut", [], "", "", ""),
    "word-2005-begun": ("Lactates and more", [], "", "", ""),
    "number-2006-one": ("Interleukin 6 and 16", [], "", "", 'bibo:pmid "12345" ;'),
    "short-2007-gut": ("The gut", [], "", "", 'bibo:doi "10.1000/lactate(1)<a>;b" ;'),
    "short-2008-gum": ("The gum", ["Łukasz Löhn"], "", "", ""),
    "row-2009-apart": ("Muscle pain, and fatigue of muscle", [], "", "", ""),
    "row-2010-together": ("Fatigue muscle", [], "", "", ""),
    "none-0000-year": ("Ageless", [], "", "", ""),
}
UNDATED = "none-0000-year"


def turtle(slug: str) -> str:
    title, authors, text, entry, paper = ENTRIES[slug]
    year = "" if slug == UNDATED else f"atlas:year {slug.split('-')[1]} ;"
    names = [
        f'<#a{n}> schema:position {n} ; atlas:printedName "{a}" .' for n, a in enumerate(authors)
    ]
    links = "".join(f"atlas:author <#a{n}> ;" for n in range(len(authors)))
    return f"""BASE <{BASE}/evidence/{slug}>
        <> a atlas:EvidenceEntry ; {entry} atlas:text <#t> ; atlas:paper <#paper> .
        <#t> rdf:value "{text}"@en .
        <#paper> {year} {links} {paper} dcterms:title "{title}"@en .
        {" ".join(names)}"""


def index(folder: Path, slugs: list[str]) -> Release:
    store = ox.Store()
    head = "".join(f"PREFIX {name}: <{space}>\n" for name, space in prefixes().items())
    for slug in slugs:
        store.load(head + turtle(slug), format=ox.RdfFormat.TURTLE)
    release = Release("x", folder, Manifest("x", "", BASE, "", "", {}, {}, None, ()))
    write_index(store, release.index_path)
    return release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return index(tmp_path_factory.mktemp("index"), list(ENTRIES))


@pytest.fixture(scope="module")
def finder(release: Release) -> Finder:
    return Finder(release)


def slugs(rows: list[SearchRow]) -> list[str]:
    return [row.slug for row in rows]


def find(finder: Finder, words: str) -> list[str]:
    return slugs(finder.rows(Search(words=words, sort="relevance")))


def counts(finder: Finder, words: str) -> tuple[int, int]:
    found = finder.count(Search(words=words, sort="relevance"))
    return found.total, found.exact


def test_title_before_authors_before_texts_before_what_is_only_alike(finder: Finder) -> None:
    assert find(finder, "lactate") == [
        "word-2001-in-title",
        "word-2002-in-authors",
        "word-2003-in-texts",
        "word-2005-begun",
        "word-2004-alike",
    ]
    assert counts(finder, "lactate") == (5, 3)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("LACTATE", "word-2001-in-title"),
        ("latcate", "word-2001-in-title"),
        ("lactite", "word-2001-in-title"),
        ("intrleukn", "number-2006-one"),
        ("interl", "number-2006-one"),
        ("sorensen", "word-2001-in-title"),
        ("SØRENSEN", "word-2001-in-title"),
        ("lohn lukasz", "short-2008-gum"),
        ("Lo\u0308hn", "short-2008-gum"),
        ("fatigue muscle", "row-2010-together"),
        ("plain lactate", "word-2002-in-authors"),
    ],
)
def test_words_are_found_in_any_case_without_accents_and_misspelled(
    words: str, first: str, finder: Finder
) -> None:
    assert find(finder, words)[0] == first


def test_short_words_and_numbers_are_not_guessed_at(finder: Finder) -> None:
    assert find(finder, "gut") == ["short-2007-gut", "word-2004-alike"]
    assert find(finder, "16") == ["number-2006-one"]
    assert find(finder, "17") == []
    assert find(finder, "guy") == []


def test_all_words_have_to_be_there(finder: Finder) -> None:
    assert find(finder, "lactate gut") == ["word-2004-alike"]
    assert find(finder, "lactate elephant") == []


def test_quoted_words_stand_side_by_side_and_as_they_are(finder: Finder) -> None:
    assert find(finder, '"fatigue muscle"') == ["row-2010-together"]
    assert find(finder, '"muscle fatigue"') == []
    assert set(find(finder, '"lactate"')) == {
        "word-2001-in-title", "word-2002-in-authors", "word-2003-in-texts"
    }  # fmt: skip
    assert find(finder, '"lactat"') == []
    assert find(finder, '"lactate in') == find(finder, "lactate in")


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("10.1000/lactate(1)<a>;b", "short-2007-gut"),
        ("https://doi.org/10.1000/LACTATE(1)%3Ca%3E;b", "short-2007-gut"),
        ("doi: 10.1000/Lactate(1)<a>;b", "short-2007-gut"),
        ("12345", "number-2006-one"),
        ("PMID: 12345", "number-2006-one"),
        ("pubmed 12345", "number-2006-one"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345/", "number-2006-one"),
        ("word-2003-in-texts", "word-2003-in-texts"),
        (f"{BASE}/evidence/word-2003-in-texts", "word-2003-in-texts"),
    ],
)
def test_an_identifier_in_any_spelling_finds_its_entry_first(
    words: str, slug: str, finder: Finder
) -> None:
    assert find(finder, words)[0] == slug
    assert counts(finder, words)[1] >= 1


def test_the_orders_put_what_has_no_year_last(finder: Finder) -> None:
    newest = slugs(finder.rows(Search(sort="newest")))
    oldest = slugs(finder.rows(Search(sort="oldest")))
    assert newest[-1] == oldest[-1] == UNDATED
    assert newest[:-1] == oldest[-2::-1]
    titles = [row.title.lower() for row in finder.rows(Search(sort="title"))]
    assert titles == sorted(titles)
    assert len(titles) == len(ENTRIES)


def test_pages_follow_one_another(finder: Finder) -> None:
    whole = slugs(finder.rows(Search()))
    pages = [slugs(finder.rows(Search(size=4, page=page))) for page in (1, 2, 3, 4)]
    assert pages == [whole[:4], whole[4:8], whole[8:], []]
    assert slugs(list(finder.all_rows(Search(page=2, size=4), 100))) == whole


@pytest.mark.parametrize(
    "words", ["lactate", "gut", "muscle fatigue", "the lactat", "12345", "a b"]
)
@pytest.mark.parametrize("sort", ["relevance", "title"])
def test_what_is_counted_is_what_is_found(words: str, sort: str, finder: Finder) -> None:
    search = Search(words=words, sort=sort)
    found = slugs(list(finder.all_rows(search, 100)))
    assert len(found) == len(set(found)) == finder.count(search).total


def test_years_and_their_absence(finder: Finder) -> None:
    found = finder.count(Search(first_year=2003, last_year=2004, undated=True))
    assert (found.total, found.undated, sum(found.by_year.values())) == (3, 1, 10)
    assert slugs(finder.rows(Search(undated=True))) == [UNDATED]
    assert slugs(finder.rows(Search(last_year=2001))) == ["word-2001-in-title"]
    assert finder.count(Search(first_year=2004, last_year=2003)).total == 0


def test_no_syntax_of_the_index_is_understood(finder: Finder) -> None:
    for words in ("title:lactate", "lactate OR gum", "lactate AND gum", "-gut", "gut^2", "lact*te"):
        everything = finder.count(Search()).total
        assert finder.count(Search(words=words, sort="relevance")).total < everything / 2
    assert find(finder, "title:lactate") == find(finder, "title lactate")
    assert find(finder, "* \" ' ( ) [ ] { } ~ : ^ \\") == []


def test_another_build_finds_the_same(release: Release, tmp_path: Path) -> None:
    again = Finder(index(tmp_path, list(reversed(ENTRIES))))
    first = Finder(release)
    for words in ("", "lactate", "muscle", "the", "gut title"):
        search = Search(words=words, sort="relevance" if words else "newest")
        assert first.rows(search) == again.rows(search)
        assert first.count(search) == again.count(search)


def test_a_release_without_an_index_has_to_be_built_again(release: Release, tmp_path: Path) -> None:
    with pytest.raises(ReleaseMissing, match="atlas build --force"):
        Finder(replace(release, folder=tmp_path))
    shutil.copytree(release.folder, tmp_path / "bare")
    (tmp_path / "bare" / "search" / "rows.ends").unlink()
    with pytest.raises(ReleaseMissing, match="cannot be read"):
        Finder(replace(release, folder=tmp_path / "bare"))
    for part in ("entries", "words"):
        folder = tmp_path / part
        shutil.copytree(release.folder, folder)
        other = next(name for name in ("words", "entries") if name != part)
        shutil.rmtree(folder / "search" / part)
        shutil.copytree(folder / "search" / other, folder / "search" / part)
        with pytest.raises(ReleaseMissing, match="another form"):
            Finder(replace(release, folder=folder))
        (folder / "search" / part / "meta.json").write_text("{}", encoding="utf-8")
        with pytest.raises(ReleaseMissing, match="cannot be read"):
            Finder(replace(release, folder=folder))


def test_an_index_is_read_and_never_written(release: Release) -> None:
    def state() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in release.folder.rglob("*")}

    before = state()
    finder = Finder(release)
    assert finder.rows(Search(words="latcate"))
    assert finder.count(Search(words="lactate")).total
    assert state() == before
    assert not [path for path in before if path.endswith(".lock")]
