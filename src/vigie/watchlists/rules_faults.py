"""What is wrong with a file of a publication, as operators read it: which file, of which folder, what is seen."""

from __future__ import annotations

from pathlib import Path

from vigie.kernel.errors import PublicationError, UnknownSchema
from vigie.publication.manifest import FACTS_ID, FILE_NAME, LIST_ID
from vigie.publication.schema import MANIFEST


def fault_lines(error: PublicationError) -> list[str]:
    """One line each: the file, when it is one, its folder, what is seen. The path itself stays out of mails."""
    place = Path(error.place)
    is_file = place.name == MANIFEST or bool(FILE_NAME.match(place.name))
    folder = place.parent.name if is_file else place.name
    lines = [f"Fichier\u00a0: {place.name}"] if is_file else []
    lines.append(f"{_kind(folder)}\u00a0: {folder}")
    return [*lines, f"Constat\u00a0: {'le fichier' if is_file else 'le dossier'} {_seen(error)}"]


def _kind(folder: str) -> str:
    """A list and fresher facts are two sorts of publication; anything else is a folder whose name says nothing."""
    if LIST_ID.match(folder):
        return "Publication"
    return "Faits reçus entre deux listes" if FACTS_ID.match(folder) else "Dossier"


def _seen(error: PublicationError) -> str:
    if error.fr:
        return error.fr
    if isinstance(error, UnknownSchema):
        return "est écrit pour une autre version du schéma."
    return f"n’est pas lisible ({error})."
