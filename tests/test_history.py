import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.errors import SourceError
from graph.history import read_history
from graph.release import current_release
from tests.recorded import Recorded, line, record_twice
from tests.small import ENTRY


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Return data and a release of them that no test changes."""
    return record_twice(tmp_path_factory.mktemp("recorded"))


@pytest.fixture
def recorded(kept: Recorded, tmp_path: Path) -> Recorded:
    """Return a copy of the data with the release of them."""
    return kept.copy(tmp_path)


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


def without(pattern: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        found, count = re.subn(pattern, "", text, flags=re.MULTILINE | re.DOTALL)
        assert count == 1
        return found

    return change


GRAPH_2 = r"^</evidence/\S+/revision/2> \{\n.*?^\}\n"
# What was done to the file → the change, what the build says, the start of the line it names.
BY_HAND: dict[str, tuple[Callable[[str], str], str, str]] = {
    "a word of the current revision": (
        swap("thymus", "spleen"), "revision 2 has a graph that its digest does not fit", line(2, "")
    ),
    "a word of an earlier revision": (
        swap('"Synthetic', '"Real'), "revision 1 has a graph that its digest", line(1, "")
    ),
    "a digest": (
        lambda text: re.sub(r"sha256:.", "sha256:_", text), "revision 1 has a graph", line(1, "")
    ),
    "a graph that is gone": (without(GRAPH_2), "revision 2 has lost its graph", line(2, "")),
    "a record that is gone": (
        lambda text: re.sub(r"(?m)^</evidence/\S+/revision/1> [^{]*$\n", "", text),
        "has 1 records, but one of revision 2", line(2, ""),
    ),
    "a gap in the numbers": (
        swap("/revision/2>", "/revision/3>"), "has 2 records, but one of revision 3", line(3, "")
    ),
    "a number that is not that of the IRI": (
        swap("schema:version 2", "schema:version 3"), "another number than its IRI", line(2, "")
    ),
    "a link to another revision": (
        swap("wasRevisionOf </evidence/" + ENTRY + "/revision/1>", "wasRevisionOf <>"),
        "as the one before it", line(2, ""),
    ),
    "a link that is gone": (without(r"^\S+ prov:wasRevisionOf .*?\n"), "names nothing", line(2, "")),
    "a day before the one that it follows": (
        swap('"2026-02', '"2025-02'), "is dated before the one that it follows", line(2, "")
    ),
    "a day that does not exist": (swap("-02-02T", "-02-30T"), "is no moment", line(2, "")),
    "a reason twice": (
        swap("#edit> .", "#edit>, </vocabulary/revision-reason#model> ."),
        "has 2 values of atlas:revisionReason", line(2, ""),
    ),
    "another entry": (
        lambda text: text + "</evidence/other> rdfs:label 'x' .\n",
        "which is no revision of", "</evidence/other> ",
    ),
    "a blank node": (lambda text: text + "[] rdfs:label 'x' .\n", "which is no revision of", ""),
    "a graph without a record": (
        lambda text: text + "</graph/x> { <> rdfs:label 'x' . }\n", "no revision of", "</graph/x> "
    ),
    "a withdrawal that says something": (
        swap("#edit>", "#withdrawal>"), "withdrawn or empty", line(2, "")
    ),
    "no Turtle": (lambda text: text + "</x> .\n", "is not valid TriG", "</x> "),
    "nothing at all": (lambda text: "", "records no revision", ""),
}  # fmt: skip
# The same of what only the shapes see.
BROKEN: dict[str, tuple[Callable[[str], str], str, str]] = {
    "a reason that nobody knows": (
        swap("#edit>", "#whim>"), "concept of", line(2, "atlas:revisionReason")
    ),
    "a note without a language": (
        swap('word."@en', 'word."'), "with the language", line(2, "skos:changeNote")
    ),
    "an agent that nobody describes": (
        swap("dataset#editors> .\n</evidence/" + ENTRY + "/revision/2",
             "dataset#nobody> .\n</evidence/" + ENTRY + "/revision/2"),
        "agent of data/agents.ttl", line(2, "prov:wasAttributedTo"),
    ),
}  # fmt: skip


def changed(path: Path, fault: tuple[Callable[[str], str], str, str]) -> tuple[int | None, str]:
    """Change a history by hand; return the line that should be named, and the message."""
    change, message, start = fault
    text = change(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    lines = enumerate(text.split("\n"), 1)
    return next((n for n, one in lines if start and one.startswith(start)), None), message


@pytest.mark.parametrize("fault", BY_HAND)
def test_a_history_changed_by_hand_is_refused_by_file_and_line(
    fault: str, kept: Recorded, tmp_path: Path
) -> None:
    path = Path(shutil.copy(kept.history, tmp_path))
    at, message = changed(path, BY_HAND[fault])
    with pytest.raises(SourceError, match=r"restore the file|mend this line") as caught:
        read_history(path)
    assert (caught.value.file, caught.value.line) == (str(path), at)
    assert message in str(caught.value)


@pytest.mark.parametrize("fault", [*BROKEN, "a word of the current revision"])
def test_a_build_refuses_such_a_history_and_serves_on(fault: str, recorded: Recorded) -> None:
    served = current_release(recorded.releases)
    at, message = changed(recorded.history, {**BROKEN, **BY_HAND}[fault])
    ((file, line_named, told),) = recorded.problems()
    assert (file, line_named) == (str(recorded.history), at)
    assert message in told
    assert current_release(recorded.releases) == served


def test_a_history_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="check the path"):
        read_history(tmp_path / "none.trig")
