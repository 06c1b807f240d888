"""Why an answer cannot be written: its format cannot say it, or it is too long."""


class Unsayable(Exception):
    """The format asked for cannot hold this answer exactly; another one can."""

    def __init__(self, detail: str) -> None:
        """Keep `detail`, a sentence for the client: what it is that cannot be said."""
        super().__init__(detail)
        self.detail = detail


class TooManyRows(Exception):
    """The answer has more than `limit` solutions or triples."""

    def __init__(self, limit: int) -> None:
        """Keep the limit."""
        super().__init__(f"more than {limit} rows")
        self.limit = limit
