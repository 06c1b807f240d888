"""The view of schema.org on a document, as search engines read it.

It says nothing that the graph does not say, in plain text and in terms of schema.org alone. Our
page is not typed as the article: it is a page about one. The people who wrote that are parts of
the page (`#author-1-agent`): each is who is so named there, and is not claimed to be anybody else.
"""

from collections.abc import Callable, Iterable

import pyoxigraph as ox

from graph.prefixes import value
from server.citations import Paper, read_paper
from server.documents import Document
from server.facts import Facts
from server.notices import standing
from server.schema_terms import Triples, Value, Values, said
from server.things import Thing

_IANA = "https://www.iana.org/assignments/media-types/"
# What the entry or its case definitions are filed under.
_KEYWORDS = ("atlas:topic", "atlas:pemRequirement", "atlas:publicationType")
_SEARCH = "/evidence?q={search_term_string}"
# What links one paper with another → by which of ours a paper is its subject, or its object.
_LINKS = {
    "correction": ("atlas:correctedBy", "atlas:correctionOf"),
    "isBasedOn": ("atlas:hasPreprint", "atlas:preprintOf"),
}


def schema_org(facts: Facts, document: Document) -> list[ox.Triple]:
    """Return what schema.org can say of `document`, its own node first; nothing of most kinds."""
    path = document.iri.removeprefix(facts.base)
    make = _VIEWS.get(path.split("/")[1])
    return list(dict.fromkeys(make(facts, document))) if make else []


def schema_org_home(facts: Facts) -> list[ox.Triple]:
    """Return what schema.org can say of the whole site: a catalogue with a search."""
    home, dataset = ox.NamedNode(f"{facts.base}/"), Thing(facts, f"{facts.base}/dataset")
    search, entries = (
        ox.NamedNode(f"{home.value}#{name}") for name in ("search", "search-entries")
    )
    values: dict[str, Value | Iterable[Value]] = {
        "name": dataset.text("dcterms:title"),
        "description": dataset.text("dcterms:description"),
        "url": home,
        "dataset": dataset.node,
        "potentialAction": search,
    }
    return [
        *said(facts, home, ("WebSite", "DataCatalog"), values),
        *said(facts, dataset.node, ("Dataset",), {"name": dataset.text("dcterms:title")}),
        *said(
            facts, search, ("SearchAction",),
            {"target": entries, "query-input": "required name=search_term_string"},
        ),
        *said(facts, entries, ("EntryPoint",), {"urlTemplate": facts.base + _SEARCH}),
    ]  # fmt: skip


def _entry(facts: Facts, document: Document) -> Triples:
    entry = Thing(facts, document.iri)
    thing = entry.one("atlas:paper")
    if thing is None:
        return
    inclusion = entry.one("atlas:inclusion")
    days = [found.text("atlas:recordedOn") for found in (entry, inclusion) if found]
    summary = entry.one("atlas:quickSummary")
    keywords = [found for curie in _KEYWORDS for found in entry.all(curie)]
    groups = inclusion.all("atlas:group") if inclusion else []
    definitions = [found for group in groups for found in group.all("atlas:definition")]
    yield from said(facts, entry.node, ("AboutPage", "CreativeWork"), {
        "name": entry.label,
        "url": entry.node,
        "about": thing.node,
        "mainEntity": thing.node,
        # A draft that no person has looked at would stand there without its notice.
        "abstract": summary.text("rdf:value") if summary and _is_ours(summary) else "",
        "keywords": [found.node for found in keywords],
        # What has this paper for its object is a subject of its own, and nothing else leads there.
        "mentions": [
            *(found.node for found in definitions),
            *(found.node for _, to in _LINKS.values() for found in thing.all(to)),
        ],
        "dateModified": max(days),
        "isAccessibleForFree": True,
        **_license(facts),
        "isPartOf": ox.NamedNode(f"{facts.base}/dataset"),
    })  # fmt: skip
    yield from _article(thing, entry.iri)
    for found in dict.fromkeys([*keywords, *definitions]):
        yield from _term(found)


def _is_ours(text: Thing) -> bool:
    return text.is_true("atlas:machineDrafted") is False


def _article(thing: Thing, page: str) -> Triples:
    facts, paper = thing.facts, read_paper(thing)
    known = {"doi": paper.doi, "pmid": paper.pmid}
    identifiers = {name: ox.NamedNode(f"{page}#{name}") for name in known if known[name]}
    agents = [ox.NamedNode(f"{author.iri}-agent") for author in thing.all("atlas:author")]
    containers = _containers(thing, paper, page)
    yield from said(facts, thing.node, ("ScholarlyArticle", "MedicalScholarlyArticle"), {
        "name": paper.title,
        "author": agents,
        "datePublished": paper.issued or paper.year,
        "isPartOf": [node for node, _, _ in containers[:1]],
        "pagination": "-".join(paper.span),
        "identifier": identifiers.values(),
        "sameAs": [ox.NamedNode(iri) for iri in thing.texts("schema:sameAs")],
        "url": ox.NamedNode(paper.url) if paper.url else "",
        "creativeWorkStatus": _status(thing, paper),
    })  # fmt: skip
    yield from _versions(thing)
    for agent, author in zip(agents, paper.authors, strict=True):
        # Who has no family name may be a group, or one whose name nobody took apart.
        kinds = ("Person",) if author.family else ()
        names = {"familyName": author.family, "givenName": author.given}
        yield from said(facts, agent, kinds, {"name": author.printed, **names})
    for place, (node, kind, values) in enumerate(containers):
        outer = [above for above, _, _ in containers[place + 1 : place + 2]]
        yield from said(facts, node, (kind,), {**values, "isPartOf": outer})
    for name, node in identifiers.items():
        values = {"propertyID": name, "value": known[name]}
        yield from said(facts, node, ("PropertyValue",), values)


def _containers(thing: Thing, paper: Paper, page: str) -> list[tuple[ox.NamedNode, str, Values]]:
    """Return what the paper is a part of, as far as it is known: issue, volume and journal."""
    found: list[tuple[ox.NamedNode, str, Values]] = []
    for name, number in (("issue", paper.issue), ("volume", paper.volume)):
        if number:
            node = ox.NamedNode(f"{page}#{name}")
            found.append((node, f"Publication{name.title()}", {f"{name}Number": number}))
    if journal := thing.one("schema:isPartOf"):
        found.append((journal.node, "Periodical", _periodical(journal)))
    return found


def _status(thing: Thing, paper: Paper) -> list[str]:
    marks = dict.fromkeys(notice.kind.mark for notice in standing(thing))
    return [*marks, *(["Preprint"] if paper.is_preprint else [])]


def _versions(thing: Thing) -> Triples:
    """Say which paper corrects which, and which preprint became which paper, from either side."""
    pairs = [(thing, name, other) for name, (own, _) in _LINKS.items() for other in thing.all(own)]
    pairs += [(other, name, thing) for name, (_, to) in _LINKS.items() for other in thing.all(to)]
    for subject, name, target in pairs:
        yield from said(thing.facts, subject.node, (), {name: target.node})
        other = target if subject == thing else subject
        yield from said(thing.facts, other.node, ("ScholarlyArticle",), {"name": other.label})


def _journal(facts: Facts, document: Document) -> Triples:
    journal = Thing(facts, document.iri)
    yield from said(facts, journal.node, ("Periodical",), _periodical(journal))


def _periodical(journal: Thing) -> Values:
    others = [name for name in journal.texts("atlas:printedName") if name != journal.label]
    return {"name": journal.label, "alternateName": others, "issn": journal.texts("schema:issn")}


def _definition(facts: Facts, document: Document) -> Triples:
    yield from _term(Thing(facts, document.iri), is_whole=True)


def _term(concept: Thing, *, is_whole: bool = False) -> Triples:
    """Return a value of a list, or a case definition: no guideline of ours, but a defined term."""
    scheme = concept.one("skos:inScheme")
    values: dict[str, Value | Iterable[Value]] = {
        "name": concept.label,
        "termCode": concept.text("skos:notation"),
        "inDefinedTermSet": scheme.node if scheme else "",
    }
    if is_whole:
        values |= {
            "alternateName": concept.texts("skos:altLabel"),
            "description": concept.text("skos:definition"),
            "subjectOf": [ox.NamedNode(iri) for iri in concept.texts("dcterms:source")],
            "url": concept.node,
        }
    yield from said(concept.facts, concept.node, ("DefinedTerm",), values)


def _scheme(facts: Facts, document: Document) -> Triples:
    scheme = Thing(facts, document.iri)
    quads = facts.store.quads_for_pattern(
        None, facts.term("skos:inScheme"), scheme.node, ox.DefaultGraph()
    )
    found = sorted(value(quad.subject) for quad in quads)
    terms = [ox.NamedNode(iri) for iri in found]
    values: Values = {"name": scheme.label, "url": scheme.node, "hasDefinedTerm": terms}
    yield from said(facts, scheme.node, ("DefinedTermSet",), values)
    for iri in found:
        yield from _term(Thing(facts, iri))


def _query(facts: Facts, document: Document) -> Triples:
    def texts(curie: str) -> list[str]:
        return sorted(found.value for found in _values(facts, document, node, curie))

    node, dataset = ox.NamedNode(document.iri), Thing(facts, f"{facts.base}/dataset")
    yield from said(facts, node, ("SoftwareSourceCode",), {
        "name": texts("rdfs:comment"),
        "description": texts("skos:scopeNote"),
        "identifier": texts("dcterms:identifier"),
        "keywords": texts("schema:keywords"),
        "programmingLanguage": "SPARQL",
        "url": node,
        **_license(facts),
        "isPartOf": dataset.node,
    })  # fmt: skip
    yield from said(facts, dataset.node, ("Dataset",), {"name": dataset.text("dcterms:title")})


def _dataset(facts: Facts, document: Document) -> Triples:
    dataset, node = Thing(facts, f"{facts.base}/dataset"), ox.NamedNode(document.iri)
    manifest, creators = facts.release.manifest, dataset.all("dcterms:creator")
    files = _values(facts, document, node, "dcat:distribution")
    yield from said(facts, node, ("Dataset",), {
        "name": dataset.text("dcterms:title"),
        "description": dataset.text("dcterms:description"),
        "url": node,
        "version": manifest.id,
        "dateModified": manifest.created,
        "creator": [creator.node for creator in creators],
        "isAccessibleForFree": True,
        **_license(facts),
        "includedInDataCatalog": ox.NamedNode(f"{facts.base}/"),
        "distribution": [file for file in files if isinstance(file, ox.NamedNode)],
    })  # fmt: skip
    for creator in creators:
        # The data do not say whether it is one person or many.
        yield from said(facts, creator.node, (), {"name": creator.label})
    for file in files:
        if isinstance(file, ox.NamedNode):
            yield from _download(facts, document, file)


def _download(facts: Facts, document: Document, file: ox.NamedNode) -> Triples:
    def text(node: object, curie: str) -> str:
        found = _values(facts, document, node, curie)
        return found[0].value if found else ""

    sums = _values(facts, document, file, "spdx:checksum")
    address, size = text(file, "dcat:downloadURL"), text(file, "dcat:byteSize")
    yield from said(facts, file, ("DataDownload",), {
        "name": text(file, "rdfs:label") or text(file, "dcterms:title"),
        "contentUrl": ox.NamedNode(address) if address else "",
        "encodingFormat": text(file, "dcat:mediaType").removeprefix(_IANA),
        "contentSize": f"{size} B" if size else "",
        "sha256": text(sums[0], "spdx:checksumValue") if sums else "",
    })  # fmt: skip


def _values(
    facts: Facts, document: Document, subject: object, curie: str
) -> list[ox.NamedNode | ox.Literal]:
    predicate = facts.term(curie)
    return [
        triple.object
        for triple in document.triples
        if triple.subject == subject and triple.predicate == predicate
        if isinstance(triple.object, ox.NamedNode | ox.Literal)
    ]


def _license(facts: Facts) -> dict[str, Value]:
    found = Thing(facts, f"{facts.base}/dataset").text("dcterms:license")
    return {"license": ox.NamedNode(found)} if found else {}


# A path, or the first part of one → what schema.org has for it.
_VIEWS: dict[str, Callable[[Facts, Document], Triples]] = {
    "case-definition": _definition,
    "dataset": _dataset,
    "evidence": _entry,
    "journal": _journal,
    "query": _query,
    "release": _dataset,
    "vocabulary": _scheme,
}
