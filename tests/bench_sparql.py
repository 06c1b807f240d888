"""Measure the endpoint against `oxigraph serve-read-only`, in one run on the same data, by wrk."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx

from graph.build import build
from graph.release import Release
from server.settings import Settings
from tests.bench import synthetic_data
from tests.site import free_port, serve
from tests.synthetic import slug_of
from tests.wrk import load

ENTRIES = 6_500
SECONDS = 4
# Of the longest answers, all that are begun at once have to end.
LONG = 10
CONNECTIONS = (1, 8, 32)
PREFIXES = """
PREFIX atlas: <https://www.mecfsatlas.com/ontology#>
PREFIX bibo: <http://purl.org/ontology/bibo/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX schema: <https://schema.org/>
"""
ENTRY = f"<https://www.mecfsatlas.com/evidence/{slug_of(7)}>"
MIX = {
    "all of one subject": f"SELECT ?p ?o {{ {ENTRY} ?p ?o }}",
    # The entry with all its parts, as its document has them.
    "entity CONSTRUCT": f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
      {{ VALUES ?s {{ {ENTRY} }} }}
      UNION {{ {ENTRY} atlas:paper/atlas:author? ?s }}
      UNION {{ {ENTRY} atlas:inclusion/atlas:group? ?s }}
      UNION {{ {ENTRY} atlas:quickSummary|atlas:observedFinding|atlas:inferredConclusion ?s }}
      UNION {{ {ENTRY} atlas:doesNotProve|atlas:currentAssessment ?s }}
      ?s ?p ?o }}""",
    "star join, ordered": "SELECT ?entry ?title ?volume { ?paper atlas:year 2015 ; "
    "dcterms:title ?title ; bibo:volume ?volume . ?entry atlas:paper ?paper } "
    "ORDER BY ?volume ?title LIMIT 20",
    "GROUP BY": "SELECT ?year (COUNT(?paper) AS ?n) { ?paper atlas:year ?year } GROUP BY ?year",
    "text filter": "SELECT ?paper ?title { ?paper dcterms:title ?title "
    'FILTER(CONTAINS(LCASE(?title), "oxygen and sleep")) } LIMIT 50',
    "ASK": f"ASK {{ {ENTRY} a atlas:EvidenceEntry }}",
    "100,000 rows": "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 100000",
}
BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@contextmanager
def peer(release: Release) -> Iterator[str]:
    """Serve the store of `release` as users of the peer do; yield the address of its endpoint."""
    port = free_port()
    program = str(Path(sys.executable).parent / "oxigraph")
    command = [program, "serve-read-only", "--location", str(release.store_path)]
    process = subprocess.Popen([*command, "--bind", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/query"
    try:
        while True:
            try:
                httpx.get(address, params={"query": "ASK {}"})
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                break
        yield address
    finally:
        process.terminate()
        process.wait()


def rate(address: str, query: str, connections: int, seconds: int) -> float:
    """Return the answers a second that wrk gets; it must get nothing but answers."""
    return load(f"{address}?query={quote(PREFIXES + query)}", connections, seconds).rate


def compare(ours: str, theirs: str, title: str) -> None:
    """Print a table of rates, and the geometric mean of the ratios."""
    print(f"\n{title}\n\n| query | connections | ours | peer | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    ratios = []
    for name, query in MIX.items():
        for connections in CONNECTIONS:
            seconds = LONG if query == MIX["100,000 rows"] else SECONDS
            mine, other = (rate(a, query, connections, seconds) for a in (ours, theirs))
            ratios.append(mine / other)
            figures = f"{mine:,.1f} | {other:,.1f} | {mine / other:.2f}"
            print(f"| {name} | {connections} | {figures} |", flush=True)
    print(f"| **geometric mean** | | | | **{statistics.geometric_mean(ratios):.2f}** |")


def bystander(address: str) -> None:
    """Print how long a point query takes while eight bombs are being answered."""

    def throw(number: int) -> None:
        transport = httpx.HTTPTransport(local_address=f"127.0.0.{number + 2}")
        with httpx.Client(transport=transport, timeout=120) as client:
            client.post(address, data={"query": BOMB})

    threads = [threading.Thread(target=throw, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    seconds: list[float] = []
    with httpx.Client(timeout=120) as client:
        while any(thread.is_alive() for thread in threads):
            start = time.perf_counter()
            given = {"query": PREFIXES + MIX["all of one subject"] + f"# {len(seconds)}"}
            client.get(address, params=given).raise_for_status()
            seconds.append(time.perf_counter() - start)
    for thread in threads:
        thread.join()
    print(
        f"\nA point query during eight bombs: {len(seconds)} asked, all answered; "
        f"median {1000 * statistics.median(seconds):.1f} ms, slowest {1000 * max(seconds):.0f} ms"
    )


def main() -> None:
    """Make the data, then measure without caches, with them, and under attack."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release = build(folder / "releases", synthetic_data(folder, ENTRIES))
        print(f"{release.manifest.counts['triples']:,} triples")
        settings = Settings(releases=folder / "releases")
        with peer(release) as theirs:
            with serve(replace(settings, cache_size=0), folder) as site:
                compare(f"{site.address}/sparql", theirs, "Every cache off, every guard on:")
            with serve(settings, folder) as site:
                compare(f"{site.address}/sparql", theirs, "Asked again, with the cache:")
        with serve(replace(settings, query_timeout=10), folder) as site:
            bystander(f"{site.address}/sparql")


if __name__ == "__main__":
    main()
