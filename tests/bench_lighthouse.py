"""Measure what Lighthouse calls performance: on a phone, with a slow network that is simulated."""

import shutil
import sys
import tempfile
from pathlib import Path

from graph.build import build
from server.settings import Settings
from tests.conftest import CLIENTS
from tests.lighthouse import LEAST, PATHS, STEADY, lighthouse
from tests.site import serve


def main() -> None:
    """Print the scores of each page; fail where one is too low."""
    chromium = shutil.which("chromium")
    nodes = sorted(CLIENTS.glob("node_modules/node-linux-*/bin/node"))
    if chromium is None or not nodes:
        print("lighthouse: install chromium, and npm for tests/clients")
        return
    with tempfile.TemporaryDirectory() as name:
        releases = Path(name) / "releases"
        build(releases)
        with serve(Settings(releases=releases), Path(name)) as site:
            urls = [site.address + path for path in PATHS]
            verdicts = lighthouse(nodes[0], Path(chromium), ("performance", *STEADY), urls)
    for path, verdict in zip(PATHS, verdicts, strict=True):
        scores = "  ".join(f"{key} {score}" for key, score in verdict.scores.items())
        print(f"lighthouse {path:<45} {scores}  {'; '.join(verdict.faults)}", flush=True)
    if min(score for verdict in verdicts for score in verdict.scores.values()) < LEAST:
        sys.exit(f"lighthouse: a score is below {LEAST}")


if __name__ == "__main__":
    main()
