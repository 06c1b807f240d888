"""What a release is made from: the kinds of files, each with one digest that anybody can work out.

The digest of a kind is the SHA-256 of what `sha256sum` prints of its files, by their paths in the
order of their bytes: from within the folder of the data, or of the program.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from graph.dump import sha256
from graph.kept import history_files, history_folder
from graph.paths import ROOT, RULES, SHAPES
from graph.saved_queries import query_files
from graph.software import software
from graph.sources import bulk_files, entry_files, ontology_files

Digest = Callable[[Path], str]
Find = Callable[[Path], Iterable[Path]]
_DEFINITIONS, _JOURNALS, _AGENTS = "case-definitions.ttl", "journals.ttl", "agents.ttl"
_WITHDRAWN = "withdrawn.ttl"
_SHARED = (_DEFINITIONS, _JOURNALS, _AGENTS, _WITHDRAWN)
_PROGRAM = {".csv", ".py", ".rq", ".ttl"}


@dataclass(frozen=True)
class Input:
    """All files of one kind: how many, and one digest over them (sha256:hex)."""

    key: str
    files: int
    digest: str


@dataclass(frozen=True)
class Kind:
    """A kind of files: its name for people, how to `find` its files, and the same for a shell."""

    title: str
    find: Find
    shell: str

    @property
    def command(self) -> str:
        """Return the command that prints the digest of the kind, within its folder."""
        return f"find {self.shell} | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"


def _named(*names: str) -> Find:
    return lambda data: (path for path in bulk_files(data) if path.name in names)


def _others(data: Path) -> Iterable[Path]:
    return (path for path in bulk_files(data) if path.name not in _SHARED)


def _rules(_: Path) -> Iterable[Path]:
    return (path for path in RULES.rglob("*") if path.suffix in _PROGRAM)


def _program(_: Path) -> Iterable[Path]:
    found = (path for path in (ROOT / "graph").rglob("*") if path.suffix in _PROGRAM)
    return (path for path in found if not path.is_relative_to(RULES))


_SUFFIXES = r"\( -name '*.csv' -o -name '*.py' -o -name '*.rq' -o -name '*.ttl' \)"
_FORMATS = r"\( -name '*.ttl' -o -name '*.n[tq]' -o -name '*.trig' -o -name '*.jsonld' \)"
_REST = " ".join(f"-not -name {name}" for name in _SHARED)
# Within the folder of the data.
DATA_KINDS = {
    "evidence": Kind("Evidence entries", entry_files, "evidence -name '*.ttl'"),
    "history": Kind("Revisions", history_files, "history -name '*.trig'"),
    "queries": Kind("Saved queries", query_files, "queries -name '*.rq'"),
    "case-definitions": Kind("Case definitions", _named(_DEFINITIONS), _DEFINITIONS),
    "journals": Kind("Journals", _named(_JOURNALS), _JOURNALS),
    "agents": Kind("Agents and the dataset", _named(_AGENTS), _AGENTS),
    "withdrawn": Kind("What was withdrawn", _named(_WITHDRAWN), _WITHDRAWN),
    "bulk": Kind("Entries in bulk", _others, f"* -maxdepth 0 {_FORMATS} {_REST}"),
}
# Within the folder of the program.
PROGRAM_KINDS = {
    "ontology": Kind(
        "Ontology and value lists", lambda _: ontology_files(), "ontology -name '*.ttl'"
    ),
    "shapes": Kind("Shapes", lambda _: SHAPES.glob("*.ttl"), "shapes -name '*.ttl'"),
    "rules": Kind("Policy rules", _rules, f"graph/rules {_SUFFIXES}"),
    "program": Kind(
        "Program that builds", _program, f"graph {_SUFFIXES} -not -path 'graph/rules/*'"
    ),
}
KINDS = DATA_KINDS | PROGRAM_KINDS


def read_inputs(data: Path, digest: Digest = sha256) -> tuple[Input, ...]:
    """Return what a release of `data` is made from; a kind without any file is left out."""
    return (*_read(DATA_KINDS, data, digest), *_read(PROGRAM_KINDS, ROOT, digest))


def inputs_digest(data: Path, base: str, inputs: Iterable[Input] | None = None) -> str:
    """Return one digest over all that a release is made from: sources, shapes, program, base.

    `inputs` are those of `data`, where they have been read.
    """
    inputs = read_inputs(data) if inputs is None else tuple(inputs)
    # An empty history asks for revisions, none at all does not.
    kept = str(history_folder(data).is_dir())
    found = _lines(one for one in inputs if one.key in DATA_KINDS)
    return _digest_of([base, program_digest(inputs), kept, *found])


def program_digest(inputs: Iterable[Input]) -> str:
    """Return one digest over what makes a release of data: ontology, shapes, program, software."""
    found = _lines(one for one in inputs if one.key in PROGRAM_KINDS)
    return _digest_of([*map("=".join, software().items()), *found])


def _read(kinds: dict[str, Kind], folder: Path, digest: Digest) -> list[Input]:
    found = []
    for key, kind in kinds.items():
        files = sorted((path.relative_to(folder).as_posix(), path) for path in kind.find(folder))
        lines = [f"{digest(path).removeprefix('sha256:')}  {name}\n" for name, path in files]
        if lines:
            found.append(Input(key, len(lines), _digest("".join(lines))))
    return found


def _lines(inputs: Iterable[Input]) -> list[str]:
    return [f"{one.key} {one.files} {one.digest}" for one in inputs]


def _digest_of(lines: Iterable[str]) -> str:
    return _digest("\n".join(lines))


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
