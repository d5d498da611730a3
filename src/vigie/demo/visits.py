"""What the network around the needs did during the year: visits filed, needs passed on, reminders by hand, holes.

Each is lived through the actions that people really do; who may not (a zone beside, nobody to remind) does nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vigie.companies.models import Establishment
from vigie.demo import names
from vigie.demo.life import DAY, HOUR, MINUTE, Life
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.period import paris_day
from vigie.matching.actions import holes, passing, reminding, visit_draft, visit_sending
from vigie.matching.actions.visit_draft import Met
from vigie.matching.models import Diagnosis, Match, Need
from vigie.matching.states import HOLE
from vigie.rights.person import Person

OTHER_SUBJECTS = ("tresorerie", "clients", "former", "energie")
ALSO = "En fin d’échange, l’entreprise a parlé d’un autre sujet sur lequel elle voudrait être rappelée."


def visited(life: Life) -> None:
    """An adviser files two needs after his visit; experts answer as people do."""
    visit = _filed(life, (life.subject, _other(life)))
    if visit is None:
        return
    for match in _matches(visit):
        life.answer_freely(match)
    life.play()


def visited_only(life: Life) -> None:
    """Filed, and not answered yet."""
    _filed(life, (life.subject,))


def begun_only(life: Life) -> None:
    """A visit that its author has not sent yet."""
    _begun(life, _visitor(life), (life.subject,))


def for_nobody(life: Life) -> None:
    """A need that nobody answers: it waits for the team."""
    _filed(life, ("autre-besoin-non-reference",))


def passed_on(life: Life) -> None:
    """An expert takes charge, and passes another need of the company on."""
    life.request()
    if not life.leave():
        return
    for match in life.matches()[:1]:
        by = life.cast.answering(match.expert_id)
        if by is None:
            return
        life.wait(HOUR, 8 * HOUR)
        life.take(match, life.now)
        life.wait(HOUR, 8 * HOUR)
        subject, token = life.cast.subjects[_other(life)].subject, f"history {life.rank} passed"
        passing.pass_on(match.need, subject, ALSO, consent=True, form_token=token, by=by, at=life.now)


def reminded(life: Life) -> None:
    """Nobody answers for six days: the animator of the employment area reminds."""
    life.request()
    if not life.leave():
        return
    life.wait(6 * DAY, 7 * DAY)
    for need in Need.objects.filter(diagnosis__solicitation=life.solicitation):
        for animator in life.cast.animators:
            try:
                reminding.remind_by_hand(need, form_token=f"history {life.rank} {need.pk}", by=animator, at=life.now)
            except (Forbidden, Refused):  # another area, or everybody answered
                continue


def hole_reported(life: Life) -> None:
    """An animator tells that nobody answers."""
    _hole(life)


def hole_filled(life: Life) -> None:
    """The same, and the team found somebody."""
    report = _hole(life)
    if report is not None and life.wait(2 * DAY, 6 * DAY):
        answer = "Une équipe de la Région répond désormais pour ce sujet."
        holes.answer_hole(report, "fill", answer, by=life.member(), at=life.now)


def hole_dismissed(life: Life) -> None:
    """The same, and the team does not follow."""
    report = _hole(life)
    if report is not None and life.wait(2 * DAY, 6 * DAY):
        answer = "Ce sujet relève d’un guichet national, qui répond partout."
        holes.answer_hole(report, "dismiss", answer, by=life.member(), at=life.now)


def _hole(life: Life) -> Any:
    if not life.cast.animators:
        return None
    by = life.random.choice(life.cast.animators)
    zone = min(by.zones)
    body = "Deux entreprises ont demandé, personne n’a pu les rappeler."
    report = holes.report_hole(
        life.cast.subjects[life.subject].subject, zone, body,
        zones=by.zones, form_token=f"history {life.rank}", by=by, at=life.now,
    )  # fmt: skip
    assert report.state == HOLE.initial
    return report


def _other(life: Life) -> str:
    return next(slug for slug in OTHER_SUBJECTS[life.rank % 4 :] + OTHER_SUBJECTS if slug != life.subject)


def _visitor(life: Life) -> Person:
    """The advisers of the different bodies in turn."""
    return life.cast.advisers[life.rank % len(life.cast.advisers)]


def _begun(life: Life, by: Person, subjects: tuple[str, ...]) -> Diagnosis:
    firm: Establishment = life.firm
    first, last = names.person(life.random)
    met = Met(
        f"{first} {last}", paris_day(life.now - DAY), names.phone(life.random),
        names.address(first, last, f"entreprise-{life.rank}.example", 1), firm,
    )  # fmt: skip
    visit = visit_draft.begin(met, consent=True, form_token=f"history {life.rank}", by=by, at=life.now)
    for slug in dict.fromkeys(subjects):
        life.wait(MINUTE, 4 * MINUTE)
        told = life.words() if slug == life.subject else ALSO
        visit_draft.put_need(visit, life.cast.subjects[slug].subject, told, {}, by=by, at=life.now)
    return visit


def _filed(life: Life, subjects: tuple[str, ...]) -> Diagnosis | None:
    if not life.cast.advisers:
        return None
    by = _visitor(life)
    visit = _begun(life, by, subjects)
    life.wait(timedelta(seconds=40), 3 * MINUTE)
    shown = {need.pk: visit_sending.proposed(need) for need in visit.needs.all()}
    return visit_sending.file_visit(visit, shown, shown=shown, by=by, at=life.now)


def _matches(visit: Diagnosis) -> list[Match]:
    found = Match.objects.filter(need__diagnosis=visit)
    return list(found.select_related("expert__antenne__institution", "subject").order_by("pk"))
