import re
import shutil
import subprocess
import sys
from html import unescape
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient

from graph.prefixes import BASE
from graph.release import Release
from graph.tables import TABLES
from server.dataset import loading, readable_size
from server.facts import Facts

HTML = {"Accept": "text/html"}


@pytest.fixture
def code(real_client: FlaskClient) -> dict[str, str]:
    """Return the code that the page offers, by its key."""
    text = real_client.get("/dataset", headers=HTML).text
    found = re.findall(r'<code id="load-(\w+)">(.*?)</code>', text, re.DOTALL)
    return {key: unescape(body) for key, body in found}


@pytest.mark.parametrize("path", ["/dataset", "release"])
def test_the_page_says_what_there_is_and_where(
    path: str, client: FlaskClient, release: Release
) -> None:
    path = f"/release/{release.id}" if path == "release" else path
    text = client.get(path, headers=HTML).text
    assert "<h1>ME/CFS Atlas knowledge graph" in text
    for file in release.manifest.files:
        assert f'href="/release/{release.id}/{file.name}"' in text
        if file.name.startswith("ro-crate"):
            continue
        assert f"{file.digest.partition(':')[2]}  {file.name}" in text
        assert readable_size(file.size) in text
    for wanted in ("CC0 1.0", "/.well-known/void", "/sparql", "Cite it", release.manifest.digest):
        assert wanted in text
    for table in TABLES:
        assert f"<summary>{table.file}</summary>" in text
        for column in table.columns:
            assert f"<code>{column.column}</code>" in text


def test_every_part_of_the_description_has_a_place_on_its_page(
    client: FlaskClient, release: Release
) -> None:
    for path in ("/dataset", f"/release/{release.id}"):
        turtle, page = client.get(f"{path}.ttl").text, client.get(f"{path}.html").text
        parts = set(re.findall(rf"<{BASE}{path}#([^>]+)>", turtle))
        assert parts
        assert [part for part in parts if f'id="{part}"' not in page] == []


def test_the_page_leads_nowhere_that_is_not(web: httpx.Client, release: Release) -> None:
    for path in ("/dataset", f"/release/{release.id}"):
        links = set(re.findall(r'href="(/[^"#]*)"', web.get(path, headers=HTML).text))
        assert len(links) > 20
        for link in links:
            assert web.head(link).status_code == 200, link


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (12_345, "12 kB"), (999_499, "999 kB"),
     (999_500, "1.0 MB"), (9_949_999, "9.9 MB"), (12_243_523, "12 MB"), (5 * 10**15, "5000 TB")],
)  # fmt: skip
def test_sizes_are_for_people(size: int, said: str) -> None:
    assert readable_size(size) == said.replace(" ", "\N{NO-BREAK SPACE}")


def here(text: str, release: Release) -> str:
    """Return code with the folder of the release in place of its address."""
    address = f"{BASE}/release/{release.id}"
    assert address in text
    return text.replace(address, release.folder.as_uri())


def test_the_code_is_that_of_the_release(code: dict[str, str], real_release: Release) -> None:
    assert code == {row.key: row.code for row in loading(Facts(real_release))}
    assert code.keys() == {"pandas", "duckdb", "oxigraph"}


def test_the_python_code_runs_as_it_stands(code: dict[str, str], real_release: Release) -> None:
    done = subprocess.run(
        [sys.executable, "-c", here(code["pandas"], real_release)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    counts = real_release.manifest.counts
    assert re.search(rf"<NA>\s+{counts['PEM not judged']}\b", done.stdout), done.stdout


def test_the_duckdb_code_runs_as_it_stands(code: dict[str, str], real_release: Release) -> None:
    if find_spec("duckdb") is None:
        pytest.skip("duckdb is not installed")
    query = code["duckdb"].replace(f"{BASE}/release/{real_release.id}", str(real_release.folder))
    run = f"import duckdb; print(duckdb.sql({query!r}))"
    done = subprocess.run(
        [sys.executable, "-c", run], capture_output=True, text=True, check=True, timeout=60
    )
    assert str(real_release.manifest.counts["PEM not judged"]) in done.stdout


def test_the_shell_code_loads_every_quad(
    code: dict[str, str], real_release: Release, tmp_path: Path
) -> None:
    program = Path(sys.executable).parent / "oxigraph"
    assert program.exists()
    assert shutil.which("curl"), "install the Debian package curl"
    *load, serve = here(code["oxigraph"], real_release).splitlines()
    assert serve.startswith("oxigraph serve-read-only ")
    lines = "\n".join(["set -e", f"PATH={program.parent}:$PATH", *load])
    lines += "\noxigraph dump --location atlas --file out.nq"
    subprocess.run(["sh", "-c", lines], cwd=tmp_path, check=True, timeout=120, capture_output=True)
    found = set((tmp_path / "out.nq").read_text(encoding="utf-8").splitlines())
    assert found == set(real_release.dump_path.read_text(encoding="utf-8").splitlines())
