"""The `citation_*` tags in the head of an entry's page, by which Zotero saves the paper."""

from server.citations import Paper


def meta_tags(paper: Paper) -> list[tuple[str, str]]:
    """Return name and content of each tag, the authors in order.

    They describe the paper and not the page: there is no file of it here to point at.
    """
    first, last = [*paper.span, "", ""][:2]
    tags = [
        ("citation_title", paper.title),
        *(("citation_author", author.inverted) for author in paper.authors),
        ("citation_publication_date", "/".join(f"{part:02}" for part in paper.date)),
        ("citation_journal_title", paper.journal),
        ("citation_volume", paper.volume),
        ("citation_issue", paper.issue),
        ("citation_firstpage", first),
        ("citation_lastpage", last),
        ("citation_doi", paper.doi),
        ("citation_pmid", paper.pmid),
    ]
    return [(name, content) for name, content in tags if content]
