"""The command that records revisions."""

from datetime import UTC, datetime
from pathlib import Path

import click

from graph.difference import changes
from graph.history import Revision
from graph.reasons import REASONS, Pending
from graph.revise import Order, revise
from server.cli_folders import data_option

# So many changes of one document are printed.
_SHOWN = 20


@click.command(name="revise")
@data_option
@click.option(
    "--reason", required=True, type=click.Choice(list(REASONS)), help="Which kind of reason."
)
@click.option("--note", required=True, help="Why, in a sentence for readers.")
@click.option(
    "--slug",
    "slugs",
    multiple=True,
    help="Only this entry, or case-definition/<key>; may be given again.",
)
@click.option(
    "--by", default="editors", show_default=True, help="Agent of data/agents.ttl who revises."
)
@click.option("--editor", default="", help="Name of a person, where readers shall know it.")
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"]),
    show_default="now",
    help="When the change was made, in UTC; never before the last revision.",
)
@click.option(
    "--replaced-by", default="", help="Name, as for --slug, of what the withdrawn one gave way to."
)
@click.option("--dry-run", is_flag=True, help="Print what would be recorded, and write nothing.")
def revise_command(  # noqa: PLR0913, PLR0917
    data: Path,
    reason: str,
    note: str,
    slugs: tuple[str, ...],
    by: str,
    editor: str,
    date: datetime | None,
    replaced_by: str,
    dry_run: bool,
) -> None:
    """Record a revision of each entry, case definition and saved query that changed since the last.

    They are kept in data/history/. A build refuses what changed without one. What the reason
    cannot stand for is left, and the exit status is then 1; run it again with the reason that fits.
    """
    created = date.replace(tzinfo=UTC) if date else None
    order = Order(reason, note, by, editor, created, slugs, replaced_by)
    revised = revise(data, order, dry_run=dry_run)
    for pending, revision in revised.done:
        _print(pending, revision)
    for pending, problem in revised.left:
        click.echo(f"left: {pending.name} {problem}", err=True)
    word = "to record" if dry_run else "recorded"
    click.echo(f"{len(revised.done)} {word}, {len(revised.left)} left")
    if revised.left:
        raise SystemExit(1)


def _print(pending: Pending, revision: Revision) -> None:
    aspects = ", ".join(sorted(pending.aspects))
    click.echo(f"{pending.name}: revision {revision.number}{f' ({aspects})' if aspects else ''}")
    if pending.history and pending.content:
        found = changes(pending.difference)
        for change in found[:_SHOWN]:
            click.echo(f"  {change}")
        if len(found) > _SHOWN:
            click.echo(f"  and {len(found) - _SHOWN} more")
