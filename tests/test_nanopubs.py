import re
import socket
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import PKCS1_v1_5
from flask.testing import FlaskClient
from nanopub.nanopub import Nanopub as LibraryNanopub
from nanopub.trustyuri.rdf.RdfHasher import normalize_quads
from nanopub.trustyuri.rdf.RdfUtils import get_quads
from nanopub.utils import MalformedNanopubError
from rdflib import ConjunctiveGraph
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import Result

from graph.build import build
from graph.errors import AtlasError
from graph.prefixes import BASE
from graph.release import Release
from server.app import create_app
from server.cli import main
from server.facts import Facts
from server.formats import BY_KEY, Kind, offers
from server.nanopubs import nanopub_address
from server.settings import Settings
from server.signing import Signer, read_signer
from server.site import Site
from tests.site import serve
from tests.small import ENTRY, edit, small_data

# The library still uses what rdflib gives up, and so does rdflib.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")

JUDGED = 224
GROUPS = "/evidence/fixture-2013-groups-required"
PAGE = f"{GROUPS}/nanopub/1"
CORRECTED = f"/evidence/{ENTRY}/nanopub/correction-1"
REVISED = f"/evidence/{ENTRY}/nanopub/1"
CORRECTION = f"""
<#correction-1> a atlas:PemAssessment ;
    atlas:pemValue <{BASE}/vocabulary/pem-requirement#required> ;
    atlas:pemReason <{BASE}/vocabulary/pem-reason#stated> ;
    <http://purl.org/dc/terms/date> "2026-11-24"^^<http://www.w3.org/2001/XMLSchema#date> ;
    <http://www.w3.org/ns/prov#wasAttributedTo> <{BASE}/dataset#editors> ;
    <http://www.w3.org/ns/prov#wasRevisionOf> <#pem-1> ;
    rdfs:comment "The methods name malaise after exertion."@en .
"""
NP = "http://www.nanopub.org/nschema#"
NPX = "http://purl.org/nanopub/x/"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: socket.socket, address: tuple[object, ...]) -> None:
        assert address[0] == "127.0.0.1", f"connects to {address}"
        connect(_, address)

    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def quick_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    # The library has its one query parsed three times a nanopublication: most of its time.
    def query(self: ConjunctiveGraph, text: str) -> Result:
        return ask(self, prepared(text))

    prepared = cache(partial(prepareQuery, initNs={"npx": NPX}))
    ask = ConjunctiveGraph.query
    monkeypatch.setattr(ConjunctiveGraph, "query", query)


@pytest.fixture(scope="session")
def pem() -> str:
    return RSA.generate(2048).export_key("PEM", pkcs=8).decode()


@pytest.fixture(scope="session")
def key(pem: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "nanopub.key"
    path.write_text(pem, encoding="ascii")
    return path


@pytest.fixture(scope="session")
def signer(key: Path) -> Signer:
    found = read_signer(str(key))
    assert found
    return found


@pytest.fixture(scope="session")
def signed(release: Release, signer: Signer) -> FlaskClient:
    facts = Facts(release)
    return create_app(facts, Site(facts, signer)).test_client()


@pytest.fixture(scope="session")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    data = small_data(tmp_path_factory.mktemp("corrected"))
    file = data / "evidence" / f"{ENTRY}.ttl"
    edit(
        file,
        "atlas:paper <#paper> ;",
        "atlas:paper <#paper> ; atlas:pemAssessment <#correction-1> ;",
    )
    file.write_text(file.read_text(encoding="utf-8") + CORRECTION, encoding="utf-8")
    return Facts(build(data.parent / "releases", data))


def read(client: FlaskClient, path: str) -> set[ox.Quad]:
    response = client.get(path)
    assert response.status_code == 200, path
    return set(ox.parse(response.data, format=ox.RdfFormat.TRIG))


def library(text: bytes | str) -> LibraryNanopub:
    graph = ConjunctiveGraph()
    graph.parse(data=text, format="trig")
    return LibraryNanopub(rdf=graph)


def has_signature(nanopub: LibraryNanopub) -> bool:
    """Check what was signed: the library's own check says yes to everything."""
    # These two functions of the library have no types.
    found = get_quads(nanopub.rdf)  # type: ignore[no-untyped-call]
    quads = [quad for quad in found if str(quad[2]) != f"{NPX}hasSignature"]
    base = str(nanopub.metadata.namespace)
    text = normalize_quads(quads, baseuri=base, hashstr=" ")  # type: ignore[no-untyped-call]
    key = RSA.import_key(b64decode(nanopub.metadata.public_key))
    signature = b64decode(nanopub.metadata.signature)
    return bool(PKCS1_v1_5.new(key).verify(SHA256.new(text.encode()), signature))


def said(quads: set[ox.Quad], iri: str, graph: str) -> set[tuple[str, str, str]]:
    return {
        (str(quad.subject), quad.predicate.value, str(quad.object))
        for quad in quads
        if str(quad.graph_name) == f"<{iri}#{graph}>"
    }


def judgements(facts: Facts) -> Iterator[str]:
    kind = facts.term("rdf:type"), facts.term("atlas:PemAssessment")
    for quad in facts.store.quads_for_pattern(None, *kind, ox.DefaultGraph()):
        assert isinstance(quad.subject, ox.NamedNode)
        yield quad.subject.value


def test_every_judgement_of_the_real_data_is_a_valid_nanopublication(
    real_client: FlaskClient, real_release: Release
) -> None:
    found = sorted(judgements(Facts(real_release)))
    assert len(found) == JUDGED
    for judgement in found:
        address = nanopub_address(judgement)
        assert address
        nanopub = library(real_client.get(address.removeprefix(BASE)).data)
        assert nanopub.is_valid, judgement
        assert str(nanopub.metadata.np_uri) == address
        assert nanopub.metadata.signature is None
        assert len(nanopub.assertion) >= 2


def test_every_judgement_of_the_real_data_can_be_signed(
    real_release: Release, signer: Signer
) -> None:
    facts = Facts(real_release)
    client = create_app(facts, Site(facts, signer)).test_client()
    seen = set()
    for judgement in judgements(facts):
        path = str(nanopub_address(judgement)).removeprefix(BASE)
        nanopub = library(client.get(path).data)
        assert nanopub.is_valid, judgement
        assert nanopub.has_valid_trusty, judgement
        assert nanopub.has_valid_signature, judgement
        assert has_signature(nanopub), judgement
        assert str(nanopub.signed_with_public_key) == signer.public_key
        iri = str(nanopub.metadata.np_uri)
        assert re.fullmatch(re.escape(BASE + path) + r"/RA[\w-]{43}", iri)
        seen.add(iri)
    assert len(seen) == JUDGED


def test_the_claim_is_what_the_paper_required(real_client: FlaskClient) -> None:
    entry = f"{BASE}/evidence/hornig-2015-distinct-plasma"
    iri = f"{entry}/nanopub/1"
    quads = read(real_client, iri.removeprefix(BASE))
    assert said(quads, iri, "assertion") == {
        (f"<{entry}>", f"{BASE}/ontology#paper", f"<{entry}#paper>"),
        (
            f"<{entry}>",
            f"{BASE}/ontology#pemRequirement",
            f"<{BASE}/vocabulary/pem-requirement#unclear>",
        ),
        (
            f"<{entry}#paper>",
            "https://schema.org/sameAs",
            "<https://doi.org/10.1126/sciadv.1400121>",
        ),
    }


def test_the_provenance_says_what_it_rests_on_and_by_which_rule(client: FlaskClient) -> None:
    quads, entry, iri = read(client, PAGE), BASE + GROUPS, BASE + PAGE
    about = said(quads, iri, "provenance")
    claim, judgement = f"<{iri}#assertion>", f"<{entry}#pem-1>"
    for fact in (f"{entry}#inclusion", f"{entry}#group-2", f"{BASE}/case-definition/ccc2003"):
        assert (claim, f"{PROV}wasDerivedFrom", f"<{fact}>") in about
    assert (claim, f"{PROV}wasGeneratedBy", f"<{entry}#pem-1-judging>") in about
    for subject, name, value in (
        (judgement, "atlas:rule", "/rule-set/v0.1#group-stated"),
        (f"<{entry}#pem-1-association>", "prov:agent", "/rule-set/v0.1"),
        (f"<{entry}#pem-1-association>", "prov:hadPlan", "/policy/v0.1"),
        (f"<{entry}#inclusion>", "atlas:textRead", "/vocabulary/text-read#full-text"),
        (f"<{BASE}/case-definition/ccc2003>", "atlas:pemStatus", "/vocabulary/pem-status#required"),
    ):
        prefix, _, local = name.partition(":")
        space = f"{BASE}/ontology#" if prefix == "atlas" else PROV
        assert (subject, space + local, f"<{BASE}{value}>") in about
    assert any(name == f"{BASE}/ontology#demandsPem" for _, name, _ in about)


def test_a_nanopublication_says_only_what_the_release_says(
    client: FlaskClient, release: Release
) -> None:
    facts = Facts(release)
    quads = [
        quad for quad in read(client, PAGE) if not str(quad.subject).startswith(f"<{BASE + PAGE}")
    ]
    assert len(quads) > 20
    for quad in quads:
        assert ox.Quad(quad.subject, quad.predicate, quad.object) in facts.store, quad


def test_rules_are_credited_with_their_judgement_and_people_with_theirs(corrected: Facts) -> None:
    client = create_app(corrected).test_client()
    for number, maker, day in (
        (1, "/rule-set/v0.1", None),
        ("correction-1", "/dataset#editors", "2026-11-24"),
    ):
        iri = f"{BASE}/evidence/{ENTRY}/nanopub/{number}"
        quads = read(client, iri.removeprefix(BASE))
        about = said(quads, iri, "pubinfo")
        creators = {value for _, name, value in about if name == f"{DCTERMS}creator"}
        assert creators == {f"<{BASE}{maker}>"}
        licences = {value for _, name, value in about if name == f"{DCTERMS}license"}
        assert licences == {"<https://creativecommons.org/publicdomain/zero/1.0/>"}
        days = {value for _, name, value in about if name == f"{DCTERMS}created"}
        assert len(days) == 1
        assert day is None or day in str(days)


def test_a_correction_supersedes_and_gives_its_grounds(corrected: Facts) -> None:
    client = create_app(corrected).test_client()
    iri = BASE + CORRECTED
    quads = read(client, CORRECTED)
    earlier = f"<{BASE}{REVISED}>"
    assert (f"<{iri}>", f"{NPX}supersedes", earlier) in said(quads, iri, "pubinfo")
    assert "The methods name malaise after exertion." in str(said(quads, iri, "provenance"))
    assert f"{NPX}supersedes" not in str(read(client, REVISED))
    assert library(client.get(CORRECTED).data).is_valid


def test_a_signed_correction_supersedes_the_signed_nanopublication(
    corrected: Facts, signer: Signer
) -> None:
    client = create_app(corrected, Site(corrected, signer)).test_client()
    earlier = library(client.get(REVISED).data)
    later = library(client.get(CORRECTED).data)
    assert has_signature(later)
    assert later.has_valid_trusty
    named = [str(value) for _, name, value in later.pubinfo if str(name) == f"{NPX}supersedes"]
    assert named == [str(earlier.metadata.np_uri)]
    assert client.get(named[0].removeprefix(BASE)).status_code == 200


@pytest.mark.parametrize("kind", ["unsigned", "signed"])
def test_all_formats_say_the_same(kind: str, client: FlaskClient, signed: FlaskClient) -> None:
    asked = {"unsigned": client, "signed": signed}[kind]
    writers = {row.key: row.writer for row in offers(Kind.NANOPUB) if row.writer}
    assert list(writers) == ["trig", "jsonld", "nq"]
    found = []
    for name, writer in writers.items():
        response = asked.get(f"{PAGE}.{name}")
        assert response.content_type == BY_KEY[name].media_type
        assert isinstance(writer, ox.RdfFormat)
        found.append(set(ox.parse(response.data, format=writer)))
    assert len(found[0]) > 20
    assert found[0] == found[1] == found[2]
    assert len({quad.graph_name for quad in found[0]}) == 4


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/trig"),
        ("*/*", "application/trig"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-quads", "application/n-quads"),
    ],
)
def test_data_come_first_and_browsers_get_a_page(
    accept: str | None, content_type: str, client: FlaskClient
) -> None:
    response = client.get(PAGE, headers={"Accept": accept} if accept else {})
    assert response.content_type == content_type
    assert "Accept" in response.headers["Vary"]


def test_formats_without_graphs_are_not_acceptable(client: FlaskClient) -> None:
    response = client.get(PAGE, headers={"Accept": "text/turtle"})
    assert response.status_code == 406
    assert response.json
    assert "application/trig" in response.json["formats"]
    assert client.get(f"{PAGE}.bib").status_code == 404
    assert client.get(f"{PAGE}?format=nothing").status_code == 400


def test_the_page_has_a_place_for_each_graph(client: FlaskClient, signed: FlaskClient) -> None:
    for asked, words in ((client, "It is not signed."), (signed, "It is signed")):
        page = asked.get(f"{PAGE}.html").text
        assert words in page
        for name in ("Head", "assertion", "provenance", "pubinfo"):
            assert page.count(f'id="{name}"') == 1
        assert f'href="{GROUPS}"' in page
        assert "PEM required" in page


def test_headers_lead_to_the_entry_and_to_what_it_is(client: FlaskClient) -> None:
    link = client.get(PAGE).headers["Link"]
    assert f'<{BASE + PAGE}>; rel="canonical"' in link
    assert f'<{BASE + GROUPS}>; rel="collection"' in link
    assert f'<{NP}Nanopublication>; rel="type"' in link
    assert '<https://creativecommons.org/publicdomain/zero/1.0/>; rel="license"' in link


@pytest.mark.parametrize(
    "path",
    [
        "/evidence/nobody-2000-nothing-here/nanopub/1",
        "/evidence/fixture-2002-bibliography-only/nanopub/1",
        f"{GROUPS}/nanopub/3",
        f"{GROUPS}/nanopub/0",
        f"{GROUPS}/nanopub/01",
        f"{GROUPS}/nanopub/one",
        f"{GROUPS}/nanopub/",
        f"{GROUPS}/nanopub",
        f"{GROUPS}/nanopub/1/",
        f"{GROUPS}/nanopub/1/x/y",
        f"{GROUPS}/nanopub/" + "9" * 5000,
        "/evidence/a b<>/nanopub/1",
        "/evidence/%00/nanopub/1",
        "/case-definition/fukuda1994/nanopub/1",
    ],
)
@pytest.mark.parametrize("kind", ["unsigned", "signed"])
def test_what_is_not_there_is_a_problem(
    path: str, kind: str, client: FlaskClient, signed: FlaskClient
) -> None:
    response = {"unsigned": client, "signed": signed}[kind].get(path)
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_the_trusty_address_answers_with_the_same(signed: FlaskClient) -> None:
    first = signed.get(PAGE)
    iri = str(library(first.data).metadata.np_uri)
    path = iri.removeprefix(BASE)
    assert f'<{iri}>; rel="canonical"' in first.headers["Link"]
    assert signed.get(path).data == first.data
    assert signed.get(f"{path}.html").status_code == 200


def test_another_version_is_no_answer_but_shows_the_way(
    client: FlaskClient, signed: FlaskClient
) -> None:
    path = str(library(signed.get(PAGE).data).metadata.np_uri).removeprefix(BASE)
    wrong = path[:-1] + ("A" if path[-1] != "A" else "B")
    for asked, address in ((client, path), (signed, wrong)):
        response = asked.get(address)
        assert response.status_code == 404
        assert response.json
        assert response.json["nanopublication"] == BASE + PAGE


@pytest.mark.parametrize(
    ("old", "new"),
    [("#required>", "#unclear>"), ("malaise after exertion", "anything")],
    ids=["claim", "grounds"],
)
def test_a_signed_nanopublication_cannot_be_altered(
    old: str, new: str, signed: FlaskClient
) -> None:
    text = signed.get(PAGE).text
    assert old in text
    altered = library(text.replace(old, new))
    with pytest.raises(MalformedNanopubError):
        _ = altered.has_valid_trusty
    assert has_signature(library(text))
    assert not has_signature(altered)


def test_the_same_judgement_and_key_give_the_same_bytes(
    signed: FlaskClient, client: FlaskClient, release: Release, key: Path
) -> None:
    again = Facts(release)
    for first, site in (
        (client, Site(again)),
        (signed, Site(again, read_signer(str(key)))),
    ):
        other = create_app(again, site).test_client().get(PAGE)
        assert other.data == first.get(PAGE).data
        assert other.headers["ETag"] == first.get(PAGE).headers["ETag"]
        kept = {"If-None-Match": other.headers["ETag"]}
        assert first.get(PAGE, headers=kept).status_code == 304


def test_a_signature_makes_another_document(client: FlaskClient, signed: FlaskClient) -> None:
    assert client.get(PAGE).headers["ETag"] != signed.get(PAGE).headers["ETag"]


def test_it_is_signed_once(
    release: Release, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, sign = 0, Signer.sign

    def counted(self: Signer, *arguments: object) -> object:
        nonlocal count
        count += 1
        return sign(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Signer, "sign", counted)
    facts = Facts(release)
    client = create_app(facts, Site(facts, signer)).test_client()
    for form in ("trig", "nq", "jsonld", "html"):
        assert client.get(f"{PAGE}.{form}").status_code == 200
    assert count == 1


def test_a_release_under_another_base_has_nanopublications_there(
    tmp_path: Path, signer: Signer
) -> None:
    base = "https://atlas.example.org"
    facts = Facts(build(tmp_path / "releases", small_data(tmp_path), base=base))
    for site in (Site(facts), Site(facts, signer)):
        text = create_app(facts, site).test_client().get(f"/evidence/{ENTRY}/nanopub/1").text
        assert f"{base}/evidence/{ENTRY}/nanopub/1" in text
        assert BASE not in text
        assert library(text).is_valid
    assert has_signature(library(text))


def test_addresses_are_those_of_judgements_only() -> None:
    assert nanopub_address(f"{BASE}/evidence/a#pem-12") == f"{BASE}/evidence/a/nanopub/12"
    for iri in ("#pem-0", "#pem-1-group-1", "#pem-1-judging", "#paper", "", "#pem-1\n"):
        assert nanopub_address(f"{BASE}/evidence/a{iri}") is None


def test_without_a_key_nobody_signs() -> None:
    assert read_signer("") is None


def test_the_library_own_form_of_a_key_is_read_too(
    pem: str, tmp_path: Path, signer: Signer
) -> None:
    path = tmp_path / "id_rsa"
    path.write_text("".join(pem.splitlines()[1:-1]) + "\n", encoding="ascii")
    found = read_signer(str(path))
    assert found
    assert found.public_key == signer.public_key


def bad_keys(pem: str) -> dict[str, bytes]:
    key = RSA.import_key(pem)
    elliptic = ECC.generate(curve="P-256").export_key(format="PEM")
    return {
        "empty": b"",
        "only lines around it": b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "words": b"no key at all",
        "binary": bytes(range(256)),
        "truncated": pem[: len(pem) // 2].encode(),
        "altered": pem.replace("M", "N").encode(),
        "public": key.public_key().export_key("PEM"),
        "locked": key.export_key("PEM", pkcs=8, passphrase="x", protection="scryptAndAES128-CBC"),
        "another algorithm": elliptic.encode() if isinstance(elliptic, str) else elliptic,
    }


def test_a_key_that_cannot_sign_is_an_error_that_does_not_show_it(pem: str, tmp_path: Path) -> None:
    cases = bad_keys(pem)
    assert len(cases) == 9
    for name, content in cases.items():
        path = tmp_path / f"{name}.key"
        path.write_bytes(content)
        with pytest.raises(AtlasError, match="is no key that can sign; give it") as caught:
            read_signer(str(path))
        assert str(path) in str(caught.value), name
        secret = content.decode("latin-1").strip()
        assert not secret or secret[-40:] not in f"{caught.value}", name
        assert caught.value.__cause__ is None


def test_a_key_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(AtlasError, match="cannot be read"):
            read_signer(str(path))


def test_serving_with_a_bad_key_ends_at_once(release: Release, tmp_path: Path) -> None:
    arguments = ["serve", "--releases", str(release.folder.parent), "--nanopub-key"]
    done = CliRunner().invoke(main, [*arguments, str(tmp_path / "none")])
    assert done.exit_code == 1
    assert "nanopub key" in done.output


def test_the_server_signs_and_shows_the_key_nowhere(
    settings: Settings, key: Path, pem: str, tmp_path: Path
) -> None:
    with serve(replace(settings, nanopub_key=str(key), prepare=0), tmp_path) as site:
        shown = ""
        for path in (PAGE, f"{PAGE}.html", f"{PAGE}/RAx", "/metrics", "/sparql"):
            response = httpx.get(site.address + path)
            shown += f"{response.headers} {response.text}"
        assert has_signature(library(httpx.get(site.address + PAGE).text))
        shown += site.log.read_text(encoding="utf-8")
    for line in pem.splitlines()[1:-1]:
        assert line not in shown
    assert str(key) not in shown
