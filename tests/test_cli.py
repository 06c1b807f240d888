import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from graph.paths import ROOT
from server.cli import main
from tests.small import ENTRY, SIZE, edit, small_data


def atlas(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    done = atlas("build", "--data", small_data(folder), "--releases", folder / "releases")
    assert done.exit_code == 0, done.output
    assert re.search(rf"\b{SIZE}  entries", done.output)
    return folder / "releases"


def test_every_command_says_what_it_is_for() -> None:
    names = ["build", "check", "import", "publish", "query", "release"]
    names += ["revise", "serve", "sparql", "verify"]
    assert sorted(main.commands) == names
    for name in main.commands:
        text = atlas(name, "--help").output
        assert len(text) > 200, name
        assert f"`atlas {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_check_of_a_draft_passes_and_then_names_the_fault(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    file = data / "evidence" / f"{ENTRY}.ttl"
    assert atlas("check", file, "--data", data).exit_code == 0
    edit(file, "schema:position 2", "schema:position 9")
    done = atlas("check", file, "--data", data)
    assert done.exit_code == 1
    assert f"{ENTRY}.ttl:" in done.output


def test_check_of_one_file_says_when_another_kept_it_from_being_judged(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    file, other = sorted((data / "evidence").glob("*.ttl"))[:2]
    edit(other, "schema:position 2", "schema:position 9")
    done = atlas("check", file, "--data", data)
    assert done.exit_code == 0
    assert "problems in other files: judgements were not checked" in done.output
    assert other.name not in done.output


def test_a_draft_outside_the_data_is_checked_as_if_it_stood_there(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    draft = tmp_path / f"{ENTRY}.ttl"
    (data / "evidence" / f"{ENTRY}.ttl").rename(draft)
    assert atlas("check", draft, "--data", data).exit_code == 0
    edit(draft, "case-definition/", "case-definition/no")
    assert atlas("check", draft, "--data", data).exit_code == 1


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_query_prints_rows(form: str, releases: Path) -> None:
    query = "SELECT ?slug WHERE { ?e a atlas:EvidenceEntry ; dcterms:identifier ?slug }"
    done = atlas("query", query, "--releases", releases, "--format", form)
    assert done.exit_code == 0, done.output
    assert ENTRY in done.output
    if form == "json":
        assert len(json.loads(done.output)["results"]["bindings"]) == SIZE


def test_query_prints_a_graph_as_turtle_and_a_question_as_a_word(releases: Path) -> None:
    assert (
        "atlas:paper"
        in atlas("query", "CONSTRUCT WHERE { ?s atlas:paper ?o }", "--releases", releases).output
    )
    assert atlas("query", "ASK { ?s ?p ?o }", "--releases", releases).output == "true\n"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["query", "SELECT", "--releases", "{releases}"], 2, "not valid SPARQL"),
        (["query", "ASK { ?s ?p ?o }", "--releases", "{empty}"], 1, "atlas build"),
        (["query", "missing.rq", "--releases", "{releases}"], 2, "missing.rq"),
        (["build", "--data", "{empty}"], 1, "no entries"),
        (["check", "missing.ttl"], 2, "does not exist"),
        (["serve", "--releases", "{empty}"], 1, "atlas build"),
    ],
)
def test_a_mistake_is_told_in_words(
    arguments: list[str], code: int, words: str, releases: Path, tmp_path: Path
) -> None:
    places = {"{releases}": str(releases), "{empty}": str(tmp_path)}
    given = [places.get(argument, argument) for argument in arguments]
    if given[0] == "build":
        given += ["--releases", str(tmp_path / "releases")]
    done = atlas(*given)
    assert (done.exit_code, words in done.output) == (code, True), done.output
