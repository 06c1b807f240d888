import struct
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SEED

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --hide-scrollbars"
)


def browse(chromium: Path, folder: Path, *arguments: str) -> bytes:
    command = [str(chromium), *FLAGS.split(), f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Which studies required"),
        (f"/evidence/{SEED}", "Socialization to the model"),
        ("/sparql?query=ASK%7B%7D", "Yes: true"),
    ],
)
def test_a_browser_gets_the_page(
    path: str, words: str, address: str, chromium: Path, tmp_path: Path
) -> None:
    text = browse(chromium, tmp_path, "--dump-dom", address + path).decode()
    assert words in text
    assert '<main id="content">' in text


def test_the_style_is_allowed_by_the_policy_and_fits_the_window(
    address: str, chromium: Path, tmp_path: Path
) -> None:
    file = tmp_path / "page.png"
    size = "--window-size=600,900"
    browse(chromium, tmp_path, size, f"--screenshot={file}", f"{address}/evidence/{SEED}")
    image = file.read_bytes()
    assert struct.unpack(">II", image[16:24]) == (600, 900)
    assert len(image) > 20_000
