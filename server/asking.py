"""What a request for a thing asks for, read from its address and its headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl

from server.citation_styles import Wanted, find_style
from server.encodings import choose_coding
from server.formats import (
    Choice,
    Format,
    Kind,
    content_type,
    format_keys,
    is_known,
    kind_at,
    named,
    offers,
    pick,
    split_suffix,
)
from server.messages import Request
from server.problems import Problem
from server.profiles import ALL, NATIVE, PROFILE_KEY, TYPE_KEY, Profile, ranked
from server.profiles import named as named_profile
from server.references import content_type as reference_type
from server.references import wanted_by

# The format of a paper's reference as text, and that of what can have its context elsewhere.
REFERENCE, _JSON_LD = "ref", "jsonld"
# Kinds whose pages do not say on which day they are read.
_WITHOUT_DAY = frozenset({Kind.REVISION, Kind.CHANGES})
_STYLE, _LOCALE, _CONTEXT, _LINKED = "style", "locale", "context", "linked"


@dataclass(frozen=True)
class Manner:
    """How a document is to be written: its format by key, and what can be chosen beyond that.

    `reference` is the style of a reference; `is_linked`: the JSON-LD names its context;
    `is_list`: not the document, but a list of its profiles and formats.
    """

    form: str
    profile: Profile = NATIVE
    reference: Wanted | None = None
    is_linked: bool = False
    is_list: bool = False

    @property
    def is_plain(self) -> bool:
        """Say whether nothing but the format was chosen."""
        return self == Manner(self.form)

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters of an address that has this manner whatever the headers say."""
        found = {}
        if self.is_list:
            found[PROFILE_KEY] = ALL
        elif self.profile != NATIVE:
            found[PROFILE_KEY] = self.profile.token
        if self.reference:
            found |= {_STYLE: self.reference.style, _LOCALE: self.reference.locale}
        return found | ({_CONTEXT: _LINKED} if self.is_linked else {})


@dataclass(frozen=True)
class Asked:
    """The address of a thing without its suffix, and how its client wants to have it.

    `by_profile`: its client knows of profiles. `day` is that of today where the representation
    names it, else ""; `known` are the ETags of what the client has.
    """

    path: str
    manner: Manner
    content_type: str
    by_profile: bool
    coding: str
    day: str
    known: str


def read_asked(request: Request, base: str) -> Asked:
    """Return what `request` asks for; a Problem where that cannot be had."""
    path, suffixed = split_suffix(request.path)
    given: dict[str, str] = {}
    if request.query:
        given = dict(parse_qsl(request.query.decode("utf-8", "replace")))
    profile, choice = _choice(path, suffixed, given, request, base)
    manner = _manner(choice, profile, given, request.header("accept"))
    return Asked(
        path,
        manner,
        reference_type(manner.reference) if manner.reference else choice.content_type,
        PROFILE_KEY in given or request.header("accept-profile") is not None,
        choose_coding(request.header("accept-encoding")),
        _today() if manner.form == "html" and kind_at(path) not in _WITHOUT_DAY else "",
        request.header("if-none-match") or "",
    )


def _choice(
    path: str, suffixed: Format | None, given: Mapping[str, str], request: Request, base: str
) -> tuple[Profile, Choice]:
    kind, accept = kind_at(path), given.get(TYPE_KEY) or request.header("accept")
    profiles = _profiles(given, request.header("accept-profile"), base)
    for profile in profiles:
        data_only = profile.is_data or given.get(PROFILE_KEY) == ALL
        if suffixed:
            if suffixed.writer or not data_only:
                return profile, content_type(suffixed)
            continue
        found = _choose(kind, given.get("format", ""), accept, data_only=data_only)
        if found:
            return profile, found
    rows = [row for row in offers(kind) if row.writer or not profiles[0].is_data]
    raise Problem(
        "not-acceptable",
        f"This is available as {', '.join(row.media_type for row in rows)}.",
        {"formats": [row.media_type for row in rows]},
    )


def _profiles(given: Mapping[str, str], accept: str | None, base: str) -> list[Profile]:
    name = given.get(PROFILE_KEY)
    if name == ALL:
        return [NATIVE]
    if name:
        return [named_profile(name, base)]
    return [NATIVE] if accept is None else ranked(accept, base)


@lru_cache(4096)
def _choose(kind: Kind, name: str, accept: str | None, *, data_only: bool) -> Choice | None:
    if name and not is_known(name):
        detail = f"There is no format {name!r}; use one of {format_keys()}."
        raise Problem("unknown-format", detail)
    rows = [row for row in offers(kind) if row.writer or not data_only]
    if not name:
        return pick(kind, accept, rows)
    found = named(kind, name)
    return found if found and found.format in rows else None


def _manner(
    choice: Choice, profile: Profile, given: Mapping[str, str], accept: str | None
) -> Manner:
    form = choice.format.key
    reference = None
    if form == REFERENCE:
        by_address = _STYLE in given or _LOCALE in given
        asked = find_style(given.get(_STYLE, ""), given.get(_LOCALE, ""))
        reference = asked if by_address else wanted_by(accept or "")
    is_linked = form == _JSON_LD and profile == NATIVE and given.get(_CONTEXT) == _LINKED
    return Manner(form, profile, reference, is_linked, given.get(PROFILE_KEY) == ALL)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
