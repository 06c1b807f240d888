import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from graph.prefixes import BASE
from server.query_page import EDITOR
from tests.browser import FLAGS, Browser
from tests.conftest import SEED

TITLES = f"""PREFIX atlas: <{BASE}/ontology#>
SELECT ?e ?year {{
  ?e atlas:paper/atlas:year ?year
}} ORDER BY ?year"""


def browse(chromium: Path, folder: Path, *arguments: str) -> bytes:
    command = [str(chromium), *FLAGS.split(), f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout


def asking(address: str, query: str) -> str:
    return f"{address}/sparql?{urlencode({'query': query, 'format': 'html'})}"


@pytest.fixture(scope="module")
def browser(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(chromium, tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def editor(browser: Browser, address: str) -> Browser:
    """Return a browser that shows the query page, with the cursor in an empty editor."""
    if not EDITOR.is_file() and not os.environ.get("CI"):
        pytest.skip("the editor is not built: install npm and run `make assets`")
    assert EDITOR.is_file(), "CI needs the Debian package npm"
    browser.open(asking(address, ""))
    browser.wait("document.getElementById('editor')")
    browser.run("document.querySelector('label[for=query]').click()")
    browser.complaints.clear()
    return browser


def query(browser: Browser) -> str:
    return str(browser.run("document.getElementById('query').value"))


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


def test_a_query_is_written_with_help_and_run_by_keyboard(editor: Browser) -> None:
    editor.type("SELECT ?e { ?e a atlas:EvidenceEnt")
    editor.wait(
        "document.getElementById('editor').shadowRoot.querySelector('[aria-selected=true]')"
    )
    # What has just popped up is not taken yet: it may have been meant for the line.
    editor.wait("(window.shown ??= performance.now()) + 150 < performance.now()")
    editor.press("Enter")
    editor.wait("document.getElementById('query').value.includes('atlas:EvidenceEntry')")
    assert query(editor).splitlines() == [
        f"PREFIX atlas: <{BASE}/ontology#>",
        "SELECT ?e { ?e a atlas:EvidenceEntry}",
    ]
    editor.press_control("Enter")
    editor.wait("document.getElementById('amount')")
    assert editor.run("document.getElementById('amount').textContent") == "5 rows."
    editor.wait("document.getElementById('editor')")
    assert editor.complaints == []


def test_the_keyboard_is_not_trapped(editor: Browser) -> None:
    inside = "document.activeElement.id === 'editor'"
    assert editor.run(inside)
    editor.press("Tab")
    editor.wait(f"!({inside})")
    editor.run("document.querySelector('label[for=query]').click()")
    editor.press("Escape")
    editor.wait("document.activeElement.id === 'run'")
    editor.press("Enter")
    editor.wait("document.getElementById('problem')")


def ask_all_the_same(editor: Browser) -> None:
    """Press Enter until there is an answer: on a machine at its limits a server may be busy."""
    for _ in range(2):
        if editor.run("document.activeElement.id") == "run":
            editor.press("Enter")
        else:
            editor.run("location.reload()")
        with suppress(AssertionError):
            editor.wait("document.querySelector('#answer .lead')")
            return
    told = editor.run("location.href + document.body.innerText.slice(0, 900)")
    raise AssertionError(f"no answer: {told}")


def test_what_finds_nothing_is_held_back_once(editor: Browser) -> None:
    editor.type("ASK { ?e atlas:papr ?p")
    editor.press_control("Enter")
    editor.wait("document.getElementById('remarks').textContent.includes('mean atlas:paper?')")
    editor.wait("document.activeElement.textContent === 'Run it all the same'")
    marks = "document.getElementById('editor').shadowRoot.querySelector('.cm-lintRange-warning')"
    editor.wait(marks)
    assert editor.run(f"{marks}.textContent") == "atlas:papr"
    ask_all_the_same(editor)
    assert editor.run("document.querySelector('#answer .lead').textContent") == "No: false"
    assert editor.complaints == []


def test_the_place_of_a_problem_is_marked(editor: Browser, address: str) -> None:
    editor.open(asking(address, "SELECT *\nWHERE { ?s }"))
    mark = "document.getElementById('editor')?.shadowRoot.querySelector('.cm-lintRange-error')"
    editor.wait(mark)
    assert editor.run(f"{mark}.textContent") == "}"


def test_rows_can_be_seen_as_a_chart_and_raw(browser: Browser, address: str) -> None:
    browser.open(asking(address, TITLES))
    browser.wait("document.querySelectorAll('.views button').length === 3")
    browser.complaints.clear()
    browser.run("document.querySelectorAll('.views button')[1].click()")
    browser.wait("document.querySelectorAll('#answer svg rect').length === 5")
    assert browser.run("document.querySelector('[data-view=table]').hidden")
    browser.run("document.querySelectorAll('.views button')[2].click()")
    browser.wait("document.querySelector('#answer .raw pre').textContent.startsWith('{')")
    browser.run("document.querySelectorAll('.views button')[0].click()")
    browser.wait("!document.querySelector('[data-view=table]').hidden")
    assert browser.complaints == []


def test_the_code_follows_what_is_edited(browser: Browser, address: str) -> None:
    browser.open(asking(address, "ASK {}"))
    browser.wait("document.querySelector('[data-snippet] button')")
    script = """
        document.querySelector("[data-snippet=curl]").open = true;
        const text = document.getElementById("query");
        text.value = "DESCRIBE <x:y>";
        text.dispatchEvent(new Event("input", {bubbles: true}));
    """
    browser.run(f"(() => {{{script}}})()")
    browser.wait("document.querySelector('[data-snippet=curl] code').textContent.includes('x:y')")
    browser.wait("document.querySelector('[data-snippet=r] code').textContent.includes('x:y')")


def test_without_scripts_all_of_it_works(browser: Browser, address: str) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(asking(address, TITLES))
        assert browser.run("document.querySelectorAll('#rows tbody tr').length") == 5
        assert browser.run("document.querySelector('textarea').offsetHeight") > 100
        assert browser.run("document.querySelectorAll('button[type=submit]').length") == 3
        browser.run("document.getElementById('query').focus()")
        browser.press("Tab")
        browser.press("Enter")
        browser.wait("location.hash === '#outcome'")
        assert browser.run("document.querySelectorAll('#rows tbody tr').length") == 5
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
