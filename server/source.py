"""Where a query worker finds its data: files read into memory, or a store on disk."""

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyoxigraph as ox

from graph.errors import SourceError
from graph.release import Release

_PACKED = ".gz"


@dataclass(frozen=True)
class File:
    """An RDF file, as it is or packed by gzip; its relative IRIs are resolved against its own.

    A file of triples goes into `graph`, or into the default graph where that is "", or into both
    where it `is_default`; a file of quads says itself where each belongs.
    """

    path: str
    graph: str = ""
    is_default: bool = False

    @property
    def iri(self) -> str:
        """Return the file: IRI."""
        return Path(self.path).resolve().as_uri()

    @property
    def format(self) -> ox.RdfFormat:
        """Return the format that the suffix names; SourceError where it names none."""
        path = Path(self.path)
        suffix = (path.with_suffix("") if path.suffix == _PACKED else path).suffix
        form = ox.RdfFormat.from_extension(suffix.removeprefix(".").lower())
        if form is None:
            problem = f"has the suffix {suffix!r}, which names no RDF format"
            raise SourceError(self.path, problem)
        return form

    def count(self) -> int:
        """Return how many triples or quads are written in it; SourceError where it is broken."""
        form = self.format
        with _explained(self.path), self._open() as stream:
            return sum(1 for _ in ox.parse(stream, format=form, base_iri=self.iri))

    def load(self, store: ox.Store) -> None:
        """Read it into `store`; SourceError where that cannot be done."""
        form, graph = self.format, ox.NamedNode(self.graph) if self.graph else None
        target = None if form.supports_datasets else graph
        with _explained(self.path):
            if self.path.endswith(_PACKED):
                with self._open() as stream:
                    store.bulk_load(stream, format=form, base_iri=self.iri, to_graph=target)
            else:
                store.bulk_load(path=self.path, format=form, base_iri=self.iri, to_graph=target)
        if target and self.is_default:
            # Read a second time, its blank nodes would be others.
            store.update(f"ADD {target} TO DEFAULT")

    def _open(self) -> AbstractContextManager[BinaryIO]:
        if self.path.endswith(_PACKED):
            return cast(AbstractContextManager[BinaryIO], gzip.open(self.path))
        return Path(self.path).open("rb")


@dataclass(frozen=True)
class Source:
    """Files to read into memory, or else the folder of a store on disk.

    Relative IRIs in queries are resolved against `base`.
    """

    files: tuple[File, ...] = ()
    store: str = ""
    base: str = ""

    @classmethod
    def of(cls, release: Release, memory_triples: int) -> "Source":
        """Return the source of `release`: in memory while it has at most so many triples."""
        base = release.manifest.base
        if release.manifest.counts.get("triples", 0) > memory_triples:
            return cls(store=str(release.store_path.resolve()), base=base)
        return cls((File(str(release.dump_path.resolve())),), base=base)

    @property
    def name(self) -> str:
        """Return what to call it where it is no release."""
        return f"{len(self.files)} file{'s' * (len(self.files) != 1)}"

    def load(self) -> ox.Store:
        """Return a store in memory with the files; SourceError names one that cannot be read."""
        store = ox.Store()
        for file in self.files:
            file.load(store)
        return store

    def open(self) -> ox.Store:
        """Open the store on disk, read-only."""
        return ox.Store.read_only(self.store)

    def to_json(self) -> str:
        """Return the text from which `from_json` makes the same source in another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Source":
        """Return the source that `to_json` wrote."""
        fields = json.loads(text)
        files = tuple(File(**file) for file in fields["files"])
        return cls(files, fields["store"], fields["base"])


@contextmanager
def _explained(path: str) -> Iterator[None]:
    """Turn what goes wrong while `path` is read into a SourceError that says where."""
    try:
        yield
    except SyntaxError as error:
        detail = error.msg.split(": ", 1)[-1] if error.lineno else error.msg
        problem = f"is not valid RDF: {detail}"
        raise SourceError(path, problem, error.lineno, error.offset) from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(path, f"cannot be read: {reason}") from error
