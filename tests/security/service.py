"""A small service with one object of each kind, its people, and one valid sending of every form.

    service = build()
    service.client("member")          # a session of that person; "anonymous" for nobody, "company" has its link
    service.acts                      # every form: who may send it, where, with what

Relations between people and objects are declared here in the words of the rights table, so that the expected statuses
come from the table and from this file, never from the views.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import AbsenceFactory, AntenneFactory, HabilitationFactory, UserFactory, person, sign_in
from tests.audit.factories import auditor
from tests.directory.factories import ExpertFactory, SubjectQuestionFactory
from tests.matching.conftest import write_territory
from tests.matching.desk_world import World, desk_world
from tests.matching.factories import (
    LandingSubjectFactory,
    MatchFactory,
    NeedFactory,
    RefusalTemplateFactory,
    SolicitationFactory,
    ThreadMessageFactory,
)
from tests.matching.requests import SIRET, candidates_of, expert_for, ready, subject_of
from tests.publication.factories import published, siret
from tests.security import campaigning, directory_files, exported, files, following, helping, network
from tests.watchlists.correction_world import FORM as CORRECTION
from tests.watchlists.correction_world import approved, draft
from tests.watchlists.factories import FIRMS, MENUISERIE, OPENED, agent
from tests.watchlists.rework_world import RULES, reworked
from vigie.accounts.models import AgentProfile, Charge, Habilitation, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.agents.actions.moves import Wanted, ask_move
from vigie.agents.actions.references import load_references
from vigie.agents.models import AskedMove
from vigie.companies.models import Establishment
from vigie.demo.models import DemoMail
from vigie.journal.jobs import registered_jobs
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.matching.actions.transmission import prepare
from vigie.matching.links import Purpose, token
from vigie.matching.models import Candidate, Match, Need, Solicitation
from vigie.matching.queries.positions import version
from vigie.rights.table import Role
from vigie.territory.models import Zone
from vigie.ui.forms import sign_moment
from vigie.watchlists.actions import receive
from vigie.watchlists.models import OpinionReason

FORM_TOKEN = "jeton-du-formulaire-1"
ASKED = {
    "email": "nouvelle@etat.example", "full_name": "Nora Nouvelle", "job": "Chargée de mission", "segment": "crp",
    "level": "level_a", "territory": "FR", "siret": "",
}  # fmt: skip
ROLES: dict[str, frozenset[Role]] = {
    "anonymous": frozenset(),
    "adviser": frozenset({Role.ADVISER}),
    "member": frozenset({Role.EXPERT}),
    "colleague": frozenset({Role.EXPERT}),
    "unrelated": frozenset({Role.EXPERT}),
    "manager": frozenset({Role.MANAGER}),
    "team": frozenset({Role.TEAM}),
    "animator": frozenset({Role.ANIMATOR}),
    "suspended": frozenset(),
    "agent_a": frozenset({Role.LEVEL_A}),
    "agent_b": frozenset({Role.LEVEL_B}),
    "administrator": frozenset({Role.ADMINISTRATOR}),
    "reviewer": frozenset({Role.REVIEWER}),
    "auditor": frozenset({Role.AUDITOR}),
    "references": frozenset({Role.REFERENCES}),
    "publisher": frozenset({Role.PUBLISHER}),
}


@dataclass(frozen=True)
class Act:
    """One valid sending of a form. name: that of the address; who: somebody to whom it is permitted."""

    name: str
    who: str
    url: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Service:
    """world: a need before two teams. held: a request the team has in hand. begun, sent: behind their links."""

    world: World
    elsewhere: Match
    held: Solicitation
    lines: list[Candidate]
    begun: Solicitation
    sent: Solicitation
    ids: dict[str, int] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)

    def client(self, name: str, **options: Any) -> Client:
        client = Client(**options)
        if name in ("anonymous", "company"):
            return client
        signed = sign_in(client, self.world.users[name])
        return signed

    def act(self, name: str) -> Act:
        return next(act for act in self.acts if act.name == name)

    @property
    def fill(self) -> str:
        return token(self.begun, Purpose.FILL)

    @property
    def follow(self) -> str:
        return token(self.sent, Purpose.FOLLOW)


def build() -> Service:
    """Everything, at a moment that suits the real clock."""
    at = now()
    write_territory()
    world = desk_world(sent_at=at - timedelta(hours=1))
    world.users["adviser"] = UserFactory(adviser=True, full_name="Alix Conseil")
    world.users["animator"] = network.animator()
    world.users["suspended"] = UserFactory(expert=True, suspended=True, full_name="Sam Pendu")
    world.users["agent_a"] = agent(full_name="Ada Liste")
    world.users["agent_b"] = agent(Role.LEVEL_B, full_name="Bob Liste")
    world.users["administrator"] = UserFactory(full_name="Adam Réglages")
    HabilitationFactory(user=world.users["administrator"], role=Role.ADMINISTRATOR)
    for name, role in (("references", Role.REFERENCES), ("publisher", Role.PUBLISHER)):
        world.users[name] = UserFactory(full_name=f"Rose {name}")
        HabilitationFactory(user=world.users[name], role=role)
    world.users["reviewer"], agent_held = partner()
    world.users["auditor"] = auditor(full_name="Zoé Compte")
    elsewhere = MatchFactory(
        need=NeedFactory(sent=True, sent_at=at - timedelta(hours=1), diagnosis__commune_code=network.ELSEWHERE),
        expert=ExpertFactory(full_name="Équipe lointaine", members=[world.users["unrelated"]]),
        sent_at=at - timedelta(hours=1),
    )
    held = prepare(ready(landing_subject__validated=True, mode="validated"), at=at)
    expert_for(subject_of(held), full_name="Équipe seconde")
    need = Need.objects.get(diagnosis__solicitation=held)
    Candidate.objects.create(need=need, expert=ExpertFactory(full_name="Équipe écartée"), kept=False, ticked=True)
    sent_need = NeedFactory(sent=True, sent_at=at - timedelta(days=2))
    MatchFactory(need=sent_need, expert__full_name="Équipe du suivi", sent_at=at - timedelta(days=2))
    sent = sent_need.diagnosis.solicitation
    assert sent is not None
    begun = _begun()
    service = Service(world, elsewhere, held, candidates_of(held), begun, sent)
    service.ids["agent_held"] = agent_held.pk
    service.ids["asked_move"] = _asked_move(agent_held, world.users["reviewer"], at).pk
    _name(service, at)
    following.name(service, at)
    directory_files.name(service, at)
    exported.name(service, at)
    helping.name(service, at)
    service.ids |= network.prepare(world.users["adviser"], world.users["animator"], subject_of(held), at)
    service.acts = [*_public_acts(service, at), *_desk_acts(service), *_team_acts(service), *_account_acts(service, at)]
    service.acts += _agent_acts(service)
    service.acts += [Act(*sending) for sending in following.acts(service, at)]
    service.acts += [Act(*sending) for sending in directory_files.acts(service)]
    service.acts += [Act(*sending) for sending in helping.acts(service, at)]
    service.acts += [*_directory_acts(service), *_list_acts(service), *_correction_acts(service, at)]
    service.ids |= files.prepare(world.users, at)
    service.acts += [Act(*sending) for sending in files.acts(service.ids, world.users, at)]
    service.ids |= campaigning.prepare(world.users, at)
    service.acts += [Act(*sending) for sending in campaigning.acts(service.ids, world.users, at)]
    service.acts += [
        Act(f"matching:{name}", who, url, data)
        for name, who, url, data in network.forms(service.ids, world.need.pk, at)
    ]
    return service


def _begun() -> Solicitation:
    """A request whose company is chosen; its subject asks one question."""
    subject = LandingSubjectFactory(theme__slug="embauche", slug="recruter")
    SubjectQuestionFactory(subject=subject.subject, key="apprenti")
    return SolicitationFactory(
        landing_subject=subject, state="step_description", siret=SIRET, commune_code="69123", company_checked=True
    )


def _name(service: Service, at: datetime) -> None:
    users, ids = service.world.users, service.ids
    ids["absence"] = AbsenceFactory(
        user=users["member"], starts_on=paris_day(at) + timedelta(days=20), ends_on=paris_day(at) + timedelta(days=22)
    ).pk
    ids["absence_elsewhere"] = AbsenceFactory(user=users["unrelated"]).pk
    ids["message"] = ThreadMessageFactory(need=service.world.need, author=users["member"], at=at).pk
    ids["waiting"] = HabilitationFactory(
        user=users["unrelated"], role=Role.ADVISER, state="requested", granted_at=None, granted_by=None
    ).pk
    ids["mail"] = _held_mail(service.sent, at)
    ids["demo_mail"] = DemoMail.objects.create(
        message_id="<un@vigie.example>",
        sent_at=at,
        to="x@exemple.example",
        subject="Objet",
        text="Texte",
        html="<p>a</p>",
    ).pk
    ids["template"] = RefusalTemplateFactory().pk
    ids["expert"] = service.world.match.expert_id
    ids["antenne"] = service.world.match.expert.antenne_id
    ids["institution"] = service.world.match.expert.antenne.institution_id
    ids["offer"] = service.begun.landing_subject_id
    ids["subject"] = service.begun.landing_subject.subject_id
    ids["theme"] = service.begun.landing_subject.subject.theme_id


def _held_mail(request: Solicitation, at: datetime) -> int:
    event = Event.objects.create(
        name="solicitation.completed",
        at=at,
        actor_kind="system",
        subject_type="matching.Solicitation",
        subject_id=str(request.pk),
    )
    message = OutgoingMessage.objects.create(
        event=event,
        template="matching/mail/solicitation_received",
        audience="company_head",
        recipient=request.email,
        subject_type="matching.Solicitation",
        subject_id=str(request.pk),
        unique_key="retenu",
        message_id="<retenu@vigie.example>",
        created_at=at,
        due_at=at + timedelta(hours=1),
        next_attempt_at=at + timedelta(hours=1),
        held=True,
    )
    return message.pk


def contact(at: datetime) -> dict[str, str]:
    """The first step, typed by somebody who took his time."""
    begun = datetime.fromtimestamp(int(at.timestamp()) - 60, tz=UTC)
    return {
        "full_name": "Camille Fournil",
        "phone": "01 23 45 67 89",
        "email": "camille@fournil.example",
        "filled_from": sign_moment(begun),
        "form_token": FORM_TOKEN,
    }


def _public_acts(service: Service, at: datetime) -> list[Act]:
    fill, follow = [service.fill], [service.follow]
    asked = service.begun.landing_subject
    typed = contact(at)
    again = {name: typed[name] for name in ("full_name", "phone", "email")} | {"full_name": "Camille Autrenom"}
    manual = {"name": "Fournil neuf", "siret": "", "commune": "Lille", "commune_code": "59350"}
    told = {"description": "Nous voulons recruter un apprenti pour la rentrée.", "q_apprenti": "true"}
    return [
        Act("matching:request", "anonymous", reverse("matching:request", args=[asked.theme.slug, asked.slug]), typed),
        Act("matching:contact", "company", reverse("matching:contact", args=fill), again),
        Act("matching:company", "company", reverse("matching:company", args=fill), {"siret": SIRET}),
        Act("matching:company_manual", "company", reverse("matching:company_manual", args=fill), manual),
        Act("matching:description", "company", reverse("matching:description", args=fill), told),
        Act("matching:add_precision", "company", reverse("matching:add_precision", args=follow), {"body": "Le matin."}),
        Act("matching:say_not_called", "company", reverse("matching:say_not_called", args=follow)),
        Act("matching:withdraw_request", "company", reverse("matching:withdraw_request", args=follow)),
    ]


def _desk_acts(service: Service) -> list[Act]:
    need, match = service.world.need, service.world.match
    both = [need.pk, match.pk]
    taken = {"transition": "take_charge", "form_token": version(match)}
    colleague = ExpertFactory(
        antenne=match.expert.antenne, full_name="Équipe voisine", members=[service.world.users["colleague"]]
    )
    said = {"body": "Je les appelle demain.", "form_token": FORM_TOKEN}
    gone = [need.pk, service.ids["message"]]
    return [
        Act("matching:answer", "member", reverse("matching:answer", args=both), taken),
        Act("matching:hand_over", "member", reverse("matching:hand_over", args=both), {"expert": str(colleague.pk)}),
        Act("matching:comment", "member", reverse("matching:comment", args=[need.pk]), said),
        Act("matching:delete_comment", "member", reverse("matching:delete_comment", args=gone)),
    ]


def _team_acts(service: Service) -> list[Act]:
    held, ids = service.held, service.ids
    seen = {"form_token": str(Event.objects.about(held).order_by("-pk").values_list("pk", flat=True).first())}
    line = [held.pk, service.lines[0].pk]
    other = str(service.begun.landing_subject.subject_id)
    return [
        Act("matching:act_on_solicitation", "team", reverse("matching:act_on_solicitation", args=[held.pk]),
            {"transition": "transmit", **seen}),
        Act("matching:add_expert", "team", reverse("matching:add_expert", args=[held.pk]),
            {"expert": str(ids["expert"]), **seen}),
        Act("matching:select_expert", "team", reverse("matching:select_expert", args=line),
            {"transition": "untick" if service.lines[0].ticked else "tick", **seen}),
        Act("matching:requalify", "team", reverse("matching:requalify", args=[held.pk]), {"sujet": other, **seen}),
        Act("matching:refuse", "team", reverse("matching:refuse", args=[held.pk]),
            {"modele": str(ids["template"]), **seen}),
        Act("journal:release_message", "team", reverse("journal:release_message", args=[ids["mail"]])),
        Act("journal:cancel_message", "team", reverse("journal:cancel_message", args=[ids["mail"]])),
        Act("journal:resend_message", "team", reverse("journal:resend_message", args=[ids["mail"]])),
        Act("journal:run_job", "team", reverse("journal:run_job", args=[_planned_job()])),
    ]  # fmt: skip


def partner() -> tuple[User, Habilitation]:
    """A reviewer, and the habilitation of an agent of his body."""
    load_references(now())
    body = Entity.objects.create(name="DREETS Bretagne", short_name="DREETS")
    segment = Segment.objects.get(code="crp")
    reviewer, member = UserFactory(full_name="Rita Revue"), agent(full_name="Max Liste")
    HabilitationFactory(user=reviewer, role=Role.REVIEWER)
    for user in (reviewer, member):
        AgentProfile.objects.create(user=user, entity=body, segment=segment)
    Charge.objects.create(user=reviewer, entity=body)
    return reviewer, member.habilitations.get()


def _asked_move(held: Habilitation, reviewer: User, at: datetime) -> AskedMove:
    """Of another agent of the same body, so that the first may still be asked for."""
    other = agent(full_name="Mia Ailleurs")
    AgentProfile.objects.create(user=other, entity=held.user.agent.entity, segment=held.user.agent.segment)
    wanted = Wanted(level="level_b", reason="Un autre poste")
    return ask_move(other.habilitations.get(), wanted, by=person(reviewer, at), at=at)


def _agent_acts(service: Service) -> list[Act]:
    rules, text = reverse("agents:confidentiality"), reverse("agents:edit_confidentiality")
    return [
        Act("agents:confidentiality", "agent_a", rules, {"version": "1"}),
        Act("agents:ask", "reviewer", reverse("agents:ask"), ASKED),
        Act(
            "agents:review",
            "reviewer",
            reverse("agents:review", args=[service.ids["agent_held"]]),
            {"transition": "confirm"},
        ),
        Act(
            "agents:ask_move",
            "reviewer",
            reverse("agents:ask_move", args=[service.ids["agent_held"]]),
            {"level": "level_b", "territory": "35", "segment": "", "reason": "Il change de poste"},
        ),
        Act(
            "agents:decide_move",
            "team",
            reverse("agents:decide_move", args=[service.ids["asked_move"]]),
            {"transition": "leave", "note": "Demandez d’abord au préfet"},
        ),
        Act("agents:edit_confidentiality", "administrator", text, {"body": "De nouvelles règles."}),
    ]


def _account_acts(service: Service, at: datetime) -> list[Act]:
    users, ids = service.world.users, service.ids
    unrelated = users["unrelated"].pk
    day = paris_day(at) + timedelta(days=60)
    antenne = AntenneFactory(name="Antenne des invités")
    invited = {"email": "neuf@antenne.example", "full_name": "Noé Neuf", "roles": ["adviser"], "antenne": antenne.name}
    changed = {"full_name": "Hugo Nouveau", "email": users["unrelated"].email, "job": "Conseil", "phone": ""}
    days = {"starts_on": day.isoformat(), "ends_on": day.isoformat(), "replacement": ""}
    return [
        Act("accounts:me", "member", reverse("accounts:me"), {"full_name": "Paul Legrand", "job": "Boulanger"}),
        Act("accounts:set_absence", "member", reverse("accounts:set_absence"), days),
        Act("accounts:cancel_absence", "member", reverse("accounts:cancel_absence", args=[ids["absence"]])),
        Act("accounts:terms", "member", reverse("accounts:terms"), {"accepted": "on"}),
        Act("accounts:invite", "team", reverse("accounts:invite"), invited),
        Act("accounts:agent", "team", reverse("accounts:agent", args=[unrelated]),
            {"entity": AgentProfile.objects.values_list("entity", flat=True)[0],
             "segment": AgentProfile.objects.values_list("segment", flat=True)[0], "time_zone": "Indian/Reunion"}),
        Act("accounts:change", "team", reverse("accounts:change", args=[unrelated]), changed),
        Act("accounts:add_habilitation", "team", reverse("accounts:add_habilitation", args=[users["adviser"].pk]),
            {"role": "expert", "antenne": "", "starts_on": "", "ends_on": ""}),
        Act("accounts:decide", "team", reverse("accounts:decide", args=[unrelated, ids["waiting"]]),
            {"transition": "grant"}),
        Act("accounts:archive", "team", reverse("accounts:archive", args=[unrelated]), {"transition": "archive"}),
        Act("accounts:remove_second_factor", "team", reverse("accounts:remove_second_factor", args=[unrelated])),
        Act("account_login", "anonymous", reverse("account_login"), {"email": users["member"].email}),
        Act("account_logout", "member", reverse("account_logout")),
    ]  # fmt: skip


def _directory_acts(service: Service) -> list[Act]:
    ids = service.ids
    return [
        Act("directory:add", "team", reverse("directory:add", args=["institution"]),
            {"name": "Institution neuve", "kind": "acquisition"}),
        Act("directory:add_under", "team",
            reverse("directory:add_under", args=["antenne", "institution", ids["institution"]]),
            {"name": "Antenne neuve", "level": "local"}),
        Act("directory:edit", "team", reverse("directory:edit", args=["sujet", ids["subject"]]),
            {"theme_id": ids["theme"], "label": "Sujet renommé"}),
        Act("directory:remove", "team", reverse("directory:remove", args=["institution", _empty_institution()])),
        Act("directory:zones", "team", reverse("directory:zones", args=["expert", ids["expert"]]),
            {"departement": "69"}),
    ]  # fmt: skip


def _list_acts(service: Service) -> list[Act]:
    code = _open_list()
    Zone.objects.get_or_create(
        zone_type="departement", code="35",
        defaults={"name": "Ille-et-Vilaine", "name_folded": "ILLE ET VILAINE", "region_code": "53", "vintage": 2026},
    )  # fmt: skip
    place = siret(MENUISERIE.number)
    Establishment.objects.create(siret=place, company_id=MENUISERIE.siren, source="sirene", seen_at=OPENED)
    service.ids["place"] = int(place)
    service.ids["opinion_reason"] = OpinionReason.objects.create(code="a-retirer", label="Raison de trop").pk
    service.ids["reworked"] = reworked(code, service.world.users["agent_a"]).pk
    kept, _new = OpinionReason.objects.get_or_create(code="a-garder", defaults={"label": "Donnée en retard"})
    return [
        Act("watchlists:opinion", "agent_a", reverse("watchlists:opinion", args=[MENUISERIE.siren]),
            {"utile": "non", "raisons": [kept.code]}),
        Act("watchlists:opinion_counts", "team", reverse("watchlists:opinion_counts"), {"label": "Site fermé"}),
        Act("watchlists:archive_reason", "team",
            reverse("watchlists:archive_reason", args=[service.ids["opinion_reason"]])),
        Act("watchlists:rework", "agent_a",
            reverse("watchlists:rework", args=[code], query=RULES), {"nom": "Liste du CODEFI"}),
        Act("watchlists:reworked_firm", "agent_a",
            reverse("watchlists:reworked_firm", args=[service.ids["reworked"], MENUISERIE.siren]),
            {"garder": "non", "motif": "Suivie par ailleurs"}),
        Act("watchlists:export_reworked", "agent_a",
            reverse("watchlists:export_reworked", args=[service.ids["reworked"]]), {"format": "csv"}),
        Act("followup:views", "agent_a", reverse("followup:views"),
            {"transition": "save", "name": "Ma vue", "adresse": "etat=in_progress"}),
        Act("watchlists:list_settings", "agent_a", reverse("watchlists:list_settings"),
            {"transition": "columns", "colonnes": ["niveau"]}),
        Act("watchlists:export_list", "agent_a", reverse("watchlists:export_list"),
            {"adresse": "niveau=strong", "colonnes": "toutes", "format": "csv"}),
        Act("sheets:follow", "agent_a", reverse("sheets:follow", args=[MENUISERIE.siren]),
            {"transition": "follow", "motive": "detection"}),
        Act("sheets:report", "agent_a", reverse("sheets:report", args=[MENUISERIE.siren]),
            {"bloc": "identity", "body": "L’adresse est ancienne.", "form_token": "jeton-du-signalement-0001"}),
        Act("sheets:export_company", "agent_a", reverse("sheets:export_company", args=[MENUISERIE.siren]),
            {"format": "docx"}),
        Act("sheets:export_establishment", "agent_a",
            reverse("sheets:export_establishment", args=[service.ids["place"]]), {"format": "docx"}),
        Act("watchlists:act_on_publication", "team", reverse("watchlists:act_on_publication", args=[code]),
            {"transition": "withdraw", "reason": "Une source était fausse."}),
    ]  # fmt: skip


def _correction_acts(service: Service, at: datetime) -> list[Act]:
    """A draft of the agent's, and an approved correction that everybody with the right reads."""
    author = service.world.users["agent_a"]
    form = {name: value for name, value in CORRECTION.items() if name not in ("regions", "departements")}
    mine = draft(author, at)
    service.ids["draft"] = mine.pk
    service.ids["correction"] = approved(author, at - timedelta(hours=2), wording="Secteur mieux connu").pk
    return [
        Act("watchlists:write_correction", "agent_a", reverse("watchlists:write_correction"), form),
        Act("watchlists:change_correction", "agent_a", reverse("watchlists:change_correction", args=[mine.pk]),
            {**form, "wording": "Dette mieux lue"}),
        Act("watchlists:act_on_correction", "agent_a", reverse("watchlists:act_on_correction", args=[mine.pk]),
            {"transition": "simulate"}),
    ]  # fmt: skip


def _open_list() -> str:
    """A list with a firm of the agents' département and one of another; its folder is written once per process."""
    root = settings.VIGIE.publications_folder
    folder = root / "2026-06.1"
    if not folder.exists():
        published(root, "2026-06.1", FIRMS)
    return str(receive(folder, at=OPENED))


def _empty_institution() -> int:
    return AntenneFactory(name="Rien d’autre").institution_id


def _planned_job() -> str:
    return next(job.name for job in registered_jobs() if job.cron)
