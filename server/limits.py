"""What one query may use, as a worker is told it."""

import json
from dataclasses import asdict, dataclass

from server.settings import MEBIBYTE, Settings


@dataclass(frozen=True)
class Limits:
    """Bytes that a worker may need beside the data, and rows and bytes that an answer may have."""

    memory: int
    rows: int
    size: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return the limits that `settings` give."""
        memory, size = settings.query_memory, settings.result_size
        return cls(memory * MEBIBYTE, settings.result_rows, size * MEBIBYTE)

    def to_json(self) -> str:
        """Return the text from which `from_json` makes the same limits."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Limits":
        """Return the limits that `to_json` wrote."""
        return cls(**json.loads(text))
