"""The life of one request, through the actions that people really do, each at its hour."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from vigie.companies.models import Establishment
from vigie.companies.rules import SMALL_WORDS
from vigie.demo import names
from vigie.demo.cast import Cast
from vigie.demo.past import Worker
from vigie.demo.request_texts import REFUSALS, THREAD, help_given, request_text
from vigie.kernel.errors import Refused
from vigie.kernel.text import fold
from vigie.matching.actions import filling, matches, thread, transmission, triage
from vigie.matching.actions.filling import CompanyGiven, Contact
from vigie.matching.models import LandingSubject, Match, Need, Solicitation
from vigie.matching.states import IN_PROGRESS, QUO, TAKING_CARE
from vigie.rights.person import Person, company_head
from vigie.territory.queries import resolve_commune

Act = Callable[[datetime], None]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
REASONS = ("territory", "competence", "criteria", "criteria", "duplicate", "vague", "other")


class Life:
    """One request of this firm about this subject. rank: which, among those of the history."""

    def __init__(
        self, cast: Cast, worker: Worker, random: Random, rank: int, subject: str, firm: Establishment
    ) -> None:
        self.cast = cast
        self.worker = worker
        self.random = random
        self.rank = rank
        self.subject = subject
        self.firm = firm
        self.solicitation = Solicitation()
        self._acts: list[tuple[datetime, int, Act]] = []

    # --- the company head ---------------------------------------------------------------------------------------------
    @property
    def head(self) -> Person:
        return company_head(self.solicitation.uuid.hex)

    @property
    def now(self) -> datetime:
        return self.worker.now

    def wait(self, least: timedelta, most: timedelta) -> bool:
        """Some time passes, with what is to happen meanwhile; False when the history ends before."""
        return self.worker.reach(self.now + least + (most - least) * self.random.random())

    def begin(self) -> None:
        """First step."""
        firm = self.firm
        first, last = names.person(self.random)
        name = "" if not firm.company.diffusible else fold(firm.company.name).lower()
        domain = name.replace(" ", "-").replace("/", "-")[:40].strip("-") or f"entreprise-{self.rank}"
        contact = Contact(
            f"{first} {last}", names.phone(self.random), names.address(first, last, f"{domain}.example", 1)
        )
        row = filling.start(
            self.cast.subjects[self.subject], contact, form_token=f"history {self.rank}", provenance={}, at=self.now
        )
        row.uuid = UUID(int=self.random.getrandbits(128), version=4)  # the same world has the same links
        row.save(update_fields=["uuid"])
        self.solicitation = row

    def choose(self) -> None:
        """Second step."""
        self.wait(MINUTE, 3 * MINUTE)
        if self.solicitation.landing_subject.fields_mode == LandingSubject.Fields.LOCATION:
            given = CompanyGiven(name="Mon projet de reprise", commune_code=self.firm.commune_code)
            filling.give_company(self.solicitation, given, by=self.head, at=self.now)
        else:
            filling.choose_establishment(self.solicitation, self.firm, by=self.head, at=self.now)

    def send(self, text: str) -> None:
        """Third step, then the analysis."""
        self.wait(2 * MINUTE, 9 * MINUTE)
        filling.complete(
            self.solicitation, description=text, answers=self.answers(), is_head=True, by=self.head, at=self.now
        )
        self.wait(MINUTE / 4, MINUTE / 2)
        self.solicitation.refresh_from_db()

    def request(self, text: str = "") -> None:
        """The three steps."""
        self.begin()
        self.choose()
        self.send(text or self.words())

    def words(self) -> str:
        """What the head writes."""
        company = self.firm.company
        commune = resolve_commune(self.firm.commune_code)
        years = self.now.year - (company.created_on.year if company.created_on else self.now.year)
        known = said(company.name.removesuffix(" EI")) if company.diffusible else ""
        return request_text(self.subject, known, commune.name if commune else "", years, self.random)

    def answers(self) -> dict[str, str]:
        """An answer to each question, « Non » more often than not."""
        kept = {}
        for question in self.cast.questions.get(self.solicitation.landing_subject.subject_id, []):
            values = [value for value, _label in question.answers]
            kept[question.key] = self.random.choice([*values, values[-1]])
        return kept

    # --- the team -----------------------------------------------------------------------------------------------------
    def member(self) -> Person:
        return self.random.choice(self.cast.team)

    def leave(self) -> bool:
        """Up to the transmission, automatic or by the team; False when it does not take place."""
        row = self.solicitation
        if row.state == IN_PROGRESS and row.transmit_at is not None:
            if not self.worker.reach(row.transmit_at + MINUTE / 30):
                return False
        elif row.state == IN_PROGRESS:
            if not self.wait(HOUR, 2 * DAY):
                return False
            self._decide()
        row.refresh_from_db()
        return row.transmitted_at is not None and row.state != "canceled"

    def _decide(self) -> None:
        """A member of the team sends what was held, or refuses it."""
        by, need = self.member(), Need.objects.get(diagnosis__solicitation=self.solicitation)
        try:
            if need.subject.is_catch_all:
                triage.requalify(need, self.cast.subjects["strategie"].subject, {}, by=by, at=self.now)
            transmission.transmit(self.solicitation, by=by, at=self.now)
        except Refused:
            triage.refuse(self.solicitation, self.cast.templates["aucun-partenaire"], by=by, at=self.now)

    # --- the experts --------------------------------------------------------------------------------------------------
    def matches(self) -> list[Match]:
        found = Match.objects.filter(need__diagnosis__solicitation=self.solicitation)
        return list(found.select_related("expert__antenne__institution", "subject").order_by("pk"))

    def plan(self, at: datetime, act: Act) -> None:
        """Something that will be done at that hour."""
        heapq.heappush(self._acts, (at, len(self._acts), act))

    def play(self) -> None:
        """Everything planned, in the order of the hours, until the end of the history."""
        while self._acts:
            at, _rank, act = heapq.heappop(self._acts)
            if not self.worker.reach(at):
                return
            try:
                act(self.now)
            except Refused:  # somebody was quicker: in the past as today, nothing is done
                continue

    def answer_freely(self, match: Match) -> None:
        """Plans what the experts of a match do, as they usually do."""
        random, first = self.random, self.now
        answered = first + DAY * min(30.0, 0.05 + random.expovariate(1 / 2.2))
        draw = random.random()
        if draw < 0.12:
            return
        if draw < 0.40:
            self.plan(answered, lambda at: self.decline(match, at))
            return
        self.plan(answered, lambda at: self.take(match, at))
        if random.random() < 0.25:
            self.plan(answered + HOUR * random.uniform(2, 60), lambda at: self.comment(match, at))
        if random.random() < 0.88:
            closed = answered + DAY * random.uniform(0.5, 4) + DAY * random.expovariate(1 / 9)
            how = random.choices(("helped", "no_help", "unreachable"), (60, 25, 15))[0]
            self.plan(closed, lambda at: self.close(match, how, at))

    def take(self, match: Match, at: datetime) -> None:
        row, by = self._open(match, QUO)
        if row and by:
            matches.take_charge(row, by=by, at=at)

    def decline(self, match: Match, at: datetime) -> None:
        row, by = self._open(match, QUO)
        if row and by:
            reason = self.random.choice(REASONS)
            matches.decline(row, reason=reason, comment=REFUSALS[reason], by=by, at=at)

    def close(self, match: Match, how: str, at: datetime) -> None:
        row, by = self._open(match, TAKING_CARE)
        if not (row and by):
            return
        if how == "helped":
            name, level = help_given(row.subject.slug, self.random)
            provider = row.expert.antenne.institution.name
            matches.close_helped(row, name=name, provider=provider, level=level, by=by, at=at)
        elif how == "no_help":
            matches.close_no_help(row, by=by, at=at)
        else:
            matches.close_unreachable(row, by=by, at=at)

    def comment(self, match: Match, at: datetime, *, delete: bool = False) -> None:
        by = self.cast.answering(match.expert_id)
        if by is None:
            return
        token = f"history {self.rank} {self.random.getrandbits(32)}"
        message = thread.comment(match.need, self.random.choice(THREAD), form_token=token, by=by, at=at)
        if delete:
            thread.delete_comment(message, by=by, at=at + MINUTE / 2)

    def _open(self, match: Match, state: str) -> tuple[Match | None, Person | None]:
        row = Match.objects.select_related("expert__antenne__institution", "subject").get(pk=match.pk)
        return (row if row.state == state else None), self.cast.answering(row.expert_id)


def said(name: str) -> str:
    """A name of the register as people write it: FOURNIL DES TROIS LAVOIRS → Fournil des Trois Lavoirs."""
    words = name.split()
    return " ".join(word.lower() if word in SMALL_WORDS and rank else word.title() for rank, word in enumerate(words))
