"""The programs that make a release, with their versions."""

import platform
from importlib.metadata import version

_PACKAGES = ("mecfs-atlas", "pyoxigraph", "owlrl", "rdflib", "pyarrow", "tantivy")


def software() -> dict[str, str]:
    """Return name → version: this project's own first, Python last."""
    return {name: version(name) for name in _PACKAGES} | {"Python": platform.python_version()}
