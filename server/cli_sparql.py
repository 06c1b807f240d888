"""The command `atlas sparql`: any RDF files behind the same endpoint as a release."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import click
import pyoxigraph as ox

from server.plain import Plain, address
from server.run import run
from server.settings import Settings, setting_option
from server.source import File, Source

F = TypeVar("F", bound=Callable[..., object])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SETTINGS = (
    *(
        "host",
        "port",
        "query_timeout",
        "query_workers",
        "slow_workers",
        "client_queries",
        "client_header",
    ),
    *("query_memory", "query_queue", "query_wait", "query_size", "result_size", "result_rows"),
    *("cache_size", "web_workers"),
)


def _setting_options(command: F) -> F:
    for name in reversed(_SETTINGS):
        command = setting_option(name)(command)
    return command


@click.command(name="sparql")
@click.argument("files", nargs=-1, type=_FILE)
@click.option(
    "--graph",
    "named",
    multiple=True,
    metavar="[NAME=]FILE",
    help="A file of triples that is only a named graph: NAME, an IRI, or its own file: IRI.",
)
@click.option(
    "--default-only",
    is_flag=True,
    help="Keep the triples of FILES in the default graph only: quicker, and less memory.",
)
@click.option(
    "--base",
    show_default="http://HOST:PORT",
    help="Address under which clients find the server, for its description and problem types.",
)
@_setting_options
@click.pass_context
def sparql_command(
    context: click.Context, /, files: tuple[Path, ...], named: tuple[str, ...], **_: object
) -> None:
    """Serve RDF files, and nothing else, at /sparql until interrupted.

    FILES are Turtle, N-Triples, RDF/XML, N3, N-Quads, TriG or JSON-LD by their suffix (.ttl .nt
    .rdf .n3 .nq .trig .jsonld), or one of these packed by gzip (.nq.gz).

    Files of quads keep the graphs that they name. The triples of the other files are together in
    the default graph, and those of each file once more in a graph that has the name of the file:
    its file: IRI, with which FROM and GRAPH pick it out. A client can read the paths from these.

    The data is read into memory; a file that is broken is refused before anything listens. Updates
    and SERVICE are refused, and the limits are those of `atlas serve`.
    """
    if not files and not named:
        raise click.UsageError("give at least one FILE, or --graph NAME=FILE")
    given = context.params
    settings = Settings(**{name: given[name] for name in _SETTINGS})
    base = _iri(given["base"] or address(settings)).rstrip("/")
    found = [*_defaults(files, is_plain=given["default_only"]), *map(_named, named)]
    for file in found:
        click.echo(f"{file.count():>12,}  {_place(file)}  {file.path}")
    source = Source(tuple(dict.fromkeys(found)))
    click.echo(f"{source.name} at {address(settings)}/sparql")
    run(settings, Plain(settings, source, base))


def _defaults(paths: tuple[Path, ...], *, is_plain: bool) -> Iterator[File]:
    for path in paths:
        file = File(str(path.resolve()))
        is_both = not is_plain and not file.format.supports_datasets
        yield File(file.path, file.iri, is_default=True) if is_both else file


def _named(text: str) -> File:
    name, _, path = ("", "", text) if Path(text).is_file() else text.rpartition("=")
    if not Path(path).is_file():
        raise click.UsageError(f"--graph {text}: there is no file {path!r}")
    file = File(str(Path(path).resolve()))
    if file.format.supports_datasets:
        raise click.UsageError(
            f"--graph {text}: this file names its graphs itself; give it as FILE"
        )
    return File(file.path, _iri(name) if name else file.iri)


def _iri(text: str) -> str:
    try:
        return ox.NamedNode(text).value
    except ValueError as error:
        raise click.UsageError(f"{text!r} is not an absolute IRI") from error


def _place(file: File) -> str:
    return "quads  " if file.format.supports_datasets else "triples"
