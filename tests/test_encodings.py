import gzip

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from server.encodings import CODINGS, choose_coding, compress


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (None, ""),
        ("", ""),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("gzip, zstd", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("gzip;q=0", ""),
        ("*", "zstd"),
        ("*;q=0.1, zstd;q=0", "gzip"),
        ("br", ""),
        ("identity", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("gzip;q=high", ""),
        (";;,,gzip", "gzip"),
    ],
)
def test_the_coding_is_what_the_client_prefers(accept: str | None, coding: str) -> None:
    assert choose_coding(accept) == coding


@given(st.text())
def test_no_header_breaks_the_choice(accept: str) -> None:
    assert choose_coding(accept) in {"", *CODINGS}


@given(st.binary())
def test_what_is_compressed_can_be_read_and_is_the_same_every_time(body: bytes) -> None:
    assert compress(body, "") == body
    assert gzip.decompress(compress(body, "gzip")) == body
    assert zstandard.decompress(compress(body, "zstd")) == body
    assert compress(body, "gzip") == compress(body, "gzip")
