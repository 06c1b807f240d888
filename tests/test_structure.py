import ast
from pathlib import Path

from graph.paths import ROOT

FORBIDDEN = {"graph": {"server", "tests"}, "server": {"tests"}}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module.split(".")[0])
    return found


def test_imports_point_one_way() -> None:
    seen = 0
    for package, forbidden in FORBIDDEN.items():
        for path in (ROOT / package).rglob("*.py"):
            assert not imported(path) & forbidden, path
            seen += 1
    assert seen >= 20


def test_imports_stand_at_the_top() -> None:
    for package in FORBIDDEN:
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    inner = [
                        n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)
                    ]
                    assert not inner, f"{path}:{node.lineno}"


def test_the_turtle_folders_hold_only_turtle() -> None:
    files = [p for name in ("ontology", "shapes") for p in (ROOT / name).rglob("*") if p.is_file()]
    assert files
    assert {path.suffix for path in files} == {".ttl"}
