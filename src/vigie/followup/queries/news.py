"""What others wrote in the files of somebody, within the walls of his networks; the files that nobody looks after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from vigie.accounts.models import Habilitation, User
from vigie.accounts.queries import person_for
from vigie.agents.queries.mails import LEVELS
from vigie.agents.rules_mails import Choice, MailKind
from vigie.followup.models import Analysis, Comment, FirmAction, Followup, FollowupQuerySet, Member, SummaryVersion
from vigie.followup.rules import REMINDED_EVERY_DAYS
from vigie.followup.states import IN_PROGRESS
from vigie.journal.models import OutgoingMessage
from vigie.journal.states import SENT
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.tuning.queries import current
from vigie.ui.formats import counted, listed

FIRM = "followup__workplace__company"
WROTE = {
    "comment": ("commentaire",), "summary": ("synthèse modifiée", "synthèses modifiées"),
    "talk": ("échange analysé", "échanges analysés"), "action": ("action notée", "actions notées"),
}  # fmt: skip
KIND_OF = {"comment": MailKind.COMMENT, "summary": MailKind.SUMMARY}


@dataclass
class News:
    """What is new in one file. wrote: what was written → how many. authors: who wrote, once each. said: the rest."""

    firm: str
    pk: int
    wrote: Counter[str] = field(default_factory=Counter)
    authors: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    readable: bool = True

    def note(self, author: Any, what: str) -> None:
        self.wrote[what] += 1
        if str(author) not in self.authors:
            self.authors.append(str(author))

    @property
    def words(self) -> str:
        """« 2 commentaires et 1 synthèse modifiée, par Ada Liste ; état : terminé »: nothing of what was written."""
        parts = [counted(self.wrote[what], *words) for what, words in WROTE.items() if self.wrote[what]]
        written = [f"{listed(parts)}, par {listed(self.authors)}"] if parts else []
        return "\u00a0; ".join([*written, *self.said])


def news_of(person: Person, since: datetime, until: datetime, choice: Choice, rhythm: str) -> list[News]:
    """The files of the person where somebody else wrote in one of his networks, or noted what he did, by name: of the
    kinds that he wanted at this rhythm then. 4 queries.
    """
    mine = Followup.objects.held_by(person).values("pk")
    files = Followup.objects.allowed(person, "file.view").filter(pk__in=mine).values("pk")
    seen = {"network__code__in": sorted(person.networks), "network__is_active": True}
    comments = Comment.objects.filter(followup__in=files, deleted_at=None, **seen).select_related(FIRM)
    written = SummaryVersion.objects.filter(summary__followup__in=files).select_related(f"summary__{FIRM}")
    versions = written.filter(**{f"summary__{name}": value for name, value in seen.items()})
    acts = [model.objects.filter(followup__in=files).select_related(FIRM) for model in (Analysis, FirmAction)]
    found: dict[int, News] = {}
    written_in: tuple[tuple[str, Any, str], ...] = (
        ("comment", comments, "at"), ("summary", versions, "at"), ("talk", acts[0], "recorded_at"),
        ("action", acts[1], "recorded_at"),
    )  # fmt: skip
    for what, rows, moment in written_in:
        kind = KIND_OF.get(what, MailKind.ACTION)
        meanwhile = rows.filter(**{f"{moment}__gt": since, f"{moment}__lte": until}).exclude(author=person.user_id)
        for row in meanwhile.select_related("author").order_by(moment, "pk"):
            if choice.wants(rhythm, kind, getattr(row, moment)):
                followup = row.summary.followup if what == "summary" else row.followup
                _news(found, followup).note(row.author, what)
    return sorted(found.values(), key=lambda one: (one.firm, one.pk))


def _news(found: dict[int, News], followup: Followup) -> News:
    return found.setdefault(followup.pk, News(followup.workplace.company.name, followup.pk))


def not_told_since(followup: Followup, email: str, template: str) -> datetime | None:
    """The moment from which nothing was told to this reader of this file: the oldest of its mails that has not left,
    or the last that has, if it left since. None when no mail waits. 2 queries.
    """
    mine = OutgoingMessage.objects.filter(
        subject_type="followup.Followup", subject_id=str(followup.pk), template=template, recipient=email
    )
    first = mine.filter(ended_at=None).aggregate(first=Min("created_at"))["first"]
    if first is None:
        return None
    last = mine.filter(state=SENT, claimed_at__gt=first).aggregate(last=Max("claimed_at"))["last"]
    return last or first - timedelta(microseconds=1)


def readers_of_news(since: datetime, until: datetime) -> QuerySet[User]:
    """Those who take part in a file where something was written. 1 query."""
    comments = Comment.objects.filter(at__gt=since, at__lte=until).values("followup")
    versions = SummaryVersion.objects.filter(at__gt=since, at__lte=until).values("summary__followup")
    present = Member.objects.filter(removed_at=None)
    members = present.filter(followup__in=comments) | present.filter(followup__in=versions)
    return User.objects.living().filter(pk__in=members.values("user")).order_by("pk")


def quiet_files(at: datetime) -> FollowupQuerySet:
    """Files in progress without news for as long as the setting says, whose référents were not told within thirty."""
    quiet = Followup.objects.filter(
        state=IN_PROGRESS, deleted_at=None, modified_at__lt=at - timedelta(days=current("quiet_days"))
    )  # fmt: skip
    return quiet.exclude(reminded_at__gte=at - timedelta(days=REMINDED_EVERY_DAYS))


def orphan_files(at: datetime) -> FollowupQuerySet:
    """Running files none of whose référents is still in charge: habilitated, and not moved to another territory."""
    held = Habilitation.objects.in_force(paris_day(at)).filter(role__in=LEVELS, user=OuterRef("user"))
    referents = Member.objects.filter(
        removed_at=None, role=Member.Role.REFERENT, user__is_active=True, user__deleted_at=None
    )
    steady = Exists(held.filter(granted_at__lte=OuterRef("added_at")))
    suspects = referents.filter(Exists(held), followup__in=Followup.objects.active()).exclude(steady)
    still_here = _still_in_zone(suspects, at)
    in_charge = referents.filter(steady | Q(pk__in=still_here), followup=OuterRef("pk"))
    return Followup.objects.active().exclude(Exists(in_charge))


def _still_in_zone(members: QuerySet[Member], at: datetime) -> list[int]:
    """Of those habilitated anew since they joined, who still has the file's département. A few queries for each."""
    people: dict[int, Person] = {}
    kept = []
    for one in members.select_related("followup", "user"):
        if one.user_id not in people:
            people[one.user_id] = person_for(one.user, at)
        person = people[one.user_id]
        if person.nationwide or one.followup.departement in person.departements:
            kept.append(one.pk)
    return kept


def named_in(text: str, members: Iterable[Member]) -> list[Member]:
    """The members whose name comes after an « @ » in a comment, whatever its case."""
    said = text.casefold()
    return [member for member in members if f"@{member.user.full_name.casefold()}" in said]
