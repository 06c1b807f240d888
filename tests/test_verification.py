import html
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.archiving import open_archive
from graph.build import build
from graph.prefixes import BASE
from graph.release import Release
from graph.revise import Order, revise
from server.app import create_app
from server.cli import main
from server.facts import Facts
from server.verification import ReferenceRefused, verify
from tests.past import REVISED
from tests.small import edit

PRINTED = re.compile(r'<p class="copy"[^>]*>(ME/CFS Atlas\.[^<]*)</p>')
DIGIT = re.compile(r"[0-9]")
ACCESSED = re.compile(r"Accessed [\d-]+\.")


def printed(client: FlaskClient, path: str) -> str:
    """Return the snapshot reference that a page prints."""
    (found,) = PRINTED.findall(client.get(path, headers={"Accept": "text/html"}).text)
    return html.unescape(found)


@pytest.fixture(scope="module")
def past_store(past_release: Release) -> ox.Store:
    return ox.Store.read_only(str(past_release.store_path))


@pytest.fixture(scope="module")
def reference(past_client: FlaskClient) -> str:
    return printed(past_client, f"/evidence/{REVISED}")


def test_the_reference_has_revision_digest_day_and_address(reference: str) -> None:
    day = datetime.now(UTC).date().isoformat()
    assert re.fullmatch(
        r"ME/CFS Atlas\. Revision 3, sha256:[0-9a-f]{64}\. "
        rf"Accessed {day}\. {BASE}/evidence/{REVISED}/revision/3",
        reference,
    )


def test_every_printed_reference_of_the_real_data_verifies_and_no_altered_digit_does(
    real_client: FlaskClient, real_release: Release
) -> None:
    facts = Facts(real_release)
    rows = facts.rows("entries")
    assert len(rows) > 700
    for number, row in enumerate(rows):
        text = printed(real_client, row["entry"].removeprefix(BASE))
        assert verify(text, facts.store).iri == text.split()[-1]
        # Each digit of a reference is altered in one of them or another, all of them in some.
        day = ACCESSED.search(text)
        assert day is not None
        places = [found.start() for found in DIGIT.finditer(text)]
        places = [place for place in places if not day.start() <= place < day.end()]
        for place in places if number % 100 == 0 else [places[number % len(places)]]:
            other = str((int(text[place]) + 1 + number % 9) % 10)
            with pytest.raises(ReferenceRefused):
                verify(text[:place] + other + text[place + 1 :], facts.store)


@settings(max_examples=50)
@given(data=st.data())
def test_a_reference_survives_any_breaking_of_its_lines(
    data: st.DataObject, reference: str, past_store: ox.Store
) -> None:
    places = data.draw(st.sets(st.integers(1, len(reference) - 1), max_size=6))
    breaks = st.sampled_from(["\n", "\r\n", " ", "\n    ", "\u200b"])
    pieces, start = [], 0
    for place in sorted(places):
        pieces += [reference[start:place], data.draw(breaks)]
        start = place
    assert verify("".join([*pieces, reference[start:]]), past_store).iri.endswith("/revision/3")


# What was done to the reference → the message.
FAULTS = {
    "the digest of another": ((r"sha256:.{64}", f"sha256:{'0' * 64}"), "has the digest sha256:"),
    "a digest cut short": ((r"(sha256:.{60}).{4}", r"\1"), "is no snapshot reference"),
    "another number in the address": (("revision/3", "revision/2"), "its address 2"),
    "another number in both": (
        (r"Revision 3(.*)revision/3", r"Revision 2\1revision/2"), "has the digest",
    ),
    "a number there is not": (
        (r"Revision 3(.*)revision/3", r"Revision 7\1revision/7"), "this release has no",
    ),
    "another entry": (("fixture-2001", "fixture-2009"), "this release has no"),
    "another atlas": (("https://www.mecfsatlas.com", "https://x.org"), "use its atlas"),
    "an address that is none": (("fixture-2001", "fix^{}ture"), "is no address"),
    "a day before it": ((r"Accessed \S+\.", "Accessed 2025-01-01."), "nobody can have read"),
    "a day to come": ((r"Accessed \S+\.", "Accessed 2999-01-01."), "nobody can have read"),
    "a day there is not": ((r"Accessed \S+\.", "Accessed 2026-02-30."), "is no day"),
    "a version that had no part": (
        (r"Atlas\. ", "Atlas. Generator v9. "), "Generatorv9 had no part in revision 3",
    ),
    "nothing": ((r".*", ""), "is no snapshot reference"),
    "other words": ((r".*", "Daniels & Wearden (2011)."), "copy all of it"),
    "a release": (
        (r".*", "ME/CFS Atlas. Release 2026-11-25.1 (sha256:0123456789ab). Accessed 2026-11-25. x"),
        "`atlas release verify`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str, reference: str, past_store: ox.Store) -> None:
    (old, new), message = FAULTS[fault]
    text = re.sub(f"^{old}$" if old == ".*" else old, new, reference, count=1)
    assert text != reference
    with pytest.raises(ReferenceRefused, match=re.escape(message)):
        verify(text, past_store)


@pytest.mark.parametrize("way", ["one argument", "words", "standard input"])
def test_the_command_says_that_it_is_what_was_read(
    way: str, reference: str, past_release: Release
) -> None:
    given_as = {"one argument": [reference], "words": reference.split(), "standard input": ["-"]}
    releases: Path = past_release.folder.parent
    arguments = ["verify", *given_as[way], "--releases", str(releases)]
    done = CliRunner().invoke(main, arguments, input=reference.replace(" ", "\n"))
    assert done.exit_code == 0, done.output
    assert f"{BASE}/evidence/{REVISED}/revision/3 is exactly what was read" in done.output


def test_the_command_ends_with_1_where_it_is_not(reference: str, past_release: Release) -> None:
    releases = str(past_release.folder.parent)
    text = reference.replace("Revision 3", "Revision 1")
    done = CliRunner().invoke(main, ["verify", text, "--releases", releases])
    assert done.exit_code == 1
    assert "its address 3" in done.output


def test_a_reference_holds_after_ten_more_releases_and_leads_to_the_same_bytes(
    past: Path, past_client: FlaskClient, reference: str, tmp_path: Path
) -> None:
    data = shutil.copytree(past, tmp_path / "data")
    source, address = data / "evidence" / f"{REVISED}.ttl", reference.rsplit(maxsplit=1)[-1]
    before = past_client.get(address.removeprefix(BASE), headers={"Accept": "text/html"}).data
    for number in range(10):
        edit(source, f'"1–{9 + number}"', f'"1–{10 + number}"')
        order = Order("edit", "Pages.", created=datetime(2026, 6, 1 + number, tzinfo=UTC))
        assert len(revise(data, order).done) == 1
        release = build(tmp_path / "releases", data)
    facts = Facts(release)
    assert len(open_archive(tmp_path / "releases").names()) == 10
    assert verify(reference, facts.store).iri == address
    client = create_app(facts).test_client()
    assert client.get(address.removeprefix(BASE), headers={"Accept": "text/html"}).data == before
    assert "Revision 13, sha256:" in printed(client, f"/evidence/{REVISED}")
