"""Write a store as sorted N-Quads, whose bytes depend on nothing but the data."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox

from graph.errors import BuildRefused
from graph.prefixes import BASE

_CHUNK = 1 << 20


def write_dump(store: ox.Store, path: Path, base: str = BASE) -> None:
    """Write all quads of `store` to `path`, one a line in byte order, its own IRIs under `base`."""
    unsorted = path.with_suffix(".unsorted")
    store.dump(str(unsorted), ox.RdfFormat.N_QUADS)
    if base != BASE:
        _rebase(unsorted, base)
    _sort(unsorted, path)
    unsorted.unlink()


def sha256(path: Path) -> str:
    """Return the digest of a file's bytes as sha256:hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _sort(source: Path, target: Path) -> None:
    # GNU sort merges on disk, so that ten million lines need no memory of ours.
    program = shutil.which("sort")
    if program is None:
        raise BuildRefused("the program `sort` is missing; install coreutils")
    command = [
        program,
        "-u",
        "-S",
        "256M",
        "-T",
        str(target.parent),
        "-o",
        str(target),
        str(source),
    ]
    done = subprocess.run(  # noqa: S603 - fixed program, our own paths
        command, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildRefused(
            f"the dump could not be sorted: {done.stderr.strip()}. Is the disk full?"
        )


def _rebase(path: Path, base: str) -> None:
    # An IRI stands in angle brackets after a space or at the start of a line; a literal's text,
    # which is inside double quotes, is left alone.
    pattern = re.compile(rf'("(?:[^"\\]|\\.)*")|<{re.escape(BASE)}(?=[/#>])')
    new = path.with_suffix(".rebased")
    with path.open(encoding="utf-8") as source, new.open("w", encoding="utf-8") as target:
        target.writelines(pattern.sub(lambda m: m[1] or f"<{base}", line) for line in source)
    new.replace(path)
