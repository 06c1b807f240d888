"""From the outcome of a query that has no answer to the problem that a client is told."""

from server.problems import RETRY_AFTER, Extension, Problem
from server.query import Answer, Outcome
from server.settings import Settings


def refuse(answer: Answer, settings: Settings, seconds: float) -> None:
    """Raise the Problem that `answer` is, if it is one; `seconds` is the deadline it had."""
    if answer.outcome is Outcome.OK:
        return
    extensions: dict[str, Extension] = {}
    detail, headers = answer.detail, dict[str, str]()
    if answer.line is not None:
        extensions["line"] = answer.line
        place = f"Line {answer.line}"
        if answer.column is not None:
            extensions["column"] = answer.column
            place += f", column {answer.column}"
        detail = f"{place}: {answer.detail}"
    limits = {
        Outcome.TIMEOUT: (f"{seconds:g} s", f"It was ended after {seconds:g} seconds"),
        Outcome.TOO_LARGE: (
            f"{settings.result_size} MiB",
            f"It has more than {settings.result_size} MiB",
        ),
        Outcome.TOO_MANY: (
            f"{settings.result_rows} rows",
            f"It has more than {settings.result_rows:,} rows",
        ),
    }
    if answer.outcome in limits:
        limit, problem = limits[answer.outcome]
        extensions = {"limit": limit}
        detail = answer.detail or f"{problem}, the limit here."
    if answer.outcome in {Outcome.TIMEOUT, Outcome.BUSY}:
        headers = dict(RETRY_AFTER)
        extensions["retryAfter"] = int(RETRY_AFTER["Retry-After"])
    raise Problem(answer.outcome.value, detail, extensions, headers)
