"""What the agents of a body did with firms in a period, for its report: talks, campaigns, opinions on detections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from vigie.campaigns.models import Target
from vigie.campaigns.rules import OUTCOMES
from vigie.exports.documents import Grid
from vigie.followup.models import Analysis
from vigie.kernel.period import PARIS
from vigie.statistics.periods import Period
from vigie.ui.formats import number, percent
from vigie.watchlists.models import Entry, Opinion, OpinionReason

NONE = "–"
EMPTY = "Aucun échange n’a été noté dans la période."
REACHED = tuple(one.code for one in OUTCOMES if one.reached)
ASKING = tuple(one.code for one in OUTCOMES if one.leads)
TALKS_DEFINITION = (
    "Échanges avec une entreprise datés de la période, selon l’administration de leur auteur et le département de "
    "l’accompagnement. Une difficulté confirmée a une nature et un type d’intervention\u00a0; une difficulté infirmée "
    "n’en a pas."
)
CAMPAIGNS_DEFINITION = (
    "Entreprises des campagnes commencées dans la période, confiées aux agents de l’administration ou prises par eux. "
    "Une entreprise compte une fois par campagne\u00a0; jointe\u00a0: le dernier contact l’a eue au téléphone ou en "
    "face."
)
OPINIONS_DEFINITION = (
    "Avis donnés dans la période sur une détection, selon l’administration de leur auteur et le département du siège "
    "de l’entreprise. Un avis défavorable peut donner plusieurs raisons\u00a0: leurs parts dépassent alors 100\u00a0%."
)


def talks(body: str, where: str, one: Period) -> tuple[Grid | str, ...]:
    """How the talks of the period divide: verdict, nature, kind of intervention. body: « * » for all. 3 queries."""
    first, after = _days(one)
    rows = Analysis.objects.filter(talked_on__gte=first, talked_on__lt=after, followup__deleted_at=None).order_by()
    rows = _of_body(rows, body, "author")
    rows = rows.filter(followup__departement=where) if where else rows
    confirmed = rows.filter(verdict=Analysis.Verdict.CONFIRMED)
    spreads = (
        _spread("Ce que l’échange a montré", "Difficulté", rows, "verdict", Analysis.Verdict.choices),
        _spread("Nature des difficultés confirmées", "Nature", confirmed, "nature", Analysis.Nature.choices),
        _spread("Type d’intervention", "Intervention", confirmed, "intervention", Analysis.Intervention.choices),
    )
    return (TALKS_DEFINITION, *(one for one in spreads if one.rows)) if spreads[0].rows else (TALKS_DEFINITION, EMPTY)


def campaigns(body: str, where: str, one: Period) -> tuple[Grid | str, ...]:
    """The firms reached out of those to contact. 1 query."""
    first, after = _days(one)
    rows = Target.objects.filter(campaign__starts_on__gte=first, campaign__starts_on__lt=after)
    rows = rows.order_by()
    rows = rows.filter(departement=where) if where else rows
    if body != "*":
        rows = rows.filter(
            Q(taken_by__agent__entity__short_name=body)
            | Q(taken_by=None, assignee__agent__entity__short_name=body)
        )  # fmt: skip
    found = rows.aggregate(
        total=Count("pk"), contacted=Count("pk", filter=~Q(outcome="")),
        reached=Count("pk", filter=Q(outcome__in=REACHED)), asking=Count("pk", filter=Q(outcome__in=ASKING)),
    )  # fmt: skip
    total = found["total"]
    lines = (
        ("À contacter", total), ("Contactées", found["contacted"]), ("Jointes", found["reached"]),
        ("Qui demandent un accompagnement", found["asking"]),
    )  # fmt: skip
    return CAMPAIGNS_DEFINITION, Grid(
        caption="Campagnes de contact",
        headers=("Entreprises", "Nombre", "Part des entreprises à contacter"),
        rows=tuple((label, number(count), percent(count / total, 0)) for label, count in lines) if total else (),
        numeric=frozenset({1, 2}),
        empty="Aucune campagne n’a commencé dans la période.",
    )


def opinions(body: str, where: str, one: Period) -> tuple[Grid | str, ...]:
    """The useful and the useless, these by reason. 2 queries."""
    start, end = (datetime.combine(each, datetime.min.time(), PARIS) for each in _days(one))
    rows = _of_body(Opinion.objects.filter(given_at__gte=start, given_at__lt=end).order_by(), body, "user")
    if where:
        here = {"publication": OuterRef("publication"), "siren": OuterRef("siren"), "departement": where}
        rows = rows.filter(Exists(Entry.objects.filter(**here)))
    found = rows.aggregate(yes=Count("pk", filter=Q(useful=True)), no=Count("pk", filter=Q(useful=False)))
    total, useless = found["yes"] + found["no"], found["no"]
    against = rows.filter(useful=False).values("pk")
    reasons = OpinionReason.objects.annotate(count=Count("opinion", filter=Q(opinion__in=against)))
    lines = [("Détection utile", found["yes"], total), ("Détection peu utile", useless, total)]
    lines += [(f"– {row.label}", row.count, useless) for row in reasons.order_by("-count", "position") if row.count]
    return OPINIONS_DEFINITION, Grid(
        caption="Avis sur les détections, et raisons de ceux qui sont défavorables",
        headers=("Avis", "Nombre", "Part"),
        rows=tuple((label, number(count), _part(count, whole)) for label, count, whole in lines) if total else (),
        numeric=frozenset({1, 2}),
        empty="Aucun avis n’a été donné dans la période.",
    )


def _part(count: int, whole: int) -> str:
    return percent(count / whole, 0) if whole else NONE


def _days(one: Period) -> tuple[date, date]:
    """The first day of the period, and the first after it."""
    return one.months[0].first_day, one.months[-1].plus(1).first_day


def _of_body(rows: QuerySet, body: str, who: str) -> QuerySet:
    return rows if body == "*" else rows.filter(**{f"{who}__agent__entity__short_name": body})


def _spread(caption: str, header: str, rows: QuerySet, field: str, choices: Iterable[tuple[Any, Any]]) -> Grid:
    found = dict(rows.values_list(field).annotate(count=Count("pk")))
    whole = sum(found.values())
    return Grid(
        caption=caption,
        headers=(header, "Nombre", "Part"),
        rows=tuple(
            (str(label), number(found[code]), _part(found[code], whole)) for code, label in choices if found.get(code)
        ),
        numeric=frozenset({1, 2}),
    )
