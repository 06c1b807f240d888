"""The documents of nanopublications: in which formats they come, signed or not, and their page."""

import hashlib
from functools import lru_cache

import pyoxigraph as ox

from server.facts import Facts, text
from server.formats import BY_KEY
from server.links import Links
from server.linkset import PROVENANCE, Link, header
from server.nanopubs import (
    Names,
    Nanopub,
    find_judgement,
    makers,
    nanopub_address,
    nanopublication,
    revised,
)
from server.pages import Page, Renderer
from server.problems import Problem
from server.signing import Signer
from server.things import Thing

# Signing takes far longer than writing.
_KEPT = 1024
# In the order of the page.
_GRAPHS = {
    "assertion": "What is claimed",
    "provenance": "Why: what the claim rests on, and who or what made it",
    "pubinfo": "About this nanopublication",
    "Head": "Which graphs it consists of",
}


class NanopubDocuments:
    """Makes the nanopublications of one release."""

    def __init__(
        self, facts: Facts, links: Links, renderer: Renderer, signer: Signer | None
    ) -> None:
        """Make nothing yet; without a signer they will be unsigned."""
        self._facts, self._links, self._renderer = facts, links, renderer
        self._signer = signer
        self._publish = lru_cache(_KEPT)(self._publish_under)

    @property
    def key(self) -> str:
        """Return what tells documents signed by one key from those of another, and unsigned."""
        known = self._signer.public_key.encode() if self._signer else b""
        return hashlib.sha256(known).hexdigest()[:16] if known else ""

    def make(self, path: str, form: str) -> tuple[bytes, str] | None:
        """Return the nanopublication at `path` in the format of that key, and its Link header.

        None where there is none. A Problem says where it is, if `path` names a version of it that
        this release does not have.
        """
        found = find_judgement(self._facts, path)
        if found is None:
            return None
        judgement, artefact = found
        nanopub = self._find(judgement)
        own = nanopub.iri.removeprefix(self._facts.base)
        if artefact and own != path:
            address = path.rpartition("/")[0]
            detail = f"This release has another version of that nanopublication, at {address}"
            raise Problem("not-found", detail, {"nanopublication": self._facts.base + address})
        return self._body(judgement, nanopub, form), self._link_header(judgement, own)

    def _find(self, judgement: Thing) -> Nanopub:
        """Return the nanopublication of `judgement`, after those that it supersedes."""
        first, *later = revised(judgement)
        nanopub = self._publish(first.iri, "")
        for one in later:
            nanopub = self._publish(one.iri, nanopub.iri)
        return nanopub

    def _publish_under(self, judgement: str, supersedes: str) -> Nanopub:
        thing, address = Thing(self._facts, judgement), nanopub_address(judgement)
        assert address is not None
        if self._signer is None:
            return nanopublication(thing, Names(address), supersedes)
        return self._signer.sign(nanopublication(thing, Names(address, "/"), supersedes))

    def _body(self, judgement: Thing, nanopub: Nanopub, form: str) -> bytes:
        own = nanopub.iri.removeprefix(self._facts.base)
        if form == "html":
            page = _page(judgement, nanopub, is_signed=self._signer is not None)
            return self._renderer.render(page, formats=self._links.formats(own), path=own)
        writer = BY_KEY[form].writer
        assert isinstance(writer, ox.RdfFormat)
        # As nanopublications are usually written.
        names = {"this": nanopub.iri, "sub": f"{nanopub.iri}#"}
        prefixes = self._facts.prefixes | names
        return ox.serialize(nanopub.quads, format=writer, prefixes=prefixes) or b""

    def _link_header(self, judgement: Thing, own: str) -> str:
        facts = self._facts
        licence = Thing(facts, f"{facts.base}/dataset").text("dcterms:license")
        page = self._links.path(own)
        links = {
            "collection": judgement.iri.partition("#")[0],
            "license": licence,
            "type": facts.term("np:Nanopublication").value,
        }
        found = [Link(relation, target, page) for relation, target in links.items()]
        trig = BY_KEY["trig"]
        found.append(Link(PROVENANCE, self._links.path(own + trig.suffix), page, trig.media_type))
        return header([*self._links.all(own), *found], page)


def _page(judgement: Thing, nanopub: Nanopub, *, is_signed: bool) -> Page:
    graphs: dict[str, dict[str, list[ox.Quad]]] = {name: {} for name in _GRAPHS}
    for quad in nanopub.quads:
        about = graphs[text(quad.graph_name).rpartition("#")[2]]
        about.setdefault(text(quad.subject), []).append(quad)
    values: dict[str, object] = {
        "judgement": judgement,
        "entry": Thing(judgement.facts, judgement.iri.partition("#")[0]),
        "nanopub": nanopub,
        "graphs": [(name, _GRAPHS[name], about) for name, about in graphs.items()],
        "is_signed": is_signed,
        "makers": makers(judgement),
    }
    return Page("nanopub.html", values)
