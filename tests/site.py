"""Start the real server as its users do, in a process of its own, for tests over real sockets."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from server.settings import Settings

_CODE = "from server.run import run; from server.settings import Settings; "
_CODE += "run(Settings.from_environment())"
_SPARQL = "from server.cli import main; main()"
_HELLO = "from server.run import run; from server.settings import Settings; "
_HELLO += "from tests.hello import hello; run(Settings.from_environment(), hello)"
_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """A running server: where it is, its process, and the file of its log."""

    address: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def lines(self) -> list[dict[str, object]]:
        """Return what was logged so far."""
        text = self.log.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serve(settings: Settings, folder: Path, port: int = 0) -> Iterator[Site]:
    """Serve under `settings`, on that port or a free one, with the log in `folder`."""
    settings = replace(settings, port=port or free_port())
    with _run(["-c", _CODE], settings.to_environment(), settings.port, folder) as site:
        yield site


@contextmanager
def serve_files(arguments: list[str], folder: Path) -> Iterator[Site]:
    """Run `atlas sparql` with `arguments` on a free port, with the log in `folder`."""
    port = free_port()
    command = ["-c", _SPARQL, "sparql", *arguments, "--port", str(port)]
    with _run(command, {}, port, folder) as site:
        yield site


@contextmanager
def serve_hello(folder: Path) -> Iterator[Site]:
    """Serve one word to everybody, by the HTTP server that serves the atlas."""
    settings = Settings(port=free_port())
    with _run(["-c", _HELLO], settings.to_environment(), settings.port, folder) as site:
        yield site


def wait_until_prepared(site: Site) -> None:
    """Return once the pages of entries are prepared."""
    deadline = time.monotonic() + _SECONDS
    while not any(line["message"] == "prepared" for line in site.lines):
        assert time.monotonic() < deadline, site.lines
        time.sleep(0.05)


@contextmanager
def _run(
    command: list[str], environment: dict[str, str], port: int, folder: Path
) -> Iterator[Site]:
    log = folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **environment},
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.DEVNULL,
            stderr=stream,
        )
    site = Site(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait_for(site)
        yield site
    finally:
        process.terminate()
        process.wait()


def _wait_for(site: Site) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            httpx.get(f"{site.address}/readyz", timeout=_SECONDS).raise_for_status()
        except httpx.TransportError:
            assert site.process.poll() is None, site.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, site.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        else:
            return
