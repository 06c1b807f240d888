import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pyoxigraph as ox
import pytest

from graph import shacl
from graph.judge import judge
from graph.paths import DATA, ONTOLOGY, SHAPES
from graph.prefixes import prefixes, term, value
from graph.sources import read_sources

Engine = Callable[[ox.Store, shacl.Stage], list[shacl.Violation]]
Tripped = dict[str, set[str]]

FOLDER = Path(__file__).parent / "fixtures" / "shapes"
FIRST_LINE = re.compile(r"# (?:Valid|Trips (?P<shapes>[\w-]+(, [\w-]+)*)): [a-z].+\.")
STAGES: tuple[shacl.Stage, ...] = get_args(shacl.Stage)
ENGINES: dict[str, Engine] = {"compiled": shacl.validate, "pySHACL": shacl.reference}


@dataclass(frozen=True)
class Twin:
    """One document: `valid/<node shape>.ttl` or `invalid/<shape>[--<fault>].ttl`."""

    name: str
    text: str
    trips: frozenset[str]

    @property
    def shape(self) -> str:
        return self.name.partition("--")[0]

    def quads(self, number: int = 0) -> set[ox.Quad]:
        """Return what the document says, its own names and numbers made unique by `number`."""
        text = self.text.replace("twin", f"twin{number}")
        text = text.replace('"10000000"', f'"{10_000_000 + number}"')
        return set(ox.parse(text, format=ox.RdfFormat.TURTLE))


def read_twins(kind: str) -> list[Twin]:
    return [read_twin(path) for path in sorted((FOLDER / kind).glob("*.ttl"))]


def read_twin(path: Path) -> Twin:
    text = path.read_text(encoding="utf-8")
    match = FIRST_LINE.fullmatch(text.partition("\n")[0])
    assert match, f"{path}: the first line must say which shapes it trips, and why"
    return Twin(path.stem, text, frozenset((match["shapes"] or "").split(", ")) - {""})


VALID, INVALID = read_twins("valid"), read_twins("invalid")
CHECKS = [check for stage in STAGES for check in shacl.checks(stage)]


def declared(*kinds: str) -> set[str]:
    quads = [quad for path in SHAPES.glob("*.ttl") for quad in ox.parse(path=str(path))]
    wanted = {term(kind) for kind in kinds}
    return {name(value(q.subject)) for q in quads if q.object in wanted}


def name(iri: str) -> str:
    return iri.partition("#")[2]


def store_of(documents: dict[int, Twin]) -> ox.Store:
    """Return a store with the ontology, the common data and the `documents`."""
    store = ox.Store()
    for path in [*ONTOLOGY.rglob("*.ttl"), *DATA.glob("*.ttl")]:
        store.load(path=str(path))
    for number, twin in documents.items():
        store.extend(twin.quads(number))
    return store


def run(engine: Engine) -> Tripped:
    """Return which shapes each twin trips, all at once, stage by stage as a build does."""
    documents = dict(enumerate([*VALID, *INVALID], 100))
    tripped: dict[int, set[str]] = {number: set() for number in documents}
    for judged in (False, True):
        store = store_of({n: twin for n, twin in documents.items() if not tripped[n]})
        if judged:
            judge(store)
        for stage in STAGES:
            if (stage == "judged") == judged:
                for violation in engine(store, stage):
                    match = re.search(r"twin(\d{3})", violation.focus)
                    assert match, violation
                    tripped[int(match[1])].add(name(violation.shape))
    return {path_of(twin): tripped[number] for number, twin in documents.items()}


def path_of(twin: Twin) -> str:
    return f"{'invalid' if twin.trips else 'valid'}/{twin.name}"


@pytest.fixture(scope="module")
def compiled() -> Tripped:
    return run(shacl.validate)


def test_every_shape_has_twins_and_every_twin_a_shape() -> None:
    shapes = declared("sh:PropertyShape", "sh:SPARQLConstraint")
    assert {name(check.shape) for check in CHECKS} == shapes
    assert {twin.shape for twin in INVALID} == shapes
    assert {twin.name for twin in VALID} == declared("sh:NodeShape")
    assert (len(VALID), len(INVALID), len(shapes)) == (52, 376, 341)


@pytest.mark.parametrize("twin", VALID, ids=path_of)
def test_a_valid_twin_passes(twin: Twin, compiled: Tripped) -> None:
    assert compiled[path_of(twin)] == set()


@pytest.mark.parametrize("twin", INVALID, ids=path_of)
def test_an_invalid_twin_trips_the_shapes_it_names(twin: Twin, compiled: Tripped) -> None:
    assert twin.shape in twin.trips
    assert compiled[path_of(twin)] == twin.trips


@pytest.mark.parametrize("twin", INVALID, ids=path_of)
def test_an_invalid_twin_is_a_small_change_of_its_valid_one(twin: Twin) -> None:
    other = next(one for one in VALID if one.name == twin.shape.partition("-")[0])
    assert 1 <= len(twin.quads() ^ other.quads()) <= 14


def test_pyshacl_finds_the_same_in_every_twin(compiled: Tripped) -> None:
    assert run(shacl.reference) == compiled


@dataclass(frozen=True)
class Target:
    """What a node shape looks at, and the properties that it has shapes for."""

    by: str
    iri: ox.NamedNode
    paths: frozenset[str]

    @property
    def classes(self) -> set[ox.NamedNode]:
        """Return the class looked at and those below it; empty where there is none."""
        found = {self.iri} if self.by == "sh:targetClass" else set()
        while more := {below for below, above in BELOW if above in found} - found:
            found |= more
        return found

    def nodes(self, store: ox.Store) -> set[str]:
        """Return the nodes of `store` that the shape looks at."""
        if self.by == "sh:targetSubjectsOf":
            return {value(q.subject) for q in store.quads_for_pattern(None, self.iri, None)}
        kind = term("rdf:type")
        found = (store.quads_for_pattern(None, kind, one) for one in self.classes)
        return {value(quad.subject) for quads in found for quad in quads}


def read_targets() -> list[Target]:
    shapes, paths = ox.Store(), defaultdict[tuple[str, ox.NamedNode], set[str]](set)
    for path in SHAPES.glob("*.ttl"):
        shapes.load(path=str(path))
    for by in ("sh:targetClass", "sh:targetSubjectsOf"):
        query = f"SELECT ?iri ?path {{ ?shape {by} ?iri . OPTIONAL {{ ?shape sh:property/sh:path ?path }} }}"
        rows = shapes.query(query, prefixes=prefixes())
        assert isinstance(rows, ox.QuerySolutions)
        for iri, path in rows:
            assert isinstance(iri, ox.NamedNode)
            paths[by, iri] |= {path.value} if isinstance(path, ox.NamedNode) else set()
    return [Target(by, iri, frozenset(found)) for (by, iri), found in paths.items()]


ATLAS = [quad.triple for quad in ox.parse(path=str(ONTOLOGY / "atlas.ttl"))]
BELOW = [(t.subject, t.object) for t in ATLAS if t.predicate == term("rdfs:subClassOf")]
TARGETS = read_targets()


@pytest.fixture(scope="module")
def real() -> ox.Store:
    """Return the real data, judged, without the terms of the ontology itself."""
    store = read_sources().store
    judge(store)
    for kind in ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:Ontology"):
        for named in list(store.quads_for_pattern(None, term("rdf:type"), term(kind))):
            for quad in list(store.quads_for_pattern(named.subject, None, None)):
                store.remove(quad)
    return store


def test_every_class_of_the_ontology_has_a_shape() -> None:
    classes = {t.subject for t in ATLAS if t.object == term("owl:Class")}
    assert len(classes) == 40
    assert classes - set().union(*(target.classes for target in TARGETS)) == set()


def test_everything_in_the_judged_data_has_a_shape(real: ox.Store) -> None:
    described = {value(quad.subject) for quad in real}
    assert len(described) > 5000
    assert described - set().union(*(target.nodes(real) for target in TARGETS)) == set()


def test_every_property_in_the_judged_data_has_a_shape(real: ox.Store) -> None:
    said = {(value(quad.subject), quad.predicate.value) for quad in real}
    for target in TARGETS:
        said -= {(node, path) for node in target.nodes(real) for path in target.paths}
    left = {predicate for _, predicate in said}
    assert left == {term("rdf:type").value, term("skos:topConceptOf").value}
