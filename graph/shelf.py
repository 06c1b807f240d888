"""The shelf: files of shards that were worked out, kept from one build to the next."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shelf:
    """Files of sorted N-Quads, named by a digest of what they were made from.

    The first line, a comment, lists with its digest what a shard read beyond that. A file stands in
    `staging` until it is whole, so that a killed build leaves nothing that looks finished.
    """

    folder: Path
    staging: Path

    def find(self, key: str, digest: Callable[[str], str]) -> Path | None:
        """Return the file `key` if all that it read beside its own has the same `digest` still."""
        path = self.folder / f"{key}.nq"
        try:
            with path.open("rb") as file:
                context: dict[str, str] = json.loads(file.readline()[1:])
        except (FileNotFoundError, ValueError):
            return None
        is_fresh = all(digest(document) == known for document, known in context.items())
        return path if is_fresh else None

    def put(self, key: str, context: dict[str, str], lines: Iterable[bytes]) -> Path:
        """Keep `lines` under `key`, whole or not at all; return the file."""
        self.folder.mkdir(exist_ok=True)
        new, path = self.staging / f"{key}.nq", self.folder / f"{key}.nq"
        with new.open("wb") as file:
            file.write(f"#{json.dumps(context, sort_keys=True)}\n".encode())
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        return path

    def keep_only(self, files: Iterable[Path]) -> None:
        """Remove every file that is not among `files`."""
        wanted = set(files)
        for path in self.folder.glob("*"):
            if path not in wanted:
                path.unlink()
