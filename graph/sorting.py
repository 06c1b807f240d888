"""Sort and merge files of lines on disk by GNU sort, so that ten million lines need no memory."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.errors import BuildRefused

# How many files GNU sort may hold open; the limit of a process is often 256 or 1024.
_FILES_AT_ONCE = 240


@contextmanager
def sorted_lines(files: Iterable[Path], scratch: Path, *, merge: bool) -> Iterator[Iterator[bytes]]:
    """Yield the lines of `files` in byte order, each once; `merge` if every file is sorted already.

    Temporary files stand in the folder `scratch`. Raises BuildRefused where sorting fails.
    """
    program = shutil.which("sort")
    if program is None:
        raise BuildRefused("the program `sort` is missing; install coreutils")
    command = [program, "-u", "-S", "256M", "-T", str(scratch)]
    command += [f"--batch-size={_FILES_AT_ONCE}", *["-m"] * merge, *map(str, files)]
    with subprocess.Popen(  # noqa: S603 - fixed program, our own paths
        command,
        env={**os.environ, "LC_ALL": "C"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        problem = process.stderr.read().decode().strip()
        if process.wait():
            raise BuildRefused(f"the dump could not be sorted: {problem}. Is the disk full?")
