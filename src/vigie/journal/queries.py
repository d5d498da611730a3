"""What the team's pages on mails and jobs show: one frozen dataclass per page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Min, Q, QuerySet
from django.urls import reverse
from django_q.models import OrmQ, Schedule

from vigie.connectors.breaker import Breaker
from vigie.connectors.mail import SERVICE
from vigie.journal import jobs, outbox
from vigie.journal.events import EVENTS_BY_NAME
from vigie.journal.models import JobRun, OutgoingMessage
from vigie.journal.states import CANCELED, CLAIMED, FAILED, MESSAGE_STATES, SENT, WAITING
from vigie.kernel.lifecycle import State
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.ui.components import ActButton, Cell, Column, Fact, Tab, Table
from vigie.ui.formats import counted, hour, number, percent

PER_PAGE = 50
RECENT = timedelta(days=7)
STUCK_AFTER = timedelta(minutes=15)
PROMISE = timedelta(seconds=60)
SILENT_AFTER = timedelta(minutes=5)  # the sweep of every minute has not run: the job worker is stopped
INTERRUPTED_AFTER = timedelta(minutes=10)  # no job lasts so long: its worker was killed
FAILURES_SHOWN = 20

MESSAGES_BY_STATE: dict[str, State] = {state.code: state for state in MESSAGE_STATES}
TABS = (("", "À suivre"), ("echecs", "Échecs"), ("partis", "Partis"), ("annules", "Annulés"))
RELEASE, RESEND = "message.release", "message.resend"
STATES_OF_TAB = {"": (WAITING, CLAIMED), "echecs": (FAILED,), "partis": (SENT,), "annules": (CANCELED,)}

_SUCCEEDED = State("succeeded", "Réussi", "success")
_FAILED = State("failed", "Échec", "error")
_RUNNING = State("running", "En cours", "info")
_INTERRUPTED = State("interrupted", "Interrompu", "warning")


@dataclass(frozen=True)
class MessageLine:
    """A mail: what it tells, to whom, its state, since when or until when, and why."""

    what: str
    to: str
    name: str
    state: State
    at: datetime
    why: str
    buttons: tuple[ActButton, ...] = ()


@dataclass(frozen=True)
class MessagesPage:
    """The mails that Vigie sends. alerts: what is wrong now, worst first; acts: some line has buttons."""

    alerts: tuple[str, ...]
    figures: tuple[Fact, ...]
    tabs: tuple[Tab, ...]
    recipient: str
    failures: tuple[MessageLine, ...]
    lines: tuple[MessageLine, ...]
    acts: bool
    acts_on_failures: bool
    count: str
    title: str
    empty: str
    page: Page


@dataclass(frozen=True)
class JobLine:
    """A job: what it does, when, how its last run went, what the next would do, and the button that runs it."""

    label: str
    name: str
    rhythm: str
    next_run: datetime | None
    state: State | None
    last_run: datetime | None
    account: str
    preview: str
    never: str
    runs: str
    button: ActButton | None


@dataclass(frozen=True)
class JobsPage:
    """The jobs: what is wrong now, each job, and the last failures."""

    alerts: tuple[str, ...]
    queue: str
    jobs: tuple[JobLine, ...]
    failures: Table


# --- mails ----------------------------------------------------------------------------------------------------------
def messages_page(person: Person, tab: str, recipient: str, number_: str, at: datetime) -> MessagesPage:
    """``/equipe/courriels/``. tab: a key of STATES_OF_TAB. 9 queries, whatever the number of mails."""
    chosen = tab if tab in STATES_OF_TAB else ""
    page = Paginator(_found(chosen, recipient), PER_PAGE).get_page(number_)
    may_do = frozenset(action for action in (RELEASE, RESEND) if may(person, action))
    watching = chosen == "" and not recipient
    lines = tuple(_message_line(row, at, may_do) for row in page.object_list)
    failed = _recent_failures(at) if watching else OutgoingMessage.objects.none()
    failures = tuple(_message_line(row, at, may_do) for row in failed)
    base = reverse("journal:messages")
    return MessagesPage(
        alerts=_message_alerts(at),
        figures=_delays(at),
        tabs=tuple(Tab(label, f"{base}?etat={key}" if key else base, current=key == chosen) for key, label in TABS),
        recipient=recipient,
        failures=failures,
        lines=lines,
        acts=any(line.buttons for line in lines),
        acts_on_failures=any(line.buttons for line in failures),
        count=counted(page.paginator.count, "courriel"),
        title="En attente" if watching else dict(TABS)[chosen] if chosen else "Courriels trouvés",
        empty="Aucun courriel n’attend." if watching else "Aucun courriel ici.",
        page=page,
    )


def _found(tab: str, recipient: str) -> QuerySet[OutgoingMessage]:
    """The mails of a tab; those of one person are looked for in all states unless a tab is chosen."""
    found = OutgoingMessage.objects.select_related("event")
    if recipient:
        found = found.filter(recipient__icontains=recipient)
    if tab or not recipient:
        found = found.filter(state__in=STATES_OF_TAB[tab])
    if not tab and not recipient:
        return found.order_by("next_attempt_at", "pk")
    return found.order_by("-ended_at", "-pk") if tab else found.order_by("-created_at", "-pk")


def _recent_failures(at: datetime) -> QuerySet[OutgoingMessage]:
    failed = OutgoingMessage.objects.filter(state=FAILED, ended_at__gte=at - RECENT)
    return failed.select_related("event").order_by("-ended_at")[:FAILURES_SHOWN]


def stuck_messages(at: datetime) -> int:
    """How many mails should have left more than 15 minutes ago. 1 query."""
    late = OutgoingMessage.objects.filter(state__in=(WAITING, CLAIMED), due_at__lt=at - STUCK_AFTER)
    return late.count()


def _message_alerts(at: datetime) -> tuple[str, ...]:
    alerts = []
    stuck = stuck_messages(at)
    if stuck:
        verb = "aurait" if stuck == 1 else "auraient"
        alerts.append(
            f"{counted(stuck, 'courriel')} {verb} dû partir il y a plus de 15\u00a0minutes. "
            "Chacun sera retenté pendant trois jours\u00a0; rien n’est perdu."
        )
    health = Breaker(SERVICE, cache).health(at, active=True)
    if health.breaker != "closed" and health.last_failure_at is not None:
        alerts.append(
            f"Le relais de messagerie ne répond pas (dernier essai à {hour(health.last_failure_at)}\u00a0: "
            f"{health.last_reason})."
        )
    return tuple(alerts)


def _delays(at: datetime) -> tuple[Fact, ...]:
    """From the moment a mail may leave to its taking by the relay, over seven days. At most 4 queries."""
    sent = OutgoingMessage.objects.filter(
        state=SENT, created_at__gte=at - RECENT - outbox.GIVE_UP, ended_at__gte=at - RECENT
    ).annotate(delay=ExpressionWrapper(F("ended_at") - F("due_at"), output_field=DurationField()))
    counts = sent.aggregate(sent=Count("pk"), quick=Count("pk", filter=Q(delay__lte=PROMISE)))
    total = counts["sent"]
    if not total:
        return (Fact("Partis en 7 jours", "0"), Fact("Délai médian"), Fact("95 % partent en"), Fact("Partis en 60 s"))
    delays = sent.order_by("delay").values_list("delay", flat=True)
    half, most = (delays[int((total - 1) * share)] for share in (0.5, 0.95))
    return (
        Fact("Partis en 7 jours", number(total)),
        Fact("Délai médian", _seconds(half)),
        Fact("95 % partent en", _seconds(most)),
        Fact("Partis en 60 s", percent(counts["quick"] / total)),
    )


def _seconds(delay: timedelta) -> str:
    seconds = delay.total_seconds()
    if seconds < 120:
        return f"{number(seconds, 1)}\u00a0s"
    return f"{number(seconds / 60)}\u00a0min"


def _message_line(message: OutgoingMessage, at: datetime, may_do: frozenset[str]) -> MessageLine:
    when, why = _situation(message, at)
    return MessageLine(
        what=message.mail_subject or EVENTS_BY_NAME[message.event.name].sentence,
        to=message.recipient or "(aucune adresse)",
        name=message.recipient_name,
        state=MESSAGES_BY_STATE[message.state],
        at=when,
        why=why,
        buttons=_buttons(message, at, may_do),
    )


def _situation(message: OutgoingMessage, at: datetime) -> tuple[datetime, str]:
    """The moment that matters, and the reason in words."""
    if message.ended_at is not None:
        return message.ended_at, message.error
    if message.claimed_at is not None and message.state == CLAIMED:
        return message.claimed_at, "Remis au relais en ce moment."
    until = message.next_attempt_at
    if message.attempts:
        tried = counted(message.attempts, "essai")
        return until, f"Nouvel essai à {hour(until)}, après {tried}\u00a0: {message.error or 'interrompu'}."
    if until > at:
        return until, f"Retenu jusqu’à {hour(until)}, pour laisser le temps d’annuler."
    return until, "Part dans un instant."


def _buttons(message: OutgoingMessage, at: datetime, may_do: frozenset[str]) -> tuple[ActButton, ...]:
    about = f"à {message.recipient}"
    if message.state == FAILED and RESEND in may_do and outbox.can_be_sent_again(message):
        href = reverse("journal:resend_message", args=[message.pk])
        return (ActButton("Renvoyer", href, style="secondary", about=about),)
    if message.state != WAITING or RELEASE not in may_do:
        return ()
    cancel = ActButton(
        "Annuler",
        reverse("journal:cancel_message", args=[message.pk]),
        style="tertiary",
        confirm=f"Ce courriel ne partira pas\u00a0: {message.recipient} ne le recevra jamais.",
        about=about,
    )
    if message.next_attempt_at <= at:
        return (cancel,)
    send = ActButton(
        "Envoyer maintenant", reverse("journal:release_message", args=[message.pk]), style="secondary", about=about
    )
    return (send, cancel)


def message_of(pk: int) -> OutgoingMessage | None:
    """The mail a button is about, whatever became of it. 1 query."""
    return OutgoingMessage.objects.filter(pk=pk).first()


# --- jobs -----------------------------------------------------------------------------------------------------------
def jobs_page(person: Person, at: datetime) -> JobsPage:
    """``/equipe/travaux/``. 6 queries and those of the previews, whatever the number of jobs and runs."""
    often = JobRun.objects.order_by().values("name")
    recent = Q(started_at__gte=at - RECENT)
    figures = {
        row["name"]: row
        for row in often.annotate(
            last=Max("pk"), ran=Count("pk", filter=recent), failed=Count("pk", filter=recent & Q(succeeded=False))
        )
    }
    last_runs = {run.name: run for run in JobRun.objects.filter(pk__in=[row["last"] for row in figures.values()])}
    planned = dict(Schedule.objects.filter(func=jobs.RUNNER).values_list("name", "next_run"))
    runs = may(person, "job.run")
    lines = tuple(
        _job_line(job, figures.get(job.name), last_runs.get(job.name), planned.get(job.name), at, runs=runs)
        for job in jobs.registered_jobs()
    )
    return JobsPage(
        alerts=_job_alerts(last_runs.get("send_messages"), planned, at),
        queue=_queue(at),
        jobs=lines,
        failures=_job_failures(at),
    )


def _job_line(
    job: jobs.Job,
    figures: Mapping[str, Any] | None,
    run: JobRun | None,
    next_run: datetime | None,
    at: datetime,
    *,
    runs: bool,
) -> JobLine:
    counts = figures or {"ran": 0, "failed": 0}
    failed = f", {counted(counts['failed'], 'échec')}" if counts["failed"] else ""
    noted = job.trace is not jobs.Trace.FAILURE  # « 0 fois » would be false of a job that notes its failures alone
    button = ActButton(
        "Lancer maintenant", reverse("journal:run_job", args=[job.name]), style="secondary", about=f"({job.label})"
    )
    return JobLine(
        label=job.label,
        name=job.name,
        rhythm=job.rhythm.replace(" h ", "\u00a0h\u00a0") or "à la demande",
        next_run=next_run,
        state=_state_of(run, at) if run else None,
        last_run=run.started_at if run else None,
        account=run.account if run else "",
        preview=job.preview(at) if job.preview else "",
        never="aucun" if noted else "non noté",
        runs=f"{counted(counts['ran'], 'fois', 'fois')}{failed}" if noted or failed else "seuls les échecs sont notés",
        button=button if runs and job.cron else None,
    )


def _state_of(run: JobRun, at: datetime) -> State:
    if run.ended_at is not None:
        return _SUCCEEDED if run.succeeded else _FAILED
    return _INTERRUPTED if run.started_at < at - INTERRUPTED_AFTER else _RUNNING


def _job_alerts(sweep: JobRun | None, planned: dict[str, datetime], at: datetime) -> tuple[str, ...]:
    missing = [job.label for job in jobs.registered_jobs() if job.cron and job.name not in planned]
    alerts = []
    if sweep is None or sweep.started_at < at - SILENT_AFTER:
        alerts.append(
            "Aucun travail n’a tourné depuis plus de cinq minutes\u00a0: le service des travaux est arrêté. "
            "Les courriels et les analyses attendent\u00a0; rien n’est perdu."
        )
    if missing:
        alerts.append(f"Ces travaux ne sont pas planifiés (commande setup_jobs)\u00a0: {', '.join(missing)}.")
    return tuple(alerts)


def _queue(at: datetime) -> str:
    """What waits and could already have started. 1 query."""
    ready = OrmQ.objects.filter(lock__lte=at).aggregate(count=Count("pk"), oldest=Min("lock"))
    if not ready["count"]:
        return "Aucun travail n’attend son tour."
    minutes = int((at - ready["oldest"]).total_seconds() // 60)
    since = f"depuis {counted(minutes, 'minute')}" if minutes else "depuis moins d’une minute"
    return f"{counted(ready['count'], 'travail', 'travaux')} en file, le plus ancien {since}."


def _job_failures(at: datetime) -> Table:
    labels = {job.name: job.label for job in jobs.registered_jobs()}
    # What is not a job (the building of the invented world) may last longer than any job.
    interrupted = Q(ended_at=None, started_at__lt=at - INTERRUPTED_AFTER, name__in=list(labels))
    bad = Q(succeeded=False) | interrupted
    rows = JobRun.objects.filter(bad, started_at__gte=at - RECENT)[:FAILURES_SHOWN]
    return Table(
        caption="Travaux en échec ou interrompus",
        caption_hidden=True,
        columns=(Column("Travail", header=True), Column("Lancé"), Column("État"), Column("Raison")),
        rows=tuple(
            (
                Cell(labels.get(run.name, run.name)),
                Cell(at=run.started_at),
                Cell(state=_state_of(run, at)),
                Cell(run.account or "Le travail n’a pas rendu compte\u00a0: son service a été arrêté."),
            )
            for run in rows
        ),
        empty="Aucun échec en sept jours.",
    )
