"""The workshop: bring the file of every shard, from the shelf or worked out anew."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from graph.axioms import axioms
from graph.crew import work_through
from graph.joins import later_premises, sources_of
from graph.report import refuse
from graph.shards import Layout, Stock, plan
from graph.shelf import Shelf
from graph.work import Ground, work_out_entries, work_out_shared

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Workshop:
    """Where shards are worked out; `program` is a digest of ontology, shapes, rules and program."""

    layout: Layout
    shelf: Shelf
    program: str
    digest: Callable[[Path], str]

    def shard_files(self, stock: Stock, progress: Progress) -> list[Path]:
        """Return the file of what all entries share, and that of each shard beside it.

        Raises InvalidSources with the problems of all shards, those that hide others alone.
        """
        ground = self._ground(stock)
        beside = stock.beside
        planned = [*plan(stock.entries), *beside]
        keys = {shard.key(ground.key, self.digest): shard for shard in planned}
        kept = {key: self.shelf.find(key, self._digest_of) for key in keys}
        jobs = {
            key: partial(work_out_entries, keys[key], ground, key)
            for key in keys
            if kept[key] is None
        }
        # What stands beside is little: no process is started for it.
        own = [job for key, job in jobs.items() if keys[key] in beside]
        others = [job for key, job in jobs.items() if keys[key] not in beside]
        outcomes = []
        for outcome in chain((job() for job in own), work_through(others)):
            outcomes.append(outcome)
            progress(len(keys) - len(jobs) + len(outcomes), len(keys))
        refuse([problem for outcome in outcomes for problem in outcome.errors])
        refuse([problem for outcome in outcomes for problem in outcome.violations])
        files = [ground.file, *kept.values(), *(outcome.file for outcome in outcomes)]
        return sorted(file for file in files if file)

    def _ground(self, stock: Stock) -> Ground:
        known = tuple(axioms())
        later = later_premises(known)
        hiding = sources_of(later, known)
        store = stock.sources.store
        # The records are among them, with the digest of every content.
        lines = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        said = b"".join(sorted((lines or b"").splitlines(keepends=True)))
        made_by = f"{self.program} {self.layout.keeps_history}"
        key = hashlib.sha256(made_by.encode() + said).hexdigest()
        file = self.shelf.find(key, self._digest_of)
        if file is None:
            outcome = work_out_shared(stock, self.layout, hiding, self.shelf, key)
            refuse([*outcome.errors, *outcome.violations])
            file = outcome.file
        assert file
        return Ground(file, key, known, later, hiding, self.layout, self.shelf)

    def _digest_of(self, document: str) -> str:
        file = self.layout.find(document)
        return self.digest(file) if file else ""
