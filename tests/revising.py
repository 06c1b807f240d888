"""Recorded data that tests change and revise, and what was then recorded."""

import re
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from graph.history import Revision, read_history
from graph.kept import document_named, history_file, history_files, history_folder
from graph.prefixes import term, value
from graph.revise import Order, Revised
from server.cli import main
from tests.small import ENTRY, edit

MARCH = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
EDIT = Order("edit", "Said otherwise.", created=MARCH)
POLICY = """
<policy/v0.3> a atlas:PolicyVersion ; rdfs:label "policy v0.3"@en ; atlas:fullVersion "v0.3" ;
    prov:wasRevisionOf <policy/v0.2> .
"""


def evidence(data: Path) -> list[Path]:
    """Return the files of the entries."""
    return sorted((data / "evidence").glob("*.ttl"))


def histories(data: Path) -> dict[str, bytes]:
    """Return what all files of histories hold, by name."""
    return {path.name: path.read_bytes() for path in history_files(data)}


def last(data: Path, name: str = ENTRY) -> Revision:
    """Return the current revision of what editors call `name`."""
    return read_history(history_file(history_folder(data), document_named(name))).last


def said(revision: Revision, name: str) -> set[str]:
    """Return the values of a property in a record, our own by their keys."""
    found = {value(t.object) for t in revision.record if t.predicate == term(name)}
    return {text.rpartition("#")[2] if name.startswith("atlas:") else text for text in found}


def repage(path: Path) -> None:
    """Change the pages of the paper of an entry."""
    edit(path, 'bibo:pages "1-9"', 'bibo:pages "1-7"')


def repaged(data: Path) -> None:
    """Change those of `ENTRY`."""
    repage(data / "evidence" / f"{ENTRY}.ttl")


def add(data: Path, turtle: str) -> None:
    """Add to what `ENTRY` says."""
    with (data / "evidence" / f"{ENTRY}.ttl").open("a", encoding="utf-8") as file:
        file.write(turtle)


def numbers(revised: Revised) -> dict[str, int]:
    """Return the numbers that revisions got, by the name of their document."""
    return {pending.name: revision.number for pending, revision in revised.done}


def make_uncertain(data: Path) -> None:
    """Say of every case definition that its status is uncertain, so that judgements change."""
    path = data / "case-definitions.ttl"
    text = path.read_text(encoding="utf-8")
    new = re.sub("pem-status#(required|optional|not-required)>", "pem-status#uncertain>", text)
    path.write_text(new, encoding="utf-8")


def under_another_policy(data: Path) -> None:
    """Let another version of the policy judge."""
    path = data / "agents.ttl"
    for name in ("policyVersion", "currentPolicy"):
        edit(path, f"atlas:{name} <policy/v0.2>", f"atlas:{name} <policy/v0.3>")
    path.write_text(path.read_text(encoding="utf-8") + POLICY, encoding="utf-8")


def atlas(*arguments: object) -> Result:
    """Run the command with those arguments."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])
