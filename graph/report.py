"""Turn faults of every kind into lines that name the file, the line and the repair."""

import re
from dataclasses import dataclass
from pathlib import Path

from graph.errors import BuildRefused, SourceError
from graph.prefixes import shorten
from graph.shacl import Violation
from graph.sources import Sources, document_of


@dataclass(frozen=True)
class Problem:
    """One fault: where it is (`line` is 1-based, None if unknown), what it is, and the repair."""

    file: str
    line: int | None
    subject: str
    shape: str
    message: str

    def place(self) -> tuple[str, int, str, str, str]:
        """Return what problems are sorted by: file and line first."""
        return self.file, self.line or 0, self.subject, self.shape, self.message

    def __str__(self) -> str:
        """Return the fault as one line, in the form that editors jump to."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        about = " ".join(
            part for part in (self.subject, f"[{self.shape}]" * bool(self.shape)) if part
        )
        return f"{place}: {about + ': ' if about else ''}{self.message}"


class InvalidSources(BuildRefused):
    """The sources break the shapes; `problems` says where and how to mend each."""

    def __init__(self, found: list[Problem]) -> None:
        """Keep the problems `found`, of which there is at least one."""
        super().__init__(f"{len(found)} problems in the sources, the first: {found[0]}")
        self.problems = found


def refuse(found: list[Problem]) -> None:
    """Raise InvalidSources where any problem was `found`."""
    if found:
        raise InvalidSources(sorted(found, key=Problem.place))


def problems(sources: Sources, violations: list[Violation]) -> list[Problem]:
    """Return all faults of `sources` and of its validation, in order of file and line."""
    found = [_from_error(error) for error in sources.errors]
    found += [_from_violation(violation, sources.files) for violation in violations]
    return sorted(set(found), key=Problem.place)


def _from_error(error: SourceError) -> Problem:
    text = str(error)
    place = error.file if error.line is None else f"{error.file}:{error.line}"
    return Problem(error.file, error.line, "", "", text.removeprefix(f"{place}: "))


def _from_violation(violation: Violation, files: dict[str, Path]) -> Problem:
    file = files.get(document_of(violation.focus))
    line = None if file is None else _line_of(file, violation)
    parts = [violation.message]
    if violation.path:
        parts.append(f"at {violation.path}")
    if violation.value:
        parts.append(f"found {violation.value}")
    shape = violation.shape.rpartition("#")[2]
    return Problem(
        str(file or violation.focus), line, _name(violation.focus), shape, "; ".join(parts)
    )


def _name(iri: str) -> str:
    document, mark, fragment = iri.partition("#")
    return f"{document.rsplit('/', 1)[-1]}{mark}{fragment}"


def _line_of(file: Path, violation: Violation) -> int | None:
    """Find the line of the focus node, then of the property in its block, by reading the text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    document, mark, fragment = violation.focus.partition("#")
    own = document.rsplit("/", 1)[-1] == file.stem
    names = {f"<{violation.focus}>", shorten(violation.focus), *([f"<{mark}{fragment}>"] * own)}
    start = next((n for n, line in enumerate(lines) if line.split(" ", 1)[0] in names), None)
    if start is None:
        return None
    for number in range(start, len(lines)):
        if violation.path and _mentions(lines[number], violation.path):
            return number + 1
        if lines[number].rstrip().endswith(" ."):
            break
    return start + 1


def _mentions(line: str, path: str) -> bool:
    curie = path if not path.startswith("http") else shorten(path)
    return re.search(rf"(^|\s){re.escape(curie)}\s", line) is not None
