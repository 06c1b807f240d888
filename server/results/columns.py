"""Turn a column of RDF terms into a typed Arrow column where one type holds all values exactly."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from graph.prefixes import term
from server.results.cells import BLANK, IRI, UNBOUND

Convert = Callable[[pa.ChunkedArray], pa.ChunkedArray]

_INTEGERS = (
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte", "nonPositiveInteger"),
    "negativeInteger",
)
_FAMILIES = {
    **dict.fromkeys(_INTEGERS, "integer"),
    "decimal": "decimal",
    **dict.fromkeys(("double", "float"), "double"),
    **{name: name for name in ("boolean", "date", "dateTime", "gYear")},
}
_DIGITS = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?"
_MOST_DIGITS = 38


@dataclass
class Column:
    """What a variable was bound to: texts, block by block, and what was seen of their kinds."""

    name: str
    texts: list[pa.Array] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    def add(self, texts: tuple[str | None, ...], tags: tuple[str, ...]) -> None:
        """Add the values of a block of rows."""
        # Not `pa.array`, which loads pandas wherever it is installed.
        builder = pa.lib.StringBuilder()
        builder.append_values(texts)
        self.texts.append(builder.finish())
        self.tags.update(tags)

    def finish(self) -> tuple[pa.Field, pa.ChunkedArray]:
        """Return the field, whose metadata say what the terms were, and the values."""
        texts = pa.chunked_array(self.texts, pa.string())
        self.texts.clear()
        tags = self.tags - {UNBOUND}
        values = _typed(texts, tags)
        return pa.field(self.name, values.type, metadata=_metadata(tags)), values


def _metadata(tags: set[str]) -> dict[str, str]:
    languages = sorted(tag[1:] for tag in tags if tag.startswith("@"))
    datatypes = sorted(tag for tag in tags if tag not in {IRI, BLANK} and not tag.startswith("@"))
    kinds = sorted(tags & {IRI, BLANK}) + ["literal"] * bool(languages or datatypes)
    found = {"kind": kinds, "datatypes": datatypes, "languages": languages}
    return {name: " ".join(values) for name, values in found.items() if values}


def _typed(texts: pa.ChunkedArray, tags: set[str]) -> pa.ChunkedArray:
    """Return `texts` as numbers or times; as they are where that would lose or change one."""
    families = {_BY_DATATYPE.get(tag, "") for tag in tags}
    family = "decimal" if families == {"integer", "decimal"} else "".join(families)
    if len(families) == 1 or family == "decimal":
        for pattern, convert in _CONVERSIONS.get(family, ()):
            if pc.all(pc.match_substring_regex(texts, f"^({pattern})$")).as_py():
                try:
                    return convert(texts)
                except pa.ArrowInvalid:  # 30 February, or a number beyond 64 bits
                    continue
    return texts


def _to_integers(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(pc.replace_substring_regex(texts, r"^\+", ""), pa.int64())


def _to_decimals(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    whole = pc.max(pc.utf8_length(pc.replace_substring_regex(texts, r"^[+-]|\..*$", "")))
    part = pc.max(pc.utf8_length(pc.replace_substring_regex(texts, r"^[^.]*\.?", "")))
    scale = part.as_py()
    digits = max(1, whole.as_py() + scale)
    if digits > _MOST_DIGITS:
        raise pa.ArrowInvalid("too many digits")
    return pc.cast(texts, pa.decimal128(digits, scale))


def _to(kind: pa.DataType) -> Convert:
    return lambda texts: pc.cast(texts, kind)


_BY_DATATYPE = {term(f"xsd:{name}").value: family for name, family in _FAMILIES.items()}
# Family → the lexical forms that a conversion is exact for, tried in turn.
_CONVERSIONS: dict[str, list[tuple[str, Convert]]] = {
    "integer": [(r"[+-]?[0-9]+", _to_integers)],
    "decimal": [(rf"[+-]?{_DIGITS}", _to_decimals)],
    "double": [(rf"[+-]?{_DIGITS}([eE][+-]?[0-9]+)?|[+-]?INF|NaN", _to(pa.float64()))],
    "boolean": [(r"true|false|1|0", _to(pa.bool_()))],
    "date": [(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", _to(pa.date32()))],
    "gYear": [(r"-?[0-9]{4,9}", _to(pa.int32()))],
    "dateTime": [
        (rf"{_TIME}(Z|[+-][0-9]{{2}}:[0-9]{{2}})", _to(pa.timestamp("us", "UTC"))),
        (_TIME, _to(pa.timestamp("us"))),
    ],
}
