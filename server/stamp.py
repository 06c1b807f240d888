"""The day on which a page is read, put into a page that was compressed before that day.

A page has `MARK` where the day belongs. In the zstd frame of the page the mark stands as it is, in
a block of its own that is not compressed; so the day can be written over it. No part of the mark
stands anywhere else in a page, so that nothing in the frame can refer to it.
"""

import zstandard

# As long as a date, and of control characters, which no page has.
MARK = "\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10"
CODING = "zstd"
_MARK = MARK.encode()
_LEVEL = 3


def is_marked(body: bytes) -> bool:
    """Say whether a page has one mark: of several, one could be written as "the same again"."""
    return body.count(_MARK) == 1


def pack(body: bytes) -> bytes:
    """Return a page with one mark as a zstd frame that can be stamped."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
    before, after = body.split(_MARK)
    made = []
    for part in (before, _MARK, after):
        made += [compressor.compress(part), compressor.flush(_BLOCK)]
    return b"".join([*made, compressor.flush()])


def stamp(body: bytes, day: str) -> bytes:
    """Return a page, or the frame of one, with `day` (as 2026-11-25) where its mark was."""
    return body.replace(_MARK, day.encode())


_BLOCK = zstandard.COMPRESSOBJ_FLUSH_BLOCK
