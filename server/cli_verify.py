"""The command that checks a snapshot reference."""

import sys
from pathlib import Path

import click
import pyoxigraph as ox

from graph.release import current_release
from server.cli_folders import releases_option
from server.verification import verify


@click.command(name="verify")
@click.argument("reference", nargs=-1, required=True)
@releases_option
def verify_command(reference: tuple[str, ...], releases: Path) -> None:
    """Check that the current release still has, bit for bit, what REFERENCE cites.

    REFERENCE is the snapshot reference as an entry's page prints it, broken lines and all; "-"
    reads it from the standard input.
    """
    text = " ".join(reference)
    if text == "-":
        text = sys.stdin.read()
    release = current_release(releases)
    store = ox.Store.read_only(str(release.store_path))
    found = verify(text, store, release.manifest.base)
    click.echo(f"{found.iri} is exactly what was read")
    click.echo(f"{found.digest}, {found.size:,} bytes of canonical N-Quads")
