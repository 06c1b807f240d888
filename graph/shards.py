"""Which entries are worked out together: shards, by the entry's IRI, so that an entry stays put."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from zlib import crc32

import pyoxigraph as ox

from graph.dump import sha256
from graph.errors import SourceError
from graph.history import History, read_history
from graph.kept import ENTRY, KEPT, history_files, history_folder, is_beside, is_revision
from graph.prefixes import value
from graph.sources import (
    BATCH,
    ENTRIES,
    Sources,
    bulk_files,
    checked,
    claim,
    document_of,
    entry_files,
    parse_file,
    read_ontology,
    stray_links,
)

# A shard's own work should outweigh the look at what all entries share, and fit into any memory.
ENTRIES_PER_SHARD = 500


@dataclass(frozen=True)
class Layout:
    """Where the triples of an entry are: a file of its own, or one unpacked from a bulk file."""

    data: Path
    unpacked: Path

    def find(self, document: str) -> Path | None:
        """Return the file of the entry that `document` names, or None where there is none."""
        slug = document.removeprefix(ENTRIES)
        names = [] if "/" in slug else [self.data / "evidence" / f"{slug}.ttl"]
        names.append(self.unpacked_file(document))
        return next((path for path in names if path.is_file()), None)

    @cached_property
    def keeps_history(self) -> bool:
        """Say whether revisions are recorded, so that every document has to have one."""
        return history_folder(self.data).is_dir()

    def digest(self, document: str) -> str:
        """Return the digest of the file of the entry `document`, "" where there is none."""
        file = self.find(document)
        return sha256(file) if file else ""

    def unpacked_file(self, document: str) -> Path:
        """Return the file for an entry of a bulk file; its name is safe whatever the IRI holds."""
        return self.unpacked / f"{hashlib.sha256(document.encode()).hexdigest()}.nt"


@dataclass(frozen=True)
class Entry:
    """One entry: its IRI, the file to read it from, and the source that an editor knows.

    So are the records of a document of another kind that has a graph of its own, without a `file`.
    An entry that is gone has no `file`; one that was never recorded no `history`.
    """

    document: str
    file: Path | None
    source: Path
    history: Path | None = None

    def key(self, digest: Callable[[Path], str]) -> str:
        """Return a line with the digests of what the entry is read from."""
        read = [digest(path) if path else "none" for path in (self.file, self.history)]
        return f"{self.document} {' '.join(read)}\n"


@dataclass(frozen=True)
class Shard:
    """Entries that are worked out together, in a stable order."""

    entries: tuple[Entry, ...]

    def key(self, ground: str, digest: Callable[[Path], str]) -> str:
        """Return a digest over all that the shard is made from, but for entries it links."""
        said = [entry.key(digest) for entry in self.entries]
        return hashlib.sha256("".join([ground, *said]).encode()).hexdigest()


def plan(entries: list[Entry]) -> list[Shard]:
    """Part `entries` into shards: a power of two, so that few entries ever change their shard."""
    count = 1
    while count * ENTRIES_PER_SHARD < len(entries):
        count *= 2
    groups = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.document):
        groups[crc32(entry.document.encode()) % count].append(entry)
    return [Shard(tuple(groups[number])) for number in sorted(groups)]


@dataclass(frozen=True)
class Stock:
    """What a build begins with: what all entries share, in a store, and the list of the entries.

    `histories` are those of what is no entry, by document. The store holds their records but for
    those of documents `beside` it.
    """

    sources: Sources
    entries: list[Entry]
    histories: dict[str, History]

    @property
    def recorded(self) -> Iterator[tuple[str, Path]]:
        """Return each shared document of which revisions are kept, with the file to look at.

        Only those of the default graph: the store has no other.
        """
        spaces = tuple(kept.space for kept in KEPT if kept is not ENTRY and not kept.graph)
        known = {document: history.file for document, history in self.histories.items()}
        for document, file in {**known, **self.sources.files}.items():
            if document.startswith(spaces) and not is_revision(document):
                yield document, file

    @property
    def shared(self) -> list[History]:
        """Return the histories of what all entries share."""
        return [one for document, one in self.histories.items() if not is_beside(document)]

    @property
    def beside(self) -> list[Shard]:
        """Return the records of what has a graph of its own, to be worked out by themselves.

        No entry rests on them: when one changes, the shards of all entries stay as they are.
        """
        known = [Entry(d, None, h.file, h.file) for d, h in self.histories.items() if is_beside(d)]
        return [Shard(tuple(known))] if known else []


def read_shared(layout: Layout) -> Stock:
    """Read what all entries share into a store, and list the entries.

    The entries of bulk files are put into files of their own. Errors are collected, not raised.
    """
    sources = read_ontology()
    entries = [Entry(ENTRIES + path.stem, path, path) for path in entry_files(layout.data)]
    sources.files.update((entry.document, entry.source) for entry in entries)
    layout.unpacked.mkdir()
    for path in bulk_files(layout.data):
        try:
            documents = _unpack(path, layout, sources)
        except SourceError as error:
            sources.errors.append(error)
        else:
            entries += [Entry(d, layout.unpacked_file(d), path) for d in documents]
    histories = _shared_histories(layout, sources)
    return Stock(sources, with_histories(entries, layout.data), histories)


def _shared_histories(layout: Layout, sources: Sources) -> dict[str, History]:
    """Read the histories of what is no entry; put the records of what is shared into the store."""
    histories = {}
    for path in history_files(layout.data, *(kept for kept in KEPT if kept is not ENTRY)):
        try:
            history = read_history(path)
        except SourceError as error:
            sources.errors.append(error)
            continue
        histories[history.document] = history
        sources.files.update((revision.iri, path) for revision in history.revisions)
        if not is_beside(history.document):
            sources.store.bulk_extend(history.current())
    return histories


def with_histories(entries: list[Entry], data: Path) -> list[Entry]:
    """Return `entries` each with its history, and those of which only that is left."""
    histories = {ENTRIES + path.stem: path for path in history_files(data, ENTRY)}
    kept = [replace(e, history=histories.pop(e.document, None)) for e in entries]
    return kept + [Entry(document, None, path, path) for document, path in histories.items()]


def _unpack(path: Path, layout: Layout, sources: Sources) -> list[str]:
    """Read one bulk file, batch by batch; return the entries that it holds."""
    seen: dict[str, None] = {}
    batch: defaultdict[str, list[ox.Quad]] = defaultdict(list)
    for number, quad in enumerate(parse_file(path), 1):
        document = document_of(value(checked(quad, path).subject))
        if document not in seen:
            claim(sources, document, path)
            seen[document] = None
        batch[document if document.startswith(ENTRIES) else ""].append(quad)
        if number % BATCH == 0:
            _put(batch, path, layout, sources)
    _put(batch, path, layout, sources)
    return [document for document in seen if document.startswith(ENTRIES)]


def _put(
    batch: defaultdict[str, list[ox.Quad]], path: Path, layout: Layout, sources: Sources
) -> None:
    shared = batch.pop("", [])
    sources.errors.extend(stray_links(shared, path))
    sources.store.bulk_extend(shared)
    for document, quads in batch.items():
        lines = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
        with layout.unpacked_file(document).open("ab") as file:
            file.write(lines or b"")
    batch.clear()
