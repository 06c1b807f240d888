"""A tombstone in the formats of citations: a record that says what happened, and is no paper."""

import json
from collections.abc import Callable

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field

from server.citations import cite_key, latex
from server.tombstones import Tombstone, sentence


def _bibtex(gone: Tombstone, base: str) -> str:
    values = {
        "title": latex(gone.title),
        "year": gone.day[:4],
        "note": latex(sentence(gone, base)),
        "url": base + gone.path,
    }
    fields = [Field(key, value) for key, value in values.items()]
    return write_string(Library([Entry("misc", cite_key(gone.key), fields)])).strip() + "\n"


def _ris(gone: Tombstone, base: str) -> str:
    lines = (
        ("TY", "GEN"),
        ("ID", cite_key(gone.key)),
        ("TI", gone.title),
        ("PY", gone.day[:4]),
        ("UR", base + gone.path),
        ("N1", " ".join(sentence(gone, base).split())),
        ("ER", ""),
    )
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


def _csl(gone: Tombstone, base: str) -> str:
    said = {
        "id": cite_key(gone.key),
        "type": "document",
        "title": gone.title,
        "issued": {"date-parts": [[int(part) for part in gone.day.split("-")]]},
        "URL": base + gone.path,
        "note": sentence(gone, base),
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _reference(gone: Tombstone, base: str) -> str:
    return sentence(gone, base) + "\n"


def _comment(gone: Tombstone, base: str) -> str:
    """Return it as SPARQL that asks nothing."""
    return f"# {' '.join(sentence(gone, base).split())}\n"


TOMBSTONE_FILES: dict[str, Callable[[Tombstone, str], str]] = {
    "bib": _bibtex,
    "ris": _ris,
    "csl": _csl,
    "ref": _reference,
    "rq": _comment,
}
