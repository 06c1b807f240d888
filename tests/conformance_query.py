"""Send the queries of the W3C's suites to a server, and judge its answers."""

import httpx

from tests.conformance_manifest import Case
from tests.conformance_results import Result, Rows, by_value, expected_result, is_same, read_result

# Nothing has this name, so as a graph it is empty.
_EMPTY = "urn:empty"
_SHOWN = 5
BY_VALUE = "equal by value"


def fault(web: httpx.Client, case: Case) -> str:
    """Return what is wrong with the answer to the query of `case`, "" where nothing is.

    BY_VALUE where it is right but for the written form of numbers and the like.
    """
    expected = None if case.result is None else expected_result(case.result)
    key = _key(case, expected)
    answer = web.post("/sparql", data={"query": case.text, "format": key, **_dataset(case)})
    problem = "" if answer.status_code == 200 else f"status {answer.status_code}: {answer.text}"
    if case.kind.startswith("NegativeSyntax"):
        is_right = answer.status_code == 400 and "/problems/syntax-error" in answer.text
        return "" if is_right else problem or "it was not refused"
    if problem or expected is None:
        return problem
    found = read_result(answer.content, key)
    if is_same(expected, found, is_lax=case.is_lax):
        return ""
    if is_same(by_value(expected), by_value(found), is_lax=case.is_lax):
        return BY_VALUE
    return f"expected {_shown(expected, found)}; found {_shown(found, expected)}"


def _key(case: Case, expected: Result | None) -> str:
    """Return the format to ask for: that of the expected answer, JSON for result sets in RDF."""
    if expected is None:
        return "srj" if not case.asks_for_graph else "ttl"
    if isinstance(expected, frozenset):
        return "ttl"
    assert case.result is not None
    suffix = case.result.suffix.removeprefix(".")
    return suffix if suffix in {"srx", "csv", "tsv"} else "srj"


def _dataset(case: Case) -> dict[str, list[str]]:
    if case.clauses:
        return {}
    return {
        "default-graph-uri": [path.as_uri() for path in case.data] or [_EMPTY],
        "named-graph-uri": [path.as_uri() for path in case.graphs],
    }


def _shown(result: Result, other: Result) -> str:
    if isinstance(result, Rows) and isinstance(other, Rows):
        extra = [row for row in result.rows if row not in other.rows][:_SHOWN]
        rows = ["{" + ", ".join(f"{n}={v}" for n, v in sorted(row, key=str)) + "}" for row in extra]
        return f"{len(result.rows)} rows, of which only here {' '.join(rows)}"
    if isinstance(result, frozenset) and isinstance(other, frozenset):
        return " ".join(sorted(result - other)[:_SHOWN])
    return str(result)
