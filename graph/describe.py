"""Count what a release holds, and say it in VoID beside the data."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from graph.prefixes import BASE, prefixes, term

VOID_GRAPH = ox.NamedNode(f"{BASE}/.well-known/void")
INFERRED_GRAPH = ox.NamedNode(f"{BASE}/graph/inferred")
DATASET = ox.NamedNode(f"{BASE}/dataset")
_QUERIES = Path(__file__).parent / "queries"
_INTEGER = term("xsd:integer")


def count(store: ox.Store, query: str) -> dict[str, int]:
    """Run `query`.rq; return its `?count` by the text of its other columns, joined by a space."""
    text = (_QUERIES / f"{query}.rq").read_text(encoding="utf-8")
    solutions = store.query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables if variable.value != "count"]
    return {
        " ".join(_text(solution[name]) for name in names): int(_text(solution["count"]))
        for solution in solutions
    }


def describe(store: ox.Store) -> dict[str, int]:
    """Write the VoID graph into `store`; return the counts a manifest repeats."""
    classes = count(store, "class-partition")
    properties = count(store, "property-partition")
    store.extend(_void(classes, properties))
    judged = count(store, "judgements")
    entries = classes.get(term("atlas:EvidenceEntry").value, 0)
    return {
        "entries": entries,
        "case definitions": classes.get(term("atlas:CaseDefinition").value, 0),
        "journals": classes.get(term("atlas:Journal").value, 0),
        "triples": sum(properties.values()),
        "inferred triples": sum(
            1 for _ in store.quads_for_pattern(None, None, None, INFERRED_GRAPH)
        ),
        **{f"PEM {key}": number for key, number in judged.items()},
        "PEM not judged": entries - sum(judged.values()),
    }


def _void(classes: dict[str, int], properties: dict[str, int]) -> Iterator[ox.Quad]:
    triples = sum(properties.values())
    yield _quad(DATASET, "rdf:type", term("void:Dataset"))
    yield _quad(DATASET, "void:triples", _number(triples))
    yield _quad(DATASET, "void:classes", _number(len(classes)))
    yield _quad(DATASET, "void:properties", _number(len(properties)))
    for namespace in prefixes().values():
        if any(name.startswith(namespace) for name in (*classes, *properties)):
            yield _quad(DATASET, "void:vocabulary", ox.NamedNode(namespace))
    yield from _partitions("class", classes, "void:class", "void:entities")
    yield from _partitions("property", properties, "void:property", "void:triples")


def _partitions(kind: str, counts: dict[str, int], names: str, counted: str) -> Iterator[ox.Quad]:
    for number, (iri, size) in enumerate(sorted(counts.items()), 1):
        node = ox.NamedNode(f"{VOID_GRAPH.value}#{kind}-{number}")
        yield _quad(DATASET, f"void:{kind}Partition", node)
        yield _quad(node, names, ox.NamedNode(iri))
        yield _quad(node, counted, _number(size))


def _quad(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, term(predicate), value, VOID_GRAPH)


def _number(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=_INTEGER)


def _text(value: object) -> str:
    return value.value if isinstance(value, ox.NamedNode | ox.Literal) else str(value)
