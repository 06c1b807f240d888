"""The pages and the style sheet under vnu, the checker of the W3C's Nu validator."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from graph.paths import ROOT
from tests.gallery import NAMES, SAMPLES

STYLE = ROOT / "server" / "static" / "atlas.css"


# What vnu has to complain about, so that its silence says something.
BROKEN = {
    "broken page": '<!doctype html><html lang="en"><title>x</title><p id=a>a<p id=a>b',
    "broken style": "p { colour: red }",
}


@pytest.fixture(scope="module")
def said(
    java: Path,
    clients: Path,
    address: str,
    real_address: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, list[str]]:
    """Return what vnu says, by the name of the page; one run does for all of them."""
    folder = tmp_path_factory.mktemp("markup")
    files = {"style": STYLE}
    for sample in SAMPLES:
        site = address if sample.is_made_up else real_address
        response = httpx.get(site + sample.path, headers={"Accept": "text/html"})
        assert response.headers["Content-Type"].startswith("text/html")
        files[sample.name] = folder / f"{sample.name.replace(' ', '-')}.html"
        files[sample.name].write_bytes(response.content)
    for name, text in BROKEN.items():
        files[name] = folder / f"broken.{'css' if 'style' in name else 'html'}"
        files[name].write_text(text, encoding="utf-8")
    return vnu(java, clients, files)


def vnu(java: Path, clients: Path, files: dict[str, Path]) -> dict[str, list[str]]:
    jar = clients / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [str(java), "-jar", str(jar), "--stdout", "--format", "json", "--exit-zero-always"]
    done = subprocess.run(
        [*command, "--also-check-css", *map(str, files.values())],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    found: dict[str, list[str]] = {name: [] for name in files}
    names = {path.name: name for name, path in files.items()}
    for message in json.loads(done.stdout)["messages"]:
        line = f"line {message.get('lastLine')}: {message['message']}"
        found[names[Path(message["url"]).name]].append(line)
    return found


@pytest.mark.parametrize("name", [*NAMES, "style"])
def test_vnu_has_no_error_and_no_warning(name: str, said: dict[str, list[str]]) -> None:
    assert len(said) == len(SAMPLES) + 1 + len(BROKEN)
    assert said[name] == []


def test_vnu_would_say_what_is_wrong(said: dict[str, list[str]]) -> None:
    assert any("Duplicate ID" in line for line in said["broken page"])
    assert any("colour" in line for line in said["broken style"])
