"""What PROV-O says of how a release was made: when, from which files, by which programs."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from graph.inputs import KINDS, PROGRAM_KINDS
from graph.release import Built, Manifest
from server.facts import Facts

_SAID = "How release {} was made"


@dataclass(frozen=True)
class InputRow:
    """One kind of files as the page of a release lists it; `command` works the digest out."""

    part: str
    title: str
    files: int
    digest: str
    folder: str
    command: str


@dataclass(frozen=True)
class Program:
    """One program that took part, by the part of the release's document that it is."""

    part: str
    label: str
    version: str


def input_rows(manifest: Manifest) -> list[InputRow]:
    """Return what went into a release; nothing where that was not recorded."""
    rows = []
    for one in manifest.built.inputs if manifest.built else ():
        kind = KINDS.get(one.key)
        # A kind that another make of the program knew is told of by its key.
        title, command = (kind.title, kind.command) if kind else (one.key, "")
        folder = "program" if one.key in PROGRAM_KINDS else "data"
        part = f"input-{one.key}"
        rows.append(InputRow(part, title, one.files, one.digest, folder, command))
    return rows


def programs(manifest: Manifest) -> list[Program]:
    """Return the programs that made a release, with their versions."""
    return [
        Program(f"program-{name.lower()}", f"{name} {version}", version)
        for name, version in manifest.software.items()
    ]


def build_values(manifest: Manifest) -> dict[str, object]:
    """Return what the template of how a release was made needs."""
    return {
        "manifest": manifest,
        "inputs": input_rows(manifest),
        "programs": programs(manifest),
    }


def build_triples(facts: Facts, manifest: Manifest) -> Iterator[ox.Triple]:
    """Return how `manifest` says that its release was made; nothing where it does not say."""
    if manifest.built is None:
        return
    release = ox.NamedNode(f"{facts.base}/release/{manifest.id}")
    build = ox.NamedNode(f"{release.value}#build")
    yield ox.Triple(release, facts.term("prov:wasGeneratedBy"), build)
    yield from _times(facts, build, manifest.id, manifest.built)
    for row in input_rows(manifest):
        node = ox.NamedNode(f"{release.value}#{row.part}")
        yield ox.Triple(build, facts.term("prov:used"), node)
        yield ox.Triple(node, facts.term("rdf:type"), facts.term("atlas:BuildInput"))
        yield ox.Triple(node, facts.term("rdfs:label"), ox.Literal(row.title, language="en"))
        yield ox.Triple(node, facts.term("atlas:fileCount"), ox.Literal(row.files))
        yield ox.Triple(node, facts.term("atlas:filesDigest"), ox.Literal(row.digest))
    for program in programs(manifest):
        node = ox.NamedNode(f"{release.value}#{program.part}")
        yield ox.Triple(build, facts.term("prov:wasAssociatedWith"), node)
        yield ox.Triple(node, facts.term("rdf:type"), facts.term("prov:SoftwareAgent"))
        yield ox.Triple(node, facts.term("rdfs:label"), ox.Literal(program.label, language="en"))
        version = ox.Literal(program.version)
        yield ox.Triple(node, facts.term("schema:softwareVersion"), version)


def _times(facts: Facts, build: ox.NamedNode, name: str, built: Built) -> Iterator[ox.Triple]:
    for kind in ("atlas:Build", "prov:Activity"):
        yield ox.Triple(build, facts.term("rdf:type"), facts.term(kind))
    label = ox.Literal(_SAID.format(name), language="en")
    yield ox.Triple(build, facts.term("rdfs:label"), label)
    for curie, when in (
        ("prov:startedAtTime", built.started),
        ("prov:endedAtTime", built.ended),
    ):
        moment = ox.Literal(when, datatype=facts.term("xsd:dateTime"))
        yield ox.Triple(build, facts.term(curie), moment)
