"""The team's following in the world of the security tests: what its addresses are about, one sending of each form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from tests.directory.factories import ExpertFactory, ExpertSubjectFactory, InstitutionSubjectFactory
from tests.matching.factories import MatchFactory, NoteFactory, RefusalTemplateFactory, TagFactory
from vigie.kernel.period import paris_day

if TYPE_CHECKING:
    from tests.security.service import Service

FORM_TOKEN = "jeton-du-formulaire-1"


def name(service: Service, at: datetime) -> None:
    """What the addresses of the following are about."""
    ids, team = service.ids, service.world.users["team"]
    ids["last_template"] = RefusalTemplateFactory(position=9).pk
    ids["tag"] = TagFactory(label="À rappeler").pk
    ids["note"] = NoteFactory(need=service.world.need, author=team, at=at).pk


def acts(service: Service, at: datetime) -> list[tuple[str, str, str, dict[str, str]]]:
    """One valid sending of each form: name of its address, who may, address, what is sent."""
    ids, world, held = service.ids, service.world, service.held
    noted, labelled = {"body": "Rappeler lundi.", "form_token": FORM_TOKEN}, {"tag": str(ids["tag"])}
    to = ExpertFactory(full_name="Équipe lointaine")
    offer = InstitutionSubjectFactory(institution=to.antenne.institution, subject=world.need.subject)
    ExpertSubjectFactory(expert=to, institution_subject=offer)
    late = MatchFactory(sent_at=at - timedelta(days=10), expert__full_name="Équipe silencieuse")
    answer = {"title": "Autre guichet", "mail_subject": "Votre demande", "body": "Voyez la mairie."}
    member, far = world.users["member"].pk, paris_day(at) + timedelta(days=90)
    days = {"starts_on": far.isoformat(), "ends_on": far.isoformat(), "replacement": ""}
    return [
        ("accounts:absences_of", "manager", reverse("accounts:absences_of", args=[member]), days),
        ("accounts:cancel_planned", "manager", reverse("accounts:cancel_planned", args=[member, ids["absence"]]), {}),
        ("matching:following_act", "team", reverse("matching:following_act", args=[late.need_id]),
            {"transition": "by_hand", "form_token": FORM_TOKEN}),
        ("matching:following_move", "team", reverse("matching:following_move", args=[world.match.pk]),
            {"expert": str(to.pk), "reason": "Cette équipe ferme."}),
        ("matching:following_remind_expert", "team",
            reverse("matching:following_remind_expert", args=[late.expert_id]), {}),
        ("matching:note_need", "team", reverse("matching:note_need", args=[world.need.pk]), noted),
        ("matching:note_request", "team", reverse("matching:note_request", args=[held.pk]), noted),
        ("matching:note_expert", "team", reverse("matching:note_expert", args=[ids["expert"]]), noted),
        ("matching:delete_note", "team", reverse("matching:delete_note", args=[ids["note"]]), {}),
        ("matching:tag_need", "team", reverse("matching:tag_need", args=[world.need.pk]), labelled),
        ("matching:tag_request", "team", reverse("matching:tag_request", args=[held.pk]), labelled),
        ("matching:tags", "team", reverse("matching:tags"), {"label": "Apprentissage"}),
        ("matching:tag", "team", reverse("matching:tag", args=[ids["tag"]]), {"transition": "archive"}),
        ("matching:new_refusal", "team", reverse("matching:new_refusal"), answer),
        ("matching:refusal", "team", reverse("matching:refusal", args=[ids["template"]]),
            {**answer, "title": "Guichet voisin"}),
        ("matching:new_offer", "team", reverse("matching:new_offer"),
            {"subject": ids["subject"], "title": "Trouver un repreneur", "fields_mode": "siret", "mode": "automatic",
             "open": "on"}),
        ("matching:offer", "team", reverse("matching:offer", args=[ids["offer"]]),
            {"title": "Recruter en confiance", "fields_mode": "siret", "mode": "validated", "open": "on"}),
        ("matching:order_refusal", "team", reverse("matching:order_refusal", args=[ids["last_template"]]),
            {"transition": "place-0"}),
    ]  # fmt: skip
