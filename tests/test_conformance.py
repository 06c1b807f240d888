from pathlib import Path

import pytest

from tests.conformance import Score, report
from tests.conformance_known import KNOWN
from tests.conformance_manifest import query_cases
from tests.conformance_results import Result, by_value, expected_result, is_same, read_result

MANIFEST = """
@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#> .
<> mf:include ( <part/manifest.ttl> ) .
"""
PART = """
@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#> .
<> mf:entries ( <#rows> <#syntax> ) .
<#rows> a mf:QueryEvaluationTest ; mf:result <rows.srx> ; mf:resultCardinality mf:LaxCardinality ;
  mf:action [ qt:query <rows.rq> ; qt:data <a.ttl> , <b.ttl> ; qt:graphData <c.ttl> ] .
<#syntax> a mf:NegativeSyntaxTest ; mf:action <bad.rq> .
"""
RESULT_SET = """
@prefix rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> .
[] a rs:ResultSet ; rs:resultVariable "x" , "y" ;
  rs:solution [ rs:index 2 ; rs:binding [ rs:variable "x" ; rs:value 2 ] ] ,
    [ rs:index 1 ; rs:binding [ rs:variable "x" ; rs:value 1 ] ,
      [ rs:variable "y" ; rs:value "a"@EN ] ] .
"""


def rows(*lines: str) -> Result:
    return read_result("\n".join(["?x\t?y", *lines, ""]).encode(), "tsv")


def test_a_manifest_is_read_with_those_that_it_includes(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "manifest.ttl").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / "part" / "manifest.ttl").write_text(PART, encoding="utf-8")
    (tmp_path / "part" / "rows.rq").write_text("SELECT * FROM <d.ttl> {}", encoding="utf-8")
    first, second = query_cases(tmp_path / "manifest.ttl")
    assert first.name == f"{tmp_path.name}/part#rows"
    assert {path.name for path in first.data} == {"a.ttl", "b.ttl"}
    assert [path.name for path in first.graphs] == ["c.ttl"]
    assert [path.name for path in first.clauses] == ["d.ttl"]
    assert first.text.startswith(f"BASE <{first.query.as_uri()}>\nSELECT")
    assert (first.is_lax, second.is_lax) == (True, False)
    assert (second.kind, second.query.name, second.result) == ("NegativeSyntaxTest", "bad.rq", None)


def test_a_result_set_in_turtle_has_an_order(tmp_path: Path) -> None:
    (tmp_path / "rows.ttl").write_text(RESULT_SET, encoding="utf-8")
    expected = expected_result(tmp_path / "rows.ttl")
    assert is_same(expected, rows('1\t"a"@en', "2\t"))
    assert not is_same(expected, rows("2\t", '1\t"a"@en'))


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        (rows("1\t2", "3\t4"), rows("3\t4", "1\t2"), True),
        (rows("1\t2", "1\t2"), rows("1\t2"), False),
        (rows("1\t2"), rows("1\t"), False),
        (rows("1\t2"), rows("2\t1"), False),
        (rows("_:a\t_:b", "_:b\t_:a"), rows("_:c\t_:d", "_:d\t_:c"), True),
        (rows("_:a\t_:b", "_:b\t_:a"), rows("_:c\t_:d", "_:c\t_:d"), False),
        (rows("_:a\t1", "_:a\t1"), rows("_:a\t1"), False),
        (rows("_:a\t_:a"), rows("_:a\t_:b"), False),
        (rows("01\t1.50"), rows("1\t1.5"), False),
        (True, True, True),
        (True, False, False),
        (True, rows("1\t2"), False),
        (read_result(b"x,y\r\n_:a,1\r\n", "csv"), read_result(b"x,y\r\n_:b,1\r\n", "csv"), True),
        (read_result(b"x\r\n1.0\r\n", "csv"), read_result(b"x\r\n1\r\n", "csv"), False),
        (read_result(b"_:a <x:p> _:a .", "nt"), read_result(b"_:b <x:p> _:b .", "nt"), True),
        (read_result(b"_:a <x:p> _:a .", "nt"), read_result(b"_:a <x:p> _:b .", "nt"), False),
    ],
)
def test_results_are_compared(expected: Result, found: Result, same: bool) -> None:
    assert is_same(expected, found) is same
    assert is_same(found, expected) is same


def test_by_value_the_written_form_does_not_matter() -> None:
    assert is_same(by_value(rows("01\t1.50")), by_value(rows("1\t1.5")))
    assert not is_same(by_value(rows("01\t1.50")), by_value(rows("1\t1.6")))


def test_a_lax_test_leaves_it_open_how_often_a_row_comes() -> None:
    twice = rows("1\t2", "1\t2")
    assert is_same(twice, rows("1\t2"), is_lax=True)
    assert not is_same(rows("1\t2"), twice, is_lax=True)
    assert not is_same(twice, rows("1\t3"), is_lax=True)


@pytest.mark.parametrize(
    ("changed", "status"),
    [({}, 0), ({"a#new": "it fails"}, 1), ({next(iter(KNOWN)): ""}, 1), ({"a#fine": ""}, 1)],
    ids=["as known", "a new failure", "an unexpected pass", "another number of tests"],
)
def test_the_score_is_held(
    changed: dict[str, str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    score = Score("suite", "manifest.ttl", tests=len(KNOWN))
    for name, fault in (dict.fromkeys(KNOWN, "it fails") | changed).items():
        score.note(name, fault)
    assert report([score]) == status
    first = capsys.readouterr().out.split()[0]
    assert first in ({"FAILS:", "PASSES,", "NOT"} if status else {"suite:"})
