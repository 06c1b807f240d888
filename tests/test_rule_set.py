import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.errors import AtlasError
from graph.paths import RULES
from graph.prefixes import BASE, term
from graph.rule_set import CURRENT, Rule, describe_rule_set, digest, read_rules


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(RULES / CURRENT, tmp_path / CURRENT)
    return tmp_path


def test_the_rules_run_in_the_order_of_the_table() -> None:
    names = [rule.name for rule in read_rules()]
    assert len(names) == len(set(names)) == 22
    assert names[0] == "group-stated"
    assert names[12:14] == ["group-not-in-the-text-read", "study-not-applicable"]
    assert names[-1] == "current-not-revised"


@pytest.mark.parametrize("rule", read_rules(), ids=lambda rule: rule.name)
def test_a_rule_says_itself_in_a_sentence_and_is_sparql(rule: Rule) -> None:
    assert rule.sentence.endswith("."), rule.sentence
    assert isinstance(ox.Store().query(rule.query), ox.QueryTriples)
    if not rule.name.startswith(("assemble", "current")) and rule.name != "study-groups-agree":
        assert f"atlas:rule rule:{rule.name} ." in rule.query, "names itself as what decided"


def test_each_rule_is_published_with_label_sentence_place_and_query() -> None:
    triples = set(describe_rule_set())
    rule_set = ox.NamedNode(f"{BASE}/rule-set/v0.1")
    for position, rule in enumerate(read_rules(), 1):
        node = ox.NamedNode(f"{BASE}/rule-set/v0.1#{rule.name}")
        assert ox.Triple(rule_set, term("atlas:policyRule"), node) in triples
        assert ox.Triple(node, term("rdf:type"), term("atlas:PolicyRule")) in triples
        assert ox.Triple(node, term("schema:position"), ox.Literal(position)) in triples
        assert ox.Triple(node, term("sh:construct"), ox.Literal(rule.query)) in triples
        sentence = ox.Literal(rule.sentence, language="en")
        assert ox.Triple(node, term("skos:definition"), sentence) in triples
        label = ox.Literal(rule.name.replace("-", " "), language="en")
        assert ox.Triple(node, term("rdfs:label"), label) in triples
    assert len(triples) == 22 * 6 + 1


def test_the_digest_changes_with_any_file_and_not_with_line_ends(copy: Path) -> None:
    first = digest(read_rules())
    assert first.startswith("sha256:")
    assert digest(read_rules(folder=copy)) == first
    files = sorted((copy / CURRENT).glob("*.rq"))
    for path in files:
        text = path.read_bytes()
        path.write_bytes(text.replace(b"\n", b"\r\n"))
        assert digest(read_rules(folder=copy)) == first
        path.write_bytes(text + b"# changed\n")
        assert digest(read_rules(folder=copy)) != first, path.name
        path.write_bytes(text)
    assert len(files) == 22


def test_the_digest_changes_when_a_rule_goes(copy: Path) -> None:
    (copy / CURRENT / "group-02-altered.rq").unlink()
    assert digest(read_rules(folder=copy)) != digest(read_rules())


def test_a_rule_set_that_is_not_there_is_refused() -> None:
    with pytest.raises(AtlasError, match=r"no rule set v9\.9"):
        read_rules("v9.9")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("extra.rq", "# A rule.\n", "no name of a rule"),
        ("group-99-silent.rq", "CONSTRUCT WHERE { ?s ?p ?o }\n", "first line must be a comment"),
    ],
)
def test_a_file_that_is_no_rule_is_refused(copy: Path, name: str, text: str, words: str) -> None:
    (copy / CURRENT / name).write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError, match=words):
        read_rules(folder=copy)
