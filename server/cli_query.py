"""The command that asks a release: a saved query by its name, a file, or SPARQL as it is."""

import re
from difflib import get_close_matches
from pathlib import Path

import click
import pyoxigraph as ox
from rich.console import Console
from rich.table import Table

from graph.examples import put_under, read_examples
from graph.prefixes import prefixes
from graph.release import Manifest
from graph.restoring import opened
from server.cli_folders import releases_option

_RESULTS = {"csv": ox.QueryResultsFormat.CSV, "json": ox.QueryResultsFormat.JSON}
# No SPARQL looks like this.
_NAME = re.compile(r"[a-z0-9-]+")
# So many names are proposed for one that is unknown.
_PROPOSED = 3


@click.command(name="query")
@click.argument("query")
@releases_option
@click.option(
    "--release",
    "name",
    default="",
    show_default="the one that is served",
    help="Ask this release, also where it only stands in the archive.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *_RESULTS]),
    default="table",
    show_default=True,
    help="How to print the rows.",
)
def query_command(query: str, releases: Path, name: str, form: str) -> None:
    """Ask a release: QUERY is the name of a saved query, a .rq file, or the SPARQL itself.

    A saved query is taken from the release that is asked, as it was then: `saved-queries` lists
    them all. The prefixes of the project need no declaration. A graph is printed as Turtle.
    """
    with opened(releases, name) as (manifest, store):
        text = _text(query, manifest, store)
        known = {prefix: put_under(space, manifest.base) for prefix, space in prefixes().items()}
        try:
            answer = store.query(text, prefixes=known)
        except SyntaxError as error:
            raise click.UsageError(f"this is not valid SPARQL: {error.msg}") from error
        _print(answer, form, known)


def _text(query: str, manifest: Manifest, store: ox.Store) -> str:
    if query.endswith(".rq"):
        try:
            return Path(query).read_text(encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f"{query}: {error.strerror}") from error
    return _saved(query, manifest, store) if _NAME.fullmatch(query) else query


def _saved(name: str, manifest: Manifest, store: ox.Store) -> str:
    known = {saved.name: saved.text for saved in read_examples(store, manifest.base)}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, _PROPOSED)
    repair = f"did you mean {' or '.join(near)}?" if near else f"{len(known)} others are."
    raise click.UsageError(f"no query is saved as {name} in release {manifest.id}; {repair}")


def _print(
    answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, form: str, known: dict[str, str]
) -> None:
    if isinstance(answer, ox.QueryTriples):
        turtle = ox.serialize(answer, format=ox.RdfFormat.TURTLE, prefixes=known)
        click.echo(turtle or b"", nl=False)
    elif form in _RESULTS:
        click.echo(answer.serialize(format=_RESULTS[form]) or b"")
    elif isinstance(answer, ox.QueryBoolean):
        click.echo("true" if answer else "false")
    else:
        Console(markup=False, emoji=False).print(_table(answer))


def _table(answer: ox.QuerySolutions) -> Table:
    table = Table(highlight=False)
    names = [variable.value for variable in answer.variables]
    for name in names:
        table.add_column(name, overflow="fold")
    for solution in answer:
        table.add_row(*(_cell(solution[name]) for name in names))
    return table


def _cell(value: object) -> str:
    return value.value if isinstance(value, ox.NamedNode | ox.Literal) else str(value or "")
