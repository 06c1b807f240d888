"""Turn faults of every kind into lines that name the file, the line and the repair."""

import re
from dataclasses import dataclass
from pathlib import Path

from graph.errors import BuildRefused, SourceError
from graph.kept import is_revision, name_of
from graph.prefixes import BASE, shorten
from graph.shacl import Violation
from graph.sources import Sources, document_of

# So many characters of a value are shown; the line it stands on is named anyway.
_SHOWN = 80


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
    shape = violation.shape.rpartition("#")[2]
    message = f"{violation.message}{_found(violation)}"
    return Problem(str(file or violation.focus), line, _name(violation.focus), shape, message)


def _found(violation: Violation) -> str:
    """Say what stands there, and at which property, as an editor would write it."""
    path = violation.path and _spellings(violation.path, violation.focus)[0]
    if violation.value is None:
        return f" Look at {path}." if path else ""
    value = violation.value
    shown = _spellings(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}...", violation.focus)[
        0
    ]
    return f" Found {shown}{f' at {path}' if path else ''}."


def _name(iri: str) -> str:
    document, mark, fragment = iri.partition("#")
    name = name_of(document) if is_revision(iri) else document.rsplit("/", 1)[-1]
    return f"{name}{mark}{fragment}"


def _spellings(text: str, focus: str) -> list[str]:
    """Return how a file about `focus` may spell an IRI, the shortest first; a literal in quotes."""
    if not text.startswith(("http://", "https://", "urn:")):
        return [f'"{text}"', text]
    own, curie = document_of(focus), shorten(text)
    short = [f"<{text.removeprefix(own)}>"] if document_of(text) == own else []
    short += [curie] if not curie.startswith("<") else []
    inside = text.removeprefix(f"{BASE}/")
    short += [f"</{inside}>", f"<{inside}>"] if inside != text else []
    return [*short, f"<{text}>", f'"{text}"']


def _line_of(file: Path, violation: Violation) -> int | None:
    """Find the value, or else its property, or else the focus node, by reading the text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    starts = _starts(lines, _spellings(violation.focus, violation.focus))
    for start in starts:
        block = range(start, _end(lines, start))
        at = block[0]
        if violation.path:
            named = _spellings(violation.path, violation.focus)
            at = next((n for n in block if _mentions(lines[n], named)), -1)
            block = range(at, next((n for n in block if n >= at and _closes(lines[n])), at) + 1)
        if violation.value and at >= 0:
            held = _spellings(violation.value, violation.focus)
            at = next((n for n in block if _mentions(lines[n], held)), at)
        if at >= 0:
            return at + 1
    return starts[0] + 1 if starts else None


def _starts(lines: list[str], subjects: list[str]) -> list[int]:
    return [n for n, line in enumerate(lines) if line.split(" ", 1)[0] in subjects]


def _end(lines: list[str], start: int) -> int:
    """Return the line after a block: the next one that is not indented."""
    after = range(start + 1, len(lines))
    return next((n for n in after if re.match(r"[^\s#]", lines[n])), len(lines))


def _closes(line: str) -> bool:
    return re.search(r"[;.]\s*(#.*)?$", line) is not None


def _mentions(line: str, spellings: list[str]) -> bool:
    found = "|".join(map(re.escape, spellings))
    return re.search(rf"(^|[\s,;^])({found})($|[\s,;@^.])", line) is not None
