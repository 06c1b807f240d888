"""Measure searches of `/evidence` over many entries on the real server, by wrk.

Each argument is a number of synthetic entries to build, or a folder of releases to reuse.
"""

import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import httpx

from graph.build import build
from graph.release import Release, current_release
from server.settings import Settings
from tests.bench import synthetic_data
from tests.site import serve
from tests.synthetic import DEFINITIONS, FAMILIES, WORDS

ENTRIES = 5_000
SECONDS = 10
CONNECTIONS = (1, 8, 32)
PEM = ("required", "not-required", "unclear", "not-judged")
# So many that what the server remembers of one does not help with the next.
SEARCHES = 4_000
_SCRIPT = """
local paths = {{ {paths} }}
local number = 0
request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number])
end
"""
_LATENCY = re.compile(r"(50|99)%\s+([\d.]+)(us|ms|s)\b")
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def searches(seed: int = 1) -> list[str]:
    """Return paths of searches with two facets and a word, a misspelled one now and then."""
    chance = random.Random(seed)
    found: set[str] = set()
    while len(found) < SEARCHES:
        word = chance.choice((*WORDS, *FAMILIES)).lower()
        if chance.random() < 0.2:
            place = chance.randrange(len(word))
            word = word[:place] + chance.choice("aeiou") + word[place + 1 :]
        chosen = [("q", word)]
        chosen += [("pem", key) for key in chance.sample(PEM, chance.randint(1, 2))]
        chosen += [("definition", key) for key in chance.sample(DEFINITIONS, chance.randint(1, 3))]
        chosen += [("page", "1")] if chance.random() < 0.5 else []
        found.add(f"/evidence?{urlencode(chosen)}")
    return chance.sample(sorted(found), len(found))


def measure(address: str, paths: list[str], connections: int, script: Path) -> str:
    """Return a row of the table: rate, median and 99th percentile; every answer has to be one."""
    listed = ", ".join(f'"{path}"' for path in paths)
    script.write_text(_SCRIPT.format(paths=listed), encoding="utf-8")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "--timeout", "60s"]
    done = subprocess.run(
        [*command, "-s", str(script), "-H", "Accept: text/html", address],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Non-2xx" not in done.stdout, done.stdout
    # What wrk has left behind is answered before this is: a server does not end in the midst of it.
    httpx.get(address + paths[0], timeout=60).raise_for_status()
    rate = _RATE.search(done.stdout)
    assert rate, done.stdout
    times = {
        share: float(number) * _MILLISECONDS[unit]
        for share, number, unit in _LATENCY.findall(done.stdout)
    }
    return f"| {connections} | {float(rate[1]):,.0f} | {times['50']:.1f} | {times['99']:.1f} |"


def bench(release: Release, folder: Path) -> None:
    """Print how long searches of `release` take, and how big its index is."""
    size = sum(path.stat().st_size for path in release.index_path.rglob("*") if path.is_file())
    entries = release.manifest.counts["entries"]
    print(f"\n/evidence of {entries:,} entries, two facets and a word; index {size / 1e6:.0f} MB")
    print(
        "\n| connections | answers a second | median, ms | p99, ms |\n| ---: | ---: | ---: | ---: |"
    )
    with serve(Settings(releases=release.folder.parent), folder) as site:
        paths, script = searches(), folder / "searches.lua"
        for name, asked in (("each another one", paths), ("one again and again", paths[:1])):
            for connections in CONNECTIONS:
                print(f"| {name} {measure(site.address, asked, connections, script)}", flush=True)


def main() -> None:
    """Measure each size or release that the arguments name."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk")
    for argument in sys.argv[1:] or [str(ENTRIES)]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if not argument.isdigit():
                bench(current_release(Path(argument)), folder)
                continue
            bench(build(folder / "releases", synthetic_data(folder, int(argument))), folder)


if __name__ == "__main__":
    main()
