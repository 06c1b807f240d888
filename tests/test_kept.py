from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kept import (
    DEFINITION,
    ENTRY,
    KEPT,
    QUERY,
    document_in,
    document_named,
    history_file,
    history_files,
    is_revision,
    kept_at,
    kept_of,
    name_of,
    noun_of,
)
from graph.prefixes import BASE

NAMES = st.from_regex(r"[a-z0-9][a-z0-9.;()-]{0,30}", fullmatch=True)
DOCUMENTS = st.builds(lambda kept, name: kept.space + name, st.sampled_from(KEPT), NAMES)


@given(DOCUMENTS)
def test_a_document_has_one_name_and_one_file_and_each_leads_back(document: str) -> None:
    assert document_named(name_of(document)) == document
    assert document_named(document.removeprefix(f"{BASE}/")) == document
    folder = Path("data/history")
    file = history_file(folder, document)
    assert document_in(file) == document
    assert (file.parent == folder) == (kept_of(document) is ENTRY)


@given(DOCUMENTS, DOCUMENTS)
def test_no_two_documents_have_the_same_name_or_file(one: str, other: str) -> None:
    for call in (name_of, lambda iri: history_file(Path("h"), iri)):
        assert (call(one) == call(other)) == (one == other)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/evidence/a-2001-b", ENTRY),
        ("/evidence/a-2001-b/revision/1", ENTRY),
        ("/case-definition/ccc2003", DEFINITION),
        ("/case-definition/ccc2003.ttl", DEFINITION),
        ("/query/saved-queries/revision/1", QUERY),
        ("/query", None),
        ("/case-definition", None),
        ("/evidence", None),
        ("/evidence.csv", None),
        ("/case-definitions/x", None),
        ("/vocabulary/case-definition", None),
        ("/journal/brain", None),
        ("/", None),
        ("", None),
    ],
)
def test_a_path_tells_of_what_kind_a_document_is(path: str, kept: object) -> None:
    assert kept_at(path) is kept
    assert kept_of(BASE + path) is kept
    assert kept_of(f"https://x.org{path}") is None


def test_only_what_is_kept_has_revisions() -> None:
    known = {
        f"{DEFINITION.space}ccc2003/revision/1": True,
        f"{DEFINITION.space}ccc2003/revision/12#x": True,
        f"{DEFINITION.space}ccc2003/revision/0": False,
        f"{DEFINITION.space}ccc2003/revision/": False,
        f"{DEFINITION.space}a/b/revision/1": False,
        f"{BASE}/journal/brain/revision/1": False,
        f"{BASE}/vocabulary/case-definition/revision/1": False,
    }
    assert {iri: is_revision(iri) for iri in known} == known


def test_each_kind_has_its_own_word() -> None:
    assert [noun_of(kept.space + "x") for kept in KEPT] == [
        "entry",
        "case definition",
        "saved query",
    ]
    assert noun_of(f"{BASE}/journal/brain") == "document"


def test_the_files_of_one_kind_are_those_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    files = [history_file(folder, kept.space + name) for kept in KEPT for name in ("b", "a")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (folder / "case-definition" / ".c.trig.new").touch()
    assert set(history_files(tmp_path)) == set(files)
    assert history_files(tmp_path, DEFINITION) == sorted(files[2:4])
    assert history_files(tmp_path, ENTRY) == sorted(files[:2])
    assert history_files(tmp_path / "nowhere") == []
