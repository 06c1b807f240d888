"""The documents of revisions: recalled from the release, proved, and written as ever."""

from graph.errors import ReleaseMissing
from graph.history import revision_iri
from graph.prefixes import BASE
from graph.recall import recall, record_of
from server.facts import Facts
from server.formats import BY_KEY
from server.links import Links
from server.linkset import Link, header
from server.memento import memento_headers
from server.problems import Problem
from server.revision_files import FILES, Frozen
from server.revision_page import revision_page
from server.revisions import history

# What is frozen never changes, so nobody need ask again.
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
# Written into ETags instead of the version of the release.
FROZEN = "revision-1"


class RevisionDocuments:
    """Makes the documents of the revisions that one release has."""

    def __init__(self, facts: Facts, links: Links) -> None:
        """Make nothing yet."""
        self._facts, self._links = facts, links

    def make(self, path: str, form: str) -> tuple[bytes, str, dict[str, str]] | None:
        """Return the revision at `path` in the format of that key, its Link and other headers.

        None where there is none. A Problem where the release is damaged: what has not the digest on
        record is never shown.
        """
        try:
            frozen = self.find(path)
        except ReleaseMissing as error:
            raise Problem("internal-error", str(error)) from error
        if frozen is None:
            return None
        body = revision_page(frozen) if form == "html" else FILES[form](frozen)
        links, headers = self._said(path, path.rpartition("/revision/")[0])
        return body, links, headers

    def find(self, path: str) -> Frozen | None:
        """Return the revision at `path`, under the project's own base; None where there is none."""
        facts, document = self._facts, path.rpartition("/revision/")[0]
        number = path.rpartition("/")[2]
        iri = facts.base + path
        try:
            content = recall(facts.store, iri, facts.base)
        except ValueError:
            # No IRI at all.
            return None
        if content is None:
            return None
        record = record_of(facts.store, iri, facts.base)
        before = b""
        if int(number) > 1:
            last = revision_iri(facts.base + document, int(number) - 1)
            before = recall(facts.store, last, facts.base) or b""
        return Frozen(BASE + path, BASE + document, record, content, before)

    def _said(self, path: str, entry: str) -> tuple[str, dict[str, str]]:
        known, iri = history(self._facts, entry), self._facts.base + path
        assert known is not None
        own = next(memento for memento in known.mementos if memento.address == iri)
        page, trig = self._links.path(path), BY_KEY["trig"]
        record = Link("describedby", page + trig.suffix, page, trig.media_type)
        others = header([record, *self._links.all(path)], page)
        return f"{known.memento_links(own)}, {others}", memento_headers(own)
