"""Which judgement of several is current, as a whole build decides it and a page shows it."""

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.build import InvalidSources, build
from graph.errors import AtlasError
from graph.paths import DATA
from graph.prefixes import BASE, term, value
from graph.release import Release
from server.app import create_app
from server.facts import Facts
from tests.small import SIZE, edit, small_data

SLUG = "walitt-2024-deep-phenotyping"
CORRECTION = f"""
<{BASE}/evidence/{SLUG}> <{term("atlas:pemAssessment").value}> <#correction-1> .
<#correction-1> a <{term("atlas:PemAssessment").value}> ;
    <{term("atlas:pemValue").value}> </vocabulary/pem-requirement#required> ;
    <{term("atlas:pemReason").value}> </vocabulary/pem-reason#stated> ;
    <{term("dcterms:date").value}> "2026-11-26"^^<{term("xsd:date").value}> ;
    <{term("prov:wasAttributedTo").value}> </dataset#editors> ;
    <{term("prov:wasRevisionOf").value}> <#NAME> ;
    <{term("rdfs:comment").value}> "Made up for a test."@en .
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return data with one study that the policies judge otherwise."""
    found = small_data(tmp_path)
    shutil.copy(DATA / "evidence" / f"{SLUG}.ttl", found / "evidence")
    return found


def correct(data: Path, judgement: str) -> None:
    path = data / "evidence" / f"{SLUG}.ttl"
    text = path.read_text(encoding="utf-8") + CORRECTION.replace("NAME", judgement)
    path.write_text(text, encoding="utf-8")


def current(release: Release) -> dict[str, str]:
    """Return the part that is the current judgement of each entry; there is one alone."""
    store = ox.Store.read_only(str(release.store_path))
    quads = list(store.quads_for_pattern(None, term("atlas:currentAssessment"), None, None))
    quads = [quad for quad in quads if isinstance(quad.graph_name, ox.DefaultGraph)]
    assert len({quad.subject for quad in quads}) == len(quads) == SIZE + 1
    return {value(q.subject).rpartition("/")[2]: value(q.object).partition("#")[2] for q in quads}


def page(release: Release) -> str:
    client = create_app(Facts(release)).test_client()
    return client.get(f"/evidence/{SLUG}.html").text


@pytest.mark.parametrize(("policy", "part"), [("v0.1", "pem-1"), ("v0.2", "pem-2")])
def test_the_current_policy_is_what_the_dataset_says(data: Path, policy: str, part: str) -> None:
    edit(data / "agents.ttl", "currentPolicy <policy/v0.2>", f"currentPolicy <policy/{policy}>")
    release = build(data.parent / "releases", data)
    assert set(current(release).values()) == {part}
    text = page(release)
    assert ("why this entry says “PEM unclear”" in text) == (policy == "v0.1")
    assert "Under policy v0.1: PEM unclear" in text or "Under policy v0.2: PEM not required" in text


@pytest.mark.parametrize("corrected", ["pem-1", "pem-2"])
def test_a_correction_is_current_under_either_policy_and_all_judgements_are_shown(
    data: Path, corrected: str
) -> None:
    correct(data, corrected)
    release = build(data.parent / "releases", data)
    found = current(release)
    assert found.pop(SLUG) == "correction-1"
    assert set(found.values()) == {"pem-2"}
    text = page(release)
    assert text.index("Corrected by hand") < text.index("Made up for a test.")
    assert "Under policy v0.2: PEM not required" in text
    assert "Under policy v0.1: PEM unclear" in text
    assert ("People corrected it." in text) == (corrected == "pem-2")
    for part in ("correction-1", "pem-1", "pem-2", "pem-1-group-1", "pem-2-group-1"):
        assert text.count(f'id="{part}"') == 1, part


def test_a_correction_that_takes_the_name_of_a_policy_version_is_refused(data: Path) -> None:
    correct(data, "pem-1")
    edit(data / "evidence" / f"{SLUG}.ttl", "#correction-1", "#pem-2")
    with pytest.raises(InvalidSources, match="call a correction <#correction-1>"):
        build(data.parent / "releases", data)


def test_a_current_policy_without_rules_is_refused(data: Path) -> None:
    edit(data / "agents.ttl", "rule-set/v0.2>", "rule-set/v0.3>")
    with pytest.raises(AtlasError, match=r"no rules in .* encode the current policy .*v0\.2"):
        build(data.parent / "releases", data)
