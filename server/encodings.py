"""Compression of responses: the coding a client takes (RFC 9110, section 12.5.3)."""

import gzip
import re
from collections.abc import Callable
from functools import lru_cache

import zstandard

# Shorter bodies fit into one packet anyway.
LEAST = 1024
_LEVEL = 3
_WEIGHT = re.compile(r"0(\.\d*)?|1(\.0*)?", re.ASCII)


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(body)


def _gzip(body: bytes) -> bytes:
    # Without a time, so that the same body gives the same bytes.
    return gzip.compress(body, compresslevel=_LEVEL, mtime=0)


CODINGS: dict[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "gzip": _gzip}


@lru_cache(1024)
def choose_coding(accept: str | None) -> str:
    """Return the coding of our table that an Accept-Encoding header prefers; "" for none.

    Without the header nothing is compressed: many a client that sends none cannot undo it.
    """
    weights = _weights(accept or "")
    best, most = "", 0.0
    for coding in CODINGS:
        weight = weights.get(coding, weights.get("*", 0.0))
        if weight > most:
            best, most = coding, weight
    return best if most >= weights.get("identity", 0.0) else ""


def compress(body: bytes, coding: str) -> bytes:
    """Return `body` in `coding`, "" leaves it as it is."""
    return CODINGS[coding](body) if coding else body


def _weights(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for element in accept.lower().split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        if not name:
            continue
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0
        found["gzip" if name == "x-gzip" else name] = weight
    return found
