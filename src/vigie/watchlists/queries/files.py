"""How the firms of a page are accompanied, in a few words: the floor above holds the files, and says it here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

# source(sirens) → siren → « Accompagnement en cours », of the firms that have a file that runs. 1 query.
Source = Callable[[Collection[str]], Mapping[str, str]]
_sources: list[Source] = []


def register_files(source: Source) -> None:
    """Called once by the apps.py of the package that holds the files."""
    _sources[:] = [source]


def files_said(sirens: Collection[str]) -> Mapping[str, str]:
    """siren → how it is accompanied. 1 query; none without firms."""
    return _sources[0](sirens) if _sources and sirens else {}
