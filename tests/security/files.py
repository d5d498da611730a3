"""Files of the security tests: one of an agent of the territory, one of elsewhere, one deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from tests.accounts.factories import person
from tests.directory.factories import SubjectFactory
from tests.followup.factories import ELSEWHERE, network, opened_file, workplace
from tests.security.directory_files import _File as AgainFile
from tests.watchlists.factories import agent
from vigie.accounts.models import User
from vigie.accounts.models_agents import AgentProfile, Entity, Segment
from vigie.agents.rules_mails import MAILS
from vigie.followup.actions import cards
from vigie.followup.actions.acts import Talk, analyse
from vigie.followup.actions.contacts import write_contact
from vigie.followup.actions.files import delete_file, move_file
from vigie.followup.actions.meetings import Called, add_point, plan_meeting
from vigie.followup.actions.terms import load_followup_terms
from vigie.followup.actions.texts import save_summary, write_comment
from vigie.followup.models import Term
from vigie.kernel.period import paris_day

NETWORK = "dgfip"
TOKEN = "jeton-de-securite-0001"
CARDS = b"SIRET;Liste\n12345678900011;En cours\n"  # nobody's: it is to be corrected


def prepare(users: dict[str, User], at: datetime) -> dict[str, Any]:
    """Names what the addresses of files need; agent_a is référent, agent_b reads his territory."""
    load_followup_terms()
    entity, _new = Entity.objects.get_or_create(name="Direction", defaults={"short_name": "DDFIP"})
    segment = Segment.objects.create(code="dgfip-essai", label="DGFiP", network=network(NETWORK), in_codefi=True)
    for name in ("agent_a", "agent_b"):
        profile, _new = AgentProfile.objects.get_or_create(
            user=users[name], defaults={"entity": entity, "segment": segment}
        )
        profile.segment = segment
        profile.save(update_fields=["segment"])
    by = person(users["agent_a"], at)
    mine = opened_file(users["agent_a"], at=at)
    gone = opened_file(users["agent_a"], at=at)
    delete_file(gone, "Doublon", by=by, at=at)
    north = agent(territory="59", full_name="Agent du Nord")
    AgentProfile.objects.create(user=north, entity=entity, segment=segment)
    over = opened_file(users["agent_a"], at=at)
    move_file(over, "complete", by=by, at=at)
    far = opened_file(north, workplace(commune=ELSEWHERE), at=at)
    called = Called(paris_day(at), None, "Salle 2")
    meeting = plan_meeting("35", called, form_token=TOKEN, by=by, at=at)
    away = plan_meeting("59", called, form_token=f"{TOKEN}-59", by=person(north, at), at=at)
    talk = analyse(
        mine, Talk(paris_day(at), "phone", "confirmed", "treasury", "prevention"), form_token=TOKEN, by=by, at=at
    )
    wall = network(NETWORK)
    save_summary(mine, wall, "**Contexte :** une synthèse.", version=0, by=by, at=at)
    save_summary(mine, wall, "**Contexte :** une autre.", version=1, by=by, at=at)
    comment = write_comment(mine, wall, "Un commentaire.", form_token=TOKEN, by=by, at=at)
    contact = write_contact(mine, {"last_name": "Fournil"}, form_token=TOKEN, by=by, at=at)
    read = cards.read(
        CARDS, "cartes.csv", motive="source_interne", comment="", network=None, form_token=TOKEN, by=by, at=at
    )
    return {
        "cards_import": read.pk, "file_over": over.pk,
        "meeting": meeting.pk, "meeting_elsewhere": away.pk,
        "meeting_point": add_point(meeting, mine.siren, by=by, at=at).pk,
        "file": mine.pk, "file_elsewhere": far.pk, "file_deleted": gone.pk, "file_talk": talk.pk,
        "file_comment": comment.pk, "file_version": 1, "file_contact": contact.pk, "file_member": mine.members.get().pk,
        "file_place": workplace().pk, "file_subject": SubjectFactory().pk,
        "file_action": Term.objects.filter(kind="action").first().pk,  # type: ignore[union-attr]
    }  # fmt: skip


def acts(ids: dict[str, Any], users: dict[str, User], at: datetime) -> list[tuple[str, str, str, dict[str, Any]]]:
    """One valid sending of each form."""
    meeting, point = ids["meeting"], ids["meeting_point"]
    pk, day, fresh = ids["file"], paris_day(at).isoformat(), {"form_token": "jeton-de-securite-0002"}

    def to(name: str, *args: Any) -> str:
        return reverse(f"followup:{name}", args=args)

    met = {"full_name": "Camille Fournil", "phone": "01 23 45 67 89", "talked_on": day, "consent": "on"}
    told = {"subject": ids["file_subject"], "content": "Nous cherchons un financement."}
    rows = [
        ("new", f"{to('new')}?siret={ids['file_place']}",
         {"criticality": "none", "motive": "source_interne", **fresh}),
        ("edit", to("edit", pk), {"criticality": "high", "next_step": "Appeler", "version": 1}),
        ("complete", to("complete", pk), {}),
        ("act", to("act", pk), {"transition": "start_surveillance"}),
        ("members", to("members", pk), {"who": users["agent_b"].email, "role": "participant"}),
        ("member", to("member", pk, ids["file_member"]), {"transition": "referent"}),
        ("add_contact", to("add_contact", pk), {"last_name": "Durand", "function": "head", **fresh}),
        ("contact", to("contact", pk, ids["file_contact"]), {"last_name": "Durand", "function": "head", **fresh}),
        ("summary", to("summary", pk, NETWORK), {"transition": "save", "text": "Autre texte", "version": 2}),
        ("restore_summary", to("restore_summary", pk, NETWORK, ids["file_version"]), {"version": 2}),
        ("comment", to("comment", pk, NETWORK), {"text": "Encore un", **fresh}),
        ("own_comment", to("own_comment", pk, ids["file_comment"]), {"text": "Corrigé", **fresh}),
        ("analyse", to("analyse", pk),
         {"talked_on": day, "channel": "phone", "verdict": "refuted", **fresh}),
        ("add_action", to("add_action", pk),
         {"analysis": ids["file_talk"], "term": ids["file_action"], "done_on": day, **fresh}),
        ("refer", to("refer", pk), {**met, **told, **fresh}),
        ("export_list", to("export_list"), {"format": "csv"}),
        ("export_file", to("export_file", pk), {"format": "docx"}),
        ("export_codefi", to("export_codefi"), {"format": "docx"}),
        ("mails", to("mails"), dict.fromkeys(map(str, MAILS), "never")),
        ("handover", to("handover"),
         {"giver": users["agent_a"].email, "who": users["agent_b"].email, "transition": "give"}),
        ("new_meeting", f"{to('new_meeting')}?departement=35",
         {"held_on": day, "place": "Salle 3", **fresh}),
        ("edit_meeting", to("edit_meeting", meeting), {"held_on": day, "place": "Salle 4", **fresh}),
        ("meeting_act", to("meeting_act", meeting), {"transition": "hold"}),
        ("export_meeting", to("export_meeting", meeting), {"format": "docx"}),
        ("decide", to("decide", meeting, point), {"decision": "Appeler la banque", "version": 1}),
        ("point_act", to("point_act", meeting, point), {"transition": "remove"}),
        ("duplicate", to("duplicate", ids["file_over"]), fresh),
        ("cards", to("cards"),
         {"file": AgainFile("cartes.csv", CARDS), "motive": "source_interne", **fresh}),
        ("cards_import", to("cards_import", ids["cards_import"]), {"transition": "abandon"}),
        ("restore", to("restore", ids["file_deleted"]), {}),
    ]  # fmt: skip
    return [(f"followup:{name}", "agent_a", url, data) for name, url, data in rows]
