"""The world of the web bars: the demo's own, with thousands more requests in bulk, sessions that are open, addresses.

    VIGIE_VAR=… python -m bench.web_world --size demo --needs 3000 --seed 1

Run in a process of its own, on its own folder. The last line is the answer: the pages to ask, in JSON.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vigie.accounts.models import User
    from vigie.matching.models import Solicitation

ROOT = Path(__file__).resolve().parents[1]
SHORTEST_LIST = 25  # rows of a full page
LIST, SHEET, STEP = "list", "sheet", "step"


@dataclass(frozen=True)
class BenchPage:
    """One page to ask. kind: which promise of W-06 it has."""

    code: str
    title: str
    kind: str
    path: str
    cookie: str = ""


def build(size: str, needs: int, seed: int) -> None:
    """The demo's world with its year of history, then the copies."""
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", interactive=False, verbosity=0)
    call_command("build_world", size=size, seed=seed)
    with transaction.atomic():
        multiply(needs, Random(seed))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def nothing_left_to_build() -> None:
    """As the demo some minutes after its start: no page asks any more how far what is built behind it is."""
    from vigie.demo import progress
    from vigie.kernel.clock import now

    for name in (progress.EXAMPLE, progress.HISTORY):
        progress.end(progress.start(1, now(), name), "bench", now())


def multiply(needs: int, random: Random) -> None:
    """Copies requests of the history, with their analysis, needs, candidates and matches.

    Half of the copies come from those that wait for the team and those of the people of the desk, so that their lists
    are long. What a desk has to answer is recent.
    """
    from vigie.kernel.clock import now
    from vigie.matching.models import Solicitation
    from vigie.matching.states import IN_PROGRESS, PROCESSED

    waiting = list(Solicitation.objects.filter(state=IN_PROGRESS, transmit_at=None))
    sent = list(Solicitation.objects.filter(state=PROCESSED, diagnosis__needs__matches__isnull=False).distinct())
    member = desk_member()
    desk = list(
        Solicitation.objects.filter(state=PROCESSED, diagnosis__needs__matches__expert__members__user=member).distinct()
    )
    at = now()
    for number in range(needs):
        pool = waiting if number % 10 == 0 else desk if number % 5 == 1 else sent
        _copy(random.choice(pool), at - timedelta(hours=random.randint(1, 24 * 40)), fresh=pool is desk)


def _copy(origin: Solicitation, at: datetime, *, fresh: bool) -> None:
    from vigie.matching.models import Candidate, Match
    from vigie.matching.states import QUO

    diagnosis = getattr(origin, "diagnosis", None)
    request = _again(origin, uuid=uuid.uuid4(), form_token=uuid.uuid4().hex)
    if diagnosis is None:
        return
    needs = list(diagnosis.needs.select_related("diagnosis__contact", "diagnosis__establishment__company"))
    written = _again(diagnosis, solicitation=request)
    for need in needs:
        candidates, matches = list(need.candidates.all()), list(need.matches.all())
        status = {"status": QUO, "sent_at": at} if fresh else {}
        copied = _again(need, diagnosis=written, **status)
        Candidate.objects.bulk_create([_changed(one, need=copied) for one in candidates])
        open_again = {"state": QUO, "sent_at": at, "closed_at": None, "taken_care_of_at": None, "archived_at": None}
        Match.objects.bulk_create([_changed(one, need=copied, **(open_again if fresh else {})) for one in matches])


def _changed(row: Any, **values: Any) -> Any:
    row = copy.copy(row)
    row._state = copy.copy(row._state)
    row._state.fields_cache = {}
    row.pk, row._state.adding = None, True
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _again(row: Any, **values: Any) -> Any:
    """A new row with these values in place of the old ones."""
    row = _changed(row, **values)
    row.save(force_insert=True)
    return row


def desk_member() -> User:
    """The invented person whose desk is measured."""
    from vigie.accounts.models import User
    from vigie.demo.people import JOB_ADVISER

    return User.objects.get(email=JOB_ADVISER.email)


# --- sessions and addresses ------------------------------------------------------------------------------------------
def open_session(user: User) -> str:
    """A session of this person as sign-in leaves it, second factor included; gives its cookie."""
    from allauth.mfa.models import Authenticator
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from vigie.kernel.clock import now

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    used = {"method": "mfa", "at": now().timestamp(), "id": factor.pk if factor else 0, "type": "totp"}
    session["account_authentication_methods"] = [used]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def pages() -> list[BenchPage]:
    """The pages of W-05 and W-06, each full of rows."""
    from django.urls import reverse

    from bench.web_agents import agent_pages
    from vigie.accounts.models import User
    from vigie.demo.people import TEAM

    team = open_session(User.objects.get(email=TEAM[0].email))
    expert = open_session(desk_member())
    return [
        *public_pages(),
        *desk_pages(expert),
        *team_pages(team),
        BenchPage("experts", "Annuaire : les experts", LIST, reverse("directory:experts"), team),
        *network_pages(team),
        *agent_pages(),
    ]


def network_pages(team: str) -> list[BenchPage]:
    """The network around the needs: what waits, the address book, whom an animator and an adviser see."""
    from django.urls import reverse

    from vigie.accounts.models import User
    from vigie.demo.people import ANIMATOR, EPCI_ADVISER
    from vigie.matching.models import Need
    from vigie.matching.states import QUO

    waits = Need.objects.filter(status=QUO, sent_at__isnull=False).order_by("sent_at", "pk")[0]
    animator, adviser = (open_session(User.objects.get(email=one.email)) for one in (ANIMATOR, EPCI_ADVISER))
    return [
        BenchPage("following", "Suivi", LIST, reverse("matching:following"), team),
        BenchPage(
            "following_need", "Suivi d’un besoin", SHEET, reverse("matching:following_need", args=[waits.pk]), team
        ),
        BenchPage("following_experts", "Suivi des experts", LIST, reverse("matching:following_experts"), team),
        BenchPage("coverage", "Couverture de la France", LIST, reverse("directory:coverage"), team),
        BenchPage("anomalies", "Anomalies de l’annuaire", LIST, reverse("directory:anomalies"), team),
        BenchPage("antennes", "Annuaire : les antennes", LIST, reverse("directory:antennes"), team),
        BenchPage("territory", "Page de l’animateur", LIST, reverse("matching:territory"), animator),
        BenchPage("filed", "Besoins déposés après une visite", LIST, reverse("matching:filed"), adviser),
        BenchPage("visit", "Nouvelle visite", STEP, reverse("matching:visit"), adviser),
        BenchPage("statistics", "Statistiques publiques", LIST, reverse("statistics:public")),
    ]


def public_pages() -> list[BenchPage]:
    """What everybody sees, and the private page of a company head."""
    from django.urls import reverse

    from vigie.matching.links import Purpose, token
    from vigie.matching.models import LandingSubject, Solicitation
    from vigie.matching.states import PROCESSED, STEP_DESCRIPTION

    subject = LandingSubject.objects.filter(archived_at=None).select_related("theme").order_by("pk")[0]
    slugs = [subject.theme.slug, subject.slug]
    begun = Solicitation.objects.filter(state=STEP_DESCRIPTION).order_by("pk").first()
    sent = Solicitation.objects.filter(state=PROCESSED, diagnosis__needs__matches__state="done").order_by("pk")[0]
    found = [
        BenchPage("home", "Accueil", SHEET, "/"),
        BenchPage("theme", "Thème", SHEET, reverse("matching:theme", args=slugs[:1])),
        BenchPage("contact", "Formulaire : contact", STEP, reverse("matching:request", args=slugs)),
    ]
    if begun is not None:
        link = token(begun, Purpose.FILL)
        company, description = (reverse(f"matching:{step}", args=[link]) for step in ("company", "description"))
        found.append(BenchPage("company", "Formulaire : entreprise", STEP, company))
        found.append(BenchPage("description", "Formulaire : description", STEP, description))
    private = reverse("matching:follow", args=[token(sent, Purpose.FOLLOW)])
    return [*found, BenchPage("follow", "Page privée du chef d’entreprise", SHEET, private)]


def desk_pages(cookie: str) -> list[BenchPage]:
    """The desk of an expert and one of his needs."""
    from django.urls import reverse

    from vigie.matching.models import Match
    from vigie.matching.states import QUO

    mine = Match.objects.filter(expert__members__user=desk_member(), state=QUO).order_by("-sent_at")
    if mine.count() < SHORTEST_LIST:
        raise SystemExit(f"the desk that is measured has {mine.count()} rows, {SHORTEST_LIST} expected")
    return [
        BenchPage("desk", "Bureau de l’expert", LIST, reverse("matching:desk"), cookie),
        BenchPage("need", "Fiche du besoin", SHEET, reverse("matching:need", args=[mine[0].need_id]), cookie),
    ]


def team_pages(cookie: str) -> list[BenchPage]:
    """The queue, one request of it, and the simulator on that request’s firm."""
    from django.urls import reverse

    from vigie.matching.models import Solicitation
    from vigie.matching.states import IN_PROGRESS

    waiting = Solicitation.objects.filter(state=IN_PROGRESS, transmit_at=None, diagnosis__isnull=False).exclude(
        siret=""
    )
    if waiting.count() < SHORTEST_LIST:
        raise SystemExit(f"the queue that is measured has {waiting.count()} rows, {SHORTEST_LIST} expected")
    first = waiting.select_related("landing_subject")[0]
    simulated = f"?sujet={first.landing_subject.subject_id}&entreprise={first.siret}&siret={first.siret}"
    sheet = reverse("matching:solicitation", args=[first.pk])
    return [
        BenchPage("queue", "File de l’équipe", LIST, reverse("matching:queue"), cookie),
        BenchPage("solicitation", "Fiche de la sollicitation", SHEET, sheet, cookie),
        BenchPage("simulator", "Qui serait notifié ?", SHEET, reverse("matching:simulator") + simulated, cookie),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds the world if it is not there; prints the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="demo")
    parser.add_argument("--needs", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    import django
    from django.conf import settings

    django.setup()
    from django.core.management import call_command

    from bench.web_agents import ensure_lists

    built = settings.VAR / "built"
    if not built.exists():
        build(options.size, options.needs, options.seed)
        built.touch()
    else:  # a world kept from the time before follows the code
        call_command("migrate", interactive=False, verbosity=0)
    ensure_lists()
    nothing_left_to_build()
    print(json.dumps([asdict(page) for page in pages()]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
