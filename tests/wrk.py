"""Put load on a server of this machine by wrk, and read what it measured."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_P99 = re.compile(r"99%\s+([\d.]+)(us|ms|s)\b")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Load:
    """What wrk measured: answers a second, and milliseconds until 99 of 100 had theirs."""

    rate: float
    p99: float


def load(
    url: str, connections: int, seconds: int, headers: Mapping[str, str] | None = None
) -> Load:
    """Ask for `url` over so many connections for so long; it must get nothing but answers."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    assert "Non-2xx" not in done.stdout, done.stdout
    rate, p99 = _RATE.search(done.stdout), _P99.search(done.stdout)
    assert rate, done.stdout
    assert p99, done.stdout
    return Load(float(rate[1]), float(p99[1]) * _MILLISECONDS[p99[2]])
