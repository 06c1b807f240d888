from pathlib import Path
from typing import get_args

import pytest

from graph import shacl
from graph.prefixes import prefixes

STAGES: tuple[shacl.Stage, ...] = get_args(shacl.Stage)
PAPER = "sh:targetClass atlas:Paper"
TITLE = 'sh:path dcterms:title ; sh:message "x"@en'
# What a shape must not have → the node shape and the property shape that have it.
REFUSED: dict[str, tuple[str, str]] = {
    "lessThan": (PAPER, f"{TITLE} ; sh:lessThan dcterms:date"),
    "minCount": (PAPER, f"{TITLE} ; sh:minCount 2"),
    "maxCount": (PAPER, f"{TITLE} ; sh:maxCount 5"),
    "nodeKind": (PAPER, f"{TITLE} ; sh:nodeKind sh:Literal"),
    "closed": (f"{PAPER} ; sh:closed true", TITLE),
    "exactly one sh:message": (PAPER, f'{TITLE} , "y"@en ; sh:minCount 1'),
    "a path that is not compiled": (
        PAPER,
        'sh:path ( dcterms:title dcterms:date ) ; sh:message "x"@en ; sh:minCount 1',
    ),
}


def test_every_stage_compiles_and_every_check_says_what_to_repair() -> None:
    checks = [check for stage in STAGES for check in shacl.checks(stage)]
    assert len(checks) > 400
    unclear = [c for c in checks if not (c.message[:1].isupper() or c.message.startswith("atlas:"))]
    assert not unclear + [check for check in checks if not check.message.endswith(".")]


@pytest.mark.parametrize("fault", REFUSED)
def test_a_shape_that_is_not_compiled_is_refused(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
    node, part = REFUSED[fault]
    shapes = f"{head}<urn:s> {node} ; sh:property <urn:p> . <urn:p> {part} .\n"
    (tmp_path / "odd.ttl").write_text(shapes, encoding="utf-8")
    monkeypatch.setattr(shacl, "SHAPES", tmp_path)
    shacl.checks.cache_clear()
    with pytest.raises(shacl.UnsupportedShape, match=fault):
        shacl.checks("sources")
    shacl.checks.cache_clear()
