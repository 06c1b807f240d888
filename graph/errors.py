"""The errors this project raises on purpose; each message says what to do next."""


class AtlasError(Exception):
    """Something the user can mend: a file, an option, a disk. Its text says what and how."""


class SourceError(AtlasError):
    """A source file cannot be used as it stands."""

    def __init__(
        self, file: str, problem: str, line: int | None = None, column: int | None = None
    ) -> None:
        """Name the `file`, its place from 1 where known, and the `problem` with its repair."""
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {problem}")
        self.file = file
        self.line = line


class ImportRefused(AtlasError):
    """A bibliographic record cannot be brought in."""


class BuildRefused(AtlasError):
    """A release was not made; the one being served is untouched."""


class ReleaseMissing(AtlasError):
    """There is no release to serve or to query."""


class ArchiveDamaged(AtlasError):
    """The archive of releases is not as it was written."""


class ReviseRefused(AtlasError):
    """No revision was recorded; what is recorded is untouched."""


class ReleaseDamaged(AtlasError):
    """A file of a release is not what its manifest says."""
