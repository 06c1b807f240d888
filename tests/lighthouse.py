"""Run Lighthouse, which npm installs, in Debian's Chromium over a few pages."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import SEED

LEAST = 95
# What a reader meets first, and the page with most scripts.
PATHS = ("/", f"/evidence/{SEED}", "/evidence", "/case-definition/fukuda1994", "/sparql")
# These depend on the page alone. Performance depends on what else the machine does, although the
# network is simulated: `make bench` measures it.
STEADY = ("accessibility", "best-practices", "seo")
_SCRIPT = Path(__file__).parent / "clients" / "lighthouse.mjs"
_SECONDS_A_PAGE = 60


@dataclass(frozen=True)
class Verdict:
    """What Lighthouse says of one page: scores by category, and the audits that cost something."""

    url: str
    scores: dict[str, int]
    faults: list[str]
    error: str = ""


def lighthouse(
    node: Path, chromium: Path, categories: tuple[str, ...], urls: list[str]
) -> list[Verdict]:
    """Return a verdict for each of `urls`, as on a phone with a slow network."""
    done = subprocess.run(
        [node, _SCRIPT, ",".join(categories), *urls],
        env={**os.environ, "CHROME_PATH": str(chromium)},
        capture_output=True, text=True, timeout=_SECONDS_A_PAGE * len(urls), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]
