"""The options by which commands are told their folders."""

from pathlib import Path

import click

from graph.paths import DATA

_FOLDER = click.Path(file_okay=False, path_type=Path)

data_option = click.option(
    "--data",
    envvar="ATLAS_DATA",
    type=_FOLDER,
    default=DATA,
    show_default="data/ of the clone",
    help="Folder of the Turtle sources.",
)
releases_option = click.option(
    "--releases",
    envvar="ATLAS_RELEASES",
    type=_FOLDER,
    default=Path("releases"),
    show_default=True,
    help="Folder that holds the releases.",
)
