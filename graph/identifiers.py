"""Identifiers as the graph stores them: bare DOIs in lower case, PMIDs and PMCIDs as they are."""

import re
from urllib.parse import quote, unquote

_DOI = re.compile(r"10\.\d{4,9}/\S+")
# Proxies make one slash of two.
_BEFORE = re.compile(r"^\s*((https?:/{1,2})?((dx|www)\.)?doi\.org/|doi(:|\s)\s*)", re.IGNORECASE)
# What RFC 3987 forbids in an IRI, and the signs that would end a path.
_SAFE = "!$&'()*+,;=:@/-._~"


def doi(text: str) -> str | None:
    """Return the DOI in `text` bare and in lower case, or None where it is none."""
    bare = _BEFORE.sub("", text)
    if bare != text:
        bare = unquote(bare)
    bare = bare.strip().lower()
    return bare if _DOI.fullmatch(bare) else None


def doi_iri(bare: str) -> str:
    """Return the https://doi.org/ IRI of a bare DOI, with only what an IRI forbids escaped."""
    return f"https://doi.org/{quote(bare, safe=_SAFE)}"


def pmid(text: str) -> str | None:
    """Return a PubMed id as digits, or None where `text` is none."""
    digits = text.strip()
    return digits if re.fullmatch(r"[1-9]\d{0,7}", digits) else None


def pmcid(text: str) -> str | None:
    """Return a PubMed Central id as PMC and digits, or None where `text` is none."""
    found = re.fullmatch(r"(?:PMC)?(\d+)", text.strip(), re.IGNORECASE)
    return f"PMC{found[1]}" if found else None
