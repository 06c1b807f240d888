"""Write a graph as RDF/XML that every XML parser reads back, or say why that cannot be done.

The engine's own writer makes element names of predicates and types that are none: of those without
a local name, with letters that only the newest XML knows, in the namespace of xmlns.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from xml.parsers import expat

import pyoxigraph as ox

from graph.prefixes import term
from server.results.faults import Unsayable

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Names that RDF/XML keeps for its syntax, or, `li`, reads as another predicate.
_RESERVED = {
    _RDF + name
    for name in (
        *("RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID", "datatype", "li"),
        *("Description", "aboutEach", "aboutEachPrefix", "version", "annotation"),
        "annotationNodeID",
    )
}
_XMLNS = "http://www.w3.org/2000/xmlns/"
_STRING = term("xsd:string")
_ASCII_NAME = re.compile(r"[A-Z_a-z][A-Z_a-z0-9.-]*\Z")
_NAME = re.compile(r"[^\W\d][\w.-]*\Z")
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})

Names = Callable[[str], tuple[str, str]]


def rdf_xml(triples: Iterable[ox.Triple], prefixes: dict[str, str]) -> Iterator[str]:
    """Return the parts of the document, or raise Unsayable.

    Carriage returns and characters that XML does not have are left to the reader of the parts.
    """
    known = {
        namespace: prefix
        for prefix, namespace in prefixes.items()
        if is_name(prefix) and not prefix.lower().startswith("xml")
    } | {_RDF: "rdf"}
    names = lru_cache(maxsize=4096)(lambda predicate: _names(predicate, known))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    for namespace, prefix in known.items():
        yield f' xmlns:{prefix}="{namespace.translate(_ESCAPED)}"'
    yield ">\n"
    for subject, about in groupby(triples, key=attrgetter("subject")):
        yield f"\t<rdf:Description{_node(subject, 'about')}>\n"
        for triple in about:
            yield _property(triple, names)
        yield "\t</rdf:Description>\n"
    yield "</rdf:RDF>\n"


def _property(triple: ox.Triple, names: Names) -> str:
    start, end = names(triple.predicate.value)
    value = triple.object
    if not isinstance(value, ox.Literal):
        return f"\t\t<{start}{_node(value, 'resource')}/>\n"
    if value.direction:
        raise Unsayable("RDF/XML cannot say the direction of a text.")
    about = ""
    if value.language:
        about = f' xml:lang="{value.language}"'
    elif value.datatype != _STRING:
        about = f' rdf:datatype="{value.datatype.value.translate(_ESCAPED)}"'
    return f"\t\t<{start}{about}>{value.value.translate(_ESCAPED)}</{end}>\n"


def _node(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, name: str) -> str:
    if isinstance(node, ox.NamedNode):
        return f' rdf:{name}="{node.value.translate(_ESCAPED)}"'
    if isinstance(node, ox.BlankNode) and is_name(node.value):
        return f' rdf:nodeID="{node.value}"'
    raise Unsayable(f"RDF/XML cannot name the node {node}.")


def _names(predicate: str, known: dict[str, str]) -> tuple[str, str]:
    """Return what the start tag and the end tag call `predicate`."""
    local = _NAME.search(predicate)
    if local is None or not is_name(local[0]):
        local = _ASCII_NAME.search(predicate)
    namespace = predicate[: local.start()] if local else ""
    if local is None or predicate in _RESERVED or namespace == _XMLNS:
        raise Unsayable(f"RDF/XML cannot name the predicate <{predicate}>.")
    if namespace in known:
        return (f"{known[namespace]}:{local[0]}",) * 2
    return f'{local[0]} xmlns="{namespace.translate(_ESCAPED)}"', local[0]


@lru_cache(maxsize=4096)
def is_name(text: str) -> bool:
    """Return whether XML parsers in use take `text` for a name: some know only older letters."""
    if _ASCII_NAME.match(text):
        return True
    if not _NAME.match(text):
        return False
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(f"<{text}/>", True)
    except expat.ExpatError:
        return False
    return True
