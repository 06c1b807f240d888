from pathlib import Path

import pytest

from graph.shelf import Shelf

LINES = [b"<urn:a> <urn:b> <urn:c> .\n"]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "staging").mkdir()
    return Shelf(tmp_path / "shelf", tmp_path / "staging")


def test_a_file_is_found_while_all_it_read_is_as_it_was(shelf: Shelf) -> None:
    path = shelf.put("k", {"other": "1"}, LINES)
    assert path.read_bytes().partition(b"\n")[2] == LINES[0]
    assert shelf.find("k", {"other": "1"}.__getitem__) == path
    assert shelf.find("k", {"other": "2"}.__getitem__) is None
    assert shelf.find("l", str) is None


@pytest.mark.parametrize("text", ["", "#", "<urn:a> <urn:b> <urn:c> .\n"])
def test_a_file_that_is_none_of_ours_is_not_found(text: str, shelf: Shelf) -> None:
    shelf.put("k", {}, LINES).write_text(text, encoding="utf-8")
    assert shelf.find("k", str) is None


def test_what_fails_half_way_leaves_nothing_on_the_shelf(shelf: Shelf) -> None:
    def lines() -> list[bytes]:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        shelf.put("k", {}, (line for _ in range(1) for line in lines()))
    assert shelf.find("k", str) is None
    assert list(shelf.folder.iterdir()) == []


def test_stale_files_go(shelf: Shelf) -> None:
    kept, _ = shelf.put("k", {}, LINES), shelf.put("l", {}, LINES)
    shelf.keep_only([kept])
    assert list(shelf.folder.iterdir()) == [kept]
