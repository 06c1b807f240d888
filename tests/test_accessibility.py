"""What pages are like for whom: axe, keyboard, small windows, no scripts, nothing that moves."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.conftest import SEED
from tests.gallery import NAMES, SAMPLES, Sample

WIDTHS = (390, 1280)
# 1280 pixels at 400 %, which is what WCAG 2.2 asks of reflow (1.4.10).
NARROW = 320
# Bytes of page, style and scripts as they are sent.
MOST_BYTES = 100_000
# What the query editor adds when it comes, after the page can be read.
OF_EDITOR = ("/static/editor/editor.js", "/sparql/terms.json")
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # Off by default: targets of 24 pixels (AA), and a contrast of 7:1 (AAA).
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
    "resultTypes": ["violations"],
    "preload": False,
}
FAULTS = (
    """r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).join(", "))"""
)
SHIFTS = """new Promise(done => new PerformanceObserver(list => done(
    list.getEntries().flatMap(e => [e.value, ...e.sources.map(s => s.node?.outerHTML?.slice(0, 99))])
)).observe({type: "layout-shift", buffered: true}) ?? setTimeout(() => done([]), 50))"""
SENT = """performance.getEntries().filter(e => e.transferSize)
    .map(e => [new URL(e.name).pathname, e.transferSize])"""
FOCUSABLE = """[...document.querySelectorAll("a[href], button, summary, [tabindex='0']")]
    .filter(e => e.checkVisibility({contentVisibilityAuto: true}))"""
NAME = "(e => e.localName + (e.id && '#' + e.id) + ' ' + e.textContent.trim().slice(0, 40))"

Open = Callable[[Sample], Browser]


@pytest.fixture(scope="module")
def browser(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(chromium, tmp_path_factory.mktemp("chromium")) as browser:
        browser.call("Network.enable")
        browser.call("Network.setCacheDisabled", cacheDisabled=True)
        yield browser


@pytest.fixture
def visit(browser: Browser, address: str, real_address: str) -> Open:
    """Return what opens a page of the gallery, with its editor where it has one."""

    def open_page(sample: Sample) -> Browser:
        browser.open((address if sample.is_made_up else real_address) + sample.path)
        if sample.has_editor and browser.run("matchMedia('(scripting: enabled)').matches"):
            browser.wait("document.getElementById('editor') || !document.forms.ask.dataset.editor")
        return browser

    return open_page


@pytest.fixture
def entry(browser: Browser, real_address: str) -> Browser:
    """Return a browser that shows an entry with texts, in a wide window."""
    browser.look(1280)
    browser.open(f"{real_address}/evidence/{SEED}")
    return browser


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_axe_finds_nothing(sample: Sample, visit: Open, clients: Path) -> None:
    browser = visit(sample)
    browser.run((clients / "axe-core" / "axe.min.js").read_text(encoding="utf-8") + ";0")
    for width in WIDTHS:
        for is_dark in (False, True):
            browser.look(width, is_dark=is_dark)
            found = browser.run(f"axe.run(document, {json.dumps(AXE)}).then({FAULTS})")
            assert found == [], (width, is_dark)


def test_axe_would_find_what_is_wrong(entry: Browser, clients: Path) -> None:
    entry.run((clients / "axe-core" / "axe.min.js").read_text(encoding="utf-8") + ";0")
    entry.run("document.querySelector('.byline').style = 'color: #666'")
    entry.run("document.querySelector('.badges').setAttribute('role', 'nonsense')")
    found = entry.run(f"axe.run(document, {json.dumps(AXE)}).then({FAULTS})")
    assert {line.split(":")[0] for line in found} >= {"color-contrast-enhanced", "aria-roles"}


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_a_narrow_window_scrolls_one_way_only(sample: Sample, visit: Open) -> None:
    browser = visit(sample)
    browser.look(NARROW)
    assert browser.run("document.documentElement.scrollWidth") <= NARROW


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_nothing_moves_while_a_page_loads(
    sample: Sample, width: int, browser: Browser, visit: Open
) -> None:
    browser.look(width)
    assert visit(sample).run(SHIFTS) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_a_page_is_light(sample: Sample, visit: Open) -> None:
    sent = dict(visit(sample).run(SENT))
    assert any(path.endswith(".css") for path in sent)
    if sample.has_editor:
        sent = {path: size for path, size in sent.items() if path not in OF_EDITOR}
    assert sum(sent.values()) < MOST_BYTES, sent


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_without_scripts_a_page_says_the_same(sample: Sample, visit: Open) -> None:
    text = """(document.querySelectorAll("[data-copy], form, .views, .unscripted, .scripted")
        .forEach(e => e.remove()), document.querySelector("main").innerText)"""
    browser = visit(sample)
    scripted = browser.run(text)
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        assert visit(sample).run(text) == scripted
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert len(scripted) > 60


def test_tab_reaches_everything_in_the_order_of_the_page(entry: Browser) -> None:
    entry.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    wanted = entry.run(f"{FOCUSABLE}.map({NAME})")
    assert len(wanted) > 60
    assert sum(name.startswith("button") for name in wanted) == 5
    reached = []
    for _ in wanted:
        entry.press("Tab")
        reached.append(entry.run(f"{NAME}(document.activeElement)"))
        outline = entry.run("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", reached[-1]
    assert reached == wanted


def test_the_first_tab_leads_past_the_head_of_the_page(entry: Browser) -> None:
    entry.press("Tab")
    assert entry.run("document.activeElement.textContent") == "Skip to the content"
    assert entry.run("document.activeElement.getBoundingClientRect().left") >= 0
    entry.press("Enter")
    entry.wait("location.hash === '#content'")
    entry.press("Tab")
    assert entry.run("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("target", ["primary", "bibtex", "snapshot-reference"])
def test_a_citation_is_copied_with_one_click(target: str, entry: Browser) -> None:
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    entry.call("Browser.grantPermissions", permissions=permissions)
    entry.run(f"document.querySelector('[data-copy={target}] button').focus()")
    entry.press("Enter")
    entry.wait("document.querySelector('[role=status]').textContent.startsWith('Copied: ')")
    text = entry.run(f"document.getElementById('{target}').textContent")
    assert entry.run("navigator.clipboard.readText()") == text
    assert "Socialization" in text or "Generator v1" in text


def test_where_nothing_may_be_copied_the_text_is_selected(entry: Browser) -> None:
    entry.run("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))")
    entry.run("document.querySelector('[data-copy=bibtex] button').click()")
    entry.wait("document.querySelector('[role=status]').textContent.startsWith('Selected: ')")
    assert entry.run("getSelection().toString()").startswith("@article{")


def test_on_paper_the_reasoning_is_open(entry: Browser) -> None:
    shown = "checkVisibility({contentVisibilityAuto: true})"
    visible = f"document.querySelector('#why dl').{shown}"
    assert not entry.run(visible)
    entry.look(800, media="print")
    assert entry.run(visible)
    assert entry.run("document.querySelector('#why dl').getBoundingClientRect().height") > 50
    assert not entry.run(f"[...document.querySelectorAll('.machine, button')].some(e => e.{shown})")
    entry.look(1280)
