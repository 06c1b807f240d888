import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.errors import AtlasError
from graph.paths import RULES
from graph.prefixes import BASE, term
from graph.rule_changes import RULE_SETS
from graph.rule_set import (
    Rule,
    RuleSet,
    describe_rule_set,
    digest,
    read_rule_set,
    read_rule_sets,
)
from tests.small import edit

FIRST, SECOND = read_rule_sets()
# A published version never changes: what was judged by it must be found by it again.
PUBLISHED = {
    "v0.1": "sha256:5a7b1c6daa8f9c0002b0ecc40bc7f5e39c95ac2107a86e92a7e5e7a1c1d37574",
    "v0.2": "sha256:4850bf67a3fd1ad7fb18a65af47981ead0d84ddd938889c57713fcc0408cc831",
}
# The names that v0.2 gives up and brings; all else it takes over.
REPLACED = {
    *("group-any-mixed", "group-unknown-same", "study-groups-disagree", "study-groups-agree"),
    "current-not-revised",
}
REPLACING = {
    *("group-any-one-does-not-require", "group-unknown-same", "study-groups-disagree"),
    *("study-groups-agree", "assemble-revised", "current-people-first"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(RULES, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_the_rules_run_in_the_order_of_the_table() -> None:
    names = [rule.name for rule in FIRST.rules]
    assert len(names) == len(set(names)) == 22
    assert names[0] == "group-stated"
    assert names[12:14] == ["group-not-in-the-text-read", "study-not-applicable"]
    assert names[-1] == "current-not-revised"


def test_a_published_rule_set_is_what_it_was() -> None:
    assert {found.version: digest(found.rules) for found in (FIRST, SECOND)} == PUBLISHED
    assert [found.changes.number for found in (FIRST, SECOND)] == [1, 2]


def test_what_no_change_names_is_taken_over_in_its_place() -> None:
    first = {rule.name: rule for rule in FIRST.rules}
    second = {rule.name: rule for rule in SECOND.rules}
    assert first.keys() - second.keys() == REPLACED - REPLACING
    assert second.keys() - first.keys() == REPLACING - REPLACED
    over = {name for name, rule in second.items() if rule.origin == "v0.1"}
    assert over == first.keys() - REPLACED
    for name in over:
        text = first[name].query.replace("set/v0.1#", "set/v0.2#").replace("set:v0.1", "set:v0.2")
        assert second[name].query == text.replace("#pem-1", "#pem-2")
        assert second[name].place == first[name].place
    assert not [name for name, rule in second.items() if "v0.1" in rule.query]
    assert [rule.name for rule in SECOND.rules].index("group-any-one-does-not-require") == 7


def test_each_change_states_its_grounds() -> None:
    triples = describe_rule_set(SECOND)
    kinds = [t.subject for t in triples if t.object == term("atlas:RuleChange")]
    grounds = [t for t in triples if t.predicate == term("rdfs:comment")]
    assert len(set(kinds)) == len({t.subject for t in grounds}) == 6
    assert ox.Triple(SECOND.node, term("prov:wasRevisionOf"), FIRST.node) in triples


@pytest.mark.parametrize("rule", [*FIRST.rules, *SECOND.rules], ids=lambda rule: rule.name)
def test_a_rule_says_itself_in_a_sentence_and_is_sparql(rule: Rule) -> None:
    assert rule.sentence.endswith("."), rule.sentence
    assert isinstance(ox.Store().query(rule.query), ox.QueryTriples)
    if not rule.name.startswith(("assemble", "current")) and rule.name != "study-groups-agree":
        assert f"atlas:rule rule:{rule.name} ." in rule.query, "names itself as what decided"


@pytest.mark.parametrize("rule_set", [FIRST, SECOND], ids=lambda found: found.version)
def test_each_rule_is_published_with_label_sentence_place_and_query(rule_set: RuleSet) -> None:
    triples = set(describe_rule_set(rule_set))
    for position, rule in enumerate(rule_set.rules, 1):
        node = ox.NamedNode(f"{BASE}/rule-set/{rule_set.version}#{rule.name}")
        assert ox.Triple(rule_set.node, term("atlas:policyRule"), node) in triples
        assert ox.Triple(node, term("rdf:type"), term("atlas:PolicyRule")) in triples
        assert ox.Triple(node, term("atlas:ruleStage"), ox.Literal(rule.stage)) in triples
        assert ox.Triple(node, term("schema:position"), ox.Literal(position)) in triples
        assert ox.Triple(node, term("sh:construct"), ox.Literal(rule.query)) in triples
        sentence = ox.Literal(rule.sentence, language="en")
        assert ox.Triple(node, term("skos:definition"), sentence) in triples
        label = ox.Literal(rule.name.replace("-", " "), language="en")
        assert ox.Triple(node, term("rdfs:label"), label) in triples
        origin = ox.NamedNode(f"{RULE_SETS}v0.1#{rule.name}")
        is_over = ox.Triple(node, term("prov:wasDerivedFrom"), origin) in triples
        assert is_over == (rule_set is SECOND and rule.name not in REPLACING)
    assert (
        len(triples)
        == {"v0.1": 22 * 7 + 2, "v0.2": 23 * 7 + 17 + 2 + 7 + 6 * 6 - 1}[rule_set.version]
    )


def test_the_digest_changes_with_any_file_and_not_with_line_ends(copy: Path) -> None:
    assert read_rule_set("v0.2", copy) == SECOND
    files = sorted(copy.glob("*/*.rq"))
    for path in files:
        text = path.read_bytes()
        path.write_bytes(text.replace(b"\n", b"\r\n"))
        assert digest(read_rule_set("v0.2", copy).rules) == PUBLISHED["v0.2"]
        path.write_bytes(text + b"# changed\n")
        own = path.parent.name
        assert digest(read_rule_set(own, copy).rules) != PUBLISHED[own], path.name
        if own == "v0.1":
            name = path.stem.split("-", 2)[0] + "-" + path.stem.split("-", 2)[2]
            is_same = digest(read_rule_set("v0.2", copy).rules) == PUBLISHED["v0.2"]
            assert is_same == (name in REPLACED), "covers what is taken over"
        path.write_bytes(text)
    assert len(files) == 22 + 6


def test_the_digest_changes_when_a_rule_goes(copy: Path) -> None:
    (copy / "v0.1" / "group-02-altered.rq").unlink()
    for version, published in PUBLISHED.items():
        assert digest(read_rule_set(version, copy).rules) != published


def test_a_third_version_takes_over_from_the_second(copy: Path) -> None:
    third = copy / "v0.10"
    third.mkdir()
    shutil.copy(copy / "v0.1" / "study-01-not-applicable.rq", third / "group-14-more.rq")
    (third / "changes.ttl").write_text(
        f"""@base <{BASE}/rule-set/v0.10> .
        @prefix atlas: <{term("atlas:x").value[:-1]}> .
        <> <{term("prov:wasRevisionOf").value}> </rule-set/v0.2> ;
          <{term("schema:position").value}> 3 ; atlas:ruleChange <#change-1> .
        <#change-1> atlas:replacingRule <#group-more> .""",
        encoding="utf-8",
    )
    assert [found.version for found in read_rule_sets(copy)] == ["v0.1", "v0.2", "v0.10"]
    rules = {rule.name: rule for rule in read_rule_set("v0.10", copy).rules}
    assert len(rules) == 24
    agree = rules["study-groups-agree"]
    assert agree.origin == "v0.2"
    assert agree.query.count("set:v0.10 ") == 2
    assert '"#pem-3"' in agree.query
    assert not [rule for name, rule in rules.items() if "v0.2" in rule.query]


def test_a_rule_set_that_is_not_there_is_refused() -> None:
    with pytest.raises(AtlasError, match=r"no rule set v9\.9"):
        read_rule_set("v9.9")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("extra.rq", "# A rule.\n", "no name of a rule"),
        ("group-99-silent.rq", "CONSTRUCT WHERE { ?s ?p ?o }\n", "first line must be a comment"),
    ],
)
def test_a_file_that_is_no_rule_is_refused(copy: Path, name: str, text: str, words: str) -> None:
    (copy / "v0.1" / name).write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError, match=words):
        read_rule_set("v0.1", copy)


def test_two_rule_sets_of_one_number_are_refused(copy: Path) -> None:
    shutil.copytree(copy / "v0.2", copy / "v0.3")
    edit(copy / "v0.3" / "changes.ttl", "rule-set/v0.2>", "rule-set/v0.3>")
    with pytest.raises(AtlasError, match="one number"):
        read_rule_sets(copy)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("#group-any-mixed", "#group-any-muddled", "replacedRule .* group-any-muddled"),
        ("</rule-set/v0.1#group-any-mixed>", "<#group-any-mixed>", "a rule of .*v0.1, not"),
        ("<#assemble-revised>", "<#assemble-anew>", "each rule that has a file: assemble-revised"),
        ("<#assemble-revised>", "<#assemble-revised> , <#study-new>", "write the file .*study-new"),
        ("    atlas:replacedRule </rule-set/v0.1#group-unknown-same> ;\n", "", "one place or name"),
        (
            "position 2 ;\n    atlas:ruleChange",
            "position 2.5 ;\n    atlas:ruleChange",
            "its number",
        ),
        ("prov:wasRevisionOf </rule-set/v0.1>", "prov:wasRevisionOf </v0.1>", "which it revises"),
        (
            "position 2 ;\n    atlas:ruleChange",
            "position 1 ;\n    atlas:ruleChange",
            "before its own",
        ),
        ("</rule-set/v0.1> ;", "</rule-set/v0.1 ;", "not valid Turtle"),
    ],
)
def test_changes_that_do_not_fit_the_files_are_refused(
    copy: Path, old: str, new: str, words: str
) -> None:
    edit(copy / "v0.2" / "changes.ttl", old, new)
    with pytest.raises(AtlasError, match=words):
        read_rule_set("v0.2", copy)
