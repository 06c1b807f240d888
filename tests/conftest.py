import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from graph.build import build
from graph.paths import DATA
from graph.release import Release
from server.app import create_app
from server.engine import WorkerPool
from server.settings import Settings

ENTRIES = Path(__file__).parent / "fixtures" / "entries"
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
    for path in [DATA / "evidence" / f"{SEED}.ttl", *ENTRIES.glob("*.ttl")]:
        shutil.copy(path, data / "evidence")
    return data


@pytest.fixture(scope="session")
def release(tiny_data: Path) -> Release:
    return build(tiny_data.parent / "releases", tiny_data)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(query_timeout=2, query_wait=1, result_size=1)


@pytest.fixture(scope="session")
def engine(release: Release, settings: Settings) -> Iterator[WorkerPool]:
    pool = WorkerPool(release.store_path, settings)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def client(release: Release, settings: Settings, engine: WorkerPool) -> FlaskClient:
    return create_app(release, settings, engine).test_client()


@pytest.fixture(scope="session")
def real_client(real_release: Release, settings: Settings, engine: WorkerPool) -> FlaskClient:
    """Return a client for the pages of the real data; its SPARQL asks the tiny release."""
    return create_app(real_release, settings, engine).test_client()


@pytest.fixture(scope="session")
def address(client: FlaskClient) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, client.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Path:
    found = shutil.which("chromium")
    if found is None and not os.environ.get("CI"):
        pytest.skip("chromium is not installed")
    assert found is not None, "CI needs the Debian package chromium"
    return Path(found)
