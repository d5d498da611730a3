"""The accompagnements of the world, lived through the actions that agents really do, each at its hour.

They come last, after the example list: most are about firms that it names. Nothing is done where the agents of the
demo are not (a database that only holds the example).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.models_agents import Network
from vigie.accounts.queries import person_for
from vigie.demo import names, past
from vigie.demo.firms import BAKERY
from vigie.demo.followup_stories import STORIES, Act, Story
from vigie.directory.models import ExpertMember, Subject
from vigie.followup.actions import acts, contacts, files, members, texts
from vigie.followup.actions.acts import Talk
from vigie.followup.actions.files import Fields
from vigie.followup.actions.referring import Told, refer
from vigie.followup.models import Followup, Term, Workplace
from vigie.kernel.period import PARIS, paris_day
from vigie.matching.actions import matches
from vigie.matching.actions.visit_draft import Met
from vigie.matching.models import Match
from vigie.matching.states import QUO
from vigie.rights.person import Person
from vigie.territory.models import Commune
from vigie.watchlists.models import Entry

HOUR = timedelta(hours=1)
OPENING = 9  # o’clock, in Paris: nobody works at night
MOTIVE = "source_interne"


def write(end: datetime, random: Random) -> int:
    """Lives the stories that can be; gives how many. end: now, nothing happens after it. Can be run again."""
    told = 0
    known = {user.email: user for user in User.objects.filter(email__in={story.by for story in STORIES})}
    places = _places()
    for rank, story in enumerate(STORIES):
        place = next(places[story.departement, story.alert], None)
        if story.by not in known or place is None or _lived(rank):
            continue
        begun = (end - timedelta(days=story.began)).astimezone(PARIS).replace(hour=OPENING, minute=5 * rank % 60)
        with transaction.atomic(), past.worker(begun, end) as worker:
            Tale(rank, story, place, worker, random).live(end)
        told += 1
    return told


def _lived(rank: int) -> bool:
    return Followup.objects.filter(form_token=f"demo file {rank}").exists()


def _places() -> dict[tuple[str, bool], Iterator[Workplace]]:
    """For each département of the stories, open head offices: of firms of the list, the most at risk first; others."""
    found: dict[tuple[str, bool], Iterator[Workplace]] = {}
    listed = Entry.objects.alerts()
    for departement in {story.departement for story in STORIES}:
        here = listed.filter(departement=departement).order_by("publication", "rank").values_list("siren", flat=True)
        sirens = list(dict.fromkeys(here))
        communes = Commune.objects.filter(departement_code=departement).values("code")  # a small world has few
        offices = Workplace.objects.filter(
            is_head_office=True, is_active=True, company__is_active=True, commune_code__in=communes
        )
        by_siren = {place.company_id: place for place in offices.filter(company__in=sirens).order_by("-siret")}
        ranked = [by_siren[siren] for siren in sirens if siren in by_siren]
        near = offices.filter(commune_code__startswith=departement, company__diffusible=True)
        others = (
            near.exclude(company__in=listed.values("siren"))
            .exclude(company__legal_form_code="1000")
            .exclude(company__name=BAKERY)
        )
        plain = list(others.exclude(company__name=BAKERY).order_by("siret")[: len(STORIES)])
        found[departement, True] = iter([*ranked, *plain[len(plain) // 2 :]])
        found[departement, False] = iter(plain[: len(plain) // 2])
    return found


class Tale:
    """One file being lived. Each method is an act of a story; its words are those of the story."""

    def __init__(self, rank: int, story: Story, place: Workplace, worker: past.Worker, random: Random) -> None:
        self.rank, self.story, self.place, self.worker, self.random = rank, story, place, worker, random
        self.file = Followup()
        self.visit_pk = 0
        self._forms = 0

    def live(self, end: datetime) -> None:
        """Opens the file, then each act at its hour; those that would come after ``end`` are not."""
        begun, story = self.worker.now, self.story
        fields = Fields(
            story.criticality, self._terms((story.size,)).get(story.size), self._terms(story.words).values()
        )
        self.file = files.open_file(
            self.place, fields, motive=MOTIVE, form_token=f"demo file {self.rank}", by=self.who(story.by),
            at=self.worker.now,
        )  # fmt: skip
        for place, act in enumerate(story.acts):
            if not self.worker.reach(min(begun + timedelta(days=act.after) + place * HOUR / 6, end)):
                return
            getattr(self, act.name)(act, **act.told)
            if act.name != "delete":
                self.file.refresh_from_db()

    def who(self, email: str) -> Person:
        return person_for(User.objects.get(email=email), self.worker.now)

    def _when(self, act: Act) -> dict[str, Any]:
        return {"by": self.who(act.by), "at": self.worker.now}

    def _form(self) -> str:
        self._forms += 1
        return f"demo file {self.rank} form {self._forms}"

    def _terms(self, labels: tuple[str, ...]) -> dict[str, Term]:
        return {term.label: term for term in Term.objects.filter(label__in=labels)}

    # --- acts ---------------------------------------------------------------------------------------------------------
    def add(self, act: Act, *, who: str, role: str) -> None:
        members.add_member(self.file, User.objects.get(email=who), role, **self._when(act))

    def meet(self, act: Act) -> None:
        """Somebody of the firm is written down."""
        first, last = names.person(self.random)
        values = {
            "first_name": first, "last_name": last, "function": "head", "phone": names.phone(self.random),
            "email": names.address(first, last, "entreprise.example", self.rank), "notes": "Joignable avant 9 h.",
        }  # fmt: skip
        contacts.write_contact(self.file, values, form_token=self._form(), **self._when(act))

    def talk(self, act: Act, *, nature: str, intervention: str, channel: str) -> None:
        verdict = "confirmed" if nature else "refuted"
        told = Talk(paris_day(self.worker.now), channel, verdict, nature, intervention)
        acts.analyse(self.file, told, form_token=self._form(), **self._when(act))

    def acted(self, act: Act, *, term: str) -> None:
        [done] = Term.objects.filter(kind=Term.Kind.ACTION, label=term)
        analysis = self.file.analyses.order_by("-talked_on", "-pk").first()
        day = paris_day(self.worker.now)
        acts.act_for_firm(self.file, analysis, done, day, form_token=self._form(), **self._when(act))

    def say(self, act: Act, *, network: str, text: str) -> None:
        found = Network.objects.get(code=network)
        texts.write_comment(self.file, found, text, form_token=self._form(), **self._when(act))

    def sum_up(self, act: Act, *, network: str, text: str) -> None:
        texts.save_summary(self.file, Network.objects.get(code=network), text, version=0, **self._when(act))

    def plan(self, act: Act, *, step: str, days: int | None) -> None:
        """The next step. days: from the end of the world, None without a date."""
        on = paris_day(self.worker.end + timedelta(days=days)) if days is not None else None
        terms = list(self.file.terms.all())
        fields = Fields(self.file.criticality, self.file.size, terms, step, on)
        files.change_file(self.file, fields, version=self.file.version, **self._when(act))

    def move(self, act: Act, *, step: str) -> None:
        files.move_file(self.file, step, **self._when(act))

    def duplicate(self, act: Act) -> None:
        self.file = files.duplicate(self.file, form_token=self._form(), **self._when(act))

    def delete(self, act: Act, *, reason: str) -> None:
        files.delete_file(self.file, reason, **self._when(act))

    def refer(self, act: Act, *, subject: str, text: str) -> None:
        """A need goes to the experts of the territory."""
        first, last = names.person(self.random)
        met = Met(
            f"{first} {last}", paris_day(self.worker.now), names.phone(self.random),
            names.address(first, last, "entreprise.example", self.rank), self.place,
        )  # fmt: skip
        told = Told(met, Subject.objects.get(slug=subject), text, consent=True)
        self.visit_pk = refer(self.file, told, form_token=self._form(), **self._when(act)).visit_id

    def answered(self, act: Act, *, how: str) -> None:
        """The first expert who has somebody takes charge; « helped »: closes with a help, days later."""
        found = Match.objects.filter(need__diagnosis=self.visit_pk, state=QUO).select_related(
            "expert__antenne__institution"
        )
        for match in found.order_by("pk"):
            member = ExpertMember.objects.filter(expert=match.expert_id).select_related("user").order_by("pk").first()
            if member is None:
                continue
            expert = person_for(member.user, self.worker.now)
            matches.take_charge(match, by=expert, at=self.worker.now)
            if how == "helped" and self.worker.reach(self.worker.now + timedelta(days=9)):
                match.refresh_from_db()
                provider = match.expert.antenne.institution.name
                matches.close_helped(
                    match, name="Recrutement accompagné", provider=provider, level="local", by=expert,
                    at=self.worker.now,
                )  # fmt: skip
            return
