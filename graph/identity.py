"""Whether an entry is still about the paper that it was about: an IRI is never used for another."""

from collections.abc import Iterable

import pyoxigraph as ox

from graph.prefixes import term

_IDENTIFIERS = {term(curie) for curie in ("bibo:doi", "bibo:pmid", "fabio:hasPubMedCentralId")}
_TITLE = term("dcterms:title")


def is_other_paper(before: Iterable[ox.Triple], after: Iterable[ox.Triple]) -> bool:
    """Say whether the papers have identifiers, but neither one of them in common nor the title.

    A wrong identifier can so be put right, and a wrong title, but not all at once.
    """
    old, new = _known(before), _known(after)
    return _has_identifier(old) and _has_identifier(new) and not old & new


def _known(triples: Iterable[ox.Triple]) -> set[tuple[ox.NamedNode, str]]:
    """Return what the paper of an entry is known by; how a title is written does not count."""
    return {
        (triple.predicate, " ".join(triple.object.value.casefold().split()))
        for triple in triples
        if triple.predicate in _IDENTIFIERS or triple.predicate == _TITLE
        if isinstance(triple.object, ox.Literal)
    }


def _has_identifier(known: set[tuple[ox.NamedNode, str]]) -> bool:
    return any(predicate in _IDENTIFIERS for predicate, _ in known)
