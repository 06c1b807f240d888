import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.paths import ROOT
from graph.prefixes import prefixes
from graph.release import Release
from server.settings import SETTINGS

README = (ROOT / "README.md").read_text(encoding="utf-8")


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def after(mark: str) -> str:
    text = README.partition(f"<!-- {mark} -->\n")[2]
    return text[: text.find("\n\n") + 1]


def rows(release: Release, query: str) -> ox.QuerySolutions:
    store = ox.Store.read_only(str(release.store_path))
    answer = store.query(query, prefixes=prefixes())
    assert isinstance(answer, ox.QuerySolutions)
    return answer


def test_the_settings_table_is_the_one_of_the_program() -> None:
    known = [
        [f"`{s.option}`", f"`{s.variable}`", f"`{s.default}`" if s.default else "", s.meaning]
        for s in SETTINGS
    ]
    assert after("settings") == table(["option", "variable", "default", "meaning"], known)


def test_the_first_query_gives_the_answer_that_is_printed(real_release: Release) -> None:
    query = re.search(r"<!-- first-query -->\n```sparql\n(.*?)```", README, re.DOTALL)
    assert query is not None
    found = rows(real_release, query[1])
    names = [variable.value for variable in found.variables]
    cells = [[getattr(row[name], "value", "") for name in names] for row in found]
    assert after("first-answer") == table(names, cells)


def test_the_notebook_runs_as_it_is_printed(
    real_release: Release,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = re.search(r"<!-- notebook -->\n```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    (tmp_path / "releases").symlink_to(real_release.folder.parent)
    monkeypatch.chdir(tmp_path)
    exec(compile(code[1], "README.md", "exec"), {})
    counts = real_release.manifest.counts
    printed = capsys.readouterr().out
    assert re.search(rf"^<NA> +{counts['PEM not judged']}$", printed, re.MULTILINE)
    assert re.search(r"^ccc2003 +required +[1-9]", printed, re.MULTILINE)


def test_every_file_that_the_readme_names_exists() -> None:
    named = re.findall(r"[\w/.-]+\.(?:rq|ttl)\b", README.replace("FILE.rq", ""))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert len(named) >= 4
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
