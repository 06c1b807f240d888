"""One page of every template, for the checks of what pages are like: the table to add a row to."""

from dataclasses import dataclass
from urllib.parse import urlencode

from tests.conftest import SEED


@dataclass(frozen=True)
class Sample:
    """A page of the real data, or of the made-up entries where the real ones have no such case."""

    name: str
    path: str
    is_made_up: bool = False

    @property
    def has_editor(self) -> bool:
        """Return whether the query editor comes to it, which weighs more than a page may."""
        return self.path.startswith("/sparql")


def asking(query: str) -> str:
    """Return the path of the page that answers `query`."""
    return f"/sparql?{urlencode({'query': query, 'format': 'html'})}"


SAMPLES = (
    Sample("home", "/"),
    Sample("entry with texts", f"/evidence/{SEED}"),
    Sample("entry without texts", "/evidence/aaron-2000-overlapping-conditions"),
    Sample("entry judged", "/evidence/kim-2026-hyperbaric-oxygen"),
    Sample("entry retracted and drafted", "/evidence/fixture-2001-markup-title", is_made_up=True),
    Sample(
        "entry in doubt, drafted and scanned", "/evidence/fixture-2012-preprint", is_made_up=True
    ),
    Sample("entry that cites", "/evidence/fixture-2013-groups-required", is_made_up=True),
    Sample("list", "/evidence"),
    Sample("search", "/evidence?q=fatige+exercise&pem=required&pem=unclear&definition=fukuda1994"),
    Sample("search that finds nothing", "/evidence?q=zzzzzzzz"),
    Sample("definition", "/case-definition/fukuda1994"),
    Sample("definitions", "/case-definition"),
    Sample("ontology", "/ontology"),
    Sample("scheme", "/vocabulary/pem-reason"),
    Sample("scheme of definitions", "/vocabulary/case-definition"),
    Sample("journal", "/journal/behavioural-and-cognitive-psychotherapy"),
    Sample("rule set", "/rule-set/v0.1"),
    Sample("dataset", "/dataset"),
    Sample("shapes", "/shapes"),
    Sample("comparison", "/compare?definition=fukuda1994&definition=ccc2003&definition=oxford1991"),
    Sample("comparison to choose", "/compare"),
    Sample("author name", "/author-name?name=Jo+Daniels"),
    Sample("author name to ask for", "/author-name"),
    Sample("how it works", "/how-it-works"),
    Sample("retractions", "/retractions"),
    Sample("retractions with some", "/retractions", is_made_up=True),
    Sample("nanopublication", "/evidence/kim-2026-hyperbaric-oxygen/nanopub/1"),
    Sample("revision", "/evidence/kim-2026-hyperbaric-oxygen/revision/2"),
    Sample("first revision", f"/evidence/{SEED}/revision/1"),
    Sample("revision of a definition", "/case-definition/fukuda1994/revision/1"),
    Sample("releases", "/release"),
    Sample("changes", "/changes"),
    Sample("changes where none is recorded", "/changes", is_made_up=True),
    Sample("changes on a page that is full", "/changes/18"),
    Sample("problem", "/problems/not-found"),
    Sample("problems", "/problems"),
    Sample("nothing there", "/nowhere"),
    Sample("paper not here", "/doi/10.5555/nobody-has-this"),
    Sample("saved queries", "/query"),
    Sample("saved query", "/query/pem-required-by-definition-and-decade"),
    Sample("saved query for a graph", "/query/a-bibliography-as-schema-org"),
    Sample("query", "/sparql"),
    Sample("query with rows", asking("SELECT * { ?s ?p ?o } LIMIT 9")),
    Sample("query with a graph", asking("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 9")),
    Sample("query with a verdict", asking("ASK {}")),
    Sample("query with an error", asking("SELECT")),
)
NAMES = [sample.name for sample in SAMPLES]
