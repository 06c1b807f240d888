"""Two releases compared, as data: JSON for programs and for the command line."""

import json
from collections import Counter

from graph.comparison import Comparison, DocumentChange, Judged


def as_json(comparison: Comparison) -> bytes:
    """Return the comparison as JSON: first whose PEM judgement changed, then all that changed."""
    document = {
        "older": comparison.old,
        "newer": comparison.new,
        "judgedOtherwise": [_judged_otherwise(change) for change in comparison.judged_otherwise],
        "causes": causes(comparison),
        "added": [change.document for change in comparison.added],
        "withdrawn": [change.document for change in comparison.withdrawn],
        "changed": [_changed(change) for change in comparison.changed],
        "definitions": [_changed(change) for change in comparison.definitions],
        "others": [_changed(change) for change in comparison.others],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def causes(comparison: Comparison) -> dict[str, int]:
    """Return how many PEM judgements changed by policy; "" stands for those under the same one."""
    return dict(Counter(change.caused_by for change in comparison.judged_otherwise))


def reason_of(comparison: Comparison, change: DocumentChange) -> str:
    """Return why the PEM judgement of an entry changed, in words for people."""
    if change.caused_by:
        return f"by {last_part(change.caused_by)} instead of {last_part(change.old.policy)}"
    found = sorted(change.aspects - {"judgement"})
    for definition in comparison.with_other_status(change):
        found.append(f"PEM status of {definition.rpartition('/')[2]}")
    return f"under the same policy: {', '.join(found) or 'nothing else'} changed"


def last_part(iri: str) -> str:
    """Return how people call a value or a version by its IRI: "required", "policy v0.2"."""
    _, mark, key = iri.rpartition("#")
    return key if mark else " ".join(iri.split("/")[-2:])


def _judged_otherwise(change: DocumentChange) -> dict[str, object]:
    return {
        "entry": change.document,
        "before": _judged(change.old),
        "after": _judged(change.new),
        "causedBy": change.caused_by or None,
        "aspects": sorted(change.aspects),
    }


def _judged(judged: Judged) -> dict[str, str | None]:
    return {
        "value": judged.value or None,
        "reason": judged.reason or None,
        "policy": judged.policy or None,
    }


def _changed(change: DocumentChange) -> dict[str, object]:
    rows = [
        {"part": row.part, "property": row.property, "before": row.old, "after": row.new}
        for row in change.changes
    ]
    return {"document": change.document, "aspects": sorted(change.aspects), "changes": rows}
