"""Run the W3C's SPARQL suites against our server over HTTP, and hold it to the known score."""

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests import conformance_protocol, conformance_query
from tests.conformance_known import KNOWN
from tests.conformance_manifest import Case, Manifest, query_cases
from tests.conformance_query import BY_VALUE
from tests.site import serve_files


@dataclass
class Score:
    """What came of the tests of one suite: how many there should be, and why those failed."""

    title: str
    manifest: str
    tests: int
    found: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    by_value: int = 0
    refused: int = 0

    def note(self, name: str, fault: str) -> None:
        """Take note of what came of the test `name`."""
        self.found += 1
        if fault == BY_VALUE:
            self.by_value += 1
        elif fault:
            self.faults[name] = fault

    def __str__(self) -> str:
        """Return the score as a line."""
        line = f"{self.title}: {self.found - len(self.faults)} of {self.found} pass"
        if self.by_value:
            line += f", {self.by_value} of them by value: literals are in canonical form"
        if self.refused:
            line += f", {self.refused} of them updates that are refused, as by a read-only service"
        return line


def main(folder: Path) -> int:
    """Run all suites of the checkout `folder`; return the exit status."""
    query_scores = [
        Score("SPARQL 1.0 query", "sparql10/manifest.ttl", 482),
        Score("SPARQL 1.1 query", "sparql11/manifest-sparql11-query.ttl", 328),
        Score("SPARQL 1.1 results", "sparql11/manifest-sparql11-results.ttl", 10),
    ]
    protocol = Score("SPARQL 1.1 protocol", "sparql11/protocol/manifest.ttl", 34)
    cases = [list(query_cases(folder / "sparql" / score.manifest)) for score in query_scores]
    manifest = Manifest(folder / "sparql" / protocol.manifest)
    with tempfile.TemporaryDirectory() as log:
        graphs = [*_graphs(cases), *conformance_protocol.graphs(manifest)]
        arguments = [part for graph in graphs for part in ("--graph", graph)]
        with (
            serve_files(arguments, Path(log)) as site,
            httpx.Client(base_url=site.address, timeout=60) as web,
        ):
            for score, suite in zip(query_scores, cases, strict=True):
                for case in suite:
                    score.note(case.name, conformance_query.fault(web, case))
            for name, exchanges in conformance_protocol.cases(manifest):
                protocol.refused += any(exchange.is_update for exchange in exchanges)
                protocol.note(name, conformance_protocol.fault(web, exchanges))
    return report([*query_scores, protocol])


def _graphs(suites: list[list[Case]]) -> list[str]:
    files = {file for suite in suites for case in suite for file in case.files}
    return [str(file) for file in sorted(files)]


def report(scores: list[Score]) -> int:
    """Print the scores and all that is not as known; return 1 where there is such, else 0."""
    faults = {name: why for score in scores for name, why in score.faults.items()}
    wrong = [f"FAILS: {name}: {why}" for name, why in faults.items() if name not in KNOWN]
    wrong += [f"PASSES, or is gone: {name} ({KNOWN[name]})" for name in KNOWN if name not in faults]
    wrong += [f"NOT {s.tests} TESTS: {s.title}" for s in scores if s.tests != s.found]
    for line in (*wrong, *scores):
        print(line)
    for reason, number in Counter(KNOWN[name] for name in faults if name in KNOWN).most_common():
        print(f"{number:>4} fail as known: {reason}")
    return int(bool(wrong))


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "sparql").is_dir():
        raise SystemExit(
            "give the folder of a clone of w3c/rdf-tests: make conformance RDF_TESTS=DIR"
        )
    raise SystemExit(main(Path(sys.argv[1]).resolve()))
