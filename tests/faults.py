"""What can be wrong with the data, and what an editor must then be told."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import SEED
from tests.small import edit

Damage = Callable[[Path], None]

OTHER = "daniels-2012-second-study"
GROUPS = "fixture-2013-groups-required"
DRAFT = "fixture-2001-markup-title"
DOI = 'bibo:doi "10.1017/s1352465810000792"'
REQUIRED = "atlas:pemRequirement </vocabulary/pem-requirement#required> ;"


@dataclass(frozen=True)
class Fault:
    """What is done to the data, which file and line the report must name, and what it must say.

    `line` is a piece of that line, "" where the report names the file alone.
    """

    damage: Damage
    line: str
    says: str
    file: str = f"evidence/{SEED}.ttl"


def swap(old: str, new: str, line: str, says: str, file: str = f"evidence/{SEED}.ttl") -> Fault:
    return Fault(lambda data: edit(data / file, old, new), line, says, file)


def in_entry(slug: str, old: str, new: str, line: str, says: str) -> Fault:
    return swap(old, new, line, says, f"evidence/{slug}.ttl")


def second_file(line: str, says: str, old: str = "", new: str = "") -> Fault:
    """Copy the entry to another file, with `old` made `new`."""

    def damage(data: Path) -> None:
        text = (data / "evidence" / f"{SEED}.ttl").read_text(encoding="utf-8")
        target = data / "evidence" / f"{OTHER}.ttl"
        target.write_text(text.replace(old, new) if old else text, encoding="utf-8")

    return Fault(damage, line, says, f"evidence/{OTHER}.ttl")


def nothing(data: Path) -> None:
    (data / "evidence" / f"{OTHER}.ttl").write_text("", encoding="utf-8")


def not_utf8(data: Path) -> None:
    path = data / "evidence" / f"{SEED}.ttl"
    path.write_bytes(path.read_bytes().replace(b"early study", b"\xe9arly study"))


FAULTS: dict[str, Fault] = {
    "broken Turtle": swap(
        "<#paper> a atlas",
        "<#paper> aa atlas",
        "<#paper> aa",
        "is not valid Turtle: .*mend this line",
    ),
    "a statement without its end": swap(
        "atlas:authorListComplete true .",
        "atlas:authorListComplete true",
        "<#author-1> a",
        "A dot is expected .*or the end of the one before",
    ),
    "a prefix nobody declared": swap(
        DOI, f"x{DOI}", "xbibo:doi", "The prefix xbibo: has not been declared"
    ),
    "a letter that is no UTF-8": Fault(
        not_utf8, "\N{REPLACEMENT CHARACTER}arly study", "Invalid UTF-8"
    ),
    "a wrong IRI": swap(
        "<https://doi.org/10",
        "<https:// doi.org/10",
        "<https:// doi",
        "Invalid IRI .*mend this line",
    ),
    "an IRI that nothing has": swap(
        "atlas:paper <#paper>",
        "atlas:paper <#papier>",
        "<#papier>",
        r"\[Entry-paper\]: .*described in the same file\. Found <#papier> at atlas:paper\.",
    ),
    "the IRI of another host": swap(
        "</vocabulary/topic#treatment>",
        "<http://mecfsatlas.com/vocabulary/topic#treatment>",
        "atlas:topic",
        r"\[Entry-topic\]: Take topics from https://www.*Found <http://mecfsatlas.com/.* at atlas:topic\.",
    ),
    "the IRI of another entry": swap(
        f"evidence/{SEED}> .",
        f"evidence/{OTHER}> .",
        "",
        f"must describe one entry, .*{SEED}>.*Rename the file, or mend",
    ),
    "two files with one slug": second_file(
        "", f"must describe one entry, .*{OTHER}>.*found: <.*{SEED}>. Rename"
    ),
    "an unknown case definition": in_entry(
        GROUPS,
        "</case-definition/ccc2003>",
        "</case-definition/ccc2033>",
        "ccc2033",
        r"\[PatientGroup-definition\]: .*use a key of data/case-definitions.ttl\. Found </case-definition/ccc2033>",
    ),
    "a DOI as URL": swap(
        DOI,
        DOI.replace('"', '"https://doi.org/', 1),
        "bibo:doi",
        r"\[Paper-doi\]: Write the DOI bare .*no URL.* Found .*https://doi.org/10.1017/s.* at bibo:doi\.",
    ),
    "a DOI with capitals": swap(
        DOI,
        DOI.replace("/s", "/S"),
        "bibo:doi",
        r"\[Paper-doi\]: .*lower case.* Found \"10.1017/S1.* at bibo:doi\.",
    ),
    "a DOI used twice": second_file(
        "bibo:doi",
        rf"\[Paper-doi-twice\]: .*one of the two is wrong.* Found </evidence/{SEED}#paper> at bibo:doi\.",
        SEED,
        OTHER,
    ),
    "an author gap": swap(
        "schema:position 2 ;\n    atlas:printedName",
        "schema:position 3 ;\n    atlas:printedName",
        "atlas:author <#author-1>",
        r"\[Paper-author-gap\]: Number the authors 1, 2, 3 .* at atlas:author\.",
    ),
    "a text without language": swap(
        'makes a treatment work."@en',
        'makes a treatment work."',
        "makes a treatment work.",
        r"\[Text-value\]: .*with its language\. Found \"In this early .*\.\.\.\" at rdf:value\.",
    ),
    "a date that is none": swap(
        'atlas:accessed "2026-05-30"',
        'atlas:accessed "2026-05-32"',
        "atlas:accessed",
        r"\[Snapshot-accessed\]: .*a date that exists\. Found \"2026-05-32\" at atlas:accessed\.",
    ),
    "a day of publication that is none": swap(
        '"2011"^^xsd:gYear',
        '"2011-02-29"^^xsd:date',
        "dcterms:issued",
        r"\[Paper-issued\]: .*as precise as known.* Found \"2011-02-29\" at dcterms:issued\.",
    ),
    "a draft without its generator": in_entry(
        DRAFT,
        "    atlas:generatorVersion </generator/v1> ;\n",
        "",
        "<#quick-summary> a",
        r"\[Text-draft\]: .*names the generator version",
    ),
    "a generator that does not exist": in_entry(
        DRAFT,
        "</generator/v1>",
        "</generator/v9>",
        "</generator/v9>",
        r"\[Text-generator\]: .*describe it in data/agents.ttl\. Found </generator/v9>",
    ),
    "a judgement written by hand": swap(
        "atlas:paper <#paper>",
        f"{REQUIRED} atlas:paper <#paper>",
        "atlas:pemRequirement",
        r"\[JudgedEntry-agrees\]: .*remove it from the file\. Found </vocabulary/pem-requirement#required>",
    ),
    "a blank node": swap(
        "atlas:paper <#paper>",
        "schema:about [] ; atlas:paper <#paper>",
        "",
        "give that part a # IRI",
    ),
    "words about a stranger": swap(
        "<#paper> a",
        "</journal/x> a atlas:Journal .\n<#paper> a",
        "",
        "journal/x>; move them to its own file",
    ),
    "a file without an entry": Fault(
        nothing,
        "",
        "must describe one entry, .*found: none",
        f"evidence/{OTHER}.ttl",
    ),
    "a version without its full name": swap(
        '    atlas:fullVersion "gen.v1.2026-04-16" ;\n',
        "",
        "<generator/v1> a",
        r"\[AgentVersion-full\]: .*once, or \"unknown\"\. Look at atlas:fullVersion\.",
        "agents.ttl",
    ),
    "a definition without a source": swap(
        '    atlas:pemStatusSourceNeeded true ;\n    atlas:requiredSymptoms "Muscle',
        '    atlas:requiredSymptoms "Muscle',
        "<case-definition/ramsay1986> a",
        r"\[CaseDefinition-sourced\]: Give the source",
        "case-definitions.ttl",
    ),
    "a journal's name with a language": swap(
        '"Acta Physiol."',
        '"Acta Physiol."@en',
        '"Acta Physiol."@en',
        r"\[Journal-printed-name\]: .* Found \"Acta Physiol\.\" at atlas:printedName\.",
        "journals.ttl",
    ),
}
