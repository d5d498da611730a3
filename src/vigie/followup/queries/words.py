"""The pages where administrators keep the words that files offer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.http import Http404
from django.urls import reverse

from vigie.agents.models import ReferenceChange
from vigie.followup.models import Followup, Term
from vigie.followup.queries.merging import Merging
from vigie.followup.rules import REDIRECT_ACTION
from vigie.kernel.lifecycle import State
from vigie.ui.components import ActButton, Cell, Column, Tab, Table
from vigie.ui.formats import counted, day, exact, number, plural

HISTORY_SHOWN = 50
LIVE, WITHDRAWN = State("live", "En service", "success"), State("withdrawn", "Hors service", "warning")


@dataclass(frozen=True)
class WordKind:
    """A list of words: in the address, as a title, and what it is for."""

    code: str
    slug: str
    title: str
    lead: str


KINDS = {
    kind.slug: kind
    for kind in (
        WordKind(Term.Kind.DIFFICULTY, "difficultes", "Difficultés", "Ce que l’entreprise rencontre."),
        WordKind(
            Term.Kind.ACTION, "actions", "Actions réalisées",
            "Ce qui a été fait pour l’entreprise, noté après un échange avec elle.",
        ),
        WordKind(
            Term.Kind.REDIRECT, "reorientations", "Réorientations", "Vers qui l’entreprise est orientée hors du CODEFI."
        ),
        WordKind(Term.Kind.SERVICE, "instances", "Instances concernées", "Les services et organismes en jeu."),
        WordKind(Term.Kind.SECTOR, "filieres", "Filières", "La filière de l’entreprise."),
        WordKind(Term.Kind.LABEL, "etiquettes", "Étiquettes", "Ce qui distingue un accompagnement des autres."),
        WordKind(Term.Kind.SIZE, "tailles", "Tailles du groupe", "La taille du groupe, une par accompagnement."),
    )
}  # fmt: skip
FIELDS = {"label": "Mot", "position": "Rang", "into": "Réuni à", "from": "Reçoit"}


def kind_named(slug: str) -> WordKind:
    """The list of this address; else 404."""
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def asked_word(kind: WordKind, pk: int) -> Term:
    """A word of this list; else 404. 1 query."""
    found = Term.objects.select_related("merged_into").filter(kind=kind.code, pk=pk).first()
    if found is None:
        raise Http404
    return found


def uses(kind: str) -> Counter[int]:
    """Word → how many files carry it. 1 query."""
    if kind == Term.Kind.SIZE:
        sized = Followup.objects.filter(size__isnull=False).order_by().values_list("size_id")
        return Counter(dict(sized.annotate(count=Count("pk"))))
    rows = Followup.terms.through.objects.filter(term__kind=kind).order_by().values_list("term_id")
    return Counter(dict(rows.annotate(count=Count("pk"))))


# --- a list -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class WordsPage:
    """The words of a list, in service first, in their order."""

    title: str
    lead: str
    count: str
    new_href: str
    tabs: tuple[Tab, ...]
    table: Table


def words_page(kind: WordKind) -> WordsPage:
    """2 queries, whatever the rows."""
    rows = sorted(Term.objects.filter(kind=kind.code).select_related("merged_into"), key=_place)
    used, live = uses(kind.code), sum(row.archived_at is None for row in rows)
    return WordsPage(
        title=kind.title,
        lead=kind.lead,
        count=f"{number(live)} en service" + (f", {len(rows) - live} hors service" if live < len(rows) else ""),
        new_href=reverse("followup:new_word", args=[kind.slug]),
        tabs=tuple(
            Tab(one.title, reverse("followup:words", args=[one.slug]), current=one is kind) for one in KINDS.values()
        ),
        table=Table(
            caption=kind.title,
            columns=(Column("Mot", header=True), Column("Rang"), Column("Utilisation"), Column("État")),
            rows=tuple(
                (
                    Cell(row.label, href=reverse("followup:word", args=[kind.slug, row.pk]), hint=_became(row)),
                    number(rank) if row.archived_at is None else "Aucun",
                    used_words(used[row.pk]),
                    Cell(state=state_of(row)),
                )
                for rank, row in enumerate(rows, start=1)
            ),
            empty="Aucun mot dans cette liste.",
            caption_hidden=True,
        ),
    )


def _place(row: Term) -> tuple[bool, int, str]:
    return (row.archived_at is not None, row.position, row.label)


def _became(row: Term) -> str:
    if row.merged_into is not None:
        return f"réuni à «\u00a0{row.merged_into.label}\u00a0»"
    return "posé par le service" if _needed(row) else ""


def used_words(count: int) -> str:
    return counted(count, "accompagnement", "accompagnements") if count else "Aucun accompagnement"


def state_of(row: Term) -> State:
    return LIVE if row.archived_at is None else WITHDRAWN


def _needed(row: Term) -> bool:
    return row.kind == Term.Kind.ACTION and row.code == REDIRECT_ACTION


# --- a word -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class WordPage:
    """A word: who carries it, what may be done, who changed it. button: None when nothing may be."""

    title: str
    state: State
    told: str
    editable: bool
    button: ActButton | None
    merge_href: str
    history: Table
    back: str
    back_label: str


def word_page(kind: WordKind, row: Term) -> WordPage:
    """2 queries, whatever its history."""
    count = uses(kind.code)[row.pk]
    carried = f"{used_words(count)} {plural(count or 1, 'porte', 'portent')} ce mot."
    since = "" if row.archived_at is None else f" Hors service depuis le {day(row.archived_at)}."
    merged = row.merged_into_id is not None
    return WordPage(
        title=row.label,
        state=state_of(row),
        told=carried + since + (f" {_became(row).capitalize()}." if merged or _needed(row) else ""),
        editable=row.archived_at is None,
        button=None if merged or _needed(row) else _button(kind, row),
        merge_href="" if merged or _needed(row) else reverse("followup:merge_word", args=[kind.slug, row.pk]),
        history=_history(row),
        back=reverse("followup:words", args=[kind.slug]),
        back_label=kind.title,
    )


def _button(kind: WordKind, row: Term) -> ActButton:
    action = reverse("followup:word_act", args=[kind.slug, row.pk])
    if row.archived_at is not None:
        return ActButton("Remettre en service", action, "restore", "secondary")
    return ActButton(
        "Retirer", action, "withdraw", "tertiary",
        confirm="Il ne sera plus proposé. Les accompagnements qui le portent le gardent\u00a0; vous pourrez revenir "
        "en arrière.",
    )  # fmt: skip


def _history(row: Term) -> Table:
    rows = ReferenceChange.objects.filter(kind=ReferenceChange.Kind.TERM, object_id=row.pk).select_related("author")
    return Table(
        caption="Qui a changé quoi",
        columns=(Column("Quand", header=True), Column("Qui"), Column("Quoi"), Column("Effet")),
        rows=tuple((exact(one.at), str(one.author), _said(one), _effect(one)) for one in rows[:HISTORY_SHOWN]),
        empty="Aucun changement depuis l’installation.",
        caption_hidden=True,
    )


def _said(one: ReferenceChange) -> str:
    """« Modification. Mot : Textile → Textile et cuir ; Rang : 3 → 1 »."""
    parts = []
    for name, after in one.after.items():
        before = f"{one.before[name]} → " if name in one.before else ""
        parts.append(f"{FIELDS.get(name, name)}\u00a0: {before}{after}")
    told = "\u00a0; ".join(parts)
    return f"{one.get_act_display()}. {told}" if told else str(one.get_act_display())


def _effect(one: ReferenceChange) -> str:
    return used_words(one.effects["files"]) if "files" in one.effects else "Aucun accompagnement changé"


# --- two words become one ---------------------------------------------------------------------------------------------
def targets(row: Term) -> list[tuple[str, str]]:
    """The words that it may join. 1 query."""
    others = Term.objects.filter(kind=row.kind, archived_at=None).exclude(pk=row.pk)
    return [(str(word.pk), word.label) for word in others if not _needed(word)]


def merging_said(source: Term, target: Term, found: Merging) -> tuple[str, ...]:
    """What a merging will do, sentence by sentence."""
    old, new = f"«\u00a0{source.label}\u00a0»", f"«\u00a0{target.label}\u00a0»"
    lines = []
    if found.files:
        carry = plural(found.files, "porte", "portent")
        lines.append(f"{counted(found.files, 'accompagnement')} qui {carry} {old} {_will(found.files)} {new}.")
    else:
        lines.append(f"Aucun accompagnement ne porte {old}\u00a0: aucun ne changera.")
    if found.both:
        lines.append(
            f"{counted(found.both, 'accompagnement')} {plural(found.both, 'porte', 'portent')} déjà les deux\u00a0: "
            f"{new} n’y sera qu’une fois."
        )
    if found.acts:
        noted = plural(found.acts, "notée deviendra", "notées deviendront")
        lines.append(f"{counted(found.acts, 'action')} {noted} {new}, à la même date.")
    lines.append(f"{old} ne sera plus proposé. L’historique de chaque accompagnement garde le mot d’avant.")
    return tuple(lines)


def _will(count: int) -> str:
    return plural(count, "portera désormais", "porteront désormais")
