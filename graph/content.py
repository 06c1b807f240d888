"""The content of a document: what is asserted or judged of it, as canonical lines.

A document is an entry, a case definition or a saved query, and its `#` parts. There are no blank
nodes in it, so that its canonical N-Quads by RDFC-1.0 are its N-Triples lines in the order of their
bytes, each ended by a line feed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox

from graph.kept import CURRENT_REVISION, KEPT, is_revision
from graph.sources import document_of

# A content leaves this out, for it names the revision that has the content's digest.
_LINK = str(CURRENT_REVISION).encode()
_STARTS = tuple(f"<{kept.space}".encode() for kept in KEPT)
_TRIPLES = ox.RdfFormat.N_TRIPLES


def contents(lines: bytes) -> dict[str, bytes]:
    """Part N-Triples as the store writes them by the document they describe; return each content.

    `lines` must hold nothing that was inferred. What they say of revisions, and of documents of
    which none are kept, is left out.
    """
    parts: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for line in lines.splitlines(keepends=True):
        if line.startswith(_STARTS):
            subject, predicate, _ = line.split(b" ", 2)
            if predicate != _LINK:
                parts[subject[1:-1].partition(b"#")[0]].append(line)
    documents = ((document.decode(), found) for document, found in parts.items())
    return {name: b"".join(sorted(found)) for name, found in documents if not is_revision(name)}


def content_of(document: str, triples: Iterable[ox.Triple]) -> bytes:
    """Return the content of one `document` among asserted and judged `triples`."""
    lines = ox.serialize(triples, format=_TRIPLES) or b""
    return contents(lines).get(document_of(document), b"")


def triples_of(content: bytes) -> frozenset[ox.Triple]:
    """Return the triples of a content."""
    return frozenset(quad.triple for quad in ox.parse(content, format=_TRIPLES))


def digest(content: bytes) -> str:
    """Return the digest of a content, sha256:hex over its canonical N-Quads in UTF-8."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
