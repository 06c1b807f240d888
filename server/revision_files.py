"""The data of a revision in each format: the same bytes in every release, whatever else changes.

Everything here is made from the record and the content of one revision alone. The prefixes are
fixed, and no library writes these formats: its next version might write them otherwise. Whoever
wants them another way adds a second version for later revisions and leaves this one as it is.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from graph.content import triples_of
from graph.difference import Difference, compare, rdf_patch
from graph.prefixes import value

# The prefixes of version 1; the project's own table grows.
PREFIXES = {
    "atlas": "https://www.mecfsatlas.com/ontology#",
    "bibo": "http://purl.org/ontology/bibo/",
    "cito": "http://purl.org/spar/cito/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_STRING = f"{PREFIXES['xsd']}string"
_TYPE = f"{PREFIXES['rdf']}type"
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_LOCAL = re.compile(r"[A-Za-z_][\w.-]*$", re.ASCII)
# What XML 1.0 cannot say at all.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Frozen:
    """One revision: its record, its content, and that of the one before, b"" for the first.

    IRIs are under the project's own base, wherever they are served.
    """

    iri: str
    document: str
    record: frozenset[ox.Triple]
    content: bytes
    before: bytes = b""

    @cached_property
    def triples(self) -> list[ox.Triple]:
        """Return what the document said, in order."""
        return sorted(triples_of(self.content), key=str)

    @cached_property
    def difference(self) -> Difference:
        """Return what changed since the revision before."""
        return compare(triples_of(self.before), self.triples)


def _canonical(frozen: Frozen) -> bytes:
    return frozen.content


def _turtle(frozen: Frozen) -> bytes:
    return (head() + blocks(frozen.triples)).encode()


def _trig(frozen: Frozen) -> bytes:
    """Return the record, and the content in a graph named as the revision is."""
    record = blocks(sorted(frozen.record, key=str))
    body = f"{head()}{record}\n<{frozen.iri}> {{\n{blocks(frozen.triples)}}}\n"
    return body.encode()


def _patch(frozen: Frozen) -> bytes:
    return rdf_patch(frozen.difference).encode()


def _json_ld(frozen: Frozen) -> bytes:
    document = {"@context": PREFIXES, "@graph": json_nodes(frozen.triples)}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def json_nodes(triples: Iterable[ox.Triple]) -> list[dict[str, object]]:
    """Return `triples`, in the order of their subjects, as nodes of JSON-LD."""
    return [{"@id": subject, **_members(said)} for subject, said in _by_subject(triples)]


def _members(triples: Iterable[ox.Triple]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for triple in triples:
        said = triple.object
        if triple.predicate.value == _TYPE:
            found.setdefault("@type", []).append(_short(value(said)))
        elif isinstance(said, ox.Literal):
            found.setdefault(_short(triple.predicate.value), []).append(_literal(said))
        else:
            found.setdefault(_short(triple.predicate.value), []).append({"@id": value(said)})
    return found


def _literal(said: ox.Literal) -> dict[str, str]:
    if said.language:
        return {"@value": said.value, "@language": said.language}
    kind = {} if said.datatype.value == _STRING else {"@type": _short(said.datatype.value)}
    return {"@value": said.value} | kind


def _rdf_xml(frozen: Frozen) -> bytes:
    spaces = "".join(f"\n  xmlns:{prefix}={quoteattr(iri)}" for prefix, iri in PREFIXES.items())
    body = "".join(
        f"<rdf:Description rdf:about={quoteattr(subject)}>\n"
        f"{''.join(map(_element, triples))}</rdf:Description>\n"
        for subject, triples in _by_subject(frozen.triples)
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n'
    return f"{head}{body}</rdf:RDF>\n".encode()


def _element(triple: ox.Triple) -> str:
    said, name, space = triple.object, _short(triple.predicate.value), ""
    if name == triple.predicate.value:
        local = _LOCAL.search(name)
        assert local, f"RDF/XML has no name for the property {name}"
        name, space = f"p:{local[0]}", f" xmlns:p={quoteattr(name[: local.start()])}"
    if not isinstance(said, ox.Literal):
        return f"  <{name}{space} rdf:resource={quoteattr(value(said))}/>\n"
    kind = f" xml:lang={quoteattr(said.language)}" if said.language else ""
    if not said.language and said.datatype.value != _STRING:
        kind = f" rdf:datatype={quoteattr(said.datatype.value)}"
    # A bare carriage return would be read as a line feed.
    text = escape(NOT_XML.sub("\ufffd", said.value), {"\r": "&#13;"})
    return f"  <{name}{space}{kind}>{text}</{name}>\n"


def head() -> str:
    """Return the declarations of the prefixes."""
    return "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()) + "\n"


def blocks(triples: Iterable[ox.Triple]) -> str:
    """Return `triples`, in the order of their subjects, as Turtle."""
    return "".join(
        f"<{subject}>\n  " + " ;\n  ".join(map(_said, about)) + " .\n"
        for subject, about in _by_subject(triples)
    )


def _said(triple: ox.Triple) -> str:
    return f"{_term(triple.predicate)} {_term(triple.object)}"


def _term(node: object) -> str:
    if isinstance(node, ox.Literal):
        is_plain = node.language or node.datatype.value == _STRING
        quoted = str(ox.Literal(node.value))
        return str(node) if is_plain else f"{quoted}^^{_term(node.datatype)}"
    short = _short(value(node))
    return f"<{short}>" if short == value(node) else short


def _short(iri: str) -> str:
    for prefix, space in PREFIXES.items():
        if iri.startswith(space) and _NAME.fullmatch(iri, len(space)):
            return f"{prefix}:{iri[len(space) :]}"
    return iri


def _by_subject(triples: Iterable[ox.Triple]) -> Iterable[tuple[str, Iterable[ox.Triple]]]:
    return groupby(triples, lambda triple: value(triple.subject))


# Format of the table → who writes it. N-Triples and N-Quads are the bytes that were digested.
FILES: dict[str, Callable[[Frozen], bytes]] = {
    "ttl": _turtle,
    "jsonld": _json_ld,
    "nt": _canonical,
    "nq": _canonical,
    "trig": _trig,
    "rdf": _rdf_xml,
    "patch": _patch,
}
