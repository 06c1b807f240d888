"""Read CSL-JSON, as reference managers and doi.org give it, with this project's `custom` facts."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from graph import identifiers
from graph.errors import ImportRefused
from graph.importers.record import Author, ImportReport, Record

# study_type → (publication type, is it a review?)
_TYPES = {
    "review": ("review", True),
    "systematic_review": ("systematic-review", True),
    "systematic_review_meta_analysis": ("systematic-review-meta-analysis", True),
    "scoping_review": ("scoping-review", True),
    "randomised_controlled_trial": ("rct", False),
    "nonrandomised_or_pilot_study": ("non-randomised-or-pilot-study", False),
}
_BASES = {
    "title": "title",
    "pubtype": "publication-type-record",
    "fulltext_or_register": "full-text-or-register",
    "manual": "manual",
}
_DETACHED = re.compile(r"[´¨`]")


def read(items: list[object], report: ImportReport) -> list[Record]:
    """Return the records of CSL `items`; ImportRefused names the item and field of a fault."""
    return [_record(item, number, report) for number, item in enumerate(items, 1)]


def _record(item: object, number: int, report: ImportReport) -> Record:
    if not isinstance(item, Mapping):
        raise ImportRefused(f"item {number} is no CSL-JSON object; give a list of objects")
    name = str(item.get("id") or item.get("DOI") or f"item {number}")
    custom = item.get("custom") or {}
    kind = str(custom.get("study_type") or "")
    is_review = custom.get("not_applicable_to_participants") is True
    basis = str(custom.get("study_type_basis") or "")
    # A title settles only that a paper is a review; what else it suggests is left unknown.
    settled = kind != "" and (is_review or basis != "title")
    known, _ = _TYPES.get(kind, (kind.replace("_", "-"), False))
    is_preprint = item.get("genre") == "Preprint" or item.get("type") == "posted-content"
    issued = _issued(item, name)
    return Record(
        id=name,
        title=_title(item, name),
        year=int(issued[:4]),
        issued=issued,
        authors=tuple(_author(a, name, report) for a in item.get("author") or ()),
        journal=_text(item.get("container-title")),
        volume=_cleaned(item, "volume", name, report),
        issue=_text(item.get("issue")),
        pages=_text(item.get("page")),
        doi=_identifier(item, "DOI", identifiers.doi, name),
        pmid=_identifier(item, "PMID", identifiers.pmid, name),
        pmcid=_identifier(item, "PMCID", identifiers.pmcid, name),
        authors_complete=custom.get("authors_complete"),
        is_preprint=is_preprint,
        publication_type="preprint" if is_preprint else known if settled else None,
        publication_type_basis=_BASES.get(basis) if settled and not is_preprint else None,
        is_review=is_review,
        topics=tuple(str(topic).replace("_", "-") for topic in custom.get("topics") or ()),
    )


def _title(item: Mapping[str, object], name: str) -> str:
    title = _text(item.get("title"))
    if not title:
        raise ImportRefused(f"{name}: title: is missing; every paper needs one")
    return re.sub(r"<[^>]+>", "", title).rstrip(". ")


def _issued(item: Mapping[str, object], name: str) -> str:
    issued = item.get("issued")
    try:
        parts = [int(part) for part in issued["date-parts"][0]]  # type: ignore[index]
        if not parts or not 1900 <= parts[0] <= 2100:
            raise ValueError(parts)
    except (TypeError, KeyError, IndexError, ValueError) as error:
        problem = f"is {issued!r}; give [[year]], [[year, month]] or [[year, month, day]]"
        raise ImportRefused(f"{name}: issued: {problem}") from error
    return "-".join([f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:3])])


def _author(author: Mapping[str, str], name: str, report: ImportReport) -> Author:
    family, given = _name(author.get("family"), name, report), _text(author.get("given"))
    printed = _text(author.get("literal")) or ", ".join(part for part in (family, given) if part)
    if not printed:
        raise ImportRefused(f"{name}: author: has neither literal nor family name: {author}")
    return Author(printed, family, given)


def _name(family: str | None, name: str, report: ImportReport) -> str | None:
    text = _text(family)
    if text is None:
        return None
    # A hyphen before a space is a line's end: it was put in before a small letter, and stood in
    # the name before a capital.
    mended = re.sub(r"-\s+(?=[a-z])", "", text.replace("\u2010", "-"))
    mended = re.sub(r"-\s+", "-", mended)
    if mended != text:
        report.notes.append(f"{name}: author: {text!r} is written {mended!r}")
    if _DETACHED.search(mended):
        report.problems.append(f"{name}: author: {mended!r} has a detached accent; see the paper")
    return mended


def _cleaned(item: Mapping[str, object], field: str, name: str, report: ImportReport) -> str | None:
    text = _text(item.get(field))
    mended = text.lstrip(". ") if text else None
    if mended != text:
        report.notes.append(f"{name}: {field}: {text!r} is written {mended!r}")
    return mended


def _identifier(
    item: Mapping[str, object], field: str, read_as: Callable[[str], str | None], name: str
) -> str | None:
    text = _text(item.get(field))
    if text is None:
        return None
    found = read_as(text)
    if found is None:
        raise ImportRefused(f"{name}: {field}: {text!r} is none; mend it or leave it out")
    return found


def _text(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    text = unicodedata.normalize("NFC", " ".join(str(value).split())) if value else ""
    return text or None
