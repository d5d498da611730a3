"""Files to try the import of the address book with: one with two wrong lines, and the same once mended.

They fill a hole of the invented directory: nobody answers on labour law in Lozère.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

INSTITUTION = "Direction départementale de l’emploi, du travail et des solidarités"
HEADERS = (
    "Institution", "Antenne", "Prénom et nom", "Email", "Nom de l’équipe", "Email de l’équipe",
    "Communes spécifiques", "Départements spécifiques", "Sujet",
)  # fmt: skip
SUBJECT = "Comprendre le droit du travail"
# Antenne, name, communes, départements.
_RIGHT = ("DDETS Lozère", "Flore Bastide", "", "48")
_MENDED = (("DDETS Lozère", "Guy Noel", "", "48"), ("DDETS Lozère", "Eve Pons", "48095", ""))
_WRONG = (("DDETS Losère", "Guy Noel", "", "48"), ("DDETS Lozère", "Eve Pons", "48999", ""))
FILES = {
    "conseillers-a-corriger": ("Conseillers, avec deux lignes fausses, CSV", (_RIGHT, *_WRONG)),
    "conseillers-corriges": ("Les mêmes, corrigées, CSV", (_RIGHT, *_MENDED)),
}


@require_safe
def sample(request: HttpRequest, name: str) -> HttpResponse:
    """``/demo/fichiers/<name>.csv``, as a spreadsheet of Windows writes it."""
    if name not in FILES:
        raise Http404
    _label, rows = FILES[name]
    text = "\r\n".join(";".join(cells) for cells in (HEADERS, *map(_cells, rows)))
    answer = HttpResponse(f"{text}\r\n".encode("cp1252"), content_type="text/csv; charset=windows-1252")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def links() -> tuple[tuple[str, str], ...]:
    """Label and address of each file."""
    return tuple((label, reverse("demo:sample", args=[name])) for name, (label, _rows) in FILES.items())


def _cells(row: tuple[str, str, str, str]) -> tuple[str, ...]:
    antenne, name, communes, departements = row
    mail = f"{name.lower().replace(' ', '.')}@ddets.example"
    return (
        INSTITUTION, antenne, name, mail, f"Droit du travail, {name}", mail, communes, departements, SUBJECT,
    )  # fmt: skip
