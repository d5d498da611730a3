"""The pages of the files sent to the address book: the list, and one file with what it would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse

from vigie.directory.models import DirectoryImport, ImportEntry
from vigie.directory.states import APPLIED, APPLYING, FAULTY, IMPORT, PROPOSED, READING, SAME
from vigie.kernel.lifecycle import State
from vigie.kernel.text import fold
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.ui.components import ActButton, Cell, Column, Fact, Tab, Table
from vigie.ui.formats import counted, day_and_hour, number

PER_PAGE = 25
REMARKS_SHOWN = 100
_KINDS = {one.value: one.label for one in ImportEntry.Kind}
_VERDICTS = {
    ImportEntry.Verdict.CREATED.value: State("created", "Créée", "success"),
    ImportEntry.Verdict.MODIFIED.value: State("modified", "Modifiée", "info"),
    ImportEntry.Verdict.REDUCED.value: State("reduced", "Modifiée, avec retrait", "warning"),
    ImportEntry.Verdict.UNCHANGED.value: State("unchanged", "Inchangée", "new"),
}
_SENTENCES = {
    READING: "Vigie lit ce fichier et le compare à l’annuaire. Rechargez la page dans quelques instants.",
    APPLYING: "Vigie applique ces changements, tous ensemble. Rechargez la page dans quelques instants.",
    FAULTY: "Rien n’a été écrit. Corrigez ces lignes dans votre fichier, puis envoyez-le de nouveau.",
    SAME: "L’annuaire dit déjà tout ce que dit ce fichier\u00a0: il n’y a rien à appliquer.",
    PROPOSED: "Rien n’est encore écrit. Vérifiez ces changements\u00a0: ils seront appliqués tous ensemble, ou pas du "
    "tout.",
    APPLIED: "Ces changements sont dans l’annuaire. Chaque fiche les raconte dans son historique.",
}


@dataclass(frozen=True)
class ImportsPage:
    """The files already sent, the last first."""

    count: str
    table: Table
    rows: Page


@dataclass(frozen=True)
class Difference:
    """An antenne, a team or a person of the file, and what changes of it."""

    label: str
    href: str
    under: str
    kind: str
    state: State
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class ImportPage:
    """One file. refreshes: the worker is at it, the page asks for itself again."""

    title: str
    state: State
    sentence: str
    notice: str
    refreshes: bool
    facts: tuple[Fact, ...]
    errors: Table | None
    warnings: Table | None
    tabs: tuple[Tab, ...]
    differences: tuple[Difference, ...]
    compared: bool
    rows: Page
    count: str
    text: str
    buttons: tuple[ActButton, ...]


def imports_page(page: str) -> ImportsPage:
    """``/equipe/annuaire/imports/``; 2 queries."""
    found = DirectoryImport.objects.select_related("author").defer("data", "text")
    rows = Paginator(found, PER_PAGE).get_page(page)
    return ImportsPage(
        count=counted(rows.paginator.count, "fichier"),
        table=Table(
            caption="Fichiers envoyés",
            columns=(
                Column("Fichier", header=True),
                Column("Contenu"),
                Column("État"),
                Column("Lignes", numeric=True),
                Column("Envoyé"),
                Column("Par"),
            ),
            rows=tuple(
                (
                    Cell(one.file_name, href=reverse("directory:import", args=[one.pk])),
                    one.get_kind_display(),
                    Cell(state=IMPORT.by_code[one.state]),
                    number(one.line_count),
                    Cell(at=one.created_at),
                    one.author.full_name,
                )
                for one in rows
            ),
            empty="Aucun fichier n’a encore été envoyé.",
            caption_hidden=True,
            keys=True,
        ),
        rows=rows,
    )


def import_page(
    row: DirectoryImport, person: Person, waiting: int, *, kind: str = "", verdict: str = "", text: str = "", page: str
) -> ImportPage:
    """``/equipe/annuaire/imports/<id>/``. waiting: people to invite. 6 queries, whatever the number of lines."""
    found = _entries(row, kind, verdict, text)
    rows = Paginator(found, PER_PAGE).get_page(page)
    return ImportPage(
        title=row.file_name,
        state=IMPORT.by_code[row.state],
        sentence=_SENTENCES.get(row.state, ""),
        notice=row.notice if row.state in (PROPOSED, APPLYING) else "",
        refreshes=row.state in (READING, APPLYING),
        facts=(
            Fact("Contenu", row.get_kind_display()),
            Fact("Envoyé", f"le {day_and_hour(row.created_at)} par {row.author.full_name}"),
            Fact("Lignes lues", number(row.line_count) if row.read_at else "", missing="pas encore"),
            Fact("Encodage", row.encoding, missing="pas encore reconnu"),
            Fact("Empreinte du fichier", row.sha256[:16]),
        ),
        errors=_remarks(row, "error", row.error_count, "Erreurs"),
        warnings=_remarks(row, "warning", row.warning_count, "Avertissements"),
        tabs=_tabs(row, kind, verdict),
        differences=tuple(_difference(one) for one in rows),
        compared=bool(row.counts),
        rows=rows,
        count=counted(rows.paginator.count, "ligne"),
        text=text,
        buttons=_buttons(row, person, waiting),
    )


def _entries(row: DirectoryImport, kind: str, verdict: str, text: str) -> Any:
    found = row.entries.all()
    if kind in _KINDS:
        found = found.filter(kind=kind)
    if verdict in _VERDICTS:
        found = found.filter(verdict=verdict)
    elif not verdict:
        found = found.exclude(verdict=ImportEntry.Verdict.UNCHANGED)
    for word in fold(text).split()[:6]:
        found = found.filter(search_text__contains=word)
    return found


def _difference(one: ImportEntry) -> Difference:
    pages = {"antenne": "directory:antenne", "team": "directory:expert", "person": "accounts:person"}
    href = reverse(pages[one.kind], args=[one.target_id]) if one.target_id else ""
    changes = tuple((str(what), str(before), str(after)) for what, before, after in one.changes)
    return Difference(one.label, href, one.under, _KINDS[one.kind], _VERDICTS[one.verdict], changes)


def _tabs(row: DirectoryImport, kind: str, verdict: str) -> tuple[Tab, ...]:
    """One tab a verdict within a kind; the counts are those kept when the file was read."""
    base = reverse("directory:import", args=[row.pk])
    tabs = []
    if row.counts:
        changed = sum(n for one in row.counts.values() for key, n in one.items() if key != "unchanged")
        tabs.append(Tab("Tous les changements", base, changed, current=not kind and not verdict))
    for code, label in _KINDS.items():
        for key, state in _VERDICTS.items():
            if count := row.counts.get(code, {}).get(key, 0):
                here = f"{base}?nature={code}&effet={key}"
                tabs.append(Tab(f"{label}s {_several(state)}", here, count, (kind, verdict) == (code, key)))
    return tuple(tabs)


def _several(state: State) -> str:
    """« créées »: antennes, équipes and personnes alike."""
    first, *rest = state.label.lower().split(", ")
    return ", ".join([f"{first}s", *rest])


def _remarks(row: DirectoryImport, severity: str, total: int, title: str) -> Table | None:
    if not total:
        return None
    shown = row.remarks.filter(severity=severity)[:REMARKS_SHOWN]
    more = f" (les {REMARKS_SHOWN} premières)" if total > REMARKS_SHOWN else ""
    return Table(
        caption=f"{title}\u00a0: {number(total)}{more}",
        columns=(Column("Où", header=True), Column("Colonne"), Column("Valeur"), Column("Ce qu’il faut savoir")),
        rows=tuple((_place(one.line), one.column, one.value, one.message) for one in shown),
    )


def _place(line: int) -> str:
    """In full: on a telephone, it is the title of a card."""
    return f"Ligne\u00a0{number(line)}" if line else "Tout le fichier"


def _buttons(row: DirectoryImport, person: Person, waiting: int) -> tuple[ActButton, ...]:
    """What this person may do to the file in its state."""
    here = reverse("directory:import_decide", args=[row.pk])
    offered = {step.name: step for step in IMPORT.offered(row.state)} if may(person, "import.decide", row) else {}
    buttons = []
    if row.state == PROPOSED:
        changed = sum(n for one in row.counts.values() for key, n in one.items() if key != "unchanged")
        confirm = (
            f"{counted(changed, 'fiche sera écrite', 'fiches seront écrites')} dans l’annuaire, toutes ensemble. Aucun "
            "courriel ne part."
        )
        buttons.append(ActButton.of(offered["apply"], here, confirm=confirm))
    if "abandon" in offered:
        confirm = "Le fichier ne changera rien. Vous pourrez l’envoyer de nouveau."
        buttons.append(ActButton.of(offered["abandon"], here, style="tertiary", confirm=confirm))
    if row.state == APPLIED and waiting and row.invitations_asked_at is None and may(person, "account.invite"):
        label = "Envoyer l’invitation" if waiting == 1 else f"Envoyer les {number(waiting)} invitations"
        confirm = (
            f"{counted(waiting, 'personne recevra', 'personnes recevront')} un courriel qui explique comment se "
            "connecter, une seule fois."
        )
        buttons.append(ActButton(label, here, "invite", confirm=confirm))
    return tuple(buttons)


def exports_of(institution_id: int | None = None) -> tuple[tuple[str, str], ...]:
    """Label and address of each file that can be taken away."""
    names = (("antennes", "Antennes"), ("advisers", "Conseillers et experts"))
    suffix = f"?institution={institution_id}" if institution_id else ""
    return tuple(
        (f"{label}, {file_format.upper()}", reverse("directory:export", args=[kind, file_format]) + suffix)
        for kind, label in names
        for file_format in ("csv", "xlsx")
    )
