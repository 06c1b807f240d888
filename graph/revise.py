"""Record revisions: compare every document with its last, and write those that are missing."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from graph.build import check
from graph.content import contents
from graph.errors import ReviseRefused
from graph.event_log import check_moment, event_of, hold_to_newest
from graph.examples import query_contents
from graph.history import WITHDRAWAL, History, Revision, read_histories, write_history
from graph.kept import KEPT, document_named, history_file, history_folder, name_of, noun_of
from graph.prefixes import BASE, term, value
from graph.reasons import REASONS, Pending
from graph.record import Statement, record
from graph.report import refuse
from graph.saved_queries import query_files, read_saved_queries


@dataclass(frozen=True)
class Order:
    """What an editor asks for: why, in what words, by whom, when, and of which documents.

    `by` is an agent of data/agents.ttl, by the end of its IRI; `editor` the name of a person, or
    "". An entry is named by its slug, others as `case-definition/ccc2003` or `query/first`: no
    `slugs` mean all of them; `replaced_by` is such a name, for a withdrawal.
    """

    reason: str
    note: str
    by: str = "editors"
    editor: str = ""
    created: datetime | None = None
    slugs: tuple[str, ...] = ()
    replaced_by: str = ""


@dataclass(frozen=True)
class Revised:
    """What was recorded, with the number it got, and what was left, with the reason why."""

    done: tuple[tuple[Pending, Revision], ...]
    left: tuple[tuple[Pending, str], ...]


def revise(data: Path, order: Order, *, dry_run: bool = False) -> Revised:
    """Record a revision of each document that changed for the reason of `order`.

    Doing it again changes nothing. Files are written one after the other, each whole or not at
    all; after a kill the next run does the rest. With `dry_run` nothing is written.
    Raises InvalidSources where the sources break the shapes, else ReviseRefused.
    """
    if order.reason not in REASONS:
        raise ReviseRefused(f"there is no reason {order.reason!r}; use one of {', '.join(REASONS)}")
    if not order.note.strip():
        raise ReviseRefused("say why in words: give a --note")
    sources, found = check(data)
    refuse(found)
    now = datetime.now(UTC).replace(microsecond=0)
    statement = _statement(sources.store, order, now)
    with _folder(data, dry_run=dry_run) as folder:
        done, left = [], []
        waiting = list(_pending(sources.store, data))
        for pending in _changed(waiting, order):
            problem = REASONS[order.reason].refuses(pending, by_name=bool(order.slugs))
            if problem:
                left.append((pending, problem))
                continue
            done.append((pending, record(pending, statement)))
        if done:
            check_moment(statement.created, now)
            known = (pending.history for pending in waiting if pending.history)
            hold_to_newest(known, (event_of(p.document, revision) for p, revision in done))
        if not dry_run:
            for pending, revision in done:
                write_history(_extended(pending, revision, folder))
    return Revised(tuple(done), tuple(left))


def _statement(store: ox.Store, order: Order, now: datetime) -> Statement:
    instead = ox.NamedNode(document_named(order.replaced_by)) if order.replaced_by else None
    return Statement(
        order.reason,
        order.note,
        _agent(store, order.by),
        order.created or now,
        order.editor,
        instead,
    )


def _changed(waiting: list[Pending], order: Order) -> list[Pending]:
    """Return the documents of `order` that are not as they were last recorded."""
    _check_names(order, {pending.document: pending for pending in waiting})
    named = set(map(document_named, order.slugs))
    wanted = (p for p in waiting if not named or p.document in named)
    return [pending for pending in wanted if pending.difference or not pending.history]


def _pending(store: ox.Store, data: Path) -> Iterator[Pending]:
    """Yield what each document says now beside its history, the withdrawn ones among them."""
    lines = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
    now = contents(lines) | query_contents(read_saved_queries(query_files(data), []))
    histories = read_histories(data)
    for document in sorted({*now, *histories}):
        yield Pending(document, histories.get(document), now.get(document, b""))


def _check_names(order: Order, known: dict[str, Pending]) -> None:
    for name in filter(None, (*order.slugs, order.replaced_by)):
        document = document_named(name)
        if document not in known:
            near = [name_of(one) for one in known if one.endswith(f"/{name}")]
            advice = f"; did you mean {near[0]}?" if near else ""
            problem = f"there is no {noun_of(document)} {name!r}, neither now nor in data/history/"
            raise ReviseRefused(problem + advice)
    if order.replaced_by:
        _check_replaced(order, known[document_named(order.replaced_by)])


def _check_replaced(order: Order, instead: Pending) -> None:
    noun = noun_of(instead.document)
    if order.reason != WITHDRAWAL:
        raise ReviseRefused("only what is withdrawn is replaced; leave --replaced-by out")
    if not instead.content:
        raise ReviseRefused(f"{instead.name} is gone itself; name one that is there")
    if any(noun_of(document_named(name)) != noun for name in order.slugs):
        raise ReviseRefused(
            f"{instead.name} is of another kind ({noun}); name one of the same kind"
        )


def _extended(pending: Pending, revision: Revision, folder: Path) -> History:
    if pending.history:
        known = pending.history
        return replace(known, revisions=(*known.revisions, revision))
    return History(pending.document, history_file(folder, pending.document), (revision,))


def _agent(store: ox.Store, name: str) -> ox.NamedNode:
    known = {
        value(quad.subject).removeprefix(f"{BASE}/").removeprefix("dataset#"): quad.subject
        for quad in store.quads_for_pattern(None, term("rdf:type"), term("prov:Agent"))
    }
    found = known.get(name)
    if not isinstance(found, ox.NamedNode):
        listed = ", ".join(sorted(known))
        raise ReviseRefused(
            f"data/agents.ttl describes no agent {name!r}; use one of {listed}, and name a person "
            "by --editor"
        )
    return found


@contextmanager
def _folder(data: Path, *, dry_run: bool) -> Iterator[Path]:
    """Hold the one right to write to the folder of histories; clear what a kill left behind."""
    folder = history_folder(data)
    if dry_run:
        yield folder
        return
    made = [one for one in (folder, *(folder / kept.folder for kept in KEPT)) if not one.is_dir()]
    for one in made:
        one.mkdir(exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in folder.rglob(".*.new"):
            path.unlink()
        yield folder
    except BlockingIOError as error:
        raise ReviseRefused("another `atlas revise` is at work; wait for it") from error
    except OSError as error:
        problem = f"{error.strerror or error}: {error.filename or folder}"
        raise ReviseRefused(f"{problem}. Mend that, and run it again: it does the rest") from error
    finally:
        os.close(handle)
        # A folder of histories, even an empty one, asks for a record of everything.
        for one in reversed(made):
            with suppress(OSError):
                one.rmdir()
