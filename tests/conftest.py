import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from graph.build import build
from graph.release import Release
from server.app import create_app
from server.engine import WorkerPool
from server.settings import Settings


@pytest.fixture(scope="session")
def real_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build(tmp_path_factory.mktemp("real") / "releases")


@pytest.fixture(scope="session")
def engine(real_release: Release) -> Iterator[WorkerPool]:
    pool = WorkerPool(real_release.store_path, Settings(query_timeout=2, result_size=1))
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def client(real_release: Release, engine: WorkerPool) -> FlaskClient:
    return create_app(real_release, Settings(), engine).test_client()


@pytest.fixture(scope="session")
def chromium() -> Path:
    found = shutil.which("chromium")
    if found is None and not os.environ.get("CI"):
        pytest.skip("chromium is not installed")
    assert found is not None, "CI needs the Debian package chromium"
    return Path(found)
