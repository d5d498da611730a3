"""Visits, animation and holes in the service of the security tests: their objects, and a valid sending of each form.

The adviser has a draft and a need before an expert far away; the team has a visit where nobody answers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person
from tests.directory.factories import ExpertFactory, SubjectFactory
from tests.matching.factories import DiagnosisFactory, MatchFactory, NeedFactory
from tests.matching.requests import SIRET
from vigie.accounts.models import User
from vigie.companies.models import Establishment
from vigie.directory.models import Subject
from vigie.kernel.period import paris_day
from vigie.matching.actions.visit_draft import Met, begin, put_need
from vigie.matching.actions.visit_sending import file_visit, proposed
from vigie.matching.models import Diagnosis, HoleReport, Need
from vigie.rights.table import Role

AREA, ELSEWHERE = "8421", "59350"  # of Lyon, where the needs of the world are; Lille
TOKEN = "jeton-du-formulaire-2"


def animator() -> User:
    """Follows the employment area of Lyon."""
    user = UserFactory(full_name="Ana Relais")
    HabilitationFactory(user=user, role=Role.ANIMATOR, territory=AREA)
    return user


def prepare(adviser: User, follower: User, answered: Subject, at: datetime) -> dict[str, int]:
    """The objects, by name. answered: a subject that an expert of Lyon answers."""
    by = person(adviser, at)
    draft = _begun(adviser, "jeton-du-brouillon-1", at)
    need = put_need(draft, answered, "Un poste à pourvoir.", {}, by=by, at=at)
    waiting = _begun(adviser, "jeton-de-la-visite-2", at)
    alone = put_need(waiting, SubjectFactory(label="Sans réponse"), "Personne.", {}, by=by, at=at)
    file_visit(waiting, {}, shown={alone.pk: proposed(alone)}, by=by, at=at)
    report = HoleReport.objects.create(
        subject=alone.subject, zone_type="employment_area", code=AREA, author=follower, at=at, form_token="manque-1"
    )
    return {
        "visit_draft": draft.pk, "draft_need": need.pk, "visit": waiting.pk, "visit_need": alone.pk, "hole": report.pk,
        "filed_need": _sent(adviser, at).pk,
    }  # fmt: skip


def _begun(adviser: User, token: str, at: datetime) -> Diagnosis:
    firm = Establishment.objects.select_related("company").get(siret=SIRET)
    told = Met("Camille Fournil", paris_day(at) - timedelta(days=1), "01 23 45 67 89", "camille@fournil.example", firm)
    return begin(told, consent=True, form_token=token, by=person(adviser, at), at=at)


def _sent(adviser: User, at: datetime) -> Need:
    """A need that the adviser filed far away, before an expert who is nobody's of the world."""
    day = at - timedelta(hours=1)
    filed = DiagnosisFactory(
        commune_code=ELSEWHERE, adviser=adviser, consent_at=day, submitted_at=day, completed_at=day
    )
    need: Need = NeedFactory(diagnosis=filed, sent_at=day, status="quo")
    MatchFactory(need=need, expert=ExpertFactory(full_name="Équipe du Nord"), sent_at=day)
    return need


def forms(ids: dict[str, int], world_need: int, at: datetime) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(address, who, where, what) of each valid sending."""
    draft, visit = [ids["visit_draft"]], [ids["visit"]]
    met = {
        "full_name": "Camille Scieur", "phone": "01 23 45 67 89", "email": "camille@scierie.example",
        "visited_on": (paris_day(at) - timedelta(days=2)).isoformat(), "consent": "on", "form_token": TOKEN,
    }  # fmt: skip
    by_hand = {"name": "Fournil neuf", "siret": "", "commune": "Lille", "commune_code": ELSEWHERE}
    need = Need.objects.get(pk=ids["draft_need"])
    experts = sorted(proposed(need))
    boxes = {f"montre-{need.pk}": ",".join(map(str, experts)), f"besoin-{need.pk}": [str(one) for one in experts]}
    other = SubjectFactory(label="Autre sujet")
    passed = {"sujet": str(other.pk), "content": "Un autre besoin.", "consent": "on", "form_token": TOKEN}
    hole = {"sujet": str(other.pk), "zone": f"employment_area:{AREA}", "body": "Personne ici.", "form_token": TOKEN}
    written = f"{reverse('matching:visit_needs', args=draft)}?sujet={other.pk}"
    chosen = [*visit, ids["visit_need"], ids["expert"]]
    return [
        ("visit_by_hand", "adviser", reverse("matching:visit_by_hand"), by_hand),
        ("visit_contact", "adviser", f"{reverse('matching:visit_contact')}?siret={SIRET}", met),
        ("visit_contact_again", "adviser", reverse("matching:visit_contact_again", args=draft), met),
        ("visit_needs", "adviser", written, {"content": "Un conseil."}),
        ("visit_remove_need", "adviser", reverse("matching:visit_remove_need", args=[*draft, need.pk]), {}),
        ("visit_send", "adviser", reverse("matching:visit_send", args=draft), boxes),
        ("visit_abandon", "adviser", reverse("matching:visit_abandon", args=draft), {}),
        ("act_on_visit", "team", reverse("matching:act_on_visit", args=visit),
         {"transition": "send_back", "note": "Précisez le besoin."}),
        ("visit_requalify", "team", reverse("matching:visit_requalify", args=[*visit, ids["visit_need"]]),
         {"sujet": other.pk}),
        ("visit_expert", "team", reverse("matching:visit_expert", args=chosen), {"transition": "tick"}),
        ("remind", "animator", reverse("matching:remind", args=[world_need]), {"form_token": TOKEN}),
        ("pass_on", "member", reverse("matching:pass_on", args=[world_need]), passed),
        ("report_hole", "animator", reverse("matching:report_hole"), hole),
        ("hole", "team", reverse("matching:hole", args=[ids["hole"]]), {"answer": "Nous cherchons.",
         "transition": "dismiss"}),
    ]  # fmt: skip
