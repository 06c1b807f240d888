from pathlib import Path

import pytest

from tests.lighthouse import LEAST, PATHS, STEADY, Verdict, lighthouse


@pytest.fixture(scope="module")
def verdicts(node: Path, chromium: Path, real_address: str) -> dict[str, Verdict]:
    """Return what Lighthouse says, by path; one browser does for all pages."""
    found = lighthouse(node, chromium, STEADY, [real_address + path for path in PATHS])
    assert len(found) == len(PATHS)
    return {verdict.url.removeprefix(real_address): verdict for verdict in found}


@pytest.mark.parametrize("path", PATHS)
def test_lighthouse_is_content(path: str, verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[path]
    assert verdict.error == ""
    assert set(verdict.scores) == set(STEADY)
    assert min(verdict.scores.values()) >= LEAST, verdict.faults
