"""Start real remote engines, on free ports and in folders of their own, and load releases there."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.site import free_port

_SECONDS = 60
_VIRTUOSO_INI = """
[Database]
DatabaseFile = data.db
ErrorLogFile = data.log
LockFile = data.lck
TransactionFile = data.trx
xa_persistent_file = data.pxa
[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 10
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
CheckpointInterval = 0
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8
[SPARQL]
{sparql}
"""


@dataclass(frozen=True)
class RunningStore:
    """A running engine: addresses of its query endpoint and graph store, and how to write to it.

    `default` is the graph that has to stand for the default graph, "" where it has one.
    """

    name: str
    queries: str
    graphs: str
    default: str
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]"


@contextmanager
def oxigraph(folder: Path, *options: str) -> Iterator[RunningStore]:
    """Run `oxigraph serve` with its data in `folder`."""
    address = f"127.0.0.1:{free_port()}"
    program = Path(sys.executable).with_name("oxigraph")
    command = [str(program), "serve", "--location", str(folder / "data"), "--bind", address]
    with _running([*command, *options], folder, f"http://{address}/") as process:
        base = f"http://{address}"
        yield RunningStore("oxigraph", f"{base}/query", f"{base}/store", "", {}, process)


@contextmanager
def virtuoso(folder: Path, sparql: str = "") -> Iterator[RunningStore]:
    """Run Virtuoso with its data in `folder`, and with those lines under [SPARQL]."""
    program = shutil.which("virtuoso-t")
    if program is None and not os.environ.get("CI"):
        pytest.skip("virtuoso-opensource is not installed")
    assert program is not None, "CI needs the Debian package virtuoso-opensource"
    port = free_port()
    ini = _VIRTUOSO_INI.format(http=port, sql=free_port(), sparql=sparql)
    (folder / "virtuoso.ini").write_text(ini, encoding="utf-8")
    base = f"http://127.0.0.1:{port}"
    command = [program, "+foreground", "+configfile", "virtuoso.ini"]
    with _running(command, folder, f"{base}/sparql") as process:
        yield RunningStore(
            "virtuoso",
            f"{base}/sparql",
            f"{base}/sparql-graph-crud-auth",
            "urn:x-atlas:default",
            {"ATLAS_PUBLISH_USER": "dba", "ATLAS_PUBLISH_PASSWORD": "dba"},
            process,
        )


@contextmanager
def _running(command: list[str], folder: Path, address: str) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + _SECONDS
        while True:
            assert process.poll() is None, (folder / "out").read_text(errors="replace")
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            try:
                httpx.get(address, timeout=5, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()
