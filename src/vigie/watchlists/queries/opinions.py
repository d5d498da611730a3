"""Opinions on detections: what an agent said and what became of it, what the team counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, Subquery
from django.http import Http404
from django.urls import reverse

from vigie.rights.person import Person
from vigie.rights.table import grants
from vigie.ui.components import ActButton, Cell, Column, Table
from vigie.ui.formats import day, listed, number, percent
from vigie.watchlists.models import Entry, Opinion, OpinionReason, Publication
from vigie.watchlists.queries.words import firm_names, month_words, of_month

VERDICTS = {True: "Détection utile", False: "Détection inutile"}
SHOWN = 200


@dataclass(frozen=True)
class OpinionPanel:
    """The opinion of the reader on a firm of the last list, and where he gives it. said: empty until then."""

    href: str
    said: str
    state: str
    entry: Entry


@dataclass(frozen=True)
class OpinionsPage:
    """Opinions in a table."""

    title: str
    intro: str
    table: Table


@dataclass(frozen=True)
class CountsPage:
    """What the team reads of the opinions: figures, never a firm. acts: one per reason offered."""

    lists: Table
    reasons: Table
    acts: tuple[ActButton, ...]


def opinion_panel(person: Person, siren: str, latest: Publication | None = None) -> OpinionPanel | None:
    """What the sheet shows; None when this firm is not in alert in the last list, for this reader. 1 or 2 queries.

    latest: the last list, when the caller has it.
    """
    if not grants("opinion.give", person.roles):
        return None
    latest = latest or Publication.objects.current().first()
    if latest is None:
        return None
    mine = Opinion.objects.allowed(person, "opinion.view").filter(publication=latest, siren=siren)
    entries = Entry.objects.allowed(person, "opinion.give").filter(publication=latest, siren=siren).alerts()
    entry = entries.annotate(
        my_verdict=Subquery(mine.values("useful")[:1]), my_sending=Subquery(mine.values("sent_at")[:1])
    ).first()  # fmt: skip
    if entry is None:
        return None
    said, state = "", ""
    if entry.my_verdict is not None:
        said, state = VERDICTS[entry.my_verdict], _state(Opinion(publication=latest, sent_at=entry.my_sending), ())
    return OpinionPanel(reverse("watchlists:opinion", args=[siren]), said, state, entry)


def entry_to_judge(person: Person, siren: str) -> OpinionPanel:
    """The same for the page of the opinion; Http404 when there is nothing to judge."""
    panel = opinion_panel(person, siren)
    if panel is None:
        raise Http404
    return panel


def my_opinions(person: Person) -> OpinionsPage:
    """The opinions of the reader, the last first, each with what was done with it. 4 queries."""
    rows = Opinion.objects.allowed(person, "opinion.view").select_related("publication").prefetch_related("reasons")
    mine = list(rows[:SHOWN])
    lists = tuple(Publication.objects.current().values_list("batch", "told__created_at"))
    names = firm_names((one.siren, "") for one in mine)
    table = Table(
        caption="Mes avis",
        columns=(
            Column("Entreprise", header=True), Column("Liste"), Column("Avis"), Column("Ce qui en a été fait"),
        ),
        rows=tuple(
            (
                Cell(names[one.siren], href=reverse("sheets:company", args=[one.siren])),
                month_words(one.publication.batch),
                Cell(VERDICTS[one.useful], hint=listed([reason.label for reason in one.reasons.all()])),
                _state(one, lists),
            )
            for one in mine
        ),
        empty="Vous n’avez donné aucun avis.",
        caption_hidden=True,
    )  # fmt: skip
    intro = "Vos avis rejoignent le calcul sans votre nom. La liste de juin 2025 en avait été réduite de moitié."
    return OpinionsPage("Mes avis", intro, table)


def counts_page() -> CountsPage:
    """How many opinions on each list, how often each reason. 2 queries."""
    lists = (
        Publication.objects.filter(opinions__isnull=False)
        .annotate(
            useful=Count("opinions", filter=Q(opinions__useful=True)),
            useless=Count("opinions", filter=Q(opinions__useful=False)),
        )
        .order_by("-batch", "-number")
    )
    reasons = list(OpinionReason.objects.annotate(count=Count("opinion")).order_by("archived_at", "position", "pk"))
    return CountsPage(
        Table(
            caption="Avis par liste",
            columns=(
                Column("Liste", header=True), Column("Utiles", numeric=True), Column("Inutiles", numeric=True),
                Column("Part utile", numeric=True),
            ),
            rows=tuple(
                (
                    f"{one.code}, {month_words(one.batch)}", number(one.useful), number(one.useless),
                    percent(one.useful / (one.useful + one.useless), 0),
                )
                for one in lists
            ),
            empty="Aucun avis n’a encore été donné.",
        ),
        Table(
            caption="Raisons des avis «\u00a0inutile\u00a0»",
            columns=(Column("Raison", header=True), Column("Avis", numeric=True), Column("Proposée")),
            rows=tuple(
                (one.label, number(one.count), f"Non, depuis le {day(one.archived_at)}" if one.archived_at else "Oui")
                for one in reasons
            ),
        ),
        tuple(
            ActButton(
                "Ne plus proposer", reverse("watchlists:archive_reason", args=[one.pk]), "archive", "tertiary",
                about=one.label,
            )
            for one in reasons if one.archived_at is None
        ),
    )  # fmt: skip


def _state(opinion: Opinion, lists: tuple[tuple[date, str], ...]) -> str:
    """What was done with an opinion: kept, sent, then taken into account by the first list computed afterwards."""
    if opinion.sent_at is None:
        return "Enregistré"
    after = [
        batch
        for batch, computed in lists
        if batch > opinion.publication.batch and computed and datetime.fromisoformat(computed) > opinion.sent_at
    ]
    if not after:
        return f"Transmis au calcul le {day(opinion.sent_at)}"
    return f"Pris en compte dans la liste {of_month(min(after))}"
