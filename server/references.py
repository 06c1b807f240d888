"""The reference to a paper as running text, in one of the styles of the CSL project."""

import json
import re

from citeproc.formatter import plain
from citeproc.frontend import CitationStylesBibliography, CitationStylesStyle
from citeproc.source import Citation, CitationItem, Date, Name, VariableError
from citeproc.string import String
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from server.citation_files import csl
from server.citation_styles import Wanted, find_style, fitted, unfit
from server.citations import Paper, warning

MEDIA_TYPE = "text/x-bibliography"
_ENDS = ("?", "!", "…")
_DEFAULT = Wanted()
_DATE = ("year", "month", "day")
_TEXTS = {"title", "container-title", "volume", "issue", "page", "DOI", "PMID", "URL"}
_OTHERS = {"literal": "others"}
# What citeproc-py raises where a style asks for something that it did not foresee.
_STUMBLES = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class _Item(dict[str, object]):
    """The variables of a paper, as a style asks for them."""

    def __init__(self, kind: str, known: dict[str, object]) -> None:
        super().__init__(known)
        self.type = kind
        # Without authors the title stands in their place, and then not in its own.
        self._once = set() if "author" in known else {"title"}

    def __getitem__(self, name: str) -> object:
        if name not in self:
            raise VariableError
        value = super().__getitem__(name)
        if name in self._once:
            del self[name]
        return value

    def __getattr__(self, name: str) -> object:
        return self[name]


def reference(paper: Paper, slug: str, wanted: Wanted = _DEFAULT) -> str:
    """Return the reference to `paper` in one line of plain text, without markup of any kind.

    It says what the CSL-JSON of the paper says, but where that names our entry, this has the
    address of the paper itself. Problem: the style cannot write it.
    """
    kind, known = _variables(paper, slug)
    style = fitted(wanted, paper)
    try:
        bibliography = CitationStylesBibliography(style, {slug: _Item(kind, known)}, plain)
        bibliography.register(Citation([CitationItem(slug)]))
        made = " ".join(str(text) for text in bibliography.bibliography())
    except _STUMBLES as error:
        raise unfit(wanted) from error
    text = _polished(made, str(known["title"]), style)
    if not text:
        raise unfit(wanted)
    return " ".join(part for part in (text, warning(paper)) if part)


def wanted_by(accept: str) -> Wanted:
    """Return the style and the locale that an Accept header, or one media type, asks for.

    They are its parameters: `text/x-bibliography; style=apa; locale=en-US`. Of several, those of
    the greatest weight count. Problem: there is no such style or locale.
    """
    for name, _ in parse_accept_header(accept, MIMEAccept):
        kind, parameters = parse_options_header(name)
        if kind.lower() == MEDIA_TYPE:
            return find_style(parameters.get("style", ""), parameters.get("locale", ""))
    return find_style()


def content_type(wanted: Wanted) -> str:
    """Return the media type of a reference in that style."""
    return f"{MEDIA_TYPE}; style={wanted.style}; locale={wanted.locale}; charset=utf-8"


def _variables(paper: Paper, slug: str) -> tuple[str, dict[str, object]]:
    """Return the type of the paper and what CSL-JSON says of it, as citeproc-py takes it."""
    item = json.loads(csl(paper, slug, paper.url))
    names = item.get("author", []) + ([] if paper.is_complete else [_OTHERS])
    known: dict[str, object] = {
        name.replace("-", "_"): String(" ".join(str(item[name]).split()))
        for name in item.keys() & _TEXTS
    }
    if paper.is_preprint and "container_title" in known:
        # It is no journal to be published in, but the server that made it public.
        known["publisher"] = known.pop("container_title")
    # It says where the paper is, and some styles would print both.
    known.pop("URL" if paper.doi else "", None)
    title = str(known["title"])
    # Styles set the full stop themselves.
    known["title"] = String(title if title.endswith("..") else title.removesuffix("."))
    if paper.authors:
        known["author"] = [Name(**name) for name in names]
    if paper.date:
        known["issued"] = Date(**dict(zip(_DATE, paper.date, strict=False)))
    return str(item["type"]), known


def _polished(text: str, title: str, style: CitationStylesStyle) -> str:
    """Return `text` with one mark at the end of its title, on the side of the quotes it belongs.

    Both are rules of CSL that citeproc-py does not follow.
    """
    inside = style.root.get_locale_option("punctuation-in-quote") == "true"
    ended = title.endswith(_ENDS)

    def end(found: re.Match[str]) -> str:
        words, quote, mark = found.groups()
        if ended:
            return f"{words}{quote}"
        return f"{words}{mark}{quote}" if inside else found[0]

    pattern = re.compile(rf"({re.escape(title)})([”’»\"']?)([.,]+)", re.IGNORECASE)
    text = pattern.sub(end, text, count=1)
    return re.sub(r"[ \n\t]+", " ", text).replace("et al..", "et al.").strip()
