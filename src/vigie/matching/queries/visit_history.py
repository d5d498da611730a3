"""« Ce que d’autres ont déjà fait pour cette entreprise »: its earlier needs, as far as a person may know them."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.kernel.lifecycle import State
from vigie.kernel.period import Month, paris_day
from vigie.matching.models import Diagnosis, Need
from vigie.matching.queries.need_positions import Received, helps, in_charge, positions, received
from vigie.matching.states import NEED_STATUS_BY_CODE
from vigie.rights.person import Person
from vigie.ui.formats import month

SHOWN = 20
OTHER = "Autre besoin de cette entreprise"


@dataclass(frozen=True)
class DoneLine:
    """An earlier need. pk: None when the person may not open it: then neither its subject nor its words are told."""

    pk: int | None
    label: str
    month: str
    state: State
    who: str
    outcome: str = ""


@dataclass(frozen=True)
class Done:
    """The earlier needs of a company, the latest first; more: said when some are not shown."""

    lines: tuple[DoneLine, ...]
    more: str = ""


def done_for(company: str, person: Person, *, but: Diagnosis | None = None) -> Done:
    """The needs of a company (SIREN) that were put before experts. 2 queries; none for a company without SIREN."""
    if not company:
        return Done(())
    analyses = Diagnosis.objects.filter(establishment__company=company)
    if but is not None:
        analyses = analyses.exclude(pk=but.pk)
    rows = Need.objects.filter(diagnosis__in=analyses.values("pk"), sent_at__isnull=False)
    marked = rows.with_rights(person, may_see="need.view").select_related("subject")
    shown = list(marked.only("sent_at", "status", "subject__label").order_by("-sent_at", "-pk")[: SHOWN + 1])
    told = received(need.pk for need in shown[:SHOWN])
    lines = []
    for need in shown[:SHOWN]:
        assert need.sent_at is not None
        when, state = month(Month.of(paris_day(need.sent_at))), NEED_STATUS_BY_CODE[need.status]
        answers = told[need.pk]
        if need.may_see:  # type: ignore[attr-defined]
            lines.append(DoneLine(need.pk, need.subject.label, when, state, positions(answers), helps(answers)))
        else:
            lines.append(DoneLine(None, OTHER, when, state, _charged(answers)))
    return Done(tuple(lines), f"Seuls les {SHOWN} derniers sont affichés." if len(shown) > SHOWN else "")


def _charged(answers: list[Received]) -> str:
    who = in_charge(answers)
    return f"Suivi par {who}" if who else ""
