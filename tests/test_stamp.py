import zstandard
from hypothesis import given
from hypothesis import strategies as st

from server.stamp import MARK, is_marked, pack, stamp

DAY = "2026-11-25"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=3000)


def unpacked(frame: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(frame)


@given(TEXT, TEXT)
def test_a_stamped_frame_holds_the_stamped_page(before: str, after: str) -> None:
    body = f"{before}{MARK}{after}".encode()
    frame = pack(body)
    assert is_marked(body)
    assert is_marked(frame)
    assert unpacked(frame) == body
    assert unpacked(stamp(frame, DAY)) == stamp(body, DAY) == f"{before}{DAY}{after}".encode()


def test_a_page_of_no_mark_or_several_is_not_packed_so() -> None:
    assert not is_marked(b"page")
    assert not is_marked(f"{MARK} and {MARK}".encode())


def test_a_long_page_is_compressed_around_its_mark() -> None:
    body = b"<p>One and the same paragraph.</p>\n" * 2000
    frame = pack(body + MARK.encode() + body)
    assert len(frame) < len(body) / 50
    assert unpacked(stamp(frame, DAY)) == body + DAY.encode() + body


def test_a_mark_is_as_long_as_a_day() -> None:
    assert len(MARK.encode()) == len(DAY)
