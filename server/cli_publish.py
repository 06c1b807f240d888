"""The command that publishes a release."""

from pathlib import Path

import click

from graph.release import current_release
from server.cli_folders import releases_option
from server.publish import PASSWORD, USER, publish


@click.command(
    name="publish",
    help=f"""Load the current release into a store that speaks the SPARQL 1.1 Graph Store Protocol.

    Then `atlas serve --engine` answers queries from there. What was published there before is
    replaced; until all is loaded, the store counts as empty. The environment variables {USER}
    and {PASSWORD} say who writes.
    """,
)
@releases_option
@click.option("--to", "address", required=True, help="Address of the graph store, such as …/store.")
@click.option(
    "--default-graph",
    "default",
    default="",
    help="Graph to stand for the default graph, for stores that have none of their own.",
)
def publish_command(releases: Path, address: str, default: str) -> None:
    """Publish, and print how much went where."""
    release = current_release(releases)
    total = release.manifest.counts.get("triples", 0)
    with click.progressbar(length=total, label="load") as bar:
        published = publish(release, address, default, lambda sent: bar.update(sent - bar.pos))
    for graph, triples in sorted(published.triples.items()):
        click.echo(f"{triples:>10,}  {graph or 'default graph'}")
    click.echo(f"release {release.id} is in {address}")
