"""The page of a printed author name: a view of the entries that print it, and no person."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlencode

import pyoxigraph as ox

from server.asked import Asked, ask, ask_of_each
from server.facts import Facts, Row
from server.pages import Page
from server.problems import Problem

PATH = "/author-name"
MOST_SHOWN = 100
MOST_OTHER = 25
_MOST_NEAR = 8
# A name longer than this is cut in messages.
_LONG = 120
_BETWEEN = re.compile(r"[^\w'’]+")
_CAPITALS = 4


@dataclass(frozen=True)
class Spelling:
    """A name as printed, with the entries that print it so."""

    name: str
    rows: list[Row]


def name_path(printed: str) -> str:
    """Return the path of the page of a name, as printed or as "Family, Given"."""
    return f"{PATH}?{urlencode({'name': printed})}"


def initials(given: str) -> tuple[str, ...]:
    """Return the first letters of a given name: A and B of "Ann B.", "A.-B.", "AB" and "ab c"."""
    found = []
    for part in _BETWEEN.split(given):
        is_block = part.isupper() and len(part) <= _CAPITALS
        found += list(part) if is_block else list(part[:1])
    return tuple(_fold(letter) for letter in found)


def find_name(facts: Facts, asked: str) -> str:
    """Return the printed name that `asked` stands for; Problem with near names where none does."""
    tidy = unicodedata.normalize("NFC", " ".join(asked.split()))
    for name in dict.fromkeys((asked, tidy)):
        if facts.rows("name-parts", name=ox.Literal(name)):
            return name
    family, comma, given = tidy.partition(", ")
    for row in _family(facts, family) if comma else []:
        if row.get("given") == given:
            return row["name"]
    raise _unknown(facts, tidy)


def author_name_page(facts: Facts, name: str) -> Page:
    """Return the page of the printed name `name`, which there is."""
    entries = ask(facts, "name-entries", name=ox.Literal(name))
    parts = ask(facts, "name-parts", name=ox.Literal(name))
    families = _families(facts, parts.rows)
    names = _others(name, parts.rows, families)
    other = ask_of_each(facts, "name-entries", "name", [ox.Literal(one) for one in names])
    others = [Spelling(one, [row for row in other.rows if row["name"] == one]) for one in names]
    values: dict[str, object] = {
        "name": name,
        "total": len(entries.rows),
        "rows": entries.rows[:MOST_SHOWN],
        "parts": [row for row in parts.rows if "family" in row],
        "others": others,
        "most_other": MOST_OTHER,
        "asked": [entries, parts, *families, *([other] if names else [])],
    }
    return Page("author-name.html", values)


def ask_for_name_page() -> Page:
    """Return the page of a reader who has named nobody yet."""
    return Page("author-name.html", {"name": ""})


def _families(facts: Facts, parts: list[Row]) -> list[Asked]:
    names = dict.fromkeys(row["family"] for row in parts if "family" in row)
    return [ask(facts, "family-names", family=ox.Literal(name)) for name in names]


def _others(name: str, parts: list[Row], families: list[Asked]) -> list[str]:
    wanted = {(row.get("family"), initials(row.get("given", ""))) for row in parts}
    found = [
        row["name"]
        for asked in families
        for row in asked.rows
        if row["name"] != name and "given" in row
        if (row["family"], initials(row["given"])) in wanted
    ]
    return list(dict.fromkeys(found))


def _family(facts: Facts, family: str) -> list[Row]:
    return facts.rows("family-names", family=ox.Literal(family))


def _unknown(facts: Facts, name: str) -> Problem:
    words = name.replace(",", " ").split()
    families = dict.fromkeys([name.partition(",")[0], *words[-1:], *words[:1]])
    found = [row["name"] for family in families for row in _family(facts, family.strip())]
    near = list(dict.fromkeys(found))[:_MOST_NEAR]
    shown = name if len(name) <= _LONG else f"{name[:_LONG]}…"
    detail = f"No paper here prints “{shown}” in its author list."
    if near:
        detail += f" Printed with that family name: {'; '.join(near)}."
    return Problem("not-found", detail, {"alternates": [name_path(one) for one in near]})


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
