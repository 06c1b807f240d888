"""The one table of formats: media type, suffix, and what each can say."""

from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox

Kind = Literal["page", "select", "ask", "graph"]


@dataclass(frozen=True)
class Format:
    """One representation; `writer` is None where a template writes it."""

    key: str
    media_type: str
    kinds: tuple[Kind, ...]
    writer: ox.RdfFormat | ox.QueryResultsFormat | None = None
    is_text: bool = False

    @property
    def content_type(self) -> str:
        """Return the Content-Type header: a charset only where the type needs one."""
        return f"{self.media_type}; charset=utf-8" if self.is_text else self.media_type


FORMATS = (
    Format("html", "text/html", ("page",), None, is_text=True),
    Format("srj", "application/sparql-results+json", ("select", "ask"), ox.QueryResultsFormat.JSON),
    Format("csv", "text/csv", ("select",), ox.QueryResultsFormat.CSV, is_text=True),
    Format("ttl", "text/turtle", ("page", "graph"), ox.RdfFormat.TURTLE),
    Format("jsonld", "application/ld+json", ("page", "graph"), ox.RdfFormat.JSON_LD),
    Format("nt", "application/n-triples", ("page", "graph"), ox.RdfFormat.N_TRIPLES),
)
BY_KEY = {form.key: form for form in FORMATS}


def offers(kind: Kind) -> list[Format]:
    """Return the formats for a kind of answer, the preferred one first."""
    return [form for form in FORMATS if kind in form.kinds]
