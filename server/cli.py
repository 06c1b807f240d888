"""The command line: parse, call one function, print, and end with 0 fine, 1 violations, 2 usage."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from graph.build import STAGES, InvalidSources, build, check
from graph.errors import AtlasError
from graph.importers import import_file
from graph.prefixes import BASE
from graph.release import current_release
from graph.report import Problem
from server.cli_folders import data_option, releases_option
from server.cli_publish import publish_command
from server.cli_query import query_command
from server.cli_release import release_group
from server.cli_revise import revise_command
from server.cli_sparql import sparql_command
from server.cli_verify import verify_command
from server.run import run
from server.settings import Settings, setting_option
from server.signing import read_signer

_ERRORS = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class AtlasGroup(click.Group):
    """A group of commands that prints the project's own errors as one line, not as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; exit 1 with the message of an AtlasError."""
        try:
            return super().invoke(ctx)
        except InvalidSources as error:
            _print_problems(error.problems)
            _ERRORS.print("No release was made; the one being served is untouched.")
        except AtlasError as error:
            _ERRORS.print(f"atlas: {error}")
        raise SystemExit(1)


@click.group(cls=AtlasGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mecfs-atlas")
def main() -> None:
    """Build, check, query and serve the ME/CFS Atlas as linked data.

    A first try: `atlas build`, then `atlas serve`, then open the address it prints.
    """


@main.command(name="build")
@data_option
@releases_option
@click.option(
    "--base",
    envvar="ATLAS_BASE",
    default=BASE,
    show_default=True,
    help="Origin of all own IRIs: the identity of things, not where they are served.",
)
@click.option("--force", is_flag=True, help="Build again although nothing changed.")
@setting_option("keep_releases")
def build_command(data: Path, releases: Path, base: str, force: bool, keep_releases: int) -> None:
    """Make a release from the sources: checked, judged, reasoned over, ready to serve.

    On any violation nothing is put into place and the exit status is 1.
    """
    with _progress() as bars:
        task = bars.add_task("start", total=len(STAGES))

        def show(stage: str, done: int, total: int) -> None:
            bars.update(task, description=stage, completed=STAGES.index(stage) + done / total)

        release = build(
            releases, data, base.rstrip("/"), force=force, keep=keep_releases, progress=show
        )
        bars.update(task, description="done", completed=len(STAGES))
    click.echo(f"release {release.id} in {release.folder}")
    for name, number in release.manifest.counts.items():
        click.echo(f"{number:>10,}  {name}")
    click.echo(f"{release.manifest.digest}  atlas.nq")


@main.command(name="check")
@click.argument("files", nargs=-1, type=_FILE)
@data_option
@click.option("--reference", is_flag=True, help="Check with pySHACL too: slow, for proof.")
def check_command(files: tuple[Path, ...], data: Path, reference: bool) -> None:
    """Check the sources, or only FILES among them, and print what to mend.

    A draft outside the data folder is checked as if it stood there.
    """
    drafts = tuple(path for path in files if not _is_within(path, data))
    sources, found = check(data, drafts, reference=reference)
    everywhere = len(found)
    if files:
        wanted = {path.resolve() for path in files}
        found = [problem for problem in found if Path(problem.file).resolve() in wanted]
    if everywhere > len(found):
        others = f"{everywhere - len(found)} problems in other files"
        _ERRORS.print(f"{others}: judgements were not checked; `atlas check` lists them")
    if found:
        _print_problems(found)
        raise SystemExit(1)
    click.echo(f"no problems in {', '.join(map(str, files)) or f'{sources.entries} entries'}")


@main.command(name="import")
@click.argument("file", type=_FILE)
@data_option
@click.option(
    "--recorded-on",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    show_default="today",
    help="The day to note as the one on which the facts were recorded.",
)
def import_command(file: Path, data: Path, recorded_on: datetime | None) -> None:
    """Bring in FILE: papers as CSL-JSON, or inclusion criteria as JSON.

    Papers that are there already are left alone; nothing is written if a record is refused.
    """
    day = (recorded_on or datetime.now(UTC)).date()
    with _progress() as bars:
        task = bars.add_task("import", total=None)
        report = import_file(
            file,
            data,
            recorded_on=day,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
    for problem in report.problems:
        _ERRORS.print(f"to look at: {problem}")
    for note in report.notes:
        _ERRORS.print(f"cleaned: {note}")
    for record, why in report.skipped:
        _ERRORS.print(f"skipped: {record}: {why}")
    click.echo(f"{len(report.written)} written, {len(report.skipped)} skipped")


@main.command(name="serve")
@releases_option
@setting_option("host")
@setting_option("port")
@setting_option("query_timeout")
@setting_option("query_workers")
@setting_option("slow_workers")
@setting_option("client_queries")
@setting_option("client_header")
@setting_option("query_memory")
@setting_option("query_queue")
@setting_option("query_wait")
@setting_option("query_size")
@setting_option("result_size")
@setting_option("result_rows")
@setting_option("cache_size")
@setting_option("page_cache")
@setting_option("prepare")
@setting_option("memory_triples")
@setting_option("engine")
@setting_option("engine_graph")
@setting_option("nanopub_key")
@setting_option("web_workers")
@setting_option("security_contact")
@click.pass_context
def serve_command(context: click.Context, /, **_: object) -> None:
    """Serve the current release over HTTP until interrupted."""
    settings = Settings(**context.params)
    settings = replace(settings, releases=settings.releases.resolve())
    release = current_release(settings.releases)
    # Better said here than in the log of a server that does not start.
    read_signer(settings.nanopub_key)
    click.echo(f"release {release.id} at http://{settings.host}:{settings.port}/")
    run(settings)


main.add_command(query_command)
main.add_command(sparql_command)
main.add_command(publish_command)
main.add_command(revise_command)
main.add_command(release_group)
main.add_command(verify_command)


def _progress() -> Progress:
    columns = (TextColumn("{task.description:<16}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _print_problems(found: list[Problem]) -> None:
    for problem in found:
        _ERRORS.print(str(problem))
    _ERRORS.print(f"{len(found)} problem{'s' * (len(found) != 1)}")


def _is_within(path: Path, folder: Path) -> bool:
    return folder.resolve() in path.resolve().parents
