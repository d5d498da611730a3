"""A question that an expert of the small service answers, and one sending of each form of help."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from tests.agents.test_users import LINE, book
from tests.companies.factories import EstablishmentFactory
from tests.security.directory_files import _File as AgainFile
from tests.watchlists.factories import MENUISERIE, follow
from vigie.accounts.models import Charge, Habilitation
from vigie.accounts.models_agents import Duty, Entity, Segment
from vigie.agents.models import Look, UsersImport
from vigie.agents.queries.reference_merging import merging
from vigie.agents.reference_kinds import ENTITY
from vigie.followup.models import ClosedPlace, Term
from vigie.statistics.models import ImpactCount
from vigie.support.models import HelpRequest, Responder
from vigie.territory.models import ZoneGroup
from vigie.ui.forms import sign_moment

if TYPE_CHECKING:
    from tests.security.service import Service

SEMESTER = {"administration": "*", "departement": "", "periode": "2026-1", "format": "pdf"}
REPORT = {"departement": "35", "du": "2026-01-01", "au": "2026-03-31"}
FORM_TOKEN = "jeton-du-formulaire-2"


def name(service: Service, at: datetime) -> None:
    member = service.world.users["member"]
    service.ids["question"] = HelpRequest.objects.create(
        topic="site", body="Où est la liste ?", name="Camille Fournil", email="camille@fournil.example",
        responder=member, asked_at=at, form_token="jeton-de-la-question",
    ).pk  # fmt: skip
    held = Habilitation.objects.get(pk=service.ids["agent_held"])
    service.ids["reviewed_follow"] = follow(held.user, MENUISERIE.siren, at, motive="autre", comment="Vu en ville").pk
    service.ids["users_import"] = UsersImport.objects.create(
        file_name="utilisateurs.xlsx", sha256="0" * 64, author=service.world.users["team"], read_at=at
    ).pk
    service.ids["look"] = Look.objects.create(
        agent=held.user, reason="Sa liste est vide", minutes=10, asked_by=service.world.users["reviewer"], asked_at=at
    ).pk
    service.ids["zone_group"] = ZoneGroup.objects.create(code="OUEST", label="Ouest", departements=["35"]).pk
    service.ids["word"] = Term.objects.create(kind=Term.Kind.SECTOR, code="cycles", label="Cycles").pk
    service.ids["other_word"] = Term.objects.create(kind=Term.Kind.SECTOR, code="jouets", label="Jouets").pk
    service.ids["shut"] = int(EstablishmentFactory(closed=True).pk)
    service.ids["closed_place"] = ClosedPlace.objects.create(
        workplace_id=EstablishmentFactory(closed=True).pk, reason="Fermé par erreur", since=at,
        until=at + timedelta(days=30), author=service.world.users["administrator"],
    ).pk  # fmt: skip
    bodies = [Entity.objects.create(name=name, short_name=name) for name in ("Corps ancien", "Corps nouveau")]
    service.ids["body"], service.ids["other_body"] = (row.pk for row in bodies)
    service.ids["charge"] = Charge.objects.get(user=service.world.users["reviewer"]).pk
    service.ids["duty"] = Duty.objects.create(user=held.user, kind=Duty.Kind.CDED, departement="35").pk
    service.ids["responder"] = Responder.objects.create(user=member).pk
    ImpactCount.objects.create(month=date(2026, 1, 1), count=12)


def acts(service: Service, at: datetime) -> list[tuple[str, str, str, dict[str, Any]]]:
    ids = service.ids
    opened = {"filled_from": sign_moment(datetime.fromtimestamp(int(at.timestamp()) - 60, tz=UTC))}
    asked = {
        "full_name": "Camille Fournil", "email": "camille@fournil.example", "topic": "site", "body": "Comment faire ?",
        "form_token": FORM_TOKEN, **opened,
    }  # fmt: skip
    told = {"score": "4", "text": "Clair.", "form_token": FORM_TOKEN, **opened}
    named = {"email": service.world.users["team"].email, "topic": "site"}
    line = [LINE[0], LINE[1], "France entière", *LINE[3:]]
    file = AgainFile("utilisateurs.xlsx", book(line))
    simulated = {
        "user": service.world.users["agent_a"].email,
        "siren": MENUISERIE.siren,
        "reason": "Question de l’agent",
    }
    network = {"code": "prefets", "label": "Préfectures", "position": "8", "form_token": FORM_TOKEN}
    held_mail = Habilitation.objects.get(pk=ids["agent_held"]).user.email
    shut = {"siret": f"{ids['shut']:014}", "reason": "Fermé par erreur"}
    band = {"value": "Fermé lundi", "version": "0"}
    word = {"label": "Motos", "form_token": FORM_TOKEN}
    seen = {"agent": service.world.users["agent_a"].email, "reason": "Son menu est vide", "minutes": "10"}
    charged = {"reviewer": service.world.users["reviewer"].email, "segment": str(Segment.objects.get(code="bdf").pk)}
    bodies = [Entity.objects.get(pk=ids[name]) for name in ("body", "other_body")]
    joined = {"target": str(bodies[1].pk), "seen": merging(ENTITY, *bodies).mark}
    given = {"agent": service.world.users["agent_a"].email, "kind": "sp_codefi", "departement": "35"}
    return [
        ("agents:duties", "administrator", reverse("agents:duties"), given),
        ("agents:charges", "administrator", reverse("agents:charges"), charged),
        ("agents:withdraw_charge", "administrator", reverse("agents:withdraw_charge", args=[ids["charge"]]), {}),
        ("agents:withdraw_duty", "administrator", reverse("agents:withdraw_duty", args=[ids["duty"]]), {}),
        ("agents:looks", "administrator", reverse("agents:looks"), seen),
        (
            "agents:act_on_look",
            "administrator",
            reverse("agents:act_on_look", args=[ids["look"]]),
            {"transition": "sign"},
        ),
        (
            "agents:merge_reference",
            "administrator",
            reverse("agents:merge_reference", args=["administrations", ids["body"]]),
            joined,
        ),
        ("agents:new_reference", "administrator", reverse("agents:new_reference", args=["reseaux"]), network),
        (
            "agents:reference",
            "administrator",
            reverse("agents:reference", args=["zones", ids["zone_group"]]),
            {"label": "Grand Ouest", "kind": "custom", "departements": "35", "version": "1", "form_token": FORM_TOKEN},
        ),
        (
            "agents:reference_act",
            "administrator",
            reverse("agents:reference_act", args=["zones", ids["zone_group"]]),
            {"transition": "withdraw"},
        ),
        (
            "tuning:setting",
            "team",
            reverse("tuning:setting", args=["bandeau"]),
            band,
        ),
        ("tuning:reset", "team", reverse("tuning:reset", args=["bandeau"]), {}),
        ("followup:closed", "administrator", reverse("followup:closed"), shut),
        ("followup:end_closed", "administrator", reverse("followup:end_closed", args=[ids["closed_place"]]), {}),
        ("followup:new_word", "administrator", reverse("followup:new_word", args=["filieres"]), word),
        (
            "followup:word",
            "administrator",
            reverse("followup:word", args=["filieres", ids["word"]]),
            {"label": "Cycles et motos", "rank": "1", "version": "1"},
        ),
        (
            "followup:word_act",
            "administrator",
            reverse("followup:word_act", args=["filieres", ids["word"]]),
            {"transition": "withdraw"},
        ),
        (
            "followup:merge_word",
            "administrator",
            reverse("followup:merge_word", args=["filieres", ids["word"]]),
            {"target": ids["other_word"], "seen": "0-0-0-1-1"},
        ),
        ("sheets:simulator", "administrator", reverse("sheets:simulator"), simulated),
        (
            "agents:review_follow",
            "reviewer",
            reverse("agents:review_follow", args=[ids["reviewed_follow"]]),
            {"transition": "confirm"},
        ),
        ("agents:users", "team", reverse("agents:users"), {"file": file}),
        ("agents:many", "team", reverse("agents:many"), {"who": held_mail, "ends_on": "2028-01-31", "seen": "lu"}),
        ("agents:export_users", "team", reverse("agents:export_users"), {"format": "csv"}),
        (
            "agents:users_import",
            "team",
            reverse("agents:users_import", args=[ids["users_import"]]),
            {"transition": "abandon"},
        ),
        ("statistics:export_report", "agent_a", reverse("statistics:export_report"), {**REPORT, "format": "pdf"}),
        ("statistics:export_partner", "team", reverse("statistics:export_partner"), SEMESTER),
        ("support:help", "anonymous", reverse("support:help"), asked),
        ("support:opinion", "anonymous", reverse("support:opinion"), told),
        ("support:question", "member", reverse("support:question", args=[ids["question"]]), {"answer": "En haut."}),
        ("support:responders", "team", reverse("support:responders"), named),
        ("support:remove_responder", "team", reverse("support:remove_responder", args=[ids["responder"]]), {}),
    ]
