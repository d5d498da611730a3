"""``/demo/``: who can sign in and how, what to try, how far the history is. Demo mode only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vigie.accounts.models import User
from vigie.companies.models import Establishment
from vigie.demo import progress
from vigie.demo.firms import BAKERY, BAKERY_COMMUNE
from vigie.demo.people import CODE_SECONDS, DEMO_KEY, KNOWN, current_code
from vigie.demo.progress import Progress
from vigie.kernel.clock import now
from vigie.kernel.siren import show_siret
from vigie.rights.table import ROLE_LABELS
from vigie.ui.components import Cell, Column, Fact, Table


@dataclass(frozen=True)
class GuidePage:
    """code: of the team's second factor, and for how many seconds it still serves."""

    people: Table
    code: str
    seconds_left: int
    key: str
    company: tuple[Fact, ...]
    history: Progress | None
    example: Progress | None


@never_cache
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """``/demo/``"""
    return render(request, "demo/guide.html", {"page": guide_page(now())})


def guide_page(at: datetime) -> GuidePage:
    """What the page shows. 4 queries."""
    there = set(User.objects.filter(email__in=[known.email for known in KNOWN]).values_list("email", flat=True))
    return GuidePage(
        people=Table(
            caption="Qui peut se connecter",
            columns=(Column("Adresse", header=True), Column("Personne"), Column("À voir")),
            rows=tuple(
                (
                    Cell(known.email, hint="code, puis second facteur" if known.second_factor else "code"),
                    Cell(known.full_name, hint=", ".join(ROLE_LABELS[role] for role in known.roles)),
                    known.see,
                )
                for known in KNOWN
                if known.email in there
            ),
            empty="Le monde inventé n’est pas encore construit\u00a0: manage.py build_world --quick",
        ),
        code=current_code(at),
        seconds_left=CODE_SECONDS - int(at.timestamp()) % CODE_SECONDS,
        key=DEMO_KEY,
        company=_bakery(),
        history=progress.read(),
        example=progress.read(progress.EXAMPLE),
    )


def _bakery() -> tuple[Fact, ...]:
    found = Establishment.objects.filter(commune_code=BAKERY_COMMUNE, company__name=BAKERY).first()
    if found is None:
        return ()
    return (
        Fact("Entreprise", BAKERY, href=reverse("portal:home")),
        Fact("Commune", f"{found.commune_name} (Lozère)"),
        Fact("SIRET", show_siret(found.siret)),
    )
