"""The commands about releases: list, show, diff, rollback, verify."""

from pathlib import Path

import click

from graph.archive import Archive
from graph.archiving import Kept, find_kept, kept_releases, open_archive
from graph.comparison import Comparison, DocumentChange, compare_releases, count_touched
from graph.errors import ReleaseMissing
from graph.register import entries
from graph.release import find_current
from graph.restoring import rollback
from graph.verifying import restore, verify
from server.building import input_rows
from server.cli_folders import releases_option
from server.release_comparison import as_json, last_part, reason_of

# So many changes of one document are printed.
_SHOWN = 5


@click.group(name="release")
def release_group() -> None:
    """Look at the releases there were, compare them, serve an older one again, verify them."""


@release_group.command(name="list")
@releases_option
def list_command(releases: Path) -> None:
    """List all releases, the newest first: entries, how many of them changed, where it is."""
    found = kept_releases(releases)
    if not found:
        click.echo(f"no release in {releases}; run `atlas build`")
        return
    with open_archive(releases, reads_only=True) as archive:
        for kept in found:
            manifest = kept.manifest
            count = manifest.counts.get("entries", 0)
            changed = _changed(archive, kept)
            click.echo(
                f"{manifest.id:<14} {manifest.created}  {count:>9,} entries{changed}{_where(kept)}"
            )


@release_group.command(name="show")
@click.argument("name")
@click.option("--entries", "with_entries", is_flag=True, help="List its entries too.")
@releases_option
def show_command(name: str, with_entries: bool, releases: Path) -> None:
    """Print what release NAME says of itself: counts, software, inputs and files with digests.

    With --entries follow its entries, each with its current revision and the digest of that.
    """
    kept = find_kept(releases, name)
    manifest = kept.manifest
    click.echo(f"release {manifest.id}{_where(kept)}")
    click.echo(
        f"made {manifest.created} after {manifest.previous or 'none'}, under {manifest.base}"
    )
    click.echo(f"by {', '.join(f'{tool} {number}' for tool, number in manifest.software.items())}")
    for what, number in manifest.counts.items():
        click.echo(f"{number:>10,}  {what}")
    for went_in in input_rows(manifest):
        click.echo(f"{went_in.digest}  {f'{went_in.files:,} files':>12}  {went_in.title}")
    for file in manifest.files:
        click.echo(f"{file.digest}  {file.size:>12,}  {file.name}")
    if with_entries:
        with open_archive(releases, reads_only=True) as archive:
            for row in entries(archive, name):
                click.echo(f"{row.digest or 'not recorded':<71}  {row.revision or row.entry}")


@release_group.command(name="diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "is_json", is_flag=True, help="Print it as JSON, with every change.")
@releases_option
def diff_command(old: str, new: str, is_json: bool, releases: Path) -> None:
    """Compare the releases OLD and NEW by meaning.

    First whose PEM judgement changed and which policy caused it, then the entries that were added,
    withdrawn or changed, and what else the data say otherwise.
    """
    with open_archive(releases, reads_only=True) as archive:
        comparison = compare_releases(archive, old, new)
    if is_json:
        click.echo(as_json(comparison), nl=False)
    else:
        _print(comparison)


@release_group.command(name="rollback")
@click.argument("name")
@releases_option
def rollback_command(name: str, releases: Path) -> None:
    """Serve release NAME again; a running server takes it up by itself.

    One that has no folder any more is made from the archive, and held to all its digests first.
    """
    before = find_current(releases)
    release = rollback(releases, name)
    was = f", instead of {before.id}" if before and before.id != release.id else ""
    click.echo(f"release {release.id} is served from now on{was}")


@release_group.command(name="verify")
@click.argument("name", required=False, default="")
@click.option("--all", "everything", is_flag=True, help="All folders and all of the archive.")
@click.option("--restore", "restores", is_flag=True, help="Mend what has a sound copy elsewhere.")
@releases_option
def verify_command(name: str, everything: bool, restores: bool, releases: Path) -> None:
    """Read release NAME, or the one that is served, and hold it to all its digests.

    What is damaged is named, and the exit status is then 1. With --restore the archive is mended
    from whole folders, and files of folders from the archive.
    """
    if name and everything:
        raise click.UsageError("give a NAME or --all, not both")
    if restores:
        for done in restore(releases, name, everything=everything):
            click.echo(done)
    found = verify(releases, name, everything=everything)
    for problem in found:
        click.echo(problem, err=True)
    if found:
        raise SystemExit(1)
    click.echo("all releases are whole" if everything else f"{name or 'the release'} is whole")


def _where(kept: Kept) -> str:
    if kept.is_current:
        return "  current"
    return "  whole folder" if kept.has_folder else "  archived"


def _changed(archive: Archive, kept: Kept) -> str:
    known, before = archive.names(), kept.manifest.previous
    if before not in known or kept.manifest.id not in known:
        return ", the first" if before is None else ""
    try:
        return f", {count_touched(archive, before, kept.manifest.id):,} changed"
    except ReleaseMissing:
        # Made under another base: nothing is comparable.
        return ""


def _print(comparison: Comparison) -> None:
    judged = comparison.judged_otherwise
    click.echo(f"from release {comparison.old} to {comparison.new}")
    click.echo(f"{len(judged)} PEM judgements changed")
    for change in judged:
        old, new = (last_part(side.value) or "not judged" for side in (change.old, change.new))
        click.echo(f"  {_slug(change)}: {old} → {new}, {reason_of(comparison, change)}")
    for word, found in (
        ("added", comparison.added),
        ("withdrawn", comparison.withdrawn),
    ):
        click.echo(f"{len(found)} entries {word}")
        for change in found:
            click.echo(f"  {_slug(change)}")
    recorded = (("entries", comparison.changed), ("case definitions", comparison.definitions))
    for words, changed in recorded:
        click.echo(f"{len(changed)} {words} changed")
        for change in changed:
            _print_changes(change, f"{_slug(change)} ({', '.join(sorted(change.aspects))})")
    click.echo(f"{len(comparison.others)} other documents changed")
    for change in comparison.others:
        _print_changes(change, change.document)


def _print_changes(change: DocumentChange, name: str) -> None:
    click.echo(f"  {name}")
    found = change.changes
    for row in found[:_SHOWN]:
        click.echo(f"    {row}")
    if len(found) > _SHOWN:
        click.echo(f"    and {len(found) - _SHOWN} more; --json has them all")


def _slug(change: DocumentChange) -> str:
    return change.document.rpartition("/")[2]
