from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from Crypto.PublicKey import ECC, RSA
from flask.testing import FlaskClient
from nanopub.utils import MalformedNanopubError

from graph.errors import AtlasError
from graph.prefixes import BASE
from graph.release import Release
from server.app import create_app
from server.cli import main
from server.facts import Facts
from server.settings import Settings
from server.signing import Signer, read_signer
from server.site import Site
from tests.nanopublications import PAGE, has_signature, library
from tests.site import serve

# The library still uses what rdflib gives up, and so does rdflib.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning"),
    pytest.mark.usefixtures("nanopub_library"),
]


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
    signed: FlaskClient, client: FlaskClient, release: Release, rsa_key: Path
) -> None:
    again = Facts(release)
    for first, site in (
        (client, Site(again)),
        (signed, Site(again, read_signer(str(rsa_key)))),
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


def test_without_a_key_nobody_signs() -> None:
    assert read_signer("") is None


def test_the_library_own_form_of_a_key_is_read_too(
    rsa_pem: str, tmp_path: Path, signer: Signer
) -> None:
    path = tmp_path / "id_rsa"
    path.write_text("".join(rsa_pem.splitlines()[1:-1]) + "\n", encoding="ascii")
    found = read_signer(str(path))
    assert found
    assert found.public_key == signer.public_key


def bad_keys(rsa_pem: str) -> dict[str, bytes]:
    key = RSA.import_key(rsa_pem)
    elliptic = ECC.generate(curve="P-256").export_key(format="PEM")
    return {
        "empty": b"",
        "only lines around it": b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "words": b"no key at all",
        "binary": bytes(range(256)),
        "truncated": rsa_pem[: len(rsa_pem) // 2].encode(),
        "altered": rsa_pem.replace("M", "N").encode(),
        "public": key.public_key().export_key("PEM"),
        "locked": key.export_key("PEM", pkcs=8, passphrase="x", protection="scryptAndAES128-CBC"),
        "another algorithm": elliptic.encode() if isinstance(elliptic, str) else elliptic,
    }


def test_a_key_that_cannot_sign_is_an_error_that_does_not_show_it(
    rsa_pem: str, tmp_path: Path
) -> None:
    cases = bad_keys(rsa_pem)
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
    settings: Settings, rsa_key: Path, rsa_pem: str, tmp_path: Path
) -> None:
    with serve(replace(settings, nanopub_key=str(rsa_key), prepare=0), tmp_path) as site:
        shown = ""
        for path in (PAGE, f"{PAGE}.html", f"{PAGE}/RAx", "/metrics", "/sparql"):
            response = httpx.get(site.address + path)
            shown += f"{response.headers} {response.text}"
        assert has_signature(library(httpx.get(site.address + PAGE).text))
        shown += site.log.read_text(encoding="utf-8")
    for line in rsa_pem.splitlines()[1:-1]:
        assert line not in shown
    assert str(rsa_key) not in shown
