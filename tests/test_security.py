from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import AtlasError
from graph.prefixes import BASE
from graph.release import Release
from server.security import PATH, security_txt
from server.settings import Settings
from tests.site import serve

CONTACT = "mailto:security@atlas.example"


def fields(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines())


@pytest.mark.parametrize(
    "contact", [CONTACT, "https://atlas.example/report?a=b", "mailto:a+b@c.example"]
)
def test_an_address_is_taken(contact: str) -> None:
    assert Settings(security_contact=contact).security_contact == contact


@pytest.mark.parametrize(
    "contact",
    ["security@atlas.example", "http://atlas.example/", "mailto:nobody", "tel:+1", "https://",
     f"{CONTACT}\nCanonical: https://evil.example", "mailto:a b@c.example", " ", "https://ü.example"],
)  # fmt: skip
def test_another_text_is_a_clear_error_at_the_start(contact: str) -> None:
    with pytest.raises(AtlasError, match=r"ATLAS_SECURITY_CONTACT is .*https:// or mailto:"):
        Settings.from_environment({"ATLAS_SECURITY_CONTACT": contact})


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_it_expires_with_a_month_well_within_a_year(today: date) -> None:
    said = fields(security_txt(CONTACT, BASE, today).decode())
    expires = datetime.fromisoformat(said["Expires"])
    assert expires.day == 1
    left = expires - datetime(today.year, today.month, today.day, tzinfo=UTC)
    assert timedelta(days=180) < left < timedelta(days=220)


def test_it_says_whom_to_tell(release: Release, tmp_path: Path) -> None:
    settings = Settings(releases=release.folder.parent, security_contact=CONTACT)
    with serve(settings, tmp_path) as site, httpx.Client(base_url=site.address) as web:
        found = web.get(PATH)
        assert (found.status_code, found.headers["Content-Type"]) == (
            200,
            "text/plain; charset=utf-8",
        )
        said = fields(found.text)
        assert said.keys() == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
        assert (said["Contact"], said["Canonical"]) == (CONTACT, BASE + PATH)
        again = web.get(PATH, headers={"If-None-Match": found.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = web.head(PATH)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == found.headers["Content-Length"]


def test_without_a_contact_there_is_no_file(web: httpx.Client) -> None:
    found = web.get(PATH, headers={"Accept": "application/json"})
    assert (found.status_code, found.headers["Content-Type"]) == (404, "application/problem+json")
    assert "named no contact" in found.json()["detail"]
