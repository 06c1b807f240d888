"""The settings of the program: one table that the command line, the server and the README read."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import click

from graph.archiving import KEEP
from graph.errors import AtlasError
from server.security import is_contact

MEBIBYTE = 1 << 20
F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True)
class Setting:
    """One setting: its option, its environment variable, its default and what it means."""

    name: str
    default: str
    meaning: str
    kind: type[str] | type[int] | type[float] = str

    @property
    def option(self) -> str:
        """Return the option of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Return the environment variable."""
        return f"ATLAS_{self.name.upper()}"

    def read(self, environment: Mapping[str, str]) -> Path | str | int | float:
        """Return the value that the variable has, else the default; AtlasError if it is none."""
        text = environment.get(self.variable, self.default)
        try:
            return Path(text) if self.name == "releases" else self.kind(text)
        except ValueError as error:
            kind = "whole number" if self.kind is int else "number"
            raise AtlasError(f"{self.variable} is {text!r}; give it a {kind}") from error


SETTINGS = (
    Setting("data", "data", "folder of the Turtle sources (build, check, import, revise)"),
    Setting(
        "releases", "releases", "folder that holds the releases (build, query, release, serve)"
    ),
    Setting("base", "https://www.mecfsatlas.com", "origin of all own IRIs (build)"),
    Setting(
        "keep_releases",
        str(KEEP),
        "folders of earlier releases to keep; older ones stay in the archive (build)",
        int,
    ),
    Setting("host", "127.0.0.1", "address to listen on (serve)"),
    Setting("port", "8000", "port to listen on (serve)", int),
    Setting("query_timeout", "30", "seconds a SPARQL query may take (serve)", float),
    Setting("query_workers", "2", "processes that wait for SPARQL queries (serve)", int),
    Setting(
        "slow_workers", "8", "further ones for queries that go on while others wait (serve)", int
    ),
    Setting("client_queries", "4", "queries of one client that may run at once (serve)", int),
    Setting(
        "client_header",
        "",
        "header in which a proxy names its client, as X-Forwarded-For; empty: no proxy (serve)",
    ),
    Setting("query_memory", "1024", "MiB such a process may need beside the data (serve)", int),
    Setting("query_queue", "128", "queries that may wait for a free process (serve)", int),
    Setting("query_wait", "5", "seconds a SPARQL query may wait for a free process (serve)", float),
    Setting("query_size", "1", "MiB the text of a SPARQL query may have (serve)", int),
    Setting("result_size", "64", "MiB an answer to a query may have (serve)", int),
    Setting("result_rows", "1000000", "rows an answer to a query may have (serve)", int),
    Setting(
        "cache_size", "64", "MiB of answers to keep for being asked again; 0: none (serve)", int
    ),
    Setting("page_cache", "64", "MiB of pages and documents to keep; 0: none (serve)", int),
    Setting(
        "prepare",
        "1",
        "make pages of entries and definitions ahead of time; 0: no (serve)",
        int,
    ),
    Setting(
        "memory_triples",
        "5000000",
        "triples up to which queries run on data in memory (serve)",
        int,
    ),
    Setting(
        "engine",
        "",
        "SPARQL 1.1 query endpoint that holds the release and answers queries; "
        "empty: this machine does (serve)",
    ),
    Setting(
        "engine_graph",
        "",
        "graph of that endpoint that stands for the default graph; "
        "empty: its own default graph (serve)",
    ),
    Setting(
        "nanopub_key",
        "",
        "file of the RSA private key that signs nanopublications; empty: unsigned (serve)",
    ),
    Setting("web_workers", "1", "web processes, each with query processes of its own (serve)", int),
    Setting(
        "security_contact",
        "",
        "https: or mailto: address for reports on security, for security.txt; empty: none (serve)",
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """What a running server needs to know; units as in the table."""

    releases: Path = Path("releases")
    host: str = "127.0.0.1"
    port: int = 8000
    query_timeout: float = 30.0
    query_workers: int = 2
    slow_workers: int = 8
    client_queries: int = 4
    client_header: str = ""
    query_memory: int = 1024
    query_queue: int = 128
    query_wait: float = 5.0
    query_size: int = 1
    result_size: int = 64
    result_rows: int = 1_000_000
    cache_size: int = 64
    page_cache: int = 64
    prepare: int = 1
    memory_triples: int = 5_000_000
    engine: str = ""
    engine_graph: str = ""
    nanopub_key: str = ""
    web_workers: int = 1
    security_contact: str = ""

    def __post_init__(self) -> None:
        """Refuse what would be found out only when somebody asks for it."""
        if self.security_contact and not is_contact(self.security_contact):
            problem = f"{_BY_NAME['security_contact'].variable} is {self.security_contact!r}"
            raise AtlasError(f"{problem}; give it an address that begins with https:// or mailto:")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that the environment variables give, else the defaults."""
        names = [known.name for known in fields(cls)]
        given = {name: _BY_NAME[name].read(environment) for name in names}
        return cls(**given)  # type: ignore[arg-type]

    def to_environment(self) -> dict[str, str]:
        """Return the variables that give these settings to a process started from here."""
        return {_BY_NAME[f.name].variable: str(getattr(self, f.name)) for f in fields(self)}


def setting_option(name: str) -> Callable[[F], F]:
    """Return the click option of the setting `name`."""
    setting = _BY_NAME[name]
    return click.option(
        setting.option,
        name,
        envvar=setting.variable,
        type=setting.kind,
        default=setting.kind(setting.default),
        show_default=True,
        help=setting.meaning[0].upper() + setting.meaning[1:].rpartition(" (")[0] + ".",
    )
