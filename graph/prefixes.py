"""The one prefix table, read from ontology/prefixes.ttl, and the terms written with it."""

from functools import cache

import pyoxigraph as ox

from graph.paths import ONTOLOGY

BASE = "https://www.mecfsatlas.com"
ATLAS = f"{BASE}/ontology#"
_SH = "http://www.w3.org/ns/shacl#"


@cache
def prefixes() -> dict[str, str]:
    """Return prefix → namespace IRI, in alphabetical order of the prefixes."""
    names: dict[str, str] = {}
    spaces: dict[str, str] = {}
    for triple in ox.parse(path=str(ONTOLOGY / "prefixes.ttl")):
        if isinstance(triple.object, ox.Literal):
            target = names if triple.predicate.value == f"{_SH}prefix" else spaces
            target[str(triple.subject)] = triple.object.value
    return {names[node]: spaces[node] for node in sorted(names, key=names.__getitem__)}


@cache
def term(curie: str) -> ox.NamedNode:
    """Return the node that `curie` ("atlas:paper") names; KeyError for an unknown prefix."""
    prefix, _, local = curie.partition(":")
    return ox.NamedNode(prefixes()[prefix] + local)


def shorten(iri: str) -> str:
    """Return `iri` as a CURIE where a prefix fits, else in angle brackets."""
    for prefix, namespace in prefixes().items():
        if iri.startswith(namespace) and iri[len(namespace) :].replace("-", "").isalnum():
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri}>"


def vocabulary(scheme: str, key: str) -> ox.NamedNode:
    """Return the concept `key` of the SKOS scheme `scheme`, as `/vocabulary/<scheme>#<key>`."""
    return ox.NamedNode(f"{BASE}/vocabulary/{scheme}#{key}")


def value(node: object) -> str:
    """Return the text of an IRI or a literal, which pyoxigraph types as one of several nodes."""
    if isinstance(node, ox.NamedNode | ox.Literal):
        return node.value
    raise TypeError(f"{node} is neither an IRI nor a literal")
