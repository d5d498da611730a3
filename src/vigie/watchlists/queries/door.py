"""The folders of publications, opened once per process and kept: what sheets read their series from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from vigie.kernel.errors import HashMismatch
from vigie.publication.read import Publication as Folder
from vigie.publication.read import manifest_hash, open_received
from vigie.publication.write import FACTS_FOLDER


def list_folder(code: str, fingerprint: str) -> Folder:
    """The files of a received list; verified at its reception."""
    return _opened(str(settings.VIGIE.publications_folder / code), fingerprint)


def facts_folder(code: str, fingerprint: str) -> Folder:
    """The files of received facts."""
    return _opened(str(settings.VIGIE.publications_folder / FACTS_FOLDER / code), fingerprint)


@lru_cache(maxsize=8)
def _opened(path: str, fingerprint: str) -> Folder:
    """The manifest must be the one that was received; each file is verified when it is first read."""
    if manifest_hash(Path(path)) != fingerprint:
        told = "n’a plus le manifeste qui a été reçu."
        raise HashMismatch(path, "its manifest is not the one that was received", told)
    return open_received(Path(path))
