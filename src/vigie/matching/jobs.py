"""The jobs of the matching service. Each may run twice or beside itself: the actions make that harmless."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from vigie.journal.jobs import Trace, register_job
from vigie.matching.actions import reminding, statuses, transmission
from vigie.matching.actions.filling import PREPARE_JOB
from vigie.matching.models import Need, Solicitation
from vigie.matching.queries.need_statuses import wrong_statuses
from vigie.ui.formats import counted


def prepare_solicitation(*, at: datetime, solicitation_id: int) -> str | None:
    """Analyses a request that was just sent."""
    solicitation = Solicitation.objects.filter(pk=solicitation_id).first()
    if solicitation is None:
        return "demande effacée entre-temps"
    transmission.prepare(solicitation, at=at)
    return None


def transmit_solicitation(*, at: datetime, solicitation_id: int) -> str | None:
    """Transmits a request whose delay has just passed."""
    transmission.transmit_if_due(solicitation_id, at=at)
    return None


def transmit_due(*, at: datetime) -> str:
    """Transmits the requests that their own job would have missed."""
    return counted(transmission.transmit_due(at=at), "demande transmise", "demandes transmises")


def prepare_missing(*, at: datetime) -> str:
    """Analyses the recent requests left without analysis."""
    return counted(transmission.prepare_missing(at=at), "demande analysée", "demandes analysées")


REMINDED = (
    ("silent", "relance", "relances"),
    ("last_chance", "dernière chance", "dernières chances"),
    ("expired", "mise en relation close sans réponse", "mises en relation closes sans réponse"),
    (f"{reminding.COMPANY}silent", "entreprise avertie de la relance", "entreprises averties de la relance"),
    (f"{reminding.COMPANY}abandon", "besoin abandonné", "besoins abandonnés"),
    (f"{reminding.COMPANY}refused", "refus annoncé", "refus annoncés"),
)


def send_reminders(*, at: datetime) -> str:
    """Reminds silent experts, warns companies, gives up what nobody answered."""
    return _account(reminding.remind_all(at=at))


def preview_reminders(at: datetime) -> str:
    """What ``send_reminders`` would send now."""
    return _account(reminding.would_remind(at))


def _account(counts: Counter[str]) -> str:
    said = [counted(counts[key], one, many) for key, one, many in REMINDED if counts[key]]
    return ", ".join(said) or "rien à envoyer"


def send_digests(*, at: datetime) -> str:
    """Sends its digest of the week to every expert for whom needs wait."""
    return counted(reminding.sum_up_all(at=at), "récapitulatif envoyé", "récapitulatifs envoyés")


def check_need_statuses(*, at: datetime) -> str:
    """Corrects the needs whose status does not follow from their matches, and counts them: there should be none."""
    wrong = list(wrong_statuses())
    for need in Need.objects.filter(pk__in=[one.need_id for one in wrong]):
        statuses.refresh_need_status(need, at=at)
    return counted(len(wrong), "état de besoin corrigé", "états de besoins corrigés")


def register() -> None:
    """Makes the jobs known to the queue (called once, by apps.py)."""
    register_job(PREPARE_JOB, prepare_solicitation, label="Analyser une demande", trace=Trace.FAILURE)
    register_job(transmission.TRANSMIT_JOB, transmit_solicitation, label="Transmettre une demande", trace=Trace.FAILURE)
    register_job(
        "transmit_due",
        transmit_due,
        label="Transmettre les demandes dont le délai est passé",
        cron="* * * * *",
        rhythm="chaque minute",
        trace=Trace.ROW,
    )
    register_job(
        "prepare_missing",
        prepare_missing,
        label="Analyser les demandes des sept derniers jours restées sans analyse",
        cron="*/10 * * * *",
        rhythm="toutes les dix minutes",
        trace=Trace.ROW,
    )
    register_job(
        "check_need_statuses",
        check_need_statuses,
        label="Vérifier l’état des besoins",
        cron="20 4 * * *",
        rhythm="chaque nuit",
    )
    register_job(
        "send_reminders",
        send_reminders,
        label="Relancer les experts qui n’ont pas répondu et prévenir les entreprises",
        cron="30 8 * * *",
        rhythm="chaque jour à 8 h 30",
        preview=preview_reminders,
    )
    register_job(
        "send_digests",
        send_digests,
        label="Envoyer aux experts le récapitulatif de la semaine",
        cron="0 9 * * 2",
        rhythm="le mardi à 9 h",
    )
