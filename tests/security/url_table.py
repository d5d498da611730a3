"""What each address asks, in the words of the rights table: the source of the expected statuses of S-01.

Written from the specification and from ``rights/table.py``, never from the views.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.contrib.auth.base_user import AbstractBaseUser

from tests.security import exported
from tests.security.service import ROLES, Service
from tests.watchlists.factories import ACIERIE, MENUISERIE
from vigie.matching.links import Purpose, token
from vigie.rights.table import Reach, grants

READ, WRITE = ("GET", "HEAD"), ("POST",)
BOTH = READ + WRITE
ABSENT, HUGE = 987_654_321, 10**30
DONE = frozenset({200, 302, 400, 409, 422})
SEEN = frozenset({200})
LED = frozenset({302})
Args = tuple[object, ...]
Places = Callable[[Service], dict[str, Args]]


class Door(Enum):
    """Who passes before any object is looked at."""

    PUBLIC = "everybody"
    LINK = "who holds the signed link"
    SIGNED = "who has a session"
    SERVICE = "who may do the action on the service as a whole"


@dataclass(frozen=True)
class Page:
    """act: the action the address is for. see: the action that makes its object visible (403 instead of 404).

    places: kind of object → arguments of the address. given: statuses of who may, when reading.
    """

    door: Door
    methods: tuple[str, ...] = READ
    act: str = ""
    see: str = ""
    places: Places = lambda service: {"own": ()}
    given: frozenset[int] = SEEN
    only: str = ""


# person → reaches he has on the objects of the world; NATIONAL is said by the table alone
RELATIONS: dict[tuple[str, str], frozenset[Reach]] = {
    ("member", "own"): frozenset({Reach.OWN_EXPERT, Reach.OWN_ANTENNE}),
    ("colleague", "own"): frozenset({Reach.OWN_ANTENNE}),
    ("manager", "own"): frozenset({Reach.OWN_ANTENNE, Reach.ANTENNE}),
    ("unrelated", "out"): frozenset({Reach.OWN_EXPERT, Reach.OWN_ANTENNE}),
    ("adviser", "filed"): frozenset({Reach.FILED_BY_ME}),
    ("animator", "own"): frozenset({Reach.ZONES}),
    ("reviewer", "entity"): frozenset({Reach.CHARGE}),
    ("agent_a", "own"): frozenset({Reach.TERRITORY, Reach.UNLOCKED, Reach.REFERENT, Reach.TERRITORY_CRP}),
    ("agent_b", "own"): frozenset({Reach.TERRITORY, Reach.UNLOCKED}),
    ("agent_a", "filed"): frozenset({Reach.UNLOCKED, Reach.OWN}),  # a firm that he took
    ("agent_b", "filed"): frozenset({Reach.UNLOCKED}),
    ("agent_a", "kept"): frozenset({Reach.TERRITORY, Reach.OWN}),  # a meeting that he keeps
    ("agent_b", "kept"): frozenset({Reach.TERRITORY}),
    ("member", "helped"): frozenset({Reach.OWN}),
}


def may(who: str, place: str, action: str) -> bool:
    """Whether the rights table lets this person do it to the object of that place."""
    related = RELATIONS.get((who, place), frozenset()) | {Reach.NATIONAL}
    return any(grant.within in related for grant in grants(action, ROLES[who]))


def _agent_held(service: Service) -> dict[str, Args]:
    return {"entity": (service.ids["agent_held"],), "absent": (ABSENT,), "huge": (HUGE,)}


def _reworked_firm(service: Service) -> dict[str, Args]:
    known = service.ids["reworked"]
    return {"own": (known, MENUISERIE.siren), "absent": (known, ACIERIE.siren), "huge": (HUGE, MENUISERIE.siren)}


def _need(service: Service) -> dict[str, Args]:
    filed = (service.ids["filed_need"],)
    return {
        "own": (service.world.need.pk,), "out": (service.elsewhere.need_id,), "filed": filed, "absent": (ABSENT,),
        "huge": (HUGE,),
    }  # fmt: skip


def _draft(service: Service) -> dict[str, Args]:
    return {"filed": (service.ids["visit_draft"],), "absent": (ABSENT,), "huge": (HUGE,)}


def _draft_need(service: Service) -> dict[str, Args]:
    draft = service.ids["visit_draft"]
    return {"filed": (draft, service.ids["draft_need"]), "absent": (ABSENT, ABSENT), "huge": (HUGE, HUGE)}


def _visit_need(service: Service) -> dict[str, Args]:
    visit, need = (service.ids[name] for name in ("visit", "visit_need"))
    return {"own": (visit, need), "absent": (visit, ABSENT), "huge": (HUGE, need)}


def _visit_expert(service: Service) -> dict[str, Args]:
    visit, need, expert = (service.ids[name] for name in ("visit", "visit_need", "expert"))
    return {"own": (visit, need, expert), "absent": (visit, need, ABSENT), "huge": (visit, HUGE, expert)}


def _match(service: Service) -> dict[str, Args]:
    need, match, far = service.world.need.pk, service.world.match.pk, service.elsewhere
    return {"own": (need, match), "out": (far.need_id, far.pk), "crossed": (need, far.pk), "huge": (need, HUGE)}


def _colleague(service: Service) -> dict[str, Args]:
    return {"own": (service.world.users["member"].pk,), "absent": (ABSENT,), "huge": (HUGE,)}


def _colleague_away(service: Service) -> dict[str, Args]:
    person = service.world.users["member"].pk
    return {"own": (person, service.ids["absence"]), "absent": (ABSENT, ABSENT), "huge": (HUGE, HUGE)}


def _waiting_need(service: Service) -> dict[str, Args]:
    return {"own": (service.world.need.pk,), "absent": (ABSENT,), "huge": (HUGE,)}


def _waiting_match(service: Service) -> dict[str, Args]:
    return {"own": (service.world.match.pk,), "absent": (ABSENT,), "huge": (HUGE,)}


def _message(service: Service) -> dict[str, Args]:
    need, message = service.world.need.pk, service.ids["message"]
    return {"own": (need, message), "crossed": (service.elsewhere.need_id, message), "absent": (need, ABSENT)}


def _nothing_running(service: Service) -> dict[str, Args]:
    return {"absent": ()}  # nobody of the small service looks through another's eyes: 404


def _of(name: str, *before: object) -> Places:
    return lambda service: {
        "own": (*before, service.ids[name]), "absent": (*before, ABSENT), "huge": (*before, HUGE)
    }  # fmt: skip


def _kinds() -> Places:
    return lambda service: {"own": ("zones",), "absent": ("communes",)}


def _request(service: Service) -> dict[str, Args]:
    return {"own": (service.held.pk,), "absent": (ABSENT,), "huge": (HUGE,)}


def _line(service: Service) -> dict[str, Args]:
    return {"own": (service.held.pk, service.lines[0].pk), "absent": (service.held.pk, ABSENT)}


def _user(service: Service) -> dict[str, Args]:
    person: AbstractBaseUser = service.world.users["unrelated"]
    return {"own": (person.pk,), "absent": (ABSENT,), "huge": (HUGE,)}


def _habilitation(service: Service) -> dict[str, Args]:
    person, other = service.world.users["unrelated"].pk, service.world.users["member"].pk
    waiting = service.ids["waiting"]
    return {"own": (person, waiting), "crossed": (other, waiting), "absent": (person, ABSENT)}


def _absence(service: Service) -> dict[str, Args]:
    return {"own": (service.ids["absence"],), "out": (service.ids["absence_elsewhere"],)}


def _link(purpose: Purpose) -> Places:
    other = Purpose.FOLLOW if purpose is Purpose.FILL else Purpose.FILL

    def places(service: Service) -> dict[str, Args]:
        asked = service.begun if purpose is Purpose.FILL else service.sent
        right = token(asked, purpose)
        return {
            "own": (right,),
            "other_purpose": (token(asked, other),),
            "altered": (right[:-1] + "é",),
            "forged": ("x",),
        }

    return places


def _public(**named: str) -> Places:
    return lambda service: {"own": tuple(named.values())}


def _asked(service: Service) -> dict[str, Args]:
    subject = service.begun.landing_subject
    return {"own": (subject.theme.slug, subject.slug), "absent": (subject.theme.slug, "rien")}


def _theme(service: Service) -> dict[str, Args]:
    return {"own": (service.begun.landing_subject.theme.slug,), "absent": ("rien",)}


def _firm(service: Service) -> dict[str, Args]:
    return {"own": (MENUISERIE.siren,), "out": (ACIERIE.siren,), "absent": ("123456782",), "huge": (HUGE,)}


def _known_firm(service: Service) -> dict[str, Args]:
    """The identity of a firm is read wherever it is; what is locked in it is tested with the sheets."""
    found = dict(_firm(service))
    found["known"] = found.pop("out")
    return found


def _nothing(service: Service) -> dict[str, Args]:
    return {"absent": (ABSENT,), "huge": (HUGE,)}


def _correction(service: Service) -> dict[str, Args]:
    return {"own": (service.ids["correction"],), "absent": (ABSENT,), "huge": (HUGE,)}


def _file(service: Service) -> dict[str, Args]:
    ids = service.ids
    places = {"own": (ids["file"],), "out": (ids["file_elsewhere"],), "absent": (ABSENT,), "huge": (HUGE,)}
    return places | {"crossed": (ids["file_deleted"],)}


def _in_file(*after: str) -> Places:
    """A part of a file: named by its id, or by a text as it is."""

    def places(service: Service) -> dict[str, Args]:
        ids = service.ids
        last = tuple(ids.get(name, name) for name in after)
        return {"own": (ids["file"], *last), "out": (ids["file_elsewhere"], *last), "huge": (HUGE, *last)}

    return places


def _meeting(*after: str) -> Places:
    """A meeting, or a firm of its agenda."""

    def places(service: Service) -> dict[str, Args]:
        ids = service.ids
        last = tuple(ids[name] for name in after)
        return {"kept": (ids["meeting"], *last), "out": (ids["meeting_elsewhere"], *last), "huge": (HUGE, *last)}

    return places


def _deleted_file(service: Service) -> dict[str, Args]:
    return {"own": (service.ids["file_deleted"],), "absent": (service.ids["file"],), "huge": (HUGE,)}


def _reviewed_follow(service: Service) -> dict[str, Args]:
    return {"entity": (service.ids["reviewed_follow"],), "absent": (ABSENT,), "huge": (HUGE,)}


def _helped(service: Service) -> dict[str, Args]:
    return {"helped": (service.ids["question"],), "absent": (ABSENT,), "huge": (HUGE,)}


def _campaign(service: Service) -> dict[str, Args]:
    return {
        "own": (service.ids["campaign"],), "out": (service.ids["campaign_elsewhere"],), "absent": (ABSENT,),
        "huge": (HUGE,),
    }  # fmt: skip


def _target(service: Service) -> dict[str, Args]:
    ids = service.ids
    return {"own": (ids["campaign_target"],), "out": (ids["campaign_far"],), "absent": (ABSENT,), "huge": (HUGE,)}


def _taken(service: Service) -> dict[str, Args]:
    return {"filed": (service.ids["campaign_taken"],), "out": (service.ids["campaign_far"],), "huge": (HUGE,)}


def _visit(name: str) -> Places:
    return lambda service: {"filed": (service.ids[name],), "absent": (ABSENT,), "huge": (HUGE,)}


def _export(service: Service) -> dict[str, Args]:
    return {"own": (exported.CODE,), "out": (exported.OF_ANOTHER,), "absent": ("EXP-2222-2222",), "huge": (HUGE,)}


def _job(service: Service) -> dict[str, Args]:
    return {"own": (service.act("journal:run_job").url.split("/")[3],), "absent": ("rien",)}


def _team(act: str, methods: tuple[str, ...] = READ, places: Places = lambda service: {"own": ()}) -> Page:
    return Page(Door.SERVICE, methods, act, places=places)


def _fill(methods: tuple[str, ...] = BOTH, given: frozenset[int] = SEEN) -> Page:
    return Page(Door.LINK, methods, places=_link(Purpose.FILL), given=given)


def _follow(methods: tuple[str, ...]) -> Page:
    return Page(Door.LINK, methods, places=_link(Purpose.FOLLOW))


def _sheet(act: str, methods: tuple[str, ...], see: str, places: Places, **told: str) -> Page:
    return Page(Door.SIGNED, methods, act, see, places, **told)  # type: ignore[arg-type]


FREE = Page(Door.PUBLIC)
# The pages of a session open to any account lead elsewhere when there is nothing to do there.
OWN_FACTOR = Page(Door.SIGNED, BOTH, given=frozenset({200, 302, 403, 404}))
SIGN_IN = Page(Door.PUBLIC, BOTH, given=frozenset({200, 302}))

PAGES: dict[str, Page] = {
    **dict.fromkeys(("portal:home", "portal:news", "portal:site_map", "portal:alive", "portal:ready"), FREE),
    **dict.fromkeys(("portal:robots", "portal:security_txt"), FREE),
    "portal:desk": Page(Door.PUBLIC, given=LED),
    **dict.fromkeys(("account_login", "account_request_login_code", "account_logout"), SIGN_IN),
    **dict.fromkeys(("account_confirm_login_code", "mfa_authenticate"), SIGN_IN),
    **dict.fromkeys(("proconnect_begin", "proconnect_after"), Page(Door.PUBLIC, given=LED)),
    "proconnect_callback": Page(Door.PUBLIC, given=frozenset({400})),  # a return from nowhere
    "proconnect_attach": Page(Door.PUBLIC, BOTH, given=LED),
    "proconnect_ended": Page(Door.PUBLIC, WRITE),  # a signed word of the provider; any other is refused (400)
    "confirm_identity": Page(Door.SIGNED, given=frozenset({200, 302})),
    **dict.fromkeys(("mfa_activate_totp", "mfa_deactivate_totp", "mfa_reauthenticate"), OWN_FACTOR),
    "mfa_view_recovery_codes": Page(Door.SIGNED, given=OWN_FACTOR.given),
    "mfa_generate_recovery_codes": OWN_FACTOR,
    **dict.fromkeys(("mfa_index", "accounts:me", "accounts:terms"), Page(Door.SIGNED, BOTH)),
    "accounts:set_absence": Page(Door.SIGNED, WRITE),
    "accounts:cancel_absence": Page(Door.SIGNED, WRITE, "account.edit", places=_absence, only="member"),
    "accounts:people": _team("account.invite"),
    "accounts:antennes": _team("account.invite"),
    "accounts:invite": _team("account.invite", BOTH),
    "accounts:person": _team("account.view", READ, _user),
    "accounts:agent": _team("account.edit", BOTH, _user),
    "accounts:change": _team("account.edit", WRITE, _user),
    "accounts:add_habilitation": _team("habilitation.decide", WRITE, _user),
    "accounts:decide": _team("habilitation.decide", WRITE, _habilitation),
    "accounts:archive": _team("account.archive", WRITE, _user),
    "accounts:remove_second_factor": _team("account.secure", WRITE, _user),
    "journal:messages": _team("message.view"),
    "journal:release_message": _team("message.release", WRITE, _of("mail")),
    "journal:cancel_message": _team("message.release", WRITE, _of("mail")),
    "journal:resend_message": _team("message.resend", WRITE, _of("mail")),
    "journal:jobs": _team("job.view"),
    "journal:run_job": _team("job.run", WRITE, _job),
    "companies:search": FREE,
    **dict.fromkeys(("directory:home", "directory:subjects", "directory:experts"), _team("directory.view")),
    **{
        f"directory:{n}": _team("directory.view", READ, _of(n)) for n in ("subject", "expert", "institution", "antenne")
    },
    "directory:theme": _team("directory.view", READ, _of("theme")),
    **dict.fromkeys(("directory:coverage", "directory:coverage_holes"), _team("directory.view")),
    "directory:coverage_departement": _team("directory.view", READ, _public(code="69")),
    **dict.fromkeys(("directory:antennes", "directory:anomalies"), _team("directory.view")),
    "directory:imports": _team("directory.edit", BOTH),
    "directory:import": _team("import.decide", READ, _of("import")),
    "directory:import_decide": _team("import.decide", WRITE, _of("import")),
    "directory:close": _team("directory.edit", BOTH, _of("antenne")),
    "directory:export": _team("directory.export", READ, _public(kind="antennes", file_format="csv")),
    "directory:add": _team("directory.edit", BOTH, _public(kind="institution")),
    "directory:add_under": _team("directory.edit", BOTH, _of("institution", "antenne", "institution")),
    "directory:edit": _team("directory.edit", BOTH, _of("subject", "sujet")),
    "directory:remove": _team("directory.edit", WRITE, _of("institution", "institution")),
    "directory:zones": _team("directory.edit", BOTH, _of("expert", "expert")),
    **dict.fromkeys(("matching:search", "matching:suggestions", "matching:communes"), FREE),
    "matching:theme": Page(Door.PUBLIC, places=_theme),
    "matching:request": Page(Door.PUBLIC, BOTH, places=_asked),
    "matching:resume": _fill(READ, LED),
    **{f"matching:{n}": _fill() for n in ("contact", "company", "company_manual", "description")},
    **{f"matching:{n}": _follow(READ) for n in ("follow", "sent")},
    **{f"matching:{n}": _follow(WRITE) for n in ("add_precision", "say_not_called", "withdraw_request")},
    "matching:desk": Page(Door.SIGNED),
    "matching:need": _sheet("need.view", READ, "need.view", _need),
    "matching:answer": _sheet("match.answer", WRITE, "need.view", _match),
    "matching:hand_over": _sheet("match.reassign", BOTH, "need.view", _match),
    "matching:comment": _sheet("need.comment", WRITE, "need.view", _need),
    "matching:delete_comment": _sheet("need.comment", WRITE, "need.view", _message, only="member"),
    **dict.fromkeys(("matching:visit", "matching:filed"), _team("visit.file")),
    "matching:visit_by_hand": _team("visit.file", BOTH),
    "matching:visit_contact": _team("visit.file", BOTH),
    **{
        f"matching:{n}": _sheet("visit.edit", BOTH, "visit.edit", _draft)
        for n in ("visit_contact_again", "visit_needs", "visit_send")
    },
    "matching:visit_abandon": _sheet("visit.edit", WRITE, "visit.edit", _draft),
    "matching:visit_remove_need": _sheet("visit.edit", WRITE, "visit.edit", _draft_need),
    "matching:visits_to_validate": _team("following.view"),
    "matching:visit_to_validate": _team("following.view", READ, _of("visit")),
    "matching:act_on_visit": _team("following.view", WRITE, _of("visit")),
    "matching:visit_expert": _team("following.view", WRITE, _visit_expert),
    "matching:visit_requalify": _team("following.view", BOTH, _visit_need),
    "matching:territory": _team("network.view"),
    "matching:remind": _sheet("need.remind", WRITE, "need.view", _need),
    "matching:pass_on": _sheet("need.pass_on", BOTH, "need.view", _need),
    "matching:holes": _team("hole.report"),
    "matching:report_hole": _team("hole.report", BOTH),
    "matching:holes_to_answer": _team("following.view"),
    "matching:hole": _team("following.view", BOTH, _of("hole")),
    "matching:queue": _team("simulator.use"),
    "matching:solicitation": _sheet("solicitation.view", READ, "solicitation.view", _request),
    "matching:act_on_solicitation": _sheet("solicitation.transmit", WRITE, "solicitation.view", _request),
    "matching:add_expert": _sheet("need.add_expert", WRITE, "solicitation.view", _request),
    "matching:select_expert": _sheet("solicitation.triage", WRITE, "solicitation.view", _line),
    "matching:requalify": _sheet("solicitation.triage", BOTH, "solicitation.view", _request),
    "matching:refuse": _sheet("solicitation.triage", BOTH, "solicitation.view", _request),
    "matching:simulator": _team("simulator.use"),
    "matching:explain": _sheet("need.explain", READ, "need.explain", _need),
    "matching:figures": _team("figures.view"),
    "accounts:absences": _team("absence.plan"),
    "accounts:absences_of": _team("absence.plan", BOTH, _colleague),
    "accounts:cancel_planned": _team("absence.plan", WRITE, _colleague_away),
    "matching:following": _team("following.view"),
    "matching:following_need": _team("following.view", READ, _waiting_need),
    "matching:following_act": _team("following.view", WRITE, _waiting_need),
    "matching:following_move": _team("following.view", BOTH, _waiting_match),
    "matching:following_experts": _team("following.view"),
    "matching:following_expert": _team("following.view", READ, _of("expert")),
    "matching:following_remind_expert": _team("following.view", WRITE, _of("expert")),
    "matching:note_need": _team("note.write", WRITE, _waiting_need),
    "matching:note_request": _team("note.write", WRITE, _request),
    "matching:note_expert": _team("note.write", WRITE, _of("expert")),
    "matching:delete_note": _team("note.write", WRITE, _of("note")),
    "matching:tag_need": _team("tag.edit", WRITE, _waiting_need),
    "matching:tag_request": _team("tag.edit", WRITE, _request),
    "matching:tags": _team("tag.edit", BOTH),
    "matching:tag": _team("tag.edit", WRITE, _of("tag")),
    "matching:offers": _team("offer.edit"),
    "matching:new_offer": _team("offer.edit", BOTH),
    "matching:offer": _team("offer.edit", BOTH, _of("offer")),
    "matching:refusals": _team("refusal.edit"),
    "matching:new_refusal": _team("refusal.edit", BOTH),
    "matching:refusal": _team("refusal.edit", BOTH, _of("template")),
    "matching:order_refusal": _team("refusal.edit", WRITE, _of("template")),
    **dict.fromkeys(("followup:list", "followup:deleted"), _team("file.list")),
    "followup:mails": _team("file.list", BOTH),
    "followup:handover": _team("file.list", BOTH),
    **dict.fromkeys(("followup:export_list", "followup:views"), _team("file.list", WRITE)),
    "followup:codefi": _team("file.list"),
    "followup:export_codefi": _team("file.list", WRITE),
    "followup:new_meeting": _team("meeting.plan", BOTH),
    "followup:meeting": _sheet("meeting.view", READ, "meeting.view", _meeting()),
    "followup:meeting_calendar": _sheet("meeting.view", READ, "meeting.view", _meeting()),
    "followup:edit_meeting": _sheet("meeting.manage", BOTH, "meeting.view", _meeting()),
    "followup:meeting_act": _sheet("meeting.manage", WRITE, "meeting.view", _meeting()),
    "followup:export_meeting": _sheet("meeting.view", WRITE, "meeting.view", _meeting()),
    "followup:decide": _sheet("meeting.manage", BOTH, "meeting.view", _meeting("meeting_point")),
    "followup:point_act": _sheet("meeting.manage", WRITE, "meeting.view", _meeting("meeting_point")),
    "followup:export_file": _sheet("file.view", WRITE, "file.view", _file),
    "followup:firm": _team("file.list", READ, _known_firm),
    "followup:new": _team("file.list", BOTH),
    "followup:file": _sheet("file.view", READ, "file.view", _file),
    **{f"followup:{n}": _sheet("file.edit", BOTH, "file.view", _file) for n in ("edit", "analyse", "add_action")},
    "followup:refer": _sheet("file.refer", BOTH, "file.view", _file),
    "followup:complete": _sheet("file.manage_state", BOTH, "file.view", _file),
    "followup:act": _sheet("file.manage_state", WRITE, "file.view", _file),
    "followup:duplicate": _sheet("file.duplicate", BOTH, "file.view", _file),
    "followup:cards": _team("cards.import", BOTH),
    "followup:cards_model": _team("cards.import"),
    "followup:cards_import": _sheet("cards.apply", BOTH, "", _of("cards_import"), only="agent_a"),
    "followup:members": _sheet("file.manage_members", BOTH, "file.view", _file),
    "followup:member": _sheet("file.manage_members", WRITE, "file.view", _in_file("file_member")),
    "followup:add_contact": _sheet("file.edit_contacts", BOTH, "file.view", _file),
    "followup:contact": _sheet("file.edit_contacts", BOTH, "file.view_contacts", _in_file("file_contact")),
    **{f"followup:{n}": _sheet("file.edit", BOTH, "file.view", _in_file("dgfip")) for n in ("summary", "comment")},
    "followup:summary_versions": _sheet("file.view", READ, "file.view", _in_file("dgfip")),
    "followup:summary_version": _sheet("file.view", READ, "file.view", _in_file("dgfip", "file_version")),
    "followup:restore_summary": _sheet("file.edit", WRITE, "file.view", _in_file("dgfip", "file_version")),
    "followup:own_comment": _sheet("comment.edit", BOTH, "", _in_file("file_comment"), only="agent_a"),
    "followup:restore": _sheet("file.restore", WRITE, "file.restore", _deleted_file),
    **dict.fromkeys(("campaigns:list", "campaigns:mine", "campaigns:calls"), _team("campaign.list")),
    "campaigns:new": _team("campaign.create", BOTH),
    **{f"campaigns:{n}": _sheet("campaign.view", READ, "campaign.view", _campaign) for n in ("campaign", "lines")},
    "campaigns:export_campaign": _sheet("campaign.view", WRITE, "campaign.view", _campaign),
    **{f"campaigns:{n}": _sheet("campaign.manage", BOTH, "campaign.view", _campaign) for n in ("add", "edit", "team")},
    "campaigns:act": _sheet("campaign.manage", WRITE, "campaign.view", _campaign),
    "campaigns:target": _sheet("target.view", READ, "target.view", _target),
    "campaigns:target_act": _sheet("target.take", WRITE, "target.view", _target),
    "campaigns:contact": _sheet("target.contact", BOTH, "target.view", _taken),
    "campaigns:visits": _team("visit.list"),
    "campaigns:plan_visit": _team("visit.list", BOTH),
    "campaigns:visit": _sheet("visit.view", READ, "visit.view", _visit("visit_planned")),
    "campaigns:hold_visit": _sheet("visit.manage", BOTH, "visit.view", _visit("visit_planned")),
    "campaigns:visit_act": _sheet("visit.manage", WRITE, "visit.view", _visit("visit_again")),
    **dict.fromkeys(("statistics:public", "statistics:csv", "statistics:json"), FREE),
    "statistics:cohorts": _team("figures.view"),
    "statistics:usage": _team("usage.open"),
    "statistics:partner": _team("usage.open"),
    "statistics:export_partner": _team("usage.open", WRITE),
    "statistics:report": _team("report.read"),
    "statistics:export_report": _team("report.read", WRITE),
    "statistics:pages": _team("pages.measure"),
    "agents:confidentiality": Page(Door.SERVICE, BOTH, "consent.give"),
    "agents:partner": _team("agent.request"),
    "agents:ask": _team("agent.request", BOTH),
    "agents:review": Page(Door.SERVICE, WRITE, "agent.review", places=_agent_held),
    "agents:ask_move": Page(Door.SERVICE, BOTH, "agent.review", places=_agent_held),
    "agents:moves": _team("move.list"),
    "agents:decide_move": _team("move.decide", WRITE, _of("asked_move")),
    "agents:users": _team("users.import", BOTH),
    "agents:export_users": _team("users.export", WRITE),
    "agents:many": _team("users.many", BOTH),
    "agents:users_import": _team("users.import", BOTH, _of("users_import")),
    "agents:references_home": _team("reference.edit"),
    "agents:references": _team("reference.edit", READ, _kinds()),
    "agents:new_reference": _team("reference.edit", BOTH, _kinds()),
    "agents:reference": _team("reference.edit", BOTH, _of("zone_group", "zones")),
    "agents:merge_reference": _team("reference.edit", BOTH, _of("body", "administrations")),
    "agents:reference_act": _team("reference.edit", WRITE, _of("zone_group", "zones")),
    "followup:words_home": _team("word.edit"),
    "followup:words": _team("word.edit", READ, lambda service: {"own": ("filieres",), "absent": ("communes",)}),
    "followup:new_word": _team("word.edit", BOTH, lambda service: {"own": ("filieres",), "absent": ("communes",)}),
    **{f"followup:{name}": _team("word.edit", BOTH, _of("word", "filieres")) for name in ("word", "merge_word")},
    "followup:word_act": _team("word.edit", WRITE, _of("word", "filieres")),
    "followup:closed": _team("closed.allow", BOTH),
    "followup:end_closed": _team("closed.allow", WRITE, _of("closed_place")),
    "tuning:settings": _team("setting.edit"),
    "tuning:setting": _team("setting.edit", BOTH, lambda service: {"own": ("bandeau",), "absent": ("inconnu",)}),
    "tuning:reset": _team("setting.edit", WRITE, lambda service: {"own": ("bandeau",), "absent": ("inconnu",)}),
    "agents:charges": _team("charge.edit", BOTH),
    "agents:withdraw_charge": _team("charge.edit", WRITE, _of("charge")),
    "agents:duties": _team("duty.edit", BOTH),
    "agents:withdraw_duty": _team("duty.edit", WRITE, _of("duty")),
    "sheets:simulator": _team("sight.simulate", BOTH),
    "agents:follows": _team("agent.request"),
    "agents:review_follow": Page(Door.SERVICE, WRITE, "follow.review", places=_reviewed_follow),
    "agents:looks": _team("look.list", BOTH),
    "agents:act_on_look": _team("look.list", WRITE, _of("look")),
    "agents:stop_looking": Page(Door.SIGNED, WRITE, places=_nothing_running),
    "agents:profiles": _team("profile.view"),
    "agents:edit_confidentiality": Page(Door.SERVICE, BOTH, "consent.edit"),
    **dict.fromkeys(("watchlists:list", "watchlists:news", "watchlists:calendar"), _team("list.view")),
    "watchlists:opinion": _team("opinion.give", BOTH, _firm),
    "watchlists:opinions": _team("list.view"),
    "watchlists:opinion_counts": _team("opinion.count", BOTH),
    "watchlists:archive_reason": _team("opinion.count", WRITE, _of("opinion_reason")),
    "watchlists:search": _team("list.view"),
    "watchlists:rework": _team(
        "reworked.list", BOTH, lambda service: {"own": ("2026-06.1",), "absent": ("2020-01.1",), "huge": (HUGE,)}
    ),
    "watchlists:reworked": _team("reworked.list", READ, _of("reworked")),
    "watchlists:export_reworked": _team("reworked.list", WRITE, _of("reworked")),
    "watchlists:reworked_firm": _team("reworked.list", BOTH, _reworked_firm),
    **dict.fromkeys(("watchlists:list_settings", "watchlists:export_list"), _team("list.view", WRITE)),
    **dict.fromkeys(
        ("sheets:company", "sheets:why", "sheets:talk", "sheets:group"), _team("firm.view", READ, _known_firm)
    ),
    "sheets:report": _team("firm.view", BOTH, _known_firm),
    "sheets:follow": _team("firm.follow", BOTH, _known_firm),
    "sheets:establishment": _team("firm.view", READ, _of("place")),
    "sheets:export_company": _team("firm.view", WRITE, _known_firm),
    "sheets:export_establishment": _team("firm.view", WRITE, _of("place")),
    "watchlists:corrections": _team("correction.view"),
    "watchlists:write_correction": _team("correction.write", BOTH),
    "watchlists:correction": _team("correction.view", READ, _correction),
    "watchlists:change_correction": _team("correction.write", BOTH, _nothing),
    "watchlists:act_on_correction": _team("correction.view", WRITE, _nothing),
    "watchlists:runs": _team("run.view"),
    "watchlists:act_on_publication": _team(
        "publication.withdraw",
        WRITE,
        lambda service: {"own": ("2026-06.1",), "absent": ("2020-01.1",), "huge": (HUGE,)},
    ),
    **{f"audit:{n}": _team("audit.read") for n in ("register", "replay", "anomalies", "chain")},
    "audit:export": _team("audit.export"),
    "exports:mine": Page(Door.SIGNED),
    **{f"support:{n}": Page(Door.PUBLIC, BOTH) for n in ("help", "opinion")},
    **dict.fromkeys(("support:asked", "support:thanks"), FREE),
    "support:inbox": Page(Door.SIGNED),
    "support:question": Page(Door.SIGNED, BOTH, "help.answer", "help.view", _helped),
    "support:responders": _team("help.name", BOTH),
    "support:remove_responder": _team("help.name", WRITE, _of("responder")),
    "support:opinions": _team("opinion.read"),
    "exports:take": Page(Door.SIGNED, READ, "export.own", places=_export, only="member"),
    "demo:guide": FREE,
    "demo:mails": FREE,
    "demo:sample": Page(Door.PUBLIC, places=_public(name="conseillers-a-corriger")),
    "demo:mail": Page(Door.PUBLIC, places=_of("demo_mail")),
    "demo:mail_html": Page(Door.PUBLIC, places=_of("demo_mail")),
    "gallery": Page(Door.PUBLIC, (*BOTH, "PUT", "DELETE", "OPTIONS")),  # shows forms; absent in production
}
# Not ours to answer: the outside services' fakes, mounted in the demo and absent in production.
ELSEWHERE = frozenset({"fakes"})
