"""Count a store's default graph by class, property and datatype, and say it as VoID partitions."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from graph.prefixes import BASE, shorten, term

VOID_GRAPH = ox.NamedNode(f"{BASE}/.well-known/void")
DATASET = ox.NamedNode(f"{BASE}/dataset")
_QUERIES = Path(__file__).parent / "queries"
# What a partition is made by → how it hangs on its parent, what names the part, what counts it.
_KINDS = {
    "class": ("void:classPartition", "void:class", "void:triples"),
    "datatype": ("void-ext:datatypePartition", "void-ext:datatype", "void:triples"),
    "members": ("void:classPartition", "void:class", "void:entities"),
    "property": ("void:propertyPartition", "void:property", "void:triples"),
}
Counts = dict[tuple[str, ...], int]


def count(store: ox.Store, query: str, **terms: ox.NamedNode) -> Counts:
    """Run `query`.rq with its variables bound to `terms`; return its `?count` by its other columns.

    A column without a value is "".
    """
    solutions = store.query(
        (_QUERIES / f"{query}.rq").read_text(encoding="utf-8"),
        substitutions={ox.Variable(name): value for name, value in terms.items()},
    )
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables if variable.value != "count"]
    return {
        tuple(_text(solution[name]) for name in names): int(_text(solution["count"]))
        for solution in solutions
    }


@dataclass(frozen=True)
class Partitions:
    """How many things and triples there are, by the IRIs that tell them apart.

    `classes`: (class). `properties`: (property, datatype or ""). `members`: (class, property).
    `datatypes`: (class, property, datatype or ""). `links`: (class, property, class of the object).
    """

    classes: Counts
    properties: Counts
    members: Counts
    datatypes: Counts
    links: Counts

    @cached_property
    def by_property(self) -> dict[str, int]:
        """Return the triples of each property, whatever its values."""
        return _sums(self.properties)

    @property
    def triples(self) -> int:
        """Return the triples of the whole default graph."""
        return sum(self.properties.values())

    @property
    def vocabularies(self) -> list[str]:
        """Return the namespaces of all classes and properties: what stands before the last # or /.

        Clients take a property from no such namespace for one that has no triples.
        """
        terms = {iri for (iri,) in self.classes} | set(self.by_property)
        return sorted({iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in terms})

    def quads(self) -> Iterator[ox.Quad]:
        """Yield the VoID partitions: classes, with the properties of their members; properties."""
        properties, datatypes = _tree(self.members), _tree(self.datatypes)
        links, values = _tree(self.links), _tree(self.properties)
        for (kind,), size in self.classes.items():
            members = _part(DATASET, "members", kind)
            yield from _partition(DATASET, members, "members", kind, size)
            for name, triples in properties[(kind,)].items():
                node = _part(members, "property", name)
                yield from _partition(members, node, "property", name, triples)
                yield from _leaves(node, "datatype", datatypes[(kind, name)])
                yield from _leaves(node, "class", links[(kind, name)])
        for name, triples in self.by_property.items():
            node = _part(DATASET, "property", name)
            yield from _partition(DATASET, node, "property", name, triples)
            yield from _leaves(node, "datatype", values[(name,)])


def count_partitions(store: ox.Store) -> Partitions:
    """Count the default graph of `store`: a few passes, 4 s for a million triples in memory."""
    properties = count(store, "properties")
    members = count(store, "class-properties")
    return Partitions(
        classes=count(store, "classes"),
        properties=properties,
        members=members,
        datatypes=_datatypes(store, properties, members),
        links=count(store, "class-links"),
    )


def _datatypes(store: ox.Store, properties: Counts, members: Counts) -> Counts:
    # To find the datatype of a value costs more than to find the value. Nearly every property has
    # one kind of values, which is then that of its triples in each class; only the rest is counted.
    kinds: dict[str, list[str]] = defaultdict(list)
    for name, datatype in properties:
        kinds[name].append(datatype)
    found: Counts = {
        (kind, name, kinds[name][0]): size
        for (kind, name), size in members.items()
        if len(kinds[name]) == 1
    }
    for name in (name for name, several in kinds.items() if len(several) > 1):
        found |= count(store, "class-datatypes", property=ox.NamedNode(name))
    return found


def _leaves(parent: ox.NamedNode, kind: str, sizes: dict[str, int]) -> Iterator[ox.Quad]:
    for value, size in sizes.items():
        if value:
            yield from _partition(parent, _part(parent, kind, value), kind, value, size)


def _partition(
    parent: ox.NamedNode, node: ox.NamedNode, kind: str, value: str, size: int
) -> Iterator[ox.Quad]:
    hangs, names, counts = _KINDS[kind]
    yield ox.Quad(parent, term(hangs), node, VOID_GRAPH)
    yield ox.Quad(node, term(names), ox.NamedNode(value), VOID_GRAPH)
    yield ox.Quad(node, term(counts), ox.Literal(size), VOID_GRAPH)


def _part(parent: ox.NamedNode, kind: str, value: str) -> ox.NamedNode:
    # The name says what is counted, so that it stays the same from release to release.
    short = shorten(value)
    if short.startswith("<"):
        short = hashlib.sha256(value.encode()).hexdigest()[:16]
    above = f"{VOID_GRAPH.value}#" if parent == DATASET else f"{parent.value}."
    word = "class" if kind == "members" else kind
    return ox.NamedNode(f"{above}{word}-{short.replace(':', '-')}")


def _tree(counts: Counts) -> dict[tuple[str, ...], dict[str, int]]:
    tree: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for (*above, last), size in counts.items():
        tree[tuple(above)][last] = size
    return tree


def _sums(counts: Counts) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for (first, *_), size in counts.items():
        sums[first] += size
    return dict(sums)


def _text(value: object) -> str:
    return value.value if isinstance(value, ox.NamedNode | ox.Literal) else ""
