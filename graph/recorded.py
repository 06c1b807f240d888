"""Hold documents to their history: what one says now has to be what was last recorded of it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from graph.aspects import states_a_status
from graph.content import digest
from graph.difference import changes
from graph.examples import query_contents
from graph.history import History
from graph.kept import QUERY
from graph.reasons import Pending
from graph.report import Problem
from graph.saved_queries import SavedQuery, query_name

# So many changes are told; all of them stand in `atlas revise --dry-run`.
_TOLD = 3


def unrecorded(
    documents: Iterable[tuple[str, Path]],
    histories: Mapping[str, History],
    now: Mapping[str, bytes],
) -> tuple[Problem, ...]:
    """Return a problem for each of `documents` that is not as it was last recorded.

    Each comes with the file that an editor knows; `now` has the contents of those that are there.
    """
    found = (
        hold_to_record(document, file, histories.get(document), now.get(document, b""))
        for document, file in documents
    )
    return tuple(problem for problem in found if problem)


def unrecorded_queries(
    files: Iterable[Path], queries: Iterable[SavedQuery], histories: Mapping[str, History]
) -> list[Problem]:
    """Return a problem for each of `queries`, read from `files`, that is not as it was recorded."""
    gone = {d: known.file for d, known in histories.items() if d.startswith(QUERY.space)}
    there = {QUERY.space + query_name(path): path for path in files}
    return list(unrecorded({**gone, **there}.items(), histories, query_contents(queries)))


def hold_to_record(
    document: str, source: Path, history: History | None, content: bytes
) -> Problem | None:
    """Return what is wrong where the `content` of a document is not that of its last revision.

    `source` is the file that an editor knows; the content of a document that is gone is empty.
    """
    pending = Pending(document, history, content)
    if history is None:
        problem = "has no record in history/; run `atlas revise --reason first-record --note …`"
        return _problem(source, pending, problem)
    if digest(content) == history.last.digest:
        return None
    if history.is_withdrawn:
        problem = (
            f"was withdrawn in {history.file.name}, and a published IRI is never used again; "
            "give it a new name"
        )
        return _problem(source, pending, problem)
    if not content:
        problem = (
            "is gone, but was not withdrawn; restore its source under this name, or run "
            f"`atlas revise --slug {pending.name} --reason withdrawal --note …`"
        )
        return _problem(history.file, pending, problem, history.line_of(history.last))
    return _problem(source, pending, f"is not as revision {history.last.number} {_told(pending)}")


def _told(pending: Pending) -> str:
    found = [str(change) for change in changes(pending.difference)]
    more = f"; and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    # Entries may be judged anew by it, and one run records them too.
    whose = "" if states_a_status(pending.difference) else f" --slug {pending.name}"
    advice = f"run `atlas revise{whose} --reason … --note …`, or undo the change"
    return f"recorded it: {'; '.join(found[:_TOLD])}{more}. If that is meant, {advice}"


def _problem(file: Path, pending: Pending, message: str, line: int | None = None) -> Problem:
    return Problem(str(file), line, pending.name, "", message)
