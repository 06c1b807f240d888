"""Measure the page and the Turtle of an entry against a bare hello of the same HTTP server."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from graph.build import build
from graph.paths import DATA
from server.settings import Settings
from tests.conftest import SEED
from tests.site import Site, serve, serve_hello, wait_until_prepared
from tests.wrk import load

SECONDS = 4
CONNECTIONS = (1, 32)
# What browsers and clients of today say.
CODING = {"Accept-Encoding": "gzip, deflate, br, zstd"}
KINDS = {"HTML": "text/html", "Turtle": "text/turtle"}
PATH = f"/evidence/{SEED}"


def compare(site: Site, hello: Site, title: str) -> None:
    """Print how many answers a second each gives, and how long the slowest of them took."""
    print(f"\n{title}\n\n| what | connections | ours | hello | ratio | p99, ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, kind in KINDS.items():
        for connections in CONNECTIONS:
            headers = {"Accept": kind, **CODING}
            other = load(hello.address, connections, SECONDS, headers)
            mine = load(site.address + PATH, connections, SECONDS, headers)
            figures = f"{mine.rate:,.0f} | {other.rate:,.0f} | {mine.rate / other.rate:.2f}"
            print(f"| {name} | {connections} | {figures} | {mine.p99:.1f} |", flush=True)


def main() -> None:
    """Measure what is kept, what is prepared, and what is made for each request."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder / "releases", DATA)
        settings = Settings(releases=folder / "releases")
        with serve_hello(folder) as hello:
            with serve(settings, folder) as site:
                wait_until_prepared(site)
                compare(site, hello, "Asked again, with the cache:")
            with serve(replace(settings, page_cache=0), folder) as site:
                wait_until_prepared(site)
                compare(site, hello, "Without the cache, read from what was prepared:")
            with serve(replace(settings, page_cache=0, prepare=0), folder) as site:
                compare(site, hello, "Without either, made for each request:")


if __name__ == "__main__":
    main()
