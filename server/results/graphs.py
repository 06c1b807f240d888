"""Write graphs in the RDF formats, or say why one of them cannot hold a graph."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

import pyoxigraph as ox

from server.formats import BY_KEY
from server.results.blocks import Blocks, Xml
from server.results.faults import TooManyRows, Unsayable
from server.results.rdfxml import rdf_xml

_WITHOUT_TRIPLE_TERMS = {ox.RdfFormat.JSON_LD, ox.RdfFormat.RDF_XML}


def write_graph(
    found: Iterable[ox.Triple], key: str, sink: BinaryIO, prefixes: dict[str, str], rows: int = 0
) -> None:
    """Write `found` in the RDF format of that key, or raise Unsayable or TooManyRows."""
    writer = BY_KEY[key].writer
    assert isinstance(writer, ox.RdfFormat)
    triples = _limited(found, rows) if rows else iter(found)
    if writer in _WITHOUT_TRIPLE_TERMS:
        triples = _plain(triples)
    if writer == ox.RdfFormat.RDF_XML:
        blocks = Blocks(Xml(sink, 0).take)
        for part in rdf_xml(triples, prefixes):
            blocks.write(part.encode())
    else:
        blocks = Blocks(sink.write)
        ox.serialize(triples, cast(BinaryIO, blocks), format=writer, prefixes=prefixes)
    blocks.finish()


def _limited(found: Iterable[ox.Triple], rows: int) -> Iterator[ox.Triple]:
    for number, triple in enumerate(found):
        if number == rows:
            raise TooManyRows(rows)
        yield triple


def _plain(triples: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    for triple in triples:
        if isinstance(triple.object, ox.Triple):
            raise Unsayable("A value is a triple term, for which this format has no words.")
        yield triple
