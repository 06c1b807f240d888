import os
import shutil
import socket
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import httpx
import pytest
from Crypto.PublicKey import RSA
from flask.testing import FlaskClient
from rdflib import ConjunctiveGraph
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import Result

from graph.build import build
from graph.paths import DATA
from graph.release import Release
from server.app import create_app
from server.facts import Facts
from server.publish import publish
from server.settings import Settings
from server.signing import Signer, read_signer
from server.site import Site as Pages
from tests.changes import SIZE, Present, make_presents
from tests.nanopublications import CORRECTION, NPX
from tests.noted import noted_data
from tests.past import past_data
from tests.shelf import Shelf, fill_shelf
from tests.site import Site, serve
from tests.small import ENTRY, edit, recorded_data, small_data
from tests.stores import RunningStore, oxigraph, virtuoso

ENTRIES = Path(__file__).parent / "fixtures" / "entries"
CLIENTS = Path(__file__).parent / "clients"
SEED = "daniels-2011-socialization-model"


@pytest.fixture(scope="session")
def real_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build(tmp_path_factory.mktemp("real") / "releases")


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("tiny") / "data"
    (data / "evidence").mkdir(parents=True)
    for path in DATA.glob("*.ttl"):
        shutil.copy(path, data)
    shutil.copytree(DATA / "queries", data / "queries")
    for path in [DATA / "evidence" / f"{SEED}.ttl", *ENTRIES.glob("*.ttl")]:
        shutil.copy(path, data / "evidence")
    return data


@pytest.fixture(scope="session")
def release(tiny_data: Path) -> Release:
    return build(tiny_data.parent / "releases", tiny_data)


@pytest.fixture(scope="session")
def recorded_small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return small data with a first revision of everything, which no test changes."""
    return recorded_data(tmp_path_factory.mktemp("recorded-small"))


@pytest.fixture(scope="session")
def past(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data of the tiny release, with a past."""
    return past_data(tiny_data, tmp_path_factory.mktemp("past"))


@pytest.fixture(scope="session")
def past_release(past: Path) -> Release:
    return build(past.parent / "releases", past)


@pytest.fixture(scope="session")
def past_client(past_release: Release) -> FlaskClient:
    """Return a client for the pages of the release with a past."""
    return create_app(Facts(past_release)).test_client()


@pytest.fixture(scope="session")
def noted_release(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the fixtures and of more of them that have notices."""
    data = noted_data(tiny_data, tmp_path_factory.mktemp("noted"))
    return build(data.parent / "releases", data)


@pytest.fixture(scope="session")
def noted_client(noted_release: Release) -> FlaskClient:
    """Return a client for the pages of the release with notices."""
    return create_app(Facts(noted_release)).test_client()


@pytest.fixture(scope="session")
def settings(release: Release) -> Settings:
    """Return settings under which a bomb is over soon."""
    return Settings(
        releases=release.folder.parent,
        query_timeout=2,
        query_wait=1,
        result_size=1,
        result_rows=9000,
    )


@pytest.fixture(scope="session")
def client(release: Release) -> FlaskClient:
    """Return a client for the pages of the tiny release."""
    return create_app(Facts(release)).test_client()


@pytest.fixture(scope="session")
def real_client(real_release: Release) -> FlaskClient:
    """Return a client for the pages of the real data."""
    return create_app(Facts(real_release)).test_client()


@pytest.fixture(scope="session")
def site(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return the tiny release as `atlas serve` serves it."""
    with serve(settings, tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture(scope="session")
def address(site: Site) -> str:
    """Return the address of the served tiny release."""
    return site.address


@pytest.fixture(scope="session")
def real_address(real_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the real data, as `atlas serve` serves them."""
    settings = Settings(releases=real_release.folder.parent)
    with serve(settings, tmp_path_factory.mktemp("real-site")) as found:
        yield found.address


@pytest.fixture(scope="session")
def web(address: str) -> Iterator[httpx.Client]:
    """Return a client of the served tiny release."""
    with httpx.Client(base_url=address, timeout=30) as found:
        yield found


@pytest.fixture(scope="session")
def oxigraph_store(
    release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStore]:
    """Return the Oxigraph server with the tiny release."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as store:
        publish(release, store.graphs, store.default)
        yield store


@pytest.fixture(scope="session")
def virtuoso_store(
    release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStore]:
    """Return Virtuoso with the tiny release; it cuts answers, above the limit of `settings`."""
    with virtuoso(tmp_path_factory.mktemp("virtuoso"), "ResultSetMaxRows = 20000") as store:
        publish(release, store.graphs, store.default, environment=store.environment)
        yield store


def needed(found: Path | None, what: str) -> Path:
    """Return the tool that was found; without it the test is skipped by name, but fails in CI."""
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"{what} is not installed")
    assert found is not None, f"CI needs {what}"
    return found


def program(name: str) -> Path | None:
    """Return where the program of that name is, None where it is not installed."""
    found = shutil.which(name)
    return Path(found) if found else None


@pytest.fixture(scope="session")
def chromium() -> Path:
    return needed(program("chromium"), "the Debian package chromium")


@pytest.fixture(scope="session")
def java() -> Path:
    return needed(program("java"), "the Debian package default-jre-headless")


@pytest.fixture(scope="session")
def clients() -> Path:
    """Return the folder of the clients that npm installs."""
    found = CLIENTS / "node_modules"
    return needed(found if found.is_dir() else None, "npm, for `make tests/clients/node_modules`")


@pytest.fixture(scope="session")
def node(clients: Path) -> Path:
    """Return the Node.js that comes with the clients."""
    found = sorted(clients.glob("node-linux-*/bin/node"))
    return needed(found[0] if found else None, "the Node.js of tests/clients")


@pytest.fixture
def nanopub_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the nanopub library off the network, and quick."""

    def refuse(_: socket.socket, address: tuple[object, ...]) -> None:
        assert address[0] == "127.0.0.1", f"connects to {address}"
        connect(_, address)

    # The library has its one query parsed three times a nanopublication: most of its time.
    def query(self: ConjunctiveGraph, text: str) -> Result:
        return ask(self, prepared(text))

    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", refuse)
    prepared = cache(partial(prepareQuery, initNs={"npx": NPX}))
    ask = ConjunctiveGraph.query
    monkeypatch.setattr(ConjunctiveGraph, "query", query)


@pytest.fixture(scope="session")
def rsa_pem() -> str:
    return RSA.generate(2048).export_key("PEM", pkcs=8).decode()


@pytest.fixture(scope="session")
def rsa_key(rsa_pem: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "nanopub.key"
    path.write_text(rsa_pem, encoding="ascii")
    return path


@pytest.fixture(scope="session")
def signer(rsa_key: Path) -> Signer:
    found = read_signer(str(rsa_key))
    assert found
    return found


@pytest.fixture(scope="session")
def signed(release: Release, signer: Signer) -> FlaskClient:
    """Return a client for the pages of the tiny release, whose nanopublications are signed."""
    facts = Facts(release)
    return create_app(facts, Pages(facts, signer)).test_client()


@pytest.fixture(scope="session")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """Return a release in which a person corrected a judgement."""
    data = small_data(tmp_path_factory.mktemp("corrected"))
    file = data / "evidence" / f"{ENTRY}.ttl"
    edit(
        file,
        "atlas:paper <#paper> ;",
        "atlas:paper <#paper> ; atlas:pemAssessment <#correction-1> ;",
    )
    file.write_text(file.read_text(encoding="utf-8") + CORRECTION, encoding="utf-8")
    return Facts(build(data.parent / "releases", data))


@pytest.fixture(scope="module")
def presents(past: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Present]]:
    """Return three releases, each with more events; the third of another atlas too; small pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.event_log.PAGE_SIZE", SIZE)
        yield make_presents(past, tmp_path_factory.mktemp("changes"))


@pytest.fixture(scope="module")
def first(presents: list[Present]) -> Present:
    return presents[0]


@pytest.fixture(scope="session")
def kept_shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return releases that no test changes."""
    return fill_shelf(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def shelf(kept_shelf: Shelf, tmp_path: Path) -> Shelf:
    """Return a copy of those releases."""
    return kept_shelf.copy(tmp_path)
