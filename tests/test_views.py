from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser

PAGES = [
    "/case-definition",
    "/case-definition/fukuda1994",
    "/compare",
    "/compare?definition=ccc2003&definition=fukuda1994&definition=oxford1991",
    "/compare?definition=none",
    "/journal/behavioural-and-cognitive-psychotherapy",
    "/author-name?name=Ann+L%C3%B6hn",
    "/author-name?name=D",
    "/how-it-works",
    "/ontology",
    "/vocabulary/pem-reason",
]


@pytest.fixture(scope="module")
def phone(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a browser whose window is as narrow as a phone."""
    with Browser(chromium, tmp_path_factory.mktemp("chromium")) as browser:
        size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False}
        browser.call("Emulation.setDeviceMetricsOverride", **size)
        yield browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone_with_everything_open(path: str, phone: Browser, address: str) -> None:
    phone.open(address + path)
    phone.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert phone.run("document.documentElement.scrollWidth") == 390
    wider = "getComputedStyle(one).overflowX !== 'auto' && one.scrollWidth > one.clientWidth + 1"
    blocks = "[...document.querySelectorAll('main p, main li, main dd, main pre, main .wide')]"
    assert phone.run(f"{blocks}.filter(one => {wider}).map(one => one.textContent)") == []
    small = "one.getBoundingClientRect().width < 20"
    assert (
        phone.run(f"[...document.querySelectorAll('[type=checkbox]')].some(one => {small})")
        is False
    )


def test_definitions_are_picked_and_compared_by_keyboard(phone: Browser, address: str) -> None:
    phone.open(f"{address}/case-definition")
    for key in ("ccc2003", "icc2011"):
        phone.run(f"document.querySelector('[value={key}]').click()")
    phone.run("document.querySelector('form button').focus()")
    phone.press("Enter")
    phone.wait("document.title.startsWith('Canadian Consensus Criteria, International Consensus')")
    assert phone.run("location.search") == "?definition=ccc2003&definition=icc2011"
